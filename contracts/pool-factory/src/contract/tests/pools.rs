//! What guardian and owner do with pools that exist (M5).

use super::*;

/// A factory with two pools, one paused and one not.
fn with_two_pools() -> (World, [Address; 2]) {
    let (mut world, first) = World::with_pool();
    world.expect_pool(OTHER_TOKEN);
    let second = world.create(OTHER_TOKEN).unwrap();
    for pool in [first, second] {
        for paused in [false, true] {
            world.host.answer(pool, setPausedCall { paused }.abi_encode(), Ok(vec![]));
        }
    }
    pool_is(&world, first, true);
    pool_is(&world, second, false);
    world.factory.pools.paused.set_number(n(1));
    world.forget();
    (world, [first, second])
}

/// Makes `pool` answer whether it is paused.
fn pool_is(world: &World, pool: Address, paused: bool) {
    world.host.answer(pool, pausedCall {}.abi_encode(), Ok(paused.abi_encode()));
}

#[test]
fn pausing_reaches_the_pools_that_run_and_counts_them() {
    let (mut world, [first, second]) = with_two_pools();
    world.by(GUARDIAN, |world| world.factory.pause_pools(&[first, second])).unwrap();
    assert!(!guard::is_held(), "released");
    assert_eq!(world.host.made(), [(second, setPausedCall { paused: true }.abi_encode(), n(0))]);
    assert_eq!(world.factory.paused_pools(), n(2));
    pool_is(&world, second, true);
    world.by(OWNER, |world| world.factory.pause_pools(&[second])).unwrap();
    assert!(world.host.made().is_empty());
    assert_eq!(world.factory.paused_pools(), n(2));
}

#[test]
fn unpausing_reaches_the_pools_that_are_paused_and_counts_them() {
    let (mut world, [first, second]) = with_two_pools();
    world.by(OWNER, |world| world.factory.unpause_pools(&[first, second])).unwrap();
    assert_eq!(world.host.made(), [(first, setPausedCall { paused: false }.abi_encode(), n(0))]);
    assert_eq!(world.factory.paused_pools(), n(0));
}

#[test]
fn the_guardian_pauses_pools_and_only_the_owner_lets_them_go_on() {
    let (mut world, [first, second]) = with_two_pools();
    let neither = GuardianUnauthorizedAccount { account: EVE };
    world.refuses(EVE, neither, |world| world.factory.pause_pools(&[second]));
    for other in [EVE, GUARDIAN] {
        let stranger = OwnableUnauthorizedAccount { account: other };
        world.refuses(other, stranger, |world| world.factory.unpause_pools(&[first]));
    }
}

#[test]
fn renounce_ownership_reverts_with_pools_paused_while_there_are_any() {
    let (mut world, [first, _]) = with_two_pools();
    let stranger = OwnableUnauthorizedAccount { account: EVE };
    world.refuses(EVE, stranger, |world| world.factory.renounce_ownership());
    let paused = PoolFactoryPoolsPaused { count: n(1) };
    world.refuses(OWNER, paused, |world| world.factory.renounce_ownership());
    world.by(OWNER, |world| world.factory.unpause_pools(&[first])).unwrap();
    world.by(OWNER, |world| world.factory.renounce_ownership()).unwrap();
    assert_eq!(
        (world.factory.authority.owner(), world.factory.authority.guardian()),
        (Address::ZERO, Address::ZERO)
    );
}

#[test]
fn lists_revert_with_too_many_pools_beyond_100() {
    let (mut world, [first, _]) = with_two_pools();
    let many = vec![first; 101];
    let error = || PoolFactoryTooManyPools { count: n(101), limit: BATCH_MAX };
    world.refuses(OWNER, error(), |world| world.factory.pause_pools(&many));
    world.refuses(OWNER, error(), |world| world.factory.unpause_pools(&many));
    world.refuses(OWNER, error(), |world| world.factory.set_protocol_fee(&many, true));
    assert_eq!(world.by(OWNER, |world| world.factory.pause_pools(&many[1..])), Ok(()));
    assert_eq!(BATCH_MAX, n(100));
}

#[test]
fn lists_revert_with_unknown_pool_whatever_else_is_in_them() {
    let (mut world, [first, second]) = with_two_pools();
    let error = || PoolFactoryUnknownPool { pool: EVE };
    let pools = [first, second, EVE];
    world.refuses(OWNER, error(), |world| world.factory.pause_pools(&pools));
    world.refuses(OWNER, error(), |world| world.factory.unpause_pools(&pools));
    world.refuses(OWNER, error(), |world| world.factory.set_protocol_fee(&pools, true));
    assert!(world.host.made().is_empty());
}

#[test]
fn lists_revert_with_pool_failed_for_the_one_that_fails() {
    let (mut world, [first, second]) = with_two_pools();
    let error = || PoolFactoryPoolFailed { pool: second };
    world.host.silence(second, setPausedCall { paused: true }.abi_encode());
    world.refuses(OWNER, error(), |world| world.factory.pause_pools(&[first, second]));
    world.host.silence(second, pausedCall {}.abi_encode());
    world.refuses(OWNER, error(), |world| world.factory.pause_pools(&[first, second]));
    world.refuses(OWNER, error(), |world| world.factory.set_protocol_fee(&[second], true));
}

#[test]
fn the_protocols_fee_is_switched_pool_by_pool() {
    let (mut world, [first, second]) = with_two_pools();
    for on in [true, false] {
        let switch = ICredentialPool::setProtocolFeeCall { on }.abi_encode();
        for pool in [first, second] {
            world.host.answer(pool, switch.clone(), Ok(vec![]));
        }
        world.by(OWNER, |world| world.factory.set_protocol_fee(&[second, first], on)).unwrap();
        assert_eq!(world.host.made(), [(second, switch.clone(), n(0)), (first, switch, n(0))]);
        assert!(!guard::is_held(), "released");
        let stranger = OwnableUnauthorizedAccount { account: GUARDIAN };
        world.refuses(GUARDIAN, stranger, |world| world.factory.set_protocol_fee(&[first], on));
    }
    // In a flash swap the pool doesn't.
    let running = ReentrancyGuardReentrantCall {};
    let switch = ICredentialPool::setProtocolFeeCall { on: true }.abi_encode();
    world.host.answer(first, switch, Err(running.abi_encode()));
    world.refuses(OWNER, running, |world| world.factory.set_protocol_fee(&[first], true));
}

#[test]
fn lists_revert_with_reentrant_call_while_a_guarded_function_runs() {
    let (mut world, [first, _]) = with_two_pools();
    let running = || ReentrancyGuardReentrantCall {};
    guard::enter().unwrap();
    world.refuses(OWNER, running(), |world| world.factory.pause_pools(&[first]));
    guard::enter().unwrap();
    world.refuses(OWNER, running(), |world| world.factory.unpause_pools(&[first]));
    guard::enter().unwrap();
    world.refuses(OWNER, running(), |world| world.factory.set_protocol_fee(&[first], false));
}
