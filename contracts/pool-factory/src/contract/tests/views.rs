//! What can be asked.

use super::*;
use math::curve::MINIMUM_LIQUIDITY;

/// A factory with two pools.
fn with_two_pools() -> (World, [Address; 2]) {
    let (mut world, first) = World::with_pool();
    world.expect_pool(OTHER_TOKEN);
    let second = world.create(OTHER_TOKEN).unwrap();
    (world, [first, second])
}

#[test]
fn pools_and_tokens_are_found_by_each_other() {
    let (World { factory, .. }, pools) = with_two_pools();
    for (token, pool) in [TOKEN, OTHER_TOKEN].into_iter().zip(pools) {
        assert_eq!(factory.get_pool(token), pool);
        assert_eq!(factory.pool_info(pool), Some(args(token, NOW)));
        assert!(factory.is_pool(pool));
    }
    assert_eq!(factory.get_pool_count(), n(2));
}

#[test]
fn what_does_not_exist_is_zero() {
    let (World { factory, .. }, _) = with_two_pools();
    for other in [EVE, FACTORY, IMPLEMENTATION, TOKEN, Address::ZERO] {
        assert_eq!(
            factory.get_pool(other),
            if other == TOKEN { factory.pool_at(n(0)) } else { Address::ZERO }
        );
        assert!(!factory.is_pool(other) && !factory.is_liquidity_locked(other));
        assert_eq!((factory.pool_info(other), factory.get_pool_info(other)), (None, Ok(None)));
    }
}

#[test]
fn a_clone_that_the_factory_did_not_make_is_no_pool() {
    let (World { host, factory }, [pool, _]) = with_two_pools();
    // The very code of a pool, at another address; and a clone for a token without a pool.
    host.vm.set_code(EVE, host.vm.code(pool));
    let foreign = clone::runtime::<{ CloneArgs::BYTES }>(IMPLEMENTATION, &args(ORACLE, NOW).into());
    host.vm.set_code(ALICE, foreign);
    for other in [EVE, ALICE] {
        assert!(!factory.is_pool(other));
        assert_eq!(factory.pool_info(other), None);
    }
}

#[test]
fn the_locked_share_falls_week_by_week() {
    let (World { host, factory }, [pool, _]) = with_two_pools();
    let first = curve::first_shares([TOKENS.to(), ETHER.to()]).unwrap();
    let supply = first + n(MINIMUM_LIQUIDITY);
    host.answer(pool, totalSupplyCall {}.abi_encode(), Ok(supply.abi_encode()));
    let bps = || factory.get_pool_info(pool).unwrap().unwrap().1;
    for (seconds, share) in [
        (0, 9_999),
        (37 * DAY - 1, 9_999),
        (37 * DAY, 7_499),
        (44 * DAY, 4_999),
        (51 * DAY, 2_499),
        (58 * DAY - 1, 2_499),
        (58 * DAY, 0),
    ] {
        host.vm.set_block_timestamp(NOW + seconds);
        // Rounded down, so the thousand shares that stay in the pool show.
        assert_eq!(bps(), n(share), "after {seconds} s");
        assert_eq!(factory.is_liquidity_locked(pool), share > 0);
    }
    // As others add to the pool, it is a smaller part of it.
    host.vm.set_block_timestamp(NOW);
    let twice = supply + supply;
    host.answer(pool, totalSupplyCall {}.abi_encode(), Ok(twice.abi_encode()));
    assert_eq!(bps(), n(4_999));
    assert_eq!(factory.initial_lock_period(), 58 * DAY);
}

#[test]
fn get_pool_info_reverts_with_pool_failed_when_the_pool_does_not_tell_its_supply() {
    let (mut world, [pool, _]) = with_two_pools();
    let failed = PoolFactoryPoolFailed { pool };
    world.refuses(ALICE, failed, |world| world.factory.get_pool_info(pool));
    // What is in its code is known all the same.
    assert_eq!(world.factory.pool_info(pool), Some(args(TOKEN, NOW)));
}

#[test]
fn pages_cover_the_list_and_end_with_it() {
    let (World { factory, .. }, [first, second]) = with_two_pools();
    let page = |offset, limit| factory.get_pools(offset, limit).unwrap();
    assert_eq!(page(n(0), n(1)), [first]);
    assert_eq!(page(n(1), n(1)), [second]);
    assert_eq!(page(n(0), PAGE_MAX), [first, second]);
    assert_eq!(page(n(1), PAGE_MAX), [second]);
    assert!(page(n(0), n(0)).is_empty());
    assert!(page(n(2), n(1)).is_empty());
    assert!(page(U256::MAX, PAGE_MAX).is_empty());
    assert_eq!(factory.all_pools(n(1)), Ok(second));
}

#[test]
fn all_pools_reverts_with_unknown_index_beyond_the_last() {
    let (mut world, _) = with_two_pools();
    for index in [n(2), U256::MAX] {
        let error = PoolFactoryUnknownIndex { index, count: n(2) };
        world.refuses(ALICE, error, |world| world.factory.all_pools(index));
    }
}

#[test]
fn lists_revert_with_too_many_pools_beyond_1000() {
    let mut world = World::new();
    let error = || PoolFactoryTooManyPools { count: n(1_001), limit: n(1_000) };
    world.refuses(ALICE, error(), |world| world.factory.get_pools(n(0), n(1_001)));
    world.factory.set_implementation_and_count(IMPLEMENTATION, 1_000);
    assert_eq!(world.factory.get_all_pools().unwrap().len(), 1_000);
    world.factory.set_implementation_and_count(IMPLEMENTATION, 1_001);
    world.refuses(ALICE, error(), |world| world.factory.get_all_pools());
}
