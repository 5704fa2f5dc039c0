//! Random histories of several users, each step compared with the model to the wei.

extern crate std;

use super::{
    model::{Model, big},
    world::{ALICE, BOB, CREATOR, FACTORY, POOL, World},
};
use abi::pool::DEAD;
use alloc::{collections::BTreeMap, string::ToString, vec::Vec};
use alloy_primitives::{Address, U256};
use math::curve;
use num_bigint::BigUint;
use proptest::{prelude::*, strategy::ValueTree};

use crate::Bounds;

/// What a step does; amounts are fractions of what there is, in 2⁻³² of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Buy,
    Sell,
    BuyExact,
    SellExact,
    PairTrade,
    PairTradeTooMuch,
    Add,
    PairAdd,
    Remove,
    PairRemove,
    Donate,
    Skim,
    Sync,
    Wait,
    Switch,
    Give,
}

const KINDS: [Kind; 16] = [
    Kind::Buy,
    Kind::Sell,
    Kind::BuyExact,
    Kind::SellExact,
    Kind::PairTrade,
    Kind::PairTradeTooMuch,
    Kind::Add,
    Kind::PairAdd,
    Kind::Remove,
    Kind::PairRemove,
    Kind::Donate,
    Kind::Skim,
    Kind::Sync,
    Kind::Wait,
    Kind::Switch,
    Kind::Give,
];

#[derive(Clone, Debug)]
struct Step {
    kind: Kind,
    user: bool,
    side: bool,
    part: u32,
    other: u32,
}

fn step() -> impl Strategy<Value = Step> {
    (0..KINDS.len(), any::<bool>(), any::<bool>(), part(), part())
        .prop_map(|(kind, user, side, part, other)| Step { kind: KINDS[kind], user, side, part, other })
}

/// Mostly small parts, some large ones, and dust.
fn part() -> impl Strategy<Value = u32> {
    prop_oneof![5 => 0_u32..1 << 26, 2 => any::<u32>(), 1 => 0_u32..16]
}

fn number(number: &BigUint) -> U256 {
    let mut bytes = [0; 32];
    let digits = number.to_bytes_be();
    bytes[32 - digits.len()..].copy_from_slice(&digits);
    U256::from_be_bytes(bytes)
}

fn of(number: U256) -> BigUint {
    BigUint::from_bytes_be(&number.to_be_bytes::<32>())
}

fn share_of(whole: &BigUint, part: u32) -> BigUint {
    whole * part >> 32_u32
}

fn name(account: Address) -> alloc::string::String {
    match account {
        FACTORY => "factory".into(),
        DEAD => "dead".into(),
        other => other.to_string(),
    }
}

/// How often each kind succeeded.
type Tally = BTreeMap<Kind, usize>;

struct Run {
    world: World,
    model: Model,
    tally: Tally,
}

impl Run {
    fn new(tokens: u128, ether: u128, fee: bool) -> Self {
        let mut world = World::with(tokens, ether, fee);
        // The creator's shares are locked at first: time has passed, all of them move.
        world.wait(60 * 86_400);
        let model = Model::new([big(tokens), big(ether)], &name(CREATOR), fee);
        // So that both users have shares from the start.
        let third = number(&(model.of(&name(CREATOR)) / 3_u32));
        let mut run = Self { world, model, tally: Tally::new() };
        for user in [ALICE, BOB] {
            run.world.by(CREATOR, |market| market.transfer(user, third)).unwrap();
            run.model.give(&name(CREATOR), &name(user), &of(third));
        }
        run
    }

