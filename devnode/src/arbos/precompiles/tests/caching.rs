//! `ArbWasmCache` (§9.4).

use super::{programs::activated, *};
use crate::arbos::precompiles::abi::{ArbOwner, ArbWasm, ArbWasmCache};
use alloy_primitives::b256;

const PROGRAM: Address = Address::repeat_byte(0x50);

fn cache() -> ArbWasmCache::cacheProgramCall {
    ArbWasmCache::cacheProgramCall { program: PROGRAM }
}

/// A chain with an active program, and its uncached init cost.
fn chain() -> (Chain, B256, u64) {
    let mut chain = Chain::new(51);
    let code_hash = activated(&mut chain, PROGRAM);
    let program = crate::arbos::programs::enter(&mut chain.ledger, code_hash, NOW).expect("it is active");
    chain.ledger.logs.clear();
    (chain, code_hash, u64::from(program.record.init_cost))
}

#[test]
fn managers_are_listed_in_order_of_insertion() {
    let mut chain = Chain::new(51);
    let list = |chain: &mut Chain| chain.ok(USER, ARB_WASM_CACHE, &ArbWasmCache::allCacheManagersCall);
    assert_eq!(list(&mut chain), (1_606, vec![]));
    for manager in [USER, PROGRAM, ARB_SYS] {
        chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::addWasmCacheManagerCall { manager });
    }
    assert_eq!(list(&mut chain), (800 + 800 * 4 + 15, vec![USER, PROGRAM, ARB_SYS]));
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::removeWasmCacheManagerCall { manager: USER });
    assert_eq!(list(&mut chain).1, [ARB_SYS, PROGRAM]);
    let again = ArbOwner::removeWasmCacheManagerCall { manager: USER };
    assert_eq!(chain.call(DEV_ACCOUNT, ARB_OWNER, &again).1.status, Status::Revert);
    let ask = |manager| ArbWasmCache::isCacheManagerCall { manager };
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &ask(PROGRAM)), (1_606, true));
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &ask(DEV_ACCOUNT)), (1_606, false));
}

#[test]
fn strangers_lose_all_gas() {
    let (mut chain, codehash, _) = chain();
    assert_takes_all(&chain.call(USER, ARB_WASM_CACHE, &cache()).1);
    assert_takes_all(&chain.call(USER, ARB_WASM_CACHE, &ArbWasmCache::evictCodehashCall { codehash }).1);
}

#[test]
fn caching_and_evicting_cost_the_raw_init_cost() {
    let (mut chain, codehash, init_cost) = chain();
    let flag = ArbWasmCache::codehashIsCachedCall { codehash };
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &flag), (1_606, false));

    // Owners pay for two membership tests, managers for one.
    let changing = 100 + 800 + 1_756 + init_cost + 800 + 20_000;
    assert_eq!(chain.ok(DEV_ACCOUNT, ARB_WASM_CACHE, &cache()).0, 803 + 2_600 + 1_600 + changing);
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &flag), (1_606, true));
    let [(_, topics, data)] = chain.ledger.logs.as_slice() else { panic!("one log") };
    let topic = b256!("1bfaa29b4618e78f5b398027d530826dbb266dc976a5067f67fdad15434ecfab");
    assert_eq!(topics.as_slice(), [topic, DEV_ACCOUNT.into_word(), codehash]);
    assert_eq!(data.as_ref(), B256::with_last_byte(1).as_slice());

    chain.ok(DEV_ACCOUNT, ARB_OWNER, &ArbOwner::addWasmCacheManagerCall { manager: USER });
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &cache()).0, 803 + 2_600 + 800 + 900);
    let evict = ArbWasmCache::evictCodehashCall { codehash };
    assert_eq!(chain.ok(USER, ARB_WASM_CACHE, &evict).0, 803 + 800 + changing);
    assert!(!chain.ok(USER, ARB_WASM_CACHE, &flag).1);
}

#[test]
fn only_current_programs_are_cached_but_any_is_evicted() {
    let (mut chain, codehash, _) = chain();
    chain.ok(DEV_ACCOUNT, ARB_WASM_CACHE, &cache());
    chain.ledger.deploy(USER, vec![1, 2, 3]);
    let inactive = ArbWasmCache::cacheProgramCall { program: USER };
    let (_, outcome) = chain.call(DEV_ACCOUNT, ARB_WASM_CACHE, &inactive);
    let error = ArbWasm::ProgramNeedsUpgrade { version: 0, stylusVersion: 2 };
    let spent = 803 + 2_600 + 1_600 + 900;
    assert_reverts_with(&outcome, &error, "error ProgramNeedsUpgrade(0, 2)", spent + 9);

    chain.block.timestamp += 366 * 86_400;
    let (_, outcome) = chain.call(DEV_ACCOUNT, ARB_WASM_CACHE, &cache());
    let age = chain.block.timestamp - NOW + NOW.wrapping_sub(1_421_388_000) % 3_600;
    let error = ArbWasm::ProgramExpired { ageInSeconds: age };
    assert_reverts_with(&outcome, &error, &format!("error ProgramExpired({age})"), spent + 6);
    chain.ok(DEV_ACCOUNT, ARB_WASM_CACHE, &ArbWasmCache::evictCodehashCall { codehash });
}

#[test]
fn a_program_of_this_block_cannot_be_cached_yet() {
    let (mut chain, _, init_cost) = chain();
    chain.ledger.uncommitted.push(PROGRAM);
    let (_, outcome) = chain.call(DEV_ACCOUNT, ARB_WASM_CACHE, &cache());
    assert_plain_revert(&outcome, 803 + 2_600 + 1_600 + 900 + 1_756 + init_cost + 800);
}
