//! The pool's program: which calls are its own, and what happens to the others.

use crate::contract::CredentialPool;
use abi::pool::{
    CloneArgs,
    ICredentialPool::{
        PoolNotClone, PoolPlainEther, addLiquidityCall, addLiquidityWithPermitCall, initializeCall, mintCall,
        nameCall, noncesCall, swapCall, swapEthForExactTokensCall, swapExactEthForTokensCall,
    },
};
use alloy_primitives::{Address, U256, address};
use alloy_sol_types::{SolCall, SolError};
use kit::{clone, testing::Scripted};
use std::collections::BTreeSet;
use stylus_sdk::abi::Router;

const POOL: Address = address!("000000000000000000000000000000000000b001");
const PROGRAM: Address = address!("0000000000000000000000000000000000000c0d");
const EXTENSION: Address = address!("00000000000000000000000000000000000e47e5");

fn pool() -> (Scripted, CredentialPool) {
    let host = Scripted::new();
    let other = Address::repeat_byte(1);
    let args = CloneArgs {
        extension: EXTENSION,
        factory: other,
        token: other,
        creator: other,
        created_at: 1,
        initial_tokens: 1,
        initial_ether: 1,
    };
    host.vm.set_contract_address(POOL);
    host.vm.set_code(POOL, clone::runtime::<{ CloneArgs::BYTES }>(PROGRAM, &args.into()));
    let pool = CredentialPool::from(&host);
    (host, pool)
}

/// As the SDK's entrypoint does.
fn call(pool: &mut CredentialPool, data: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let (selector, arguments) = data.split_first_chunk().unwrap();
    let routed = CredentialPool::route(pool, u32::from_be_bytes(*selector), arguments);
    routed.unwrap_or_else(|| CredentialPool::fallback(pool, data).unwrap())
}

fn selectors(folder: &str) -> BTreeSet<[u8; 4]> {
    abi::json::of(folder).unwrap().functions().map(|function| function.selector().0).collect()
}

#[test]
fn routes_are_the_functions_that_the_extension_leaves() {
    let routed: BTreeSet<[u8; 4]> = CredentialPool::SELECTORS.iter().copied().collect();
    assert_eq!(routed.len(), CredentialPool::SELECTORS.len(), "each once");
    let (whole, extension) = (selectors("pool"), selectors("pool-extension"));
    assert!(routed.is_disjoint(&extension));
    assert_eq!(routed.union(&extension).copied().collect::<BTreeSet<_>>(), whole);
    let (_, mut pool) = pool();
    assert!(CredentialPool::constructor(&mut pool, &[]).is_none());
}

#[test]
fn every_route_refuses_arguments_that_are_missing() {
    for function in abi::json::of("pool").unwrap().functions().filter(|function| !function.inputs.is_empty())
    {
        if !CredentialPool::SELECTORS.contains(&function.selector().0) {
            continue;
        }
        let (_, mut pool) = pool();
        let cut = [function.selector().as_slice(), &[0; 31]].concat();
        assert_eq!(call(&mut pool, &cut), Err(vec![]), "{}", function.signature());
    }
}

#[test]
fn other_calls_go_to_the_extension_as_they_came() {
    let (host, mut pool) = pool();
    let question = noncesCall { owner: POOL }.abi_encode();
    host.answer(EXTENSION, question.clone(), Ok(vec![7; 32]));
    assert_eq!(call(&mut pool, &question), Ok(vec![7; 32]));
    let question = nameCall {}.abi_encode();
    host.answer(EXTENSION, question.clone(), Err(vec![1, 2, 3, 4]));
    assert_eq!(call(&mut pool, &question), Err(vec![1, 2, 3, 4]));
    // What nobody answers is refused as the extension refuses it.
    assert_eq!(call(&mut pool, &[0xde, 0xad, 0xbe, 0xef]), Err(vec![]));
}

#[test]
fn the_program_itself_delegates_nothing() {
    let (host, mut pool) = pool();
    host.vm.set_code(POOL, vec![0xef, 0xf0, 0x00, 0x00]);
    let refused = PoolNotClone { account: POOL }.abi_encode();
    assert_eq!(call(&mut pool, &nameCall {}.abi_encode()), Err(refused));
}

#[test]
fn ether_comes_in_by_the_functions_that_take_it() {
    let payable = [
        swapExactEthForTokensCall::SELECTOR,
        addLiquidityCall::SELECTOR,
        swapCall::SELECTOR,
        mintCall::SELECTOR,
        initializeCall::SELECTOR,
        swapEthForExactTokensCall::SELECTOR,
        addLiquidityWithPermitCall::SELECTOR,
    ];
    let declared = abi::json::of("pool").unwrap();
    for function in declared.functions() {
        let (host, mut pool) = pool();
        host.vm.set_value(U256::ONE);
        let takes = function.state_mutability == alloy_json_abi::StateMutability::Payable;
        let selector = function.selector().0;
        assert_eq!(payable.contains(&selector), takes, "{}", function.signature());
        let data = [selector.as_slice(), &[0; 320]].concat();
        host.answer(EXTENSION, data.clone(), Err(vec![1]));
        let refused = call(&mut pool, &data).unwrap_err();
        assert_eq!(refused.is_empty(), !takes, "{}", function.signature());
    }
    let (_, mut pool) = pool();
    assert_eq!(CredentialPool::receive(&mut pool), Some(Err(PoolPlainEther {}.abi_encode())));
}