    /// Does a step on both; whether it was done.
    fn step(&mut self, step: &Step) -> bool {
        let Step { kind, user, side, part, other } = *step;
        let user = if user { ALICE } else { BOB };
        let deadline = U256::from(self.world.now());
        let (market, model) = (&mut self.world, &mut self.model);
        match kind {
            Kind::Buy | Kind::Sell => {
                let of_side = usize::from(kind == Kind::Buy);
                let input = share_of(&model.reserves[of_side], part);
                let output = model.output(of_side, &input);
                let possible = output > big(0_u32);
                let amount = number(&input);
                let done = if kind == Kind::Buy {
                    market
                        .pays(user, amount, |m| m.swap_exact_eth_for_tokens(number(&output), user, deadline))
                } else {
                    market.by(user, |m| {
                        m.swap_exact_tokens_for_eth(amount, number(&output), user, deadline, None)
                    })
                };
                assert_eq!(done.ok(), possible.then(|| number(&output)));
                if possible {
                    model.trade(of_side, &input, &output);
                }
                possible
            }
            Kind::BuyExact | Kind::SellExact => {
                let of_side = usize::from(kind == Kind::BuyExact);
                let output = share_of(&model.reserves[1 - of_side], part);
                let input = model.input(of_side, &output).filter(|_| output > big(0_u32));
                let offered = number(&input.clone().unwrap_or_default());
                let done = if kind == Kind::BuyExact {
                    // What is sent beyond the price comes back.
                    let sent = offered + U256::from(other);
                    market.pays(user, sent, |m| m.swap_eth_for_exact_tokens(number(&output), user, deadline))
                } else {
                    market.by(user, |m| {
                        m.swap_tokens_for_exact_eth(number(&output), offered, user, deadline, None)
                    })
                };
                assert_eq!(done.ok(), input.as_ref().map(number));
                input.map(|input| model.trade(of_side, &input, &output)).is_some()
            }
            Kind::PairTrade | Kind::PairTradeTooMuch => {
                let of_side = usize::from(side);
                let input = share_of(&model.reserves[of_side], part);
                // What lies there is put in, too.
                let found = &model.balances[of_side] - &model.reserves[of_side] + &input;
                let mut output = model.output(of_side, &found);
                if kind == Kind::PairTradeTooMuch {
                    output += 1_u32;
                }
                let mut outputs = [big(0_u32), big(0_u32)];
                outputs[1 - of_side] = output;
                let mut after = model.clone();
                after.donate(of_side, &input);
                let possible = after.pair_trade(&outputs);
                let outs = [number(&outputs[0]), number(&outputs[1])];
                let done = if side {
                    market.pays(user, number(&input), |m| m.swap(outs, user, &[]))
                } else {
                    market.sends_tokens(user, number(&input));
                    market.by(user, |m| m.swap(outs, user, &[]))
                };
                assert_eq!(done.is_ok(), possible, "{done:?} {outputs:?}");
                if possible {
                    *model = after;
                } else if !side {
                    model.donate(0, &input);
                }
                possible
            }
            Kind::Add => {
                let desired = [share_of(&model.reserves[0], part), share_of(&model.reserves[1], other)];
                let amounts = model.fitting(&desired);
                let bounds = Bounds {
                    token_min: number(&amounts[0]),
                    ether_min: number(&amounts[1]),
                    to: user,
                    deadline,
                };
                let expected =
                    if desired.contains(&big(0_u32)) { None } else { model.add(&amounts, &name(user)) };
                let done = market
                    .pays(user, number(&desired[1]), |m| m.add_liquidity(number(&desired[0]), &bounds, None));
                let done = done.ok();
                assert_eq!(done.map(|added| added.shares), expected.as_ref().map(number));
                if let Some(added) = done {
                    assert_eq!(added.amounts, [number(&amounts[0]), number(&amounts[1])]);
                }
                expected.is_some()
            }
            Kind::PairAdd => {
                let (tokens, ether) =
                    (share_of(&model.reserves[0], part), share_of(&model.reserves[1], other));
                market.sends_tokens(user, number(&tokens));
                model.donate(0, &tokens);
                let mut after = model.clone();
                after.donate(1, &ether);
                let expected = after.pair_add(&name(user));
                let done = market.pays(user, number(&ether), |m| m.mint(user));
                assert_eq!(done.ok(), expected.as_ref().map(number));
                if expected.is_some() {
                    *model = after;
                }
                expected.is_some()
            }
            Kind::Remove => {
                let shares = share_of(&model.of(&name(user)), part);
                let expected = model.redeem(&shares, &name(user), false);
                let [token_min, ether_min] =
                    expected.clone().unwrap_or_default().map(|amount| number(&amount));
                let bounds = Bounds { token_min, ether_min, to: user, deadline };
                let done = market.by(user, |m| m.remove_liquidity(number(&shares), &bounds));
                assert_eq!(
                    done.ok(),
                    expected.as_ref().map(|amounts| [number(&amounts[0]), number(&amounts[1])])
                );
                expected.is_some()
            }
            Kind::PairRemove => {
                let shares = share_of(&model.of(&name(user)), part);
                market.by(user, |m| m.transfer(POOL, number(&shares))).unwrap();
                model.give(&name(user), &name(POOL), &shares);
                let found = model.of(&name(POOL));
                let expected = model.redeem(&found, &name(POOL), true);
                let done = market.by(user, |m| m.burn(user));
                assert_eq!(
                    done.ok(),
                    expected.as_ref().map(|amounts| [number(&amounts[0]), number(&amounts[1])])
                );
                expected.is_some()
            }
            Kind::Donate => {
                let of_side = usize::from(side);
                let amount = share_of(&model.reserves[of_side], part >> 4);
                if side {
                    market.forces_ether(user, number(&amount));
                } else {
                    market.sends_tokens(user, number(&amount));
                }
                model.donate(of_side, &amount);
                true
            }
            Kind::Skim => {
                market.by(user, |m| m.skim(user)).unwrap();
                model.skim();
                true
            }
            Kind::Sync => {
                market.by(user, |m| m.sync()).unwrap();
                model.sync();
                true
            }
            Kind::Wait => {
                market.wait(u64::from(part >> 16));
                true
            }
            Kind::Switch => {
                market.by(FACTORY, |m| m.set_protocol_fee(side)).unwrap();
                model.switch(side);
                true
            }
            Kind::Give => {
                let shares = share_of(&model.of(&name(user)), part);
                let to = if user == ALICE { BOB } else { ALICE };
                market.by(user, |m| m.transfer(to, number(&shares))).unwrap();
                model.give(&name(user), &name(to), &shares);
                true
            }
        }
    }

