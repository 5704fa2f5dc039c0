//! Random histories of a market with two users, each step compared with the model to the wei.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

use crate::{
    pair::{Model, big, small},
    past::{Past, Told},
};

/// Longest window that pools answer, in seconds.
const WINDOW_MAX: u64 = 30 * 86_400;
/// How many windows are asked for at a history's end.
const WINDOWS: u64 = 24;

/// What somebody does. Amounts in base units and wei.
#[derive(Clone, Debug)]
pub enum Action {
    /// `swapExactEthForTokens` with this much Ether, for at least as much.
    Buy(U256, U256),
    /// `swapExactTokensForEth` of as much, for at least as much.
    Sell(U256, U256),
    /// `swapEthForExactTokens` of as much, with this much Ether.
    BuyExact(U256, U256),
    /// `swapTokensForExactEth` of as much, for at most as much.
    SellExact(U256, U256),
    /// The pair's own `swap` for these amounts, with this much Ether.
    PairTrade([U256; 2], U256),
    /// `addLiquidity` of at most as much, with this much Ether, and at least these amounts.
    Add(U256, U256, [U256; 2]),
    /// The pair's own `mint`, with this much Ether.
    PairAdd(U256),
    /// `removeLiquidity` of as many shares, for at least these amounts.
    Remove(U256, [U256; 2]),
    /// The pair's own `burn`.
    PairRemove,
    /// A transfer of tokens to the pool.
    SendTokens(U256),
    /// Ether that comes without a call.
    ForceEther(U256),
    /// `skim`.
    Skim,
    /// `sync`.
    Sync,
    /// Time passes, in seconds.
    Wait(u64),
    /// The factory switches the protocol's fee.
    Switch(bool),
    /// A transfer of shares.
    Give(Address, U256),
}

/// What a pool looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Of the token, and of Ether.
    pub reserves: [U256; 2],
    /// What the pool has of both.
    pub balances: [U256; 2],
    /// Shares in existence.
    pub supply: U256,
    /// `kLast`.
    pub k_last: U256,
    /// Shares of each of [`Cast::holders`].
    pub shares: [U256; 6],
}

/// Who plays.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// Who trade, and have tokens, Ether, and the pool's allowance without end.
    pub users: [Address; 2],
    /// Who opened the pool; his shares are released already.
    pub creator: Address,
    /// Where 1 000 shares are for ever.
    pub dead: Address,
    /// The factory.
    pub factory: Address,
    /// The pool.
    pub pool: Address,
}

impl Cast {
    /// Everybody who can have shares.
    #[must_use]
    pub const fn holders(&self) -> [Address; 6] {
        [self.users[0], self.users[1], self.creator, self.dead, self.factory, self.pool]
    }
}

/// A pool that lives through a history.
pub trait Subject {
    /// `user` does something. What it gives back; `None` if it is refused.
    fn act(&mut self, user: Address, action: &Action) -> Option<Vec<U256>>;
    /// What can be seen now.
    fn state(&mut self) -> State;
    /// The time now, in Unix seconds.
    fn now(&mut self) -> u64;
    /// What the pool tells of the last `seconds`.
    fn told(&mut self, seconds: u64) -> Told;
}

/// The kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Ether for tokens.
    Buy,
    /// Tokens for Ether.
    Sell,
    /// Ether for an exact amount of tokens.
    BuyExact,
    /// Tokens for an exact amount of Ether.
    SellExact,
    /// The pair's own trade, of what lies there too.
    PairTrade,
    /// The same for a unit too much.
    PairTradeTooMuch,
    /// Liquidity in the pool's ratio.
    Add,
    /// The pair's own addition.
    PairAdd,
    /// A redemption.
    Remove,
    /// The pair's own redemption.
    PairRemove,
    /// Something comes without being told.
    Donate,
    /// `skim`.
    Skim,
    /// `sync`.
    Sync,
    /// Time passes.
    Wait,
    /// The protocol's fee is switched.
    Switch,
    /// Shares change hands.
    Give,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 16] = [
        Self::Buy,
        Self::Sell,
        Self::BuyExact,
        Self::SellExact,
        Self::PairTrade,
        Self::PairTradeTooMuch,
        Self::Add,
        Self::PairAdd,
        Self::Remove,
        Self::PairRemove,
        Self::Donate,
        Self::Skim,
        Self::Sync,
        Self::Wait,
        Self::Switch,
        Self::Give,
    ];
}

