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

fn announce_call(call: &[u8]) -> Vec<u8> {
    announceProxyCallCall { call: Bytes::copy_from_slice(call) }.abi_encode()
}

fn cancel_call() -> Vec<u8> {
    cancelProxyCallCall {}.abi_encode()
}

fn lock_call() -> Vec<u8> {
    lockUpgradesCall {}.abi_encode()
}

/// The lock in the gate's word.
const LOCKED: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);

/// A chain with a locked proxy of `FIRST` for `ADMIN`.
fn locked() -> (Chain, Address) {
    let (mut chain, proxy) = proxied();
    done(&mut chain, ADMIN, proxy, &lock_call());
    (chain, proxy)
}

/// A call that has to succeed, returning nothing as the proxy's own functions do.
fn done(chain: &mut Chain, caller: Address, proxy: Address, call: &[u8]) {
    let outcome = chain.call(caller, proxy, 0, call);
    assert!(matches!(&outcome, Outcome::Returned(data, _) if data.is_empty()), "{outcome:?}");
}

/// The words of announcement and gate.
fn pending(chain: &mut Chain, proxy: Address) -> (B256, U256) {
    (chain.word(proxy, PENDING_SLOT.into()).into(), chain.word(proxy, GATE_SLOT.into()))
}

fn not_announced(call: &[u8]) -> Outcome {
    reverted(ProxyCallNotAnnounced { callHash: keccak256(call) })
}

#[test]
fn slots_are_those_of_the_standard() {
    let slot = |seed: &str| B256::from(U256::from_be_bytes(keccak256(seed).0) - U256::ONE);
    assert_eq!(IMPLEMENTATION_SLOT, slot("eip1967.proxy.implementation"));
    assert_eq!(ADMIN_SLOT, slot("eip1967.proxy.admin"));
    assert_eq!(PENDING_SLOT, slot("air.proxy.pending"));
    assert_eq!(GATE_SLOT, keccak256("air.proxy.pending"), "the slot after it");
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
    let selectors = SELECTORS.map(|selector| selector.to_vec());
    let calls = [upgrade(SECOND, &[]), change_admin(EVE), announce_call(&change_admin(EVE))];
    for data in calls.into_iter().chain(selectors) {
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

#[test]
fn calls_of_others_cost_no_more_than_with_two_functions_compared_in_turn() {
    // What the proxy adds to a call of 100 bytes that it delegates. 2 600 are for reaching the implementation and 2 100, or
    // 100 if it is warm, for the slot that says which. With two functions, whose selectors were compared one after the
    // other, it was one gas more.
    const COLD: u64 = 4_870;
    const WARM: u64 = 2_870;
    let data = [9; 100];
    let (mut chain, proxy) = proxied();
    let mut overhead = |warm: &[B256]| {
        // The implementation finds the same in both accounts, and both transactions pay for the same list.
        let list =
            |account, slots: &[B256]| slots.iter().map(move |&slot| (account, slot)).collect::<Vec<_>>();
        chain.set_word(FIRST, NOTE, U256::ONE);
        chain.set_word(proxy, NOTE, U256::ONE);
        chain.warm = list(proxy, warm);
        assert_eq!(chain.call(EVE, proxy, 0, &data), returned(echoed(1, 0, &data)));
        let through = chain.spent;
        assert_eq!(chain.call(EVE, FIRST, 0, &data), returned(echoed(1, 0, &data)));
        through - chain.spent
    };
    assert_eq!((overhead(&[]), overhead(&[IMPLEMENTATION_SLOT])), (COLD, WARM));
}

#[test]
fn unlike_selectors_are_delegated_for_the_admin() {
    let (mut chain, proxy) = proxied();
    for selector in SELECTORS {
        for bit in 0..32_u32 {
            let data = (u32::from_be_bytes(selector) ^ (1 << bit)).to_be_bytes();
            assert_eq!(chain.call(ADMIN, proxy, 0, &data), returned(echoed(1, 0, &data)), "{data:x?}");
        }
        assert_eq!(chain.call(ADMIN, proxy, 0, &selector[..3]), returned(echoed(1, 0, &selector[..3])));
    }
    for data in [[0; 4], [0xff; 4]] {
        assert_eq!(chain.call(ADMIN, proxy, 0, &data), returned(echoed(1, 0, &data)));
    }
}

#[test]
fn announcement_is_kept_and_emitted_whole() {
    for call in [upgrade(SECOND, &INIT), change_admin(EVE), vec![], vec![7; 32], vec![7; 33]] {
        let (mut chain, proxy) = proxied();
        let from = chain.now + DELAY_SECS;
        let announced = ProxyCallAnnounced {
            call: call.clone().into(),
            from: U256::from(from),
            until: U256::from(from + WINDOW_SECS),
        };
        let outcome = chain.call(ADMIN, proxy, 0, &announce_call(&call));
        assert_eq!(outcome, Outcome::Returned(Bytes::new(), vec![log(proxy, &announced)]));
        assert_eq!(pending(&mut chain, proxy), (keccak256(&call), U256::from(from)));
        assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
    }
}

#[test]
fn delays_are_two_days_and_sixteen() {
    assert_eq!((DELAY_SECS, DELAY_SECS + WINDOW_SECS), (2 * 86_400, 16 * 86_400));
}

#[test]
fn announcement_reverts_with_its_own_error_for_every_fault() {
    let (mut chain, proxy) = proxied();
    let good = announce_call(&INIT);
    assert_eq!(chain.call(ADMIN, proxy, 1, &good), reverted(ERC1967NonPayable {}));
    // The highest and lowest byte of the offset, and a length beyond all data.
    for at in [4, 35, 36] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(chain.call(ADMIN, proxy, 0, &bad), reverted(ProxyMalformedCall {}), "byte {at}");
    }
    for end in [4, 67, 68 + INIT.len() - 1] {
        assert_eq!(chain.call(ADMIN, proxy, 0, &good[..end]), reverted(ProxyMalformedCall {}), "{end} bytes");
    }
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, U256::ZERO));
}