    /// Everything that can be seen is what the model has.
    fn check(&self) {
        let (market, model) = (&self.world.market, &self.model);
        assert_eq!(market.reserves().map(big), model.reserves);
        assert_eq!(of(market.total_supply()), model.supply);
        assert_eq!(of(market.k_last()), model.k_last.clone().unwrap_or_default());
        let balances = [self.world.tokens_of(POOL), self.world.ether_of(POOL)];
        assert_eq!(balances.map(of), model.balances);
        let mut sum = U256::ZERO;
        for account in [ALICE, BOB, CREATOR, FACTORY, DEAD, POOL] {
            let shares = market.balance_of(account);
            assert_eq!(of(shares), model.of(&name(account)), "shares of {}", name(account));
            sum += shares;
        }
        assert_eq!(sum, market.total_supply(), "P3");
        let [token, ether] = market.reserves().map(U256::from);
        assert!(token <= balances[0] && ether <= balances[1], "P1");
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

fn run(tokens: u128, ether: u128, fee: bool, steps: &[Step]) -> Tally {
    let mut run = Run::new(tokens, ether, fee);
    run.check();
    for step in steps {
        let [before, shares_before] = run.worth();
        if run.step(step) {
            *run.tally.entry(step.kind).or_default() += 1;
        }
        run.check();
        let [after, shares] = run.worth();
        // The contract's roots are rounded down, so what it charges can be off by one part in the root of the product.
        let slack = (big(1_u32) << 64_u32) * &shares_before * &shares * 2_u32 / &run.model.supply + 1_u32;
        // Switching the fee off gives up what was due.
        if step.kind != Kind::Switch {
            assert!(after * shares_before + slack * 6_u32 >= before * shares, "P2 {step:?}");
        }
    }
    run.tally
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn histories_equal_the_model(
        tokens in 50_u128..1_000_000_000, ether in 50_u128..1_000_000, dust: (u32, u32), fee: bool,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let (tokens, ether) = (tokens * 10_u128.pow(18), ether * 10_u128.pow(15));
        run(tokens + u128::from(dust.0), ether + u128::from(dust.1), fee, &steps);
    }
}

/// A long history, of which enough of each kind succeeds to mean something.
#[test]
fn ten_thousand_steps_equal_the_model() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut total = Tally::new();
    for round in 0..10 {
        let steps: Vec<Step> = (0..1_000).map(|_| step().new_tree(&mut runner).unwrap().current()).collect();
        for (kind, count) in
            run(1_234 * 10_u128.pow(18) + 567, 10_u128.pow(18) / 8 + round, round % 2 == 0, &steps)
        {
            *total.entry(kind).or_default() += count;
        }
    }
    assert!(total.values().sum::<usize>() >= 5_000, "{total:?}");
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::PairTradeTooMuch) {
        assert!(total.get(&kind).is_some_and(|count| *count >= 200), "{kind:?}: {total:?}");
    }
}

proptest! {
    /// The curve's own functions are what the pool quotes.
    #[test]
    fn quotes_are_the_curves(amount in 1_u64..u64::MAX) {
        let world = World::new();
        let [token, ether] = world.market.reserves();
        let amount = U256::from(amount);
        let out = world.market.get_amount_out(amount, Address::ZERO);
        prop_assert_eq!(out.ok().filter(|out| !out.is_zero()), curve::amount_out(amount, ether, token).filter(|out| *out != 0).map(U256::from));
        let cost = world.market.get_amount_in(amount, super::world::TOKEN);
        prop_assert_eq!(cost.ok(), curve::amount_in(amount, ether, token).map(U256::from));
    }
}
