//! The history as a pool keeps it: what trades write, and what the sums of prices are.

use super::world::{ALICE, NOW, World, wad};
use abi::pool::ICredentialPool::{PoolPausedSet, ProtocolFeeSet, Swap, Sync};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolEvent;
use math::curve;

/// Slots of the layout.
const HOURS: u64 = 9;
const DAYS: u64 = 753;

fn buy(world: &mut World, ether: u64) -> U256 {
    let deadline = U256::from(world.now());
    world.pays(ALICE, wad(ether), |m| m.swap_exact_eth_for_tokens(U256::ZERO, ALICE, deadline)).unwrap()
}

#[test]
fn an_hour_and_a_day_are_kept_by_the_first_trade_after_them() {
    let mut world = World::new();
    let kept = |world: &World, slot: u64| !world.vm.get_storage(U256::from(slot)).is_zero();
    buy(&mut world, 1);
    world.wait(3_599);
    buy(&mut world, 1);
    assert!(!kept(&world, HOURS));
    world.wait(1);
    buy(&mut world, 1);
    assert!(kept(&world, HOURS) && !kept(&world, HOURS + 1) && !kept(&world, DAYS));
    world.wait(86_400);
    buy(&mut world, 1);
    assert!(
        kept(&world, HOURS + 1) && !kept(&world, HOURS + 2) && kept(&world, DAYS) && !kept(&world, DAYS + 1)
    );

    let means = world.market.daily_means().unwrap();
    let days: Vec<_> = means.iter().map(|mean| (mean.day - NOW / 86_400, mean.trades)).collect();
    assert_eq!(days, [(0, 3)]);
    // 2³⁴ wei is the unit.
    assert!(U256::from(means[0].volume).abs_diff(wad(3)) < U256::from(3_u64 << 34));
}

#[test]
fn questions_are_answered_by_what_happened() {
    let mut world = World::new();
    world.wait(7_200);
    let before = world.market.window(7_200).unwrap();
    // 10 Ether for 1 000 tokens: a hundredth of an Ether each.
    let expected = wad(1) / U256::from(100);
    assert!(before.price() <= expected && expected - before.price() < expected / U256::from(10_000_000));
    assert_eq!((before.volume(), before.seconds), (0, 7_200));
    assert!(U256::from(before.ether()).abs_diff(wad(10)) < wad(1) / U256::from(1_000));
    buy(&mut world, 10);
    world.wait(7_200);
    let after = world.market.window(7_200).unwrap();
    assert!(after.price() > before.price() * U256::from(39) / U256::from(10), "four times the price");
    assert_eq!(after.seconds, 7_200);
    let whole = world.market.window(7_201).unwrap();
    assert_eq!(whole.seconds, 7_201, "nothing happened in the hour in which it begins");
    let counted = wad(10) >> 34_u32 << 34_u32;
    // What happens in the second of the last interaction is over when a window begins with it.
    assert_eq!([after.volume(), whole.volume()].map(U256::from), [U256::ZERO, counted]);
    let points = world.market.observe(&[14_400, 7_200, 0]).unwrap();
    assert_eq!(points[0], Default::default());
    assert!(points[2].depth > points[1].depth);
    assert_eq!([points[1].volume, points[2].volume].map(U256::from), [counted; 2]);
}

#[test]
fn sums_of_prices_are_uniswaps() {
    let mut world = World::new();
    assert_eq!(world.market.cumulative_prices(), Ok([U256::ZERO; 2]));
    let mut sums = [U256::ZERO; 2];
    for (ether, seconds) in [(1, 10), (2, 0), (3, 5_000), (1, 90_000)] {
        world.wait(seconds);
        let [token, reserve] = world.market.reserves();
        sums[0] += curve::price(reserve, token) * U256::from(seconds);
        sums[1] += curve::price(token, reserve) * U256::from(seconds);
        buy(&mut world, ether);
        assert_eq!(world.market.cumulative_prices(), Ok(sums));
    }
    let (_, last) = world.market.reserves_and_time();
    assert_eq!(u64::from(last), world.now() % (1 << 32));
}

#[test]
fn events_tell_what_happened() {
    let mut world = World::new();
    let before = world.vm.get_emitted_logs().len();
    let out = buy(&mut world, 1);
    world.by(super::world::FACTORY, |m| m.set_paused(true)).unwrap();
    world.by(super::world::FACTORY, |m| m.set_paused(true)).unwrap();
    world.by(super::world::FACTORY, |m| m.set_protocol_fee(true)).unwrap();
    let logs: Vec<_> = world.vm.get_emitted_logs().split_off(before);
    let [token, ether] = world.market.reserves();
    let expected = [
        Sync { reserve0: token.try_into().unwrap(), reserve1: ether.try_into().unwrap() }.encode_log_data(),
        Swap {
            sender: ALICE,
            amount0In: U256::ZERO,
            amount1In: wad(1),
            amount0Out: out,
            amount1Out: U256::ZERO,
            to: ALICE,
        }
        .encode_log_data(),
        PoolPausedSet { paused: true }.encode_log_data(),
        ProtocolFeeSet { on: true }.encode_log_data(),
    ];
    let expected: Vec<_> = expected.map(|log| (log.topics().to_vec(), log.data.to_vec())).into();
    assert_eq!(logs, expected);
    assert_ne!(world.market.get_amount_out(wad(1), Address::ZERO), Ok(out));
}