#[test]
fn lock_is_one_way_and_emits() {
    let (mut chain, proxy) = proxied();
    assert_eq!(chain.call(ADMIN, proxy, 1, &lock_call()), reverted(ERC1967NonPayable {}));
    let outcome = chain.call(ADMIN, proxy, 0, &lock_call());
    assert_eq!(outcome, Outcome::Returned(Bytes::new(), vec![log(proxy, &UpgradesLocked {})]));
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, LOCKED));
    assert_eq!(chain.call(ADMIN, proxy, 0, &lock_call()), reverted(ProxyAlreadyLocked {}));
    // Nothing that the admin can do takes it away.
    for call in [announce_call(&INIT), cancel_call(), announce_call(&change_admin(EVE))] {
        done(&mut chain, ADMIN, proxy, &call);
        assert!(pending(&mut chain, proxy).1.bit(255));
    }
    chain.now += DELAY_SECS;
    done(&mut chain, ADMIN, proxy, &change_admin(EVE));
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, LOCKED));
    assert_eq!(chain.call(EVE, proxy, 0, &change_admin(ADMIN)), not_announced(&change_admin(ADMIN)));
}

#[test]
fn lock_keeps_what_is_announced_and_its_clock() {
    let (mut chain, proxy) = proxied();
    let call = upgrade(SECOND, &INIT);
    done(&mut chain, ADMIN, proxy, &announce_call(&call));
    let from = U256::from(chain.now + DELAY_SECS);
    chain.now += DELAY_SECS;
    done(&mut chain, ADMIN, proxy, &lock_call());
    assert_eq!(pending(&mut chain, proxy), (keccak256(&call), LOCKED | from));
    done(&mut chain, ADMIN, proxy, &call);
    assert_eq!(state(&mut chain, proxy), (SECOND, ADMIN, 2));
}

#[test]
fn what_was_done_before_the_lock_is_used_up() {
    for call in [upgrade(SECOND, &[]), change_admin(ADMIN)] {
        let (mut chain, proxy) = proxied();
        done(&mut chain, ADMIN, proxy, &announce_call(&call));
        done(&mut chain, ADMIN, proxy, &call);
        assert_eq!(pending(&mut chain, proxy), (B256::ZERO, U256::ZERO));
        done(&mut chain, ADMIN, proxy, &lock_call());
        chain.now += DELAY_SECS;
        assert_eq!(chain.call(ADMIN, proxy, 0, &call), not_announced(&call));
    }
}

#[test]
fn an_upgrade_before_the_lock_leaves_another_announcement() {
    let (mut chain, proxy) = proxied();
    done(&mut chain, ADMIN, proxy, &announce_call(&INIT));
    done(&mut chain, ADMIN, proxy, &upgrade(SECOND, &[]));
    assert_eq!(pending(&mut chain, proxy).0, keccak256(INIT));
}