/// A step; amounts are parts of what there is, in 2⁻³² of it.
#[derive(Clone, Debug)]
pub struct Step {
    kind: Kind,
    user: usize,
    side: usize,
    part: u32,
    other: u32,
}

impl From<u128> for Step {
    /// The step that a random number means: mostly of small parts, some of large ones, and of dust.
    fn from(random: u128) -> Self {
        let bits = |from: u32, count: u32| (random >> from) & ((1 << count) - 1);
        let word = |from: u32| u32::try_from(bits(from, 32)).expect("32 bits");
        let index = |from: u32, count: u32| usize::try_from(bits(from, count)).expect("few bits");
        let part = |from: u32, size: u32| match bits(size, 3) {
            0..5 => word(from) >> 6,
            5..7 => word(from),
            _ => word(from) >> 28,
        };
        Self {
            kind: Kind::ALL[index(0, 4)],
            user: index(4, 1),
            side: index(5, 1),
            part: part(32, 6),
            other: part(64, 9),
        }
    }
}

/// How often each kind succeeded.
pub type Tally = BTreeMap<Kind, usize>;

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How often each kind of step succeeded.
    pub tally: Tally,
    /// How many windows told what happened, all of it.
    pub windows: usize,
}

/// A history of one pool.
pub struct Run<S> {
    subject: S,
    model: Model,
    past: Past,
    cast: Cast,
    tally: Tally,
}

impl<S: Subject> Run<S> {
    /// Begins with a pool of these amounts, opened at `opened` (Unix seconds) and untouched since, of whose shares the users
    /// get a third each.
    ///
    /// # Panics
    /// The subject differs from the model.
    pub fn new(subject: S, cast: Cast, opened: u64, amounts: [U256; 2], fee: bool) -> Self {
        let model = Model::new(amounts.map(big), cast.creator, cast.dead, cast.factory, fee);
        let third = model.of(cast.creator) / 3_u32;
        let mut past = Past::default();
        past.note(opened, &model.reserves, &BigUint::default());
        let mut run = Self { subject, model, past, cast, tally: Tally::new() };
        for user in cast.users {
            run.subject
                .act(cast.creator, &Action::Give(user, small(&third)))
                .expect("the creator's shares move");
            run.model.give(cast.creator, user, &third);
        }
        run.check();
        run
    }

    /// Does the steps on both.
    ///
    /// # Panics
    /// The subject differs from the model.
    pub fn all(mut self, steps: &[Step]) -> Outcome {
        for step in steps {
            let [before, shares_before] = self.worth();
            let ether = self.model.balances[1].clone();
            let found = &ether - &self.model.reserves[1];
            if self.step(step) {
                *self.tally.entry(step.kind).or_default() += 1;
                self.note(step.kind, &ether, &found);
            }
            self.check();
            let [after, shares] = self.worth();
            // The contract's roots are rounded down, so what it charges can be off by one part in the root of the product.
            let slack =
                (BigUint::from(1_u32) << 64_u32) * &shares_before * &shares * 2_u32 / &self.model.supply;
            // Switching the fee off gives up what was due.
            if step.kind != Kind::Switch {
                let kept = after * shares_before + (slack + 1_u32) * 6_u32 >= before * shares;
                assert!(kept, "a share is worth less after {step:?}");
            }
        }
        let windows = self.check_past();
        Outcome { tally: self.tally, windows }
    }

