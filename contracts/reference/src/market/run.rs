//! A history: each step on the subject and on the model, and what holds after each.

use std::{collections::BTreeMap, mem, ops::AddAssign};

use alloy_primitives::U256;
use num_bigint::BigUint;

use super::{Action, Cast, Kind, State, Step, Subject};
use crate::{
    pair::{Model, big, small},
    past::Past,
};

/// Longest window that pools answer, in seconds.
const WINDOW_MAX: u64 = 30 * 86_400;
/// How many windows are asked for at a history's end.
const WINDOWS: u64 = 24;

/// How often each kind succeeded.
pub type Tally = BTreeMap<Kind, usize>;

/// What a history came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How often each kind of step succeeded.
    pub tally: Tally,
    /// How often the protocol got shares.
    pub charges: usize,
    /// How many windows told what happened, all of it.
    pub windows: usize,
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        for (kind, count) in other.tally {
            *self.tally.entry(kind).or_default() += count;
        }
        self.charges += other.charges;
        self.windows += other.windows;
    }
}

/// A history of one pool.
pub struct Run<S> {
    subject: S,
    model: Model,
    past: Past,
    cast: Cast,
    /// What everybody has of it, at any time.
    ether: U256,
    tally: Tally,
    charges: usize,
}

impl<S: Subject> Run<S> {
    /// Begins with a pool of these amounts, opened at `opened` (Unix seconds) and untouched since, of whose shares the users
    /// get a third each.
    ///
    /// # Panics
    /// The subject differs from the model.
    pub fn new(mut subject: S, cast: Cast, opened: u64, amounts: [U256; 2], fee: bool) -> Self {
        let model = Model::new(amounts.map(big), cast.creator, cast.dead, cast.factory, fee);
        let third = model.of(cast.creator) / 3_u32;
        let mut past = Past::default();
        past.note(opened, &model.reserves, &BigUint::default());
        let ether = subject.ether();
        let mut run = Self { subject, model, past, cast, ether, tally: Tally::new(), charges: 0 };
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
        let mut seen = self.check();
        for step in steps {
            let step = &self.meant(step);
            let [before, shares_before] = self.worth();
            let ether = self.model.balances[1].clone();
            let found = &ether - &self.model.reserves[1];
            let is_done = self.step(step);
            if is_done {
                *self.tally.entry(step.kind).or_default() += 1;
                self.note(step.kind, &ether, &found);
            }
            let seen_before = mem::replace(&mut seen, self.check());
            let charged = is_done && step.kind.changes_liquidity();
            self.check_charge(&seen_before, &seen, charged);
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
        Outcome { tally: self.tally, charges: self.charges, windows }
    }

    /// The step, or what stands for it: see [`Subject::LEAVES_GIFTS`].
    fn meant(&self, step: &Step) -> Step {
        let given = self.model.balances != self.model.reserves;
        let shares_given = self.model.of(self.cast.pool) != BigUint::default();
        let kind = match step.kind {
            kind if S::LEAVES_GIFTS => kind,
            Kind::Buy | Kind::Sell | Kind::BuyExact | Kind::SellExact if given => Kind::PairTrade,
            Kind::Add if given => Kind::PairAdd,
            Kind::Remove if given || shares_given => Kind::PairRemove,
            kind => kind,
        };
        Step { kind, ..step.clone() }
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

    /// Everything that can be seen is what the model has, and there is as much Ether as ever. Returns what was seen.
    fn check(&mut self) -> State {
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
        assert_eq!(self.subject.ether(), self.ether, "Ether appeared or is gone");
        seen
    }

    /// What the protocol got by a step is worth a sixth of the growth of √k, to the share, if the step is one that is
    /// `charged`, and nothing if it isn't.
    fn check_charge(&mut self, before: &State, after: &State, charged: bool) {
        let [.., shares_before, _] = before.shares;
        let [.., shares, _] = after.shares;
        let got = big(shares - shares_before);
        self.charges += usize::from(got != BigUint::default());
        if !charged || before.k_last.is_zero() {
            assert_eq!(got, BigUint::default(), "the protocol got shares");
            return;
        }
        let root = (big(before.reserves[0]) * big(before.reserves[1])).sqrt();
        let growth = &root - big(before.k_last).sqrt();
        // Whether as many of all shares are more of √k than a sixth of its growth.
        let is_more = |due: BigUint| &due * 6_u32 * &root > (due + big(before.supply)) * &growth;
        let (most, more) = (is_more(got.clone()), is_more(got + 1_u32));
        assert!(!most && more, "the protocol got {} of {before:?}", shares - shares_before);
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