#[test]
fn a_locked_proxy_does_what_was_announced_in_its_time_once() {
    for warm in [false, true] {
        for (after, call) in [
            (DELAY_SECS, upgrade(SECOND, &INIT)),
            (DELAY_SECS + 1, upgrade(SECOND, &INIT)),
            (DELAY_SECS + WINDOW_SECS, upgrade(SECOND, &INIT)),
        ] {
            let (mut chain, proxy) = locked();
            if warm {
                chain.warm = [IMPLEMENTATION_SLOT, ADMIN_SLOT, PENDING_SLOT, GATE_SLOT]
                    .map(|slot| (proxy, slot))
                    .into();
            }
            done(&mut chain, ADMIN, proxy, &announce_call(&call));
            chain.now += after;
            let upgraded = log(proxy, &Upgraded { implementation: SECOND });
            let outcome = chain.call(ADMIN, proxy, 0, &call);
            assert_eq!(outcome, Outcome::Returned(Bytes::new(), vec![upgraded]));
            assert_eq!(state(&mut chain, proxy), (SECOND, ADMIN, 2));
            assert_eq!(pending(&mut chain, proxy), (B256::ZERO, LOCKED));
            assert_eq!(chain.call(ADMIN, proxy, 0, &call), not_announced(&call), "twice");
        }
    }
}

#[test]
fn a_locked_proxy_hands_over_as_announced() {
    let (mut chain, proxy) = locked();
    let call = change_admin(EVE);
    done(&mut chain, ADMIN, proxy, &announce_call(&call));
    chain.now += DELAY_SECS;
    let changed = log(proxy, &AdminChanged { previousAdmin: ADMIN, newAdmin: EVE });
    assert_eq!(chain.call(ADMIN, proxy, 0, &call), Outcome::Returned(Bytes::new(), vec![changed]));
    assert_eq!(state(&mut chain, proxy), (FIRST, EVE, 1));
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, LOCKED));
}

#[test]
fn a_locked_proxy_refuses_what_is_not_announced_byte_for_byte() {
    let (mut chain, proxy) = locked();
    let call = upgrade(SECOND, &INIT);
    assert_eq!(chain.call(ADMIN, proxy, 0, &call), not_announced(&call), "nothing announced");
    assert_eq!(chain.call(ADMIN, proxy, 0, &change_admin(EVE)), not_announced(&change_admin(EVE)));
    done(&mut chain, ADMIN, proxy, &announce_call(&call));
    chain.now += DELAY_SECS;
    let longer = [call.as_slice(), &[0]].concat();
    let mut padding = call.clone();
    *padding.last_mut().unwrap() = 1;
    let others =
        [upgrade(SECOND, &[]), upgrade(FIRST, &INIT), change_admin(EVE), longer, padding, call[..4].to_vec()];
    for other in others {
        assert_eq!(chain.call(ADMIN, proxy, 0, &other), not_announced(&other));
    }
    assert_eq!(chain.call(EVE, proxy, 0, &call), returned(echoed(1, 0, &call)), "a stranger's is delegated");
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
    done(&mut chain, ADMIN, proxy, &call);
}

#[test]
fn a_locked_proxy_refuses_what_comes_too_early_or_too_late() {
    for call in [upgrade(SECOND, &INIT), change_admin(EVE)] {
        let (mut chain, proxy) = locked();
        done(&mut chain, ADMIN, proxy, &announce_call(&call));
        let (announced, call_hash) = (chain.now, keccak256(&call));
        let from = U256::from(announced + DELAY_SECS);
        let too_early = || reverted(ProxyCallTooEarly { callHash: call_hash, from });
        assert_eq!(chain.call(ADMIN, proxy, 0, &call), too_early());
        chain.now = announced + DELAY_SECS - 1;
        assert_eq!(chain.call(ADMIN, proxy, 0, &call), too_early());
        chain.now = announced + DELAY_SECS + WINDOW_SECS + 1;
        let until = U256::from(announced + DELAY_SECS + WINDOW_SECS);
        let too_late = ProxyCallTooLate { callHash: call_hash, until };
        assert_eq!(chain.call(ADMIN, proxy, 0, &call), reverted(too_late));
        assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
    }
}

#[test]
fn a_new_announcement_replaces_the_old_one_and_starts_its_own_clock() {
    let (mut chain, proxy) = locked();
    let (old, new) = (upgrade(SECOND, &[]), upgrade(SECOND, &INIT));
    done(&mut chain, ADMIN, proxy, &announce_call(&old));
    chain.now += DELAY_SECS;
    done(&mut chain, ADMIN, proxy, &announce_call(&new));
    let from = U256::from(chain.now + DELAY_SECS);
    assert_eq!(chain.call(ADMIN, proxy, 0, &old), not_announced(&old));
    let too_early = ProxyCallTooEarly { callHash: keccak256(&new), from };
    assert_eq!(chain.call(ADMIN, proxy, 0, &new), reverted(too_early));
    // The same again restarts it too.
    chain.now += 1;
    done(&mut chain, ADMIN, proxy, &announce_call(&new));
    assert_eq!(pending(&mut chain, proxy), (keccak256(&new), LOCKED | (from + U256::ONE)));
}