    /// Whether the step was done.
    fn step(&mut self, step: &Step) -> bool {
        let Step { kind, user, side, part, other } = *step;
        let user = self.cast.users[user];
        let none = BigUint::default();
        let part_of = |whole: &BigUint, part: u32| (whole * part) >> 32_u32;
        let (subject, model) = (&mut self.subject, &mut self.model);
        match kind {
            Kind::Buy | Kind::Sell => {
                let of = usize::from(kind == Kind::Buy);
                let input = part_of(&model.reserves[of], part);
                let output = model.output(of, &input);
                let (amount, minimum) = (small(&input), small(&output));
                let action =
                    if of == 1 { Action::Buy(amount, minimum) } else { Action::Sell(amount, minimum) };
                let possible = output > none;
                assert_eq!(subject.act(user, &action), possible.then(|| vec![minimum]), "{action:?}");
                if possible {
                    model.trade(of, &input, &output);
                }
                possible
            }
            Kind::BuyExact | Kind::SellExact => {
                let of = usize::from(kind == Kind::BuyExact);
                let output = part_of(&model.reserves[1 - of], part);
                let input = model.input(of, &output).filter(|_| output > none);
                let (amount, offered) = (small(&output), small(&input.clone().unwrap_or_default()));
                let action = if of == 1 {
                    // What is sent beyond the price comes back.
                    Action::BuyExact(amount, offered + U256::from(other))
                } else {
                    Action::SellExact(amount, offered)
                };
                assert_eq!(subject.act(user, &action), input.as_ref().map(|_| vec![offered]), "{action:?}");
                input.map(|input| model.trade(of, &input, &output)).is_some()
            }
            Kind::PairTrade | Kind::PairTradeTooMuch => {
                let input = part_of(&model.reserves[side], part);
                // What lies there is put in, too.
                let found = &model.balances[side] - &model.reserves[side] + &input;
                let mut outputs = [none.clone(), none.clone()];
                outputs[1 - side] = model.output(side, &found) + u32::from(kind == Kind::PairTradeTooMuch);
                let mut after = model.clone();
                after.donate(side, &input);
                let possible = after.pair_trade(&outputs);
                let ether = if side == 1 { small(&input) } else { U256::ZERO };
                if side == 0 {
                    subject.act(user, &Action::SendTokens(small(&input))).expect("a transfer");
                    model.donate(0, &input);
                }
                let action = Action::PairTrade(outputs.each_ref().map(small), ether);
                assert_eq!(subject.act(user, &action).is_some(), possible, "{action:?}");
                if possible {
                    *model = after;
                }
                possible
            }
            Kind::Add => {
                let desired = [part_of(&model.reserves[0], part), part_of(&model.reserves[1], other)];
                let amounts = model.fitting(&desired);
                let expected = if desired.contains(&none) { None } else { model.add(&amounts, user) };
                let minimums = amounts.each_ref().map(small);
                let action = Action::Add(small(&desired[0]), small(&desired[1]), minimums);
                let given = expected.as_ref().map(|shares| vec![minimums[0], minimums[1], small(shares)]);
                assert_eq!(subject.act(user, &action), given, "{action:?}");
                expected.is_some()
            }
            Kind::PairAdd => {
                let (tokens, ether) = (part_of(&model.reserves[0], part), part_of(&model.reserves[1], other));
                subject.act(user, &Action::SendTokens(small(&tokens))).expect("a transfer");
                model.donate(0, &tokens);
                let mut after = model.clone();
                after.donate(1, &ether);
                let expected = after.pair_add(user);
                let action = Action::PairAdd(small(&ether));
                let given = expected.as_ref().map(|shares| vec![small(shares)]);
                assert_eq!(subject.act(user, &action), given, "{action:?}");
                if expected.is_some() {
                    *model = after;
                }
                expected.is_some()
            }
            Kind::Remove => {
                let shares = part_of(&model.of(user), part);
                let expected = model.redeem(&shares, user, false);
                let minimums = expected.clone().unwrap_or_default().each_ref().map(small);
                let action = Action::Remove(small(&shares), minimums);
                assert_eq!(
                    subject.act(user, &action),
                    expected.as_ref().map(|_| minimums.to_vec()),
                    "{action:?}"
                );
                expected.is_some()
            }
            Kind::PairRemove => {
                let (shares, pool) = (part_of(&model.of(user), part), self.cast.pool);
                subject.act(user, &Action::Give(pool, small(&shares))).expect("a transfer");
                model.give(user, pool, &shares);
                let expected = model.redeem(&model.of(pool), pool, true);
                let given = expected.as_ref().map(|amounts| amounts.each_ref().map(small).to_vec());
                assert_eq!(subject.act(user, &Action::PairRemove), given);
                expected.is_some()
            }
            Kind::Donate => {
                let amount = part_of(&model.reserves[side], part >> 4);
                let action = if side == 1 {
                    Action::ForceEther(small(&amount))
                } else {
                    Action::SendTokens(small(&amount))
                };
                subject.act(user, &action).expect("a gift");
                model.donate(side, &amount);
                true
            }
            Kind::Skim => {
                subject.act(user, &Action::Skim).expect("skim");
                model.skim();
                true
            }
            Kind::Sync => {
                subject.act(user, &Action::Sync).expect("sync");
                model.sync();
                true
            }
            Kind::Wait => subject.act(user, &Action::Wait(u64::from(part >> 16))).is_some(),
            Kind::Switch => {
                subject.act(user, &Action::Switch(side == 1)).expect("the factory may");
                model.switch(side == 1);
                true
            }
            Kind::Give => {
                let shares = part_of(&model.of(user), part);
                let to = self.cast.users[usize::from(user == self.cast.users[0])];
                subject.act(user, &Action::Give(to, small(&shares))).expect("a transfer");
                model.give(user, to, &shares);
                true
            }
        }
    }

