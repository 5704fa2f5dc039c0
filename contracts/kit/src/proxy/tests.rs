//! The proxy's code, run by an EVM.

use super::*;
use crate::evm::{
    chain::{Chain, EVE, NOTE, Outcome, REFUSED, echoed},
    op,
};
use alloy_primitives::{Bytes, Log, U256, address, keccak256};
use proptest::prelude::*;
use std::{vec, vec::Vec};

const ADMIN: Address = address!("00000000000000000000000000000000000ad314");
const FIRST: Address = address!("0000000000000000000000000000000000001111");
const SECOND: Address = address!("0000000000000000000000000000000000002222");
/// A contract that no `ArbWasm` knows as a program.
const INACTIVE: Address = address!("0000000000000000000000000000000000003333");

const INIT: [u8; 5] = [0x11, 2, 3, 4, 5];

/// Stands in for `ArbWasm`: version 2 for the addresses that its storage has, a revert for others.
const fn arb_wasm() -> Code {
    const KNOWN: Label = Label::new(0);
    let code = Code::new().push1(4).ops([CALLDATALOAD, SLOAD]).jump_if(KNOWN).ops([PUSH0, PUSH0, REVERT]);
    code.label(KNOWN).push1(2).ops([PUSH0, MSTORE]).push1(32).ops([PUSH0, RETURN])
}

/// A chain with two active programs and one inactive.
fn chain() -> Chain {
    const ARB_WASM_BYTES: usize = arb_wasm().len();
    let mut chain = Chain::new();
    chain.enrich(ADMIN);
    for (mark, account) in [(1, FIRST), (2, SECOND), (3, INACTIVE)] {
        chain.put_echo(account, mark);
    }
    chain.put(ARB_WASM, &arb_wasm().finish::<ARB_WASM_BYTES>());
    for active in [FIRST, SECOND] {
        chain.set_word(ARB_WASM, active.into_word().into(), U256::ONE);
    }
    chain
}

/// A chain with a proxy of `FIRST` for `ADMIN`.
fn proxied() -> (Chain, Address) {
    let mut chain = chain();
    let (_, proxy) = chain.create(0, &creation(FIRST, ADMIN, &INIT));
    (chain, proxy.unwrap())
}

/// Implementation, admin and note of a proxy.
fn state(chain: &mut Chain, proxy: Address) -> (Address, Address, u64) {
    let [implementation, admin] = [IMPLEMENTATION_SLOT, ADMIN_SLOT]
        .map(|slot| Address::from_word(chain.word(proxy, slot.into()).into()));
    (implementation, admin, chain.word(proxy, NOTE).to())
}

fn reverted(error: impl SolError) -> Outcome {
    Outcome::Reverted(error.abi_encode().into())
}

fn returned(data: Bytes) -> Outcome {
    Outcome::Returned(data, vec![])
}

fn log(proxy: Address, event: &impl SolEvent) -> Log {
    Log { address: proxy, data: event.encode_log_data() }
}

fn upgrade(implementation: Address, data: &[u8]) -> Vec<u8> {
    upgradeToAndCallCall { implementation, data: Bytes::copy_from_slice(data) }.abi_encode()
}

fn change_admin(new_admin: Address) -> Vec<u8> {
    changeAdminCall { newAdmin: new_admin }.abi_encode()
}

#[test]
fn slots_are_those_of_the_standard() {
    let slot = |seed: &str| B256::from(U256::from_be_bytes(keccak256(seed).0) - U256::ONE);
    assert_eq!(IMPLEMENTATION_SLOT, slot("eip1967.proxy.implementation"));
    assert_eq!(ADMIN_SLOT, slot("eip1967.proxy.admin"));
}

#[test]
fn code_is_named_opcodes_only_and_jumps_land_on_jumpdests() {
    for code in [CONSTRUCTOR.as_slice(), &RUNTIME] {
        let (mut at, mut pushed, mut dests, mut targets) = (0, None, vec![], vec![]);
        while at < code.len() {
            let opcode = code[at];
            assert!(op::name(opcode).is_some(), "{opcode:#x} at {at} has no name");
            match opcode {
                JUMP | JUMPI => targets.push(pushed.expect("every target is pushed right before its jump")),
                JUMPDEST => dests.push(at),
                _ => (),
            }
            let operand = if (PUSH1..=PUSH32).contains(&opcode) { usize::from(opcode - PUSH0) } else { 0 };
            pushed = (opcode == PUSH2).then(|| usize::from(code[at + 1]) << 8 | usize::from(code[at + 2]));
            at += 1 + operand;
        }
        assert!(targets.iter().all(|target| dests.contains(target)));
        assert!(!targets.is_empty());
    }
}

