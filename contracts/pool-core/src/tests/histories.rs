//! Random histories, each step compared with the model to the wei.

extern crate std;

use super::world::{ALICE, BOB, CREATOR, FACTORY, NOW, POOL, TOKEN, World};
use abi::pool::DEAD;
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256, keccak256};
use math::curve;
use proptest::prelude::*;
use reference::{
    market::{Action, Cast, Kind, Outcome, Run, State, Step, Subject},
    past::Told,
};

use crate::{Addition, Bounds, PoolError};

const CAST: Cast = Cast { users: [ALICE, BOB], creator: CREATOR, dead: DEAD, factory: FACTORY, pool: POOL };

impl Subject for World {
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>> {
        let deadline = U256::from(self.now());
        let bounds = |[token_min, ether_min]: [U256; 2]| Bounds { token_min, ether_min, to: user, deadline };
        let one = |number: Result<U256, PoolError>| number.ok().map(|number| vec![number]);
        let done = |result: Result<(), PoolError>| result.ok().map(|()| vec![]);
        match *action {
            Action::Buy(value, minimum) => {
                one(self.pays(user, value, |m| m.swap_exact_eth_for_tokens(minimum, user, deadline)))
            }
            Action::Sell(amount, minimum) => {
                one(self.by(user, |m| m.swap_exact_tokens_for_eth(amount, minimum, user, deadline, None)))
            }
            Action::BuyExact(amount, value) => {
                one(self.pays(user, value, |m| m.swap_eth_for_exact_tokens(amount, user, deadline)))
            }
            Action::SellExact(amount, maximum) => {
                one(self.by(user, |m| m.swap_tokens_for_exact_eth(amount, maximum, user, deadline, None)))
            }
            Action::PairTrade(amounts, value) => done(self.pays(user, value, |m| m.swap(amounts, user, &[]))),
            Action::Add(desired, value, minimums) => {
                let added = self.pays(user, value, |m| m.add_liquidity(desired, &bounds(minimums), None));
                let Addition { amounts: [amount0, amount1], shares } = added.ok()?;
                Some(vec![amount0, amount1, shares])
            }
            Action::PairAdd(value) => one(self.pays(user, value, |m| m.mint(user))),
            Action::Remove(shares, minimums) => {
                self.by(user, |m| m.remove_liquidity(shares, &bounds(minimums))).ok().map(Vec::from)
            }
            Action::PairRemove => self.by(user, |m| m.burn(user)).ok().map(Vec::from),
            Action::SendTokens(amount) => {
                self.sends_tokens(user, amount);
                Some(vec![])
            }
            Action::ForceEther(amount) => {
                self.forces_ether(user, amount);
                Some(vec![])
            }
            Action::Skim => done(self.by(user, |m| m.skim(user))),
            Action::Sync => done(self.by(user, crate::Market::sync)),
            Action::Wait(seconds) => {
                self.wait(seconds);
                Some(vec![])
            }
            Action::Switch(on) => done(self.by(FACTORY, |m| m.set_protocol_fee(on))),
            Action::Give(to, shares) => self.by(user, |m| m.transfer(to, shares)).ok().map(|_| vec![]),
        }
    }

    fn state(&mut self) -> State {
        State {
            reserves: self.market.reserves().map(U256::from),
            balances: [self.tokens_of(POOL), self.ether_of(POOL)],
            supply: self.market.total_supply(),
            k_last: self.market.k_last(),
            shares: CAST.holders().map(|holder| self.market.balance_of(holder)),
        }
    }

    fn ether(&mut self) -> U256 {
        self.play.ledger.borrow().ether.values().fold(U256::ZERO, |sum, ether| sum + ether)
    }

    fn now(&mut self) -> u64 {
        World::now(self)
    }

    fn told(&mut self, seconds: u64) -> Told {
        let window = self.market.window(seconds).unwrap();
        Told {
            elapsed: window.seconds,
            price: f64::from(window.price()),
            ether: f64::from(U256::from(window.ether())),
            volume: f64::from(U256::from(window.volume())),
        }
    }
}

fn run(tokens: u128, ether: u128, fee: bool, steps: &[Step]) -> Outcome {
    let world = World::with(tokens, ether, fee);
    // The creator's shares are locked at first.
    world.wait(60 * 86_400);
    Run::new(world, CAST, NOW, [tokens, ether].map(U256::from), fee).all(steps)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn histories_equal_the_model(
        tokens in 50_u128..1_000_000_000, ether in 50_u128..1_000_000, dust: (u32, u32), fee: bool,
        steps in prop::collection::vec(any::<u128>().prop_map(Step::from), 0..120),
    ) {
        let (tokens, ether) = (tokens * 10_u128.pow(18), ether * 10_u128.pow(15));
        run(tokens + u128::from(dust.0), ether + u128::from(dust.1), fee, &steps);
    }
}

/// A long history, of which enough of each kind succeeds to mean something.
#[test]
fn ten_thousand_steps_equal_the_model() {
    let mut total = Outcome::default();
    for round in 0..10_usize {
        let random = |step: usize| keccak256((round * 1_000 + step).to_be_bytes());
        let steps: Vec<Step> =
            (0..1_000).map(|step| u128::from_be_bytes(*random(step).last_chunk().unwrap()).into()).collect();
        let ether = 10_u128.pow(18) / 8 + u128::try_from(round).unwrap();
        total += run(1_234 * 10_u128.pow(18) + 567, ether, round % 2 == 0, &steps);
    }
    let Outcome { tally, charges, windows } = total;
    assert!(charges >= 200, "the protocol got shares {charges} times only");
    assert!(windows >= 24, "{windows} windows of pools that aren't too large");
    assert!(tally.values().sum::<usize>() >= 5_000, "{tally:?}");
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::PairTradeTooMuch) {
        assert!(tally.get(&kind).is_some_and(|count| *count >= 200), "{kind:?}: {tally:?}");
    }
}

proptest! {
    /// The curve's own functions are what the pool quotes.
    #[test]
    fn quotes_are_the_curves(amount in 1_u64..u64::MAX) {
        let world = World::new();
        let [token, ether] = world.market.reserves();
        let amount = U256::from(amount);
        let bought = curve::amount_out(amount, ether, token).filter(|out| *out != 0);
        prop_assert_eq!(world.market.get_amount_out(amount, Address::ZERO).ok(), bought.map(U256::from));
        let cost = curve::amount_in(amount, ether, token);
        prop_assert_eq!(world.market.get_amount_in(amount, TOKEN).ok(), cost.map(U256::from));
    }
}