    /// Notes what a step did, before which the pool had `ether`, of which it had `found` beyond its reserve.
    fn note(&mut self, kind: Kind, ether: &BigUint, found: &BigUint) {
        let none = BigUint::default();
        let found = match kind {
            Kind::Buy | Kind::Sell | Kind::BuyExact | Kind::SellExact => Some(&none),
            // What lies there is put in, too.
            Kind::PairTrade | Kind::PairTradeTooMuch => Some(found),
            Kind::Add | Kind::PairAdd | Kind::Remove | Kind::PairRemove | Kind::Sync => None,
            Kind::Donate | Kind::Skim | Kind::Wait | Kind::Switch | Kind::Give => return,
        };
        let after = &self.model.balances[1];
        let difference = |a: &BigUint, b: &BigUint| if a > b { a - b } else { b - a };
        let volume = match found {
            None => none,
            Some(found) if after > ether => after - ether + found,
            Some(found) => difference(&(ether - after), found),
        };
        let now = self.subject.now();
        self.past.note(now, &self.model.reserves, &volume);
    }

    /// Windows of many lengths tell what happened; how many of them all of it.
    fn check_past(&mut self) -> usize {
        let now = self.subject.now();
        let longest = self.past.age(now).min(WINDOW_MAX);
        let lengths = (1..=WINDOWS).map(|part| longest * part / WINDOWS).filter(|seconds| *seconds > 0);
        let compared = lengths.filter(|seconds| {
            let told = self.subject.told(*seconds);
            self.past.check(now, *seconds, &told)
        });
        compared.count()
    }

    /// Everything that can be seen is what the model has.
    fn check(&mut self) {
        let model = &self.model;
        let expected = State {
            reserves: model.reserves.each_ref().map(small),
            balances: model.balances.each_ref().map(small),
            supply: small(&model.supply),
            k_last: small(&model.k_last.clone().unwrap_or_default()),
            shares: self.cast.holders().map(|holder| small(&model.of(holder))),
        };
        let seen = self.subject.state();
        assert_eq!(seen, expected);
        assert_eq!(seen.shares.into_iter().fold(U256::ZERO, |sum, shares| sum + shares), seen.supply);
        assert!(seen.reserves[0] <= seen.balances[0] && seen.reserves[1] <= seen.balances[1]);
    }

    /// What a share is worth, with what is due to the protocol taken off: numerator and denominator. The root of the product
    /// has 64 more bits than the contract's.
    fn worth(&self) -> [BigUint; 2] {
        let root = |k: &BigUint| (k << 128_u32).sqrt();
        match &self.model.k_last {
            // x / (s + s (x − y) / (5 x + y)) = (5 x + y) / 6 s
            Some(k_last) => [root(&self.model.k()) * 5_u32 + root(k_last), &self.model.supply * 6_u32],
            None => [root(&self.model.k()), self.model.supply.clone()],
        }
    }
}
