//! The state against an independent trie, and the rules of committing.

use alloy_consensus::proofs::state_root_unhashed;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use revm::{
    bytecode::Bytecode,
    database_interface::DatabaseRef,
    state::{Account, AccountInfo, EvmState, EvmStorageSlot, TransactionId},
};
use std::collections::BTreeMap;

use super::{EMPTY_ROOT, State};

/// An account of the slow model: everything in plain maps.
#[derive(Clone, Default)]
struct Plain {
    nonce: u64,
    balance: U256,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

fn model_root(model: &BTreeMap<Address, Plain>) -> B256 {
    let accounts = model.iter().map(|(address, plain)| {
        let slots = plain.storage.iter().map(|(slot, value)| (B256::from(*slot), *value));
        let account = TrieAccount {
            nonce: plain.nonce,
            balance: plain.balance,
            storage_root: alloy_consensus::proofs::storage_root_unhashed(slots),
            code_hash: keccak256(&plain.code),
        };
        (*address, account)
    });
    state_root_unhashed(accounts)
}

fn journal_account(plain: &Plain) -> Account {
    let code = Bytecode::new_raw(plain.code.clone());
    let mut account =
        Account::from(AccountInfo::new(plain.balance, plain.nonce, keccak256(&plain.code), code));
    account.mark_touch();
    account
}

fn address(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

fn written(before: u64, after: u64) -> EvmStorageSlot {
    EvmStorageSlot::new_changed(U256::from(before), U256::from(after), TransactionId::ZERO)
}

#[test]
fn root_agrees_with_the_reference_over_a_history_of_commits_and_deletions() {
    let mut seed = 1_u64;
    let mut roll = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % sides
    };
    let (mut state, mut model) = (State::default(), BTreeMap::<Address, Plain>::new());
    let mut versions = Vec::new();
    let mut deleted = 0;
    for _ in 0..400 {
        let who = address(roll(25));
        let mut plain = model.get(&who).cloned().unwrap_or_default();
        if roll(4) == 0 {
            let mut gone = journal_account(&plain);
            gone.mark_selfdestruct();
            state.commit(EvmState::from_iter([(who, gone)]));
            deleted += u32::from(model.remove(&who).is_some());
        } else {
            plain.nonce += 1;
            plain.balance = U256::from(roll(1 << 30));
            plain.code = vec![0x60; roll(3) as usize].into();
            let mut account = journal_account(&plain);
            let original = plain.storage.clone();
            for _ in 0..roll(4) {
                let (slot, value) = (U256::from(roll(6)), U256::from(roll(3)));
                let before = original.get(&slot).copied().unwrap_or_default();
                let change = EvmStorageSlot::new_changed(before, value, TransactionId::ZERO);
                account.storage.insert(slot, change);
                if value.is_zero() {
                    plain.storage.remove(&slot);
                } else {
                    plain.storage.insert(slot, value);
                }
            }
            state.commit(EvmState::from_iter([(who, account)]));
            model.insert(who, plain);
        }
        assert_eq!(state.root(), model_root(&model));
        assert_eq!(state.total_balance(), model.values().map(|plain| plain.balance).sum::<U256>());
        versions.push((state.clone(), model_root(&model)));
    }
    assert!(deleted > 40, "the history must delete accounts");
    assert!(versions.iter().all(|(state, root)| state.root() == *root), "old versions stay as they were");
}

#[test]
fn commit_drops_a_touched_account_that_is_empty() {
    let mut state = State::default();
    state.set_balance(address(1), U256::from(5));
    state.commit(EvmState::from_iter([(address(1), journal_account(&Plain::default()))]));
    assert!(state.account(address(1)).is_none());
    assert_eq!(state.root(), EMPTY_ROOT);
}

#[test]
fn commit_ignores_an_account_that_was_only_read() {
    let mut state = State::default();
    state.set_balance(address(1), U256::from(5));
    let mut read = journal_account(&Plain::default());
    read.unmark_touch();
    state.commit(EvmState::from_iter([(address(1), read)]));
    assert_eq!(state.balance(address(1)), U256::from(5));
}

#[test]
fn commit_gives_a_created_account_fresh_storage() {
    let mut state = State::default();
    state.set_storage(address(1), U256::from(1), U256::from(7));
    let mut created = journal_account(&Plain { nonce: 1, ..Plain::default() });
    created.mark_created();
    created.storage.insert(U256::from(2), written(0, 9));
    state.commit(EvmState::from_iter([(address(1), created)]));
    assert_eq!(state.storage(address(1), U256::from(1)), U256::ZERO);
    assert_eq!(state.storage(address(1), U256::from(2)), U256::from(9));
}

#[test]
fn revm_reads_what_was_committed() {
    let mut state = State::default();
    let code = Bytes::from_static(&[0x60, 0x2a]);
    let mut account = journal_account(&Plain { nonce: 3, code: code.clone(), ..Plain::default() });
    account.storage.insert(U256::from(4), written(0, 5));
    state.commit(EvmState::from_iter([(address(1), account)]));

    let info = state.basic_ref(address(1)).unwrap().expect("the account exists");
    assert_eq!((info.nonce, info.code_hash), (3, keccak256(&code)));
    assert_eq!(info.code.unwrap().original_bytes(), code);
    assert_eq!(state.code_by_hash_ref(info.code_hash).unwrap().original_bytes(), code);
    assert_eq!(state.storage_ref(address(1), U256::from(4)).unwrap(), U256::from(5));
    assert!(state.basic_ref(address(2)).unwrap().is_none());
    assert!(state.code_by_hash_ref(KECCAK256_EMPTY).unwrap().is_empty());
}

#[test]
fn set_code_takes_bytes_that_only_look_like_a_delegation() {
    let mut state = State::default();
    let code = Bytes::from_static(&[0xef, 0x01, 0x00, 0x01]);
    state.set_code(address(1), code.clone());
    assert_eq!(state.code(address(1)), code);
}

#[test]
fn proofs_verify_for_keys_that_are_there_and_for_those_that_are_not() {
    let mut state = State::default();
    let contract = address(1);
    for n in 0..300 {
        state.set_balance(address(n), U256::from(n + 1));
    }
    // Few slots as well as many: a trie of one leaf, and nodes that are inlined in their parents.
    for slots in [0, 1, 2, 17, 400] {
        for slot in 0..slots {
            state.set_storage(contract, U256::from(slot), U256::from(slot + 1));
        }
        let account = state.account(contract).expect("it has a balance");
        for slot in 0..slots + 50 {
            let expected = (slot < slots).then(|| alloy_rlp::encode(U256::from(slot + 1)));
            let path = Nibbles::unpack(keccak256(B256::from(U256::from(slot))));
            let proof = state.storage_proof(contract, U256::from(slot));
            let verified = verify_proof(account.storage.root(), path, expected, &proof);
            assert!(verified.is_ok(), "slot {slot} of {slots}: {verified:?}");
        }
    }
    for n in 0..400 {
        let account = state.account(address(n)).map(|account| {
            alloy_rlp::encode(TrieAccount {
                nonce: account.nonce,
                balance: account.balance,
                storage_root: account.storage.root(),
                code_hash: account.code_hash,
            })
        });
        assert_eq!(account.is_some(), n < 300);
        let path = Nibbles::unpack(keccak256(address(n)));
        let verified = verify_proof(state.root(), path, account, &state.account_proof(address(n)));
        assert!(verified.is_ok(), "account {n}: {verified:?}");
    }
}
