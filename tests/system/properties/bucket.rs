//! The limit of a token's mints against a model that was written from its description, on random histories of months.
//!
//! | id | what holds |
//! |---|---|
//! | BUCKET-001 | A mint gives as much as was asked for, as there is in the bucket, and as there is room for under the cap, whichever is least. |
//! | BUCKET-002 | At any time as much could be minted as the model says: no second is lost, and none counts twice. |
//! | BUCKET-003 | A higher emission rate counts at once. |
//! | BUCKET-004 | A lower one counts thirty days after the last change. |
//! | BUCKET-005 | A rate stays for a day after a change. |
//! | BUCKET-006 | Burning makes no room under the cap. |

use abi::{
    factory::ICredentialTokenFactory::{TokenCreated, createTokenCall},
    token::ICredentialToken::{
        self as token, CredentialTokenRateChangeTooSoon, CredentialTokenRateUnchanged,
    },
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolError,
};
use ecosystem_tests::{run, tokens};
use proptest::prelude::*;

use super::{Tally, arena::Arena, part, play};

const IDS: [&str; 6] = ["BUCKET-001", "BUCKET-002", "BUCKET-003", "BUCKET-004", "BUCKET-005", "BUCKET-006"];

/// How often each property is tested at least.
const TIMES: u32 = 5;
const CASES: u32 = 24;
const DAY: u64 = 86_400;
const FALL: u64 = 30 * DAY;
/// How long a history lasts before its last step. A program expires after 365 days, and no step takes more than 70.
const LIFE: u64 = 290 * DAY;
/// Whole tokens a day that a token starts with, and that can ever be minted.
const FIRST_RATE: u64 = 10;
const MAX_SUPPLY: u64 = 30_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// In 2⁻³²s of what could be minted; or more than anything.
    Mint(Option<u32>),
    Burn(u32),
    /// Whole tokens a day.
    Rate(u64),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => any::<u32>().prop_map(|share| Step::Mint(Some(share))),
        1 => Just(Step::Mint(None)),
        1 => any::<u32>().prop_map(Step::Burn),
        5 => (1..=50u64).prop_map(Step::Rate),
        3 => (1..DAY).prop_map(Step::Wait),
        3 => (DAY..10 * DAY).prop_map(Step::Wait),
        2 => (20 * DAY..70 * DAY).prop_map(Step::Wait),
    ]
}

/// A token's mints, as they are described: the bucket holds thirty days of ten times the rate that counts and gets a day's
/// a day; it starts with one day's. Contents are kept in 86 400ths of a base unit, so that each second adds a whole number.
struct Model {
    /// When each rate was set, and the rate that counted from before until it falls; in order.
    changes: Vec<(u64, U256, U256)>,
    content: U256,
    filled_at: u64,
    minted: U256,
}

impl Model {
    fn new(rate: U256, now: u64) -> Self {
        let content = U256::from(10) * rate * U256::from(DAY);
        Self { changes: vec![(now, rate, rate)], content, filled_at: now, minted: U256::ZERO }
    }

    /// The last rate that was set, and when.
    fn rate(&self) -> (u64, U256) {
        let (at, rate, _) = *self.changes.last().expect("a token starts with a rate");
        (at, rate)
    }

    /// The rate that counts in the second that starts at `time`.
    fn counting(&self, time: u64) -> U256 {
        let (at, rate, before) = *self.changes.last().expect("a token starts with a rate");
        if time < at + FALL { rate.max(before) } else { rate }
    }

    /// Lets the time pass until `now`: in two parts, if the rate falls in between.
    fn fill(&mut self, now: u64) {
        let falls = self.rate().0 + FALL;
        let stops = [falls, now].into_iter().filter(|stop| (self.filled_at..=now).contains(stop));
        let stops: Vec<_> = stops.collect();
        for stop in stops {
            let rate = self.counting(self.filled_at);
            self.content += U256::from(10) * rate * U256::from(stop - self.filled_at);
            // What no longer fits is lost, by the capacity before and after that moment.
            for rate in [rate, self.counting(stop)] {
                self.content = self.content.min(U256::from(300) * rate * U256::from(DAY));
            }
            self.filled_at = stop;
        }
    }

    fn set(&mut self, rate: U256, now: u64) {
        self.fill(now);
        let before = self.counting(now);
        self.changes.push((now, rate, before));
    }

    /// What could be minted.
    fn available(&self) -> U256 {
        (self.content / U256::from(DAY)).min(tokens(MAX_SUPPLY) - self.minted)
    }

    fn mint(&mut self, amount: U256) -> U256 {
        let minted = amount.min(self.available());
        self.content -= minted * U256::from(DAY);
        self.minted += minted;
        minted
    }
}

