//! Calls as they come in: every declared function has a route, and nothing else.

use super::*;
use abi::pool_factory::IPoolFactory::{
    self, INITIAL_LOCK_PERIODCall, MINIMUM_ETH_VALUECall, MINIMUM_INITIAL_LIQUIDITYCall, PoolInfo,
    createPoolCall, getPoolInfoCall, getPoolsCall, isPoolCall, poolInfoCall,
};

kit::route_tests! { PoolFactory, "pool-factory", World, factory, others Authority }

kit::authority_tests! { World, OWNER, |world| &world.host.vm }

#[test]
fn only_create_pool_takes_ether() {
    let mut world = World::new();
    let pool = world.expect_pool(TOKEN);
    world.host.vm.set_value(ETHER);
    for selector in PoolFactory::SELECTORS.iter().filter(|each| **each != createPoolCall::SELECTOR) {
        assert_eq!(world.raw(selector), Some(Err(vec![])));
    }
    assert_eq!(world.call(&createPoolCall { token: TOKEN, initialTokenAmount: TOKENS }), Ok(pool));
}

#[test]
fn calls_are_decoded_and_answers_encoded() {
    let (mut world, pool) = World::with_pool();
    assert_eq!(world.call(&getPoolsCall { offset: n(0), limit: n(9) }), Ok(vec![pool]));
    assert_eq!(world.call(&isPoolCall { pool }), Ok(true));
    assert_eq!(world.call(&INITIAL_LOCK_PERIODCall {}), Ok(n(58 * DAY)));
    assert_eq!(world.call(&MINIMUM_ETH_VALUECall {}), Ok(POOL_ETHER_MIN_DEFAULT));
    assert_eq!(world.call(&MINIMUM_INITIAL_LIQUIDITYCall {}), Ok(POOL_TOKENS_MIN_DEFAULT));
    assert_eq!(world.call(&IPoolFactory::ownerCall {}), Ok(OWNER));
    let stranger = OwnableUnauthorizedAccount { account: ALICE }.abi_encode();
    assert_eq!(world.call(&setOracleCall { newOracle: EVE }).err(), Some(stranger));
    let absent = Vec::from(PoolFactoryError::from(PoolFactoryUnknownIndex { index: n(1), count: n(1) }));
    assert_eq!(world.call(&IPoolFactory::allPoolsCall { index: n(1) }), Err(absent));
}

#[test]
fn what_is_known_of_a_pool_comes_in_the_earlier_order() {
    let (mut world, pool) = World::with_pool();
    let supply = curve::first_shares([TOKENS.to(), ETHER.to()]).unwrap() * n(2);
    world.host.answer(pool, totalSupplyCall {}.abi_encode(), Ok(supply.abi_encode()));
    let info = PoolInfo {
        token: TOKEN,
        creator: ALICE,
        createdAt: n(NOW),
        initialLockExpiry: n(NOW + 58 * DAY),
        initialTokenLiquidity: TOKENS,
        initialEthLiquidity: ETHER,
        lockedShareBps: n(5_000),
    };
    assert_eq!(world.call(&getPoolInfoCall { pool }).unwrap(), info);
    let began = world.call(&poolInfoCall { pool }).unwrap();
    assert_eq!((began.token, began.creator, began.createdAt), (TOKEN, ALICE, n(NOW)));
    assert_eq!(began.initialLockExpiry, info.initialLockExpiry);
    assert_eq!((began.initialTokenLiquidity, began.initialEthLiquidity), (TOKENS, ETHER));
    let nothing = world.call(&getPoolInfoCall { pool: EVE }).unwrap();
    assert_eq!(
        (nothing.token, nothing.initialLockExpiry, nothing.lockedShareBps),
        (Address::ZERO, n(0), n(0))
    );
    assert_eq!(world.call(&poolInfoCall { pool: EVE }).unwrap().initialLockExpiry, n(0));
}

#[test]
fn a_list_and_a_flag_are_hashed_as_the_abi_encodes_them() {
    for (pools, on) in [(vec![], true), (vec![EVE], false), (vec![ALICE, EVE, ALICE], true)] {
        let call = setProtocolFeeCall { pools: pools.clone(), on }.abi_encode();
        let hash = call_hash(setProtocolFeeCall::SELECTOR, &list_and_flag(&pools, on));
        assert_eq!(hash, alloy_primitives::keccak256(call));
    }
}

#[test]
fn a_flag_is_true_or_false() {
    let mut world = World::new();
    let mut call = setProtocolFeeCall { pools: vec![], on: true }.abi_encode();
    assert_eq!(world.by(OWNER, |world| world.raw(&call)), Some(Ok(vec![])));
    call[4 + 63] = 2;
    assert_eq!(world.by(OWNER, |world| world.raw(&call)), Some(Err(vec![])));
}
