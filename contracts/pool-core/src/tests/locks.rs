//! The creator's first shares don't move before their time, on any path.

use super::world::{ALICE, BOB, CREATOR, NOW, POOL, World, data};
use abi::{erc20::IERC20::ERC20InsufficientBalance, pool::ICredentialPool::LiquidityLocked};
use alloc::vec::Vec;
use alloy_primitives::U256;
use math::lock;

use crate::{Bounds, Market, PoolError};

const DAY: u64 = 86_400;

fn locked(result: Result<impl core::fmt::Debug, PoolError>, day: u64) {
    let refusal: Vec<u8> = result.expect_err("locked").into();
    assert_eq!(refusal, data(LiquidityLocked { unlockTime: U256::from(NOW + day * DAY) }));
}

/// Every way in which shares leave an account, `value` of them.
fn leave(world: &mut World, value: U256) -> [Result<(), PoolError>; 3] {
    let deadline = U256::from(world.now());
    let bounds = Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to: CREATOR, deadline };
    world.by(CREATOR, |m| m.approve(BOB, U256::MAX)).unwrap();
    let by_transfer = |m: &mut Market| m.transfer(POOL, value).map(drop);
    let by_allowance = |m: &mut Market| m.transfer_from(CREATOR, BOB, value).map(drop);
    let by_redeeming = |m: &mut Market| m.remove_liquidity(value, &bounds).map(drop);
    [world.by(CREATOR, by_transfer), world.by(BOB, by_allowance), world.by(CREATOR, by_redeeming)]
}

#[test]
fn first_shares_are_released_by_quarters_on_every_path() {
    let first = World::new().market.balance_of(CREATOR);
    let [quarter, ..] = lock::parts(first);
    let one = U256::ONE;
    for (day, free, next) in
        [(0, U256::ZERO, 37), (36, U256::ZERO, 37), (37, quarter, 44), (44, quarter * U256::from(2), 51)]
    {
        let mut world = World::new();
        world.wait(day * DAY);
        assert_eq!(world.market.locked_balance_of(CREATOR), Ok(first - free), "day {day}");
        for refused in leave(&mut world, free + one) {
            locked(refused, next);
        }
        if free > U256::ZERO {
            world.by(CREATOR, |m| m.transfer(ALICE, free)).unwrap();
            for refused in leave(&mut world, one) {
                locked(refused, next);
            }
            // What others give is free.
            world.by(ALICE, |m| m.transfer(CREATOR, free)).unwrap();
            for moved in leave(&mut world, free / U256::from(3)) {
                moved.unwrap();
            }
        }
    }
}

#[test]
fn all_of_it_moves_in_the_end() {
    let mut world = World::new();
    let first = world.market.balance_of(CREATOR);
    // Asked for at the start, the refusal tells when all of it will be free.
    locked(world.by(CREATOR, |m| m.transfer(ALICE, first)), 58);
    world.wait(58 * DAY);
    assert_eq!(world.market.locked_balance_of(CREATOR), Ok(U256::ZERO));
    world.by(CREATOR, |m| m.transfer(ALICE, first)).unwrap();
    assert_eq!(world.market.balance_of(ALICE), first);
}

#[test]
fn what_the_creator_sends_to_itself_lowers_no_balance() {
    let mut world = World::new();
    let first = world.market.balance_of(CREATOR);
    world.by(CREATOR, |m| m.transfer(CREATOR, first)).unwrap();
    world.by(CREATOR, |m| m.approve(BOB, first)).unwrap();
    world.by(BOB, |m| m.transfer_from(CREATOR, CREATOR, first)).unwrap();
    assert_eq!(world.market.allowance(CREATOR, BOB), U256::ZERO);
    assert_eq!(world.market.balance_of(CREATOR), first);
    assert_eq!(world.market.locked_balance_of(CREATOR), Ok(first));
    // Nothing is freed by it, and nothing made of it.
    for refused in leave(&mut world, U256::ONE) {
        locked(refused, 37);
    }
    let needed = first + U256::ONE;
    let refusal: Vec<u8> = world.by(CREATOR, |m| m.transfer(CREATOR, needed)).expect_err("too much").into();
    assert_eq!(refusal, data(ERC20InsufficientBalance { sender: CREATOR, balance: first, needed }));
}

#[test]
fn nobody_elses_shares_are_locked() {
    let mut world = World::new();
    let deadline = U256::from(world.now());
    let bounds = Bounds { token_min: U256::ZERO, ether_min: U256::ZERO, to: ALICE, deadline };
    let hundred = super::world::wad(100);
    let added = world.pays(ALICE, super::world::wad(1), |m| m.add_liquidity(hundred, &bounds, None)).unwrap();
    assert_eq!(world.market.locked_balance_of(ALICE), Ok(U256::ZERO));
    world.by(ALICE, |m| m.transfer(BOB, added.shares)).unwrap();
    let (times, parts) = world.market.unlock_schedule().unwrap();
    assert_eq!(times, [37, 44, 51, 58].map(|day| NOW + day * DAY));
    assert_eq!(parts.into_iter().fold(U256::ZERO, |sum, part| sum + part), world.market.balance_of(CREATOR));
}