struct Token<'a> {
    arena: &'a Arena,
    at: Address,
    tally: &'a Tally,
}

impl Token<'_> {
    fn minter(&self) -> Address {
        self.arena.stage.generator.address()
    }

    fn holder(&self) -> Address {
        self.arena.stage.holder.address()
    }

    async fn take(&self, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Mint(share) => {
                let amount = share.map_or(U256::MAX, |share| part(model.available(), share));
                let mint = token::mintCall { to: self.holder(), amount };
                let result = self.arena.takes(self.minter(), self.at, &mint).await;
                let expected = model.mint(amount);
                let holds = result.as_ref().is_ok_and(|done| done.answer == expected);
                self.tally.test("BUCKET-001", holds, &(amount, expected, result))
            }
            Step::Burn(share) => self.burn(model, share).await,
            Step::Rate(rate) => self.change_rate(model, tokens(rate)).await,
            Step::Wait(seconds) => {
                let before = model.counting(self.arena.now().await);
                self.arena.wait(seconds).await;
                let now = self.arena.now().await;
                model.fill(now);
                if model.counting(now) < before {
                    let holds = self.available().await == model.available();
                    self.tally.test("BUCKET-004", holds, &(step, model.available()))?;
                }
                Ok(())
            }
        }
    }

    async fn burn(&self, model: &Model, share: u32) -> Result<(), TestCaseError> {
        let stage = &self.arena.stage;
        let balance = stage.reads(self.at, token::balanceOfCall { account: self.holder() }).await;
        let amount = part(balance, share);
        if amount.is_zero() {
            return Ok(());
        }
        let result = self.arena.takes(self.holder(), self.at, &token::burnCall { amount }).await;
        let holds = result.is_ok() && self.available().await == model.available();
        self.tally.test("BUCKET-006", holds, &(amount, model.available(), result.err()))
    }

    async fn change_rate(&self, model: &mut Model, rate: U256) -> Result<(), TestCaseError> {
        let now = self.arena.now().await;
        let result =
            self.arena.takes(self.holder(), self.at, &token::setEmissionRateCall { newRate: rate }).await;
        let revert = result.err();
        let (changed_at, present) = model.rate();
        let available_at = changed_at + DAY;
        // The rate that a token starts with isn't a change.
        if model.changes.len() > 1 && now < available_at {
            let early = CredentialTokenRateChangeTooSoon { availableAt: U256::from(available_at) };
            let holds = revert == Some(Bytes::from(early.abi_encode()));
            return self.tally.test("BUCKET-005", holds, &(available_at, revert));
        }
        if rate == present {
            let unchanged = CredentialTokenRateUnchanged { rate };
            prop_assert_eq!(revert, Some(Bytes::from(unchanged.abi_encode())));
            return Ok(());
        }
        let before = model.counting(now);
        model.set(rate, now);
        prop_assert_eq!(revert, None);
        if rate > before {
            // A day later there is a day's of the higher rate more, wherever there is room for it.
            self.arena.wait(DAY).await;
            model.fill(now + DAY);
            let holds = self.available().await == model.available();
            self.tally.test("BUCKET-003", holds, &(rate, before, model.available()))?;
        }
        Ok(())
    }

    /// What the token would mint now at most.
    async fn available(&self) -> U256 {
        let everything = token::mintCall { to: self.holder(), amount: U256::MAX };
        self.arena.asks(self.minter(), self.at, &everything).await.expect("the minter mints")
    }
}

#[test]
fn a_token_mints_what_its_limit_says() {
    let arena = run(Arena::new("bucket"));
    let tally = Tally::default();
    let (at, created_at) = run(async {
        let stage = &arena.stage;
        let credential = stage.credential().await.id;
        let call = createTokenCall {
            emissionRate: tokens(FIRST_RATE),
            maxSupply: tokens(MAX_SUPPLY),
            ..stage.token_call(credential)
        };
        let created = stage.executes(&stage.holder, stage.system.factory, call).await;
        (stage.event::<TokenCreated>(&created, stage.system.factory).tokenAddress, arena.now().await)
    });
    let token = &Token { arena: &arena, at, tally: &tally };
    play(file!(), CASES, &arena, &prop::collection::vec(step(), 20..50), |steps| async {
        let mut model = Model::new(tokens(FIRST_RATE), created_at);
        for step in steps {
            if arena.now().await - created_at > LIFE {
                break;
            }
            token.take(&mut model, step).await?;
            let holds = token.available().await == model.available();
            token.tally.test("BUCKET-002", holds, &(step, model.available()))?;
        }
        Ok(())
    });
    tally.assert_each(&IDS, TIMES);
}