#[test]
fn cancelling_voids_and_emits() {
    let (mut chain, proxy) = locked();
    assert_eq!(chain.call(ADMIN, proxy, 0, &cancel_call()), reverted(ProxyNothingAnnounced {}));
    let call = upgrade(SECOND, &[]);
    done(&mut chain, ADMIN, proxy, &announce_call(&call));
    chain.now += DELAY_SECS;
    assert_eq!(chain.call(ADMIN, proxy, 1, &cancel_call()), reverted(ERC1967NonPayable {}));
    let cancelled = log(proxy, &ProxyCallCancelled { callHash: keccak256(&call) });
    let outcome = chain.call(ADMIN, proxy, 0, &cancel_call());
    assert_eq!(outcome, Outcome::Returned(Bytes::new(), vec![cancelled]));
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, LOCKED));
    assert_eq!(chain.call(ADMIN, proxy, 0, &call), not_announced(&call));
    assert_eq!(chain.call(ADMIN, proxy, 0, &cancel_call()), reverted(ProxyNothingAnnounced {}));
}

#[test]
fn a_change_of_admin_voids_the_announcement() {
    let (mut chain, proxy) = proxied();
    let call = upgrade(SECOND, &[]);
    done(&mut chain, ADMIN, proxy, &announce_call(&call));
    done(&mut chain, ADMIN, proxy, &change_admin(EVE));
    assert_eq!(pending(&mut chain, proxy), (B256::ZERO, U256::ZERO));
    done(&mut chain, EVE, proxy, &lock_call());
    chain.now += DELAY_SECS;
    assert_eq!(chain.call(EVE, proxy, 0, &call), not_announced(&call));
}

#[test]
fn an_announced_upgrade_that_fails_stays_announced() {
    let (mut chain, proxy) = locked();
    let unfit = upgrade(INACTIVE, &[]);
    done(&mut chain, ADMIN, proxy, &announce_call(&unfit));
    chain.now += DELAY_SECS;
    let error = ERC1967InvalidImplementation { implementation: INACTIVE };
    assert_eq!(chain.call(ADMIN, proxy, 0, &unfit), reverted(error));
    assert_eq!(pending(&mut chain, proxy).0, keccak256(&unfit));
    assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
    // It is activated meanwhile.
    chain.set_word(ARB_WASM, INACTIVE.into_word().into(), U256::ONE);
    done(&mut chain, ADMIN, proxy, &unfit);
    assert_eq!(state(&mut chain, proxy), (INACTIVE, ADMIN, 1));
}

#[test]
fn a_locked_proxy_refuses_malformed_calls_even_if_announced() {
    let cut = upgrade(SECOND, &INIT)[..99].to_vec();
    for call in [cut, upgradeToAndCallCall::SELECTOR.to_vec(), changeAdminCall::SELECTOR.to_vec()] {
        let (mut chain, proxy) = locked();
        done(&mut chain, ADMIN, proxy, &announce_call(&call));
        chain.now += DELAY_SECS;
        assert_eq!(chain.call(ADMIN, proxy, 0, &call), reverted(ProxyMalformedCall {}));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nobody_but_the_admin_changes_anything(caller: [u8; 20], tail in prop::collection::vec(any::<u8>(), 0..200), which in 0..SELECTORS.len()) {
        let caller = Address::from(caller);
        prop_assume!(caller != ADMIN);
        let (mut chain, proxy) = proxied();
        let data = [SELECTORS[which].as_slice(), &tail].concat();
        prop_assert_eq!(chain.call(caller, proxy, 0, &data), returned(echoed(1, 0, &data)));
        prop_assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
        prop_assert_eq!(pending(&mut chain, proxy), (B256::ZERO, U256::ZERO));
    }

    #[test]
    fn only_what_is_announced_happens_to_a_locked_proxy(tail in prop::collection::vec(any::<u8>(), 0..200), which in 0..SELECTORS.len(), wait in 0..2 * WINDOW_SECS) {
        let (mut chain, proxy) = locked();
        done(&mut chain, ADMIN, proxy, &announce_call(&upgrade(SECOND, &INIT)));
        chain.now += wait;
        chain.call(ADMIN, proxy, 0, &[SELECTORS[which].as_slice(), &tail].concat());
        prop_assert_eq!(state(&mut chain, proxy), (FIRST, ADMIN, 1));
        prop_assert!(pending(&mut chain, proxy).1.bit(255));
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