#[test]
fn creation_initialises_in_one_step_and_emits() {
    let mut chain = chain();
    let (outcome, proxy) = chain.create(0, &creation(FIRST, ADMIN, &INIT));
    let proxy = proxy.unwrap();
    let upgraded = Upgraded { implementation: FIRST };
    let changed = AdminChanged { previousAdmin: Address::ZERO, newAdmin: ADMIN };
    let logs = vec![log(proxy, &upgraded), log(proxy, &changed)];
    assert_eq!(outcome, Outcome::Returned(RUNTIME.into(), logs));
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
}

#[test]
fn creation_reverts_with_invalid_implementation_unless_it_is_an_active_program() {
    for unfit in [INACTIVE, EVE, Address::ZERO] {
        let (outcome, _) = chain().create(0, &creation(unfit, ADMIN, &INIT));
        assert_eq!(outcome, reverted(ERC1967InvalidImplementation { implementation: unfit }));
    }
}

#[test]
fn creation_reverts_with_invalid_implementation_where_arb_wasm_is_nothing() {
    let mut chain = chain();
    chain.put(ARB_WASM, &[]);
    let (outcome, _) = chain.create(0, &creation(FIRST, ADMIN, &INIT));
    assert_eq!(outcome, reverted(ERC1967InvalidImplementation { implementation: FIRST }));
}

#[test]
fn creation_reverts_with_its_own_error_for_every_other_fault() {
    let create = |value, creation: &[u8]| chain().create(value, creation).0;
    let nobody = ERC1967InvalidAdmin { admin: Address::ZERO };
    assert_eq!(create(0, &creation(FIRST, Address::ZERO, &INIT)), reverted(nobody));
    assert_eq!(create(0, &creation(FIRST, ADMIN, &[])), reverted(ERC1967ProxyUninitialized {}));
    assert_eq!(create(1, &creation(FIRST, ADMIN, &INIT)), reverted(ERC1967NonPayable {}));
    let initialisation = Outcome::Reverted(echoed(1, 0, &REFUSED));
    assert_eq!(
        create(0, &creation(FIRST, ADMIN, &REFUSED)),
        initialisation,
        "the initialisation's own error"
    );
}

#[test]
fn creation_reverts_with_malformed_call_for_any_other_encoding() {
    let good = creation(FIRST, ADMIN, &INIT);
    let args = CREATION.len();
    // The highest byte of the implementation, of the admin, of the offset; the offset's lowest.
    for at in [args, args + 32, args + 64, args + 95] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(chain().create(0, &bad).0, reverted(ProxyMalformedCall {}), "byte {}", at - args);
    }
    for end in [args, args + 127, args + 128 + INIT.len() - 1] {
        assert_eq!(
            chain().create(0, &good[..end]).0,
            reverted(ProxyMalformedCall {}),
            "{} bytes",
            end - args
        );
    }
}

#[test]
fn calls_are_delegated_with_their_value_and_their_answer() {
    let (mut chain, proxy) = proxied();
    for data in [&[][..], &[1], &[1, 2, 3], &[1, 2, 3, 4], &[9; 100]] {
        assert_eq!(chain.call(EVE, proxy, 5, data), returned(echoed(1, 5, data)));
        assert_eq!(chain.call(ADMIN, proxy, 0, data), returned(echoed(1, 0, data)), "the admin's too");
    }
    assert_eq!(chain.call(EVE, proxy, 0, &REFUSED), Outcome::Reverted(echoed(1, 0, &REFUSED)));
}

#[test]
fn admin_functions_are_delegated_for_strangers() {
    let (mut chain, proxy) = proxied();
    for data in [upgrade(SECOND, &[]), change_admin(EVE), upgradeToAndCallCall::SELECTOR.to_vec()] {
        assert_eq!(chain.call(EVE, proxy, 3, &data), returned(echoed(1, 3, &data)));
    }
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
}

#[test]
fn upgrade_by_the_admin_takes_effect_and_emits() {
    let (mut chain, proxy) = proxied();
    let upgraded = log(proxy, &Upgraded { implementation: SECOND });
    assert_eq!(
        chain.call(ADMIN, proxy, 0, &upgrade(SECOND, &[])),
        Outcome::Returned(Bytes::new(), vec![upgraded])
    );
    assert_eq!(state(&mut chain, proxy), (SECOND, ADMIN, 1), "nothing ran yet");
    assert_eq!(chain.call(EVE, proxy, 0, &INIT), returned(echoed(2, 0, &INIT)));
}

#[test]
fn upgrade_with_a_call_runs_the_new_code_at_once() {
    let (mut chain, proxy) = proxied();
    let upgraded = log(proxy, &Upgraded { implementation: SECOND });
    let outcome = chain.call(ADMIN, proxy, 0, &upgrade(SECOND, &INIT));
    assert_eq!(outcome, Outcome::Returned(Bytes::new(), vec![upgraded]));
    assert_eq!(state(&mut chain, proxy), (SECOND, ADMIN, 2));
}

#[test]
fn upgrade_whose_call_fails_changes_nothing_and_gives_its_error() {
    let (mut chain, proxy) = proxied();
    let outcome = chain.call(ADMIN, proxy, 0, &upgrade(SECOND, &REFUSED));
    assert_eq!(outcome, Outcome::Reverted(echoed(2, 0, &REFUSED)));
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
}

#[test]
fn upgrade_reverts_with_its_own_error_for_every_other_fault() {
    let (mut chain, proxy) = proxied();
    let unfit = ERC1967InvalidImplementation { implementation: INACTIVE };
    assert_eq!(chain.call(ADMIN, proxy, 0, &upgrade(INACTIVE, &[])), reverted(unfit));
    assert_eq!(chain.call(ADMIN, proxy, 1, &upgrade(SECOND, &[])), reverted(ERC1967NonPayable {}));
    let good = upgrade(SECOND, &INIT);
    // The highest byte of the implementation and of the offset, the offset's lowest, and a length beyond all data.
    for at in [4, 36, 67, 68] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(chain.call(ADMIN, proxy, 0, &bad), reverted(ProxyMalformedCall {}), "byte {at}");
    }
    for end in [4, 99, 100 + INIT.len() - 1] {
        assert_eq!(chain.call(ADMIN, proxy, 0, &good[..end]), reverted(ProxyMalformedCall {}), "{end} bytes");
    }
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
}

#[test]
fn change_of_admin_takes_effect_and_emits() {
    let (mut chain, proxy) = proxied();
    let changed = log(proxy, &AdminChanged { previousAdmin: ADMIN, newAdmin: EVE });
    assert_eq!(
        chain.call(ADMIN, proxy, 0, &change_admin(EVE)),
        Outcome::Returned(Bytes::new(), vec![changed])
    );
    assert_eq!(state(&mut chain, proxy), (FIRST, EVE, 1));
    let again = change_admin(ADMIN);
    assert_eq!(chain.call(ADMIN, proxy, 0, &again), returned(echoed(1, 0, &again)), "a stranger now");
}

#[test]
fn change_of_admin_reverts_with_its_own_error_for_every_fault() {
    let (mut chain, proxy) = proxied();
    let nobody = ERC1967InvalidAdmin { admin: Address::ZERO };
    assert_eq!(chain.call(ADMIN, proxy, 0, &change_admin(Address::ZERO)), reverted(nobody));
    assert_eq!(chain.call(ADMIN, proxy, 1, &change_admin(EVE)), reverted(ERC1967NonPayable {}));
    let good = change_admin(EVE);
    let mut dirty = good.clone();
    dirty[4] ^= 1;
    for bad in [dirty.as_slice(), &good[..35], &good[..4]] {
        assert_eq!(chain.call(ADMIN, proxy, 0, bad), reverted(ProxyMalformedCall {}));
    }
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_but_the_admin_changes_anything(caller: [u8; 20], tail in prop::collection::vec(any::<u8>(), 0..200), which: bool) {
        let caller = Address::from(caller);
        prop_assume!(caller != ADMIN);
        let selector = if which { upgradeToAndCallCall::SELECTOR } else { changeAdminCall::SELECTOR };
        let (mut chain, proxy) = proxied();
        let data = [selector.as_slice(), &tail].concat();
        prop_assert_eq!(chain.call(caller, proxy, 0, &data), returned(echoed(1, 0, &data)));
        prop_assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
    }

    #[test]
    fn whatever_the_admin_sends_the_implementation_stays_active(tail in prop::collection::vec(any::<u8>(), 0..200), which: bool) {
        let selector = if which { upgradeToAndCallCall::SELECTOR } else { changeAdminCall::SELECTOR };
        let (mut chain, proxy) = proxied();
        chain.call(ADMIN, proxy, 0, &[selector.as_slice(), &tail].concat());
        let (implementation, admin, _) = state(&mut chain, proxy);
        prop_assert!([FIRST, SECOND].contains(&implementation));
        prop_assert!(!admin.is_zero());
    }
}
