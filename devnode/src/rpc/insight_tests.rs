//! Proofs and access lists.

use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::{Nibbles, TrieAccount, proof::verify_proof};
use serde_json::{Value, json};

use crate::rpc::testing::{EVM_STORE, Stage, number, relayed};

fn nodes(proof: &Value) -> Vec<Bytes> {
    serde_json::from_value(proof.clone()).expect("a list of bytes")
}

fn word(value: &Value) -> B256 {
    serde_json::from_value(value.clone()).expect("a word")
}

fn quantity(value: &Value) -> U256 {
    serde_json::from_value(value.clone()).expect("a quantity")
}

/// Holds an answer against a state root with an implementation that isn't ours.
fn verify(state_root: B256, address: Address, answer: &Value) {
    let account = TrieAccount {
        nonce: number(&answer["nonce"]),
        balance: quantity(&answer["balance"]),
        storage_root: word(&answer["storageHash"]),
        code_hash: word(&answer["codeHash"]),
    };
    let exists = !account.code_hash.is_zero();
    let expected = exists.then(|| alloy_rlp::encode(account));
    let path = Nibbles::unpack(keccak256(address));
    let proof = nodes(&answer["accountProof"]);
    verify_proof(state_root, path, expected, &proof).unwrap_or_else(|error| panic!("{address}: {error}"));
    for slot in answer["storageProof"].as_array().expect("a list") {
        let value = quantity(&slot["value"]);
        let proof = nodes(&slot["proof"]);
        if !exists {
            assert!(proof.is_empty() && value.is_zero());
            continue;
        }
        let path = Nibbles::unpack(keccak256(B256::from(quantity(&json!(format!(
            "{:#x}",
            U256::from_str_radix(slot["key"].as_str().expect("text").trim_start_matches("0x"), 16)
                .expect("hex")
        ))))));
        let expected = (!value.is_zero()).then(|| alloy_rlp::encode(value));
        verify_proof(account.storage_root, path, expected, &proof)
            .unwrap_or_else(|error| panic!("{address} {slot}: {error}"));
    }
}

#[test]
fn proofs_of_what_exists_and_of_what_does_not_verify_against_the_header() {
    Stage::play(|stage| {
        let store = stage.deploy(&EVM_STORE);
        for value in 1..4 {
            stage.send(store, B256::with_last_byte(value));
        }
        stage.count();
        for slot in 1..30_u64 {
            stage.request("anvil_setStorageAt", json!([store, format!("{slot:#x}"), B256::repeat_byte(5)]));
        }
        stage.count();
        let block = stage.request("eth_getBlockByNumber", json!(["latest", false]));
        let root = word(&block["stateRoot"]);
        let addresses = [
            store,
            stage.counter,
            stage.user.address(),
            Address::ZERO,
            Address::repeat_byte(0x77),
            Address::repeat_byte(0x78),
        ];
        let slots = json!(["0x0", "0x1", "0x1d", "0x1e", B256::repeat_byte(9)]);
        for address in addresses {
            let answer = stage.request("eth_getProof", json!([address, slots, "latest"]));
            verify(root, address, &answer);
        }
        let answer = stage.request("eth_getProof", json!([store, slots, "latest"]));
        assert_eq!(answer["storageProof"][0]["value"], "0x3");
        assert_eq!(answer["storageProof"][3]["value"], "0x0");
        assert_eq!(answer["storageProof"][4]["key"], json!(B256::repeat_byte(9)));
    });
}

#[test]
fn an_old_blocks_proof_verifies_against_its_own_header() {
    Stage::play(|stage| {
        let first = stage.count();
        stage.count();
        let height = first["blockNumber"].clone();
        let block = stage.request("eth_getBlockByNumber", json!([height, false]));
        let answer = stage.request("eth_getProof", json!([stage.counter, ["0x0"], height]));
        assert_eq!(answer["storageProof"][0]["value"], "0x1");
        verify(word(&block["stateRoot"]), stage.counter, &answer);
    });
}

#[test]
fn an_access_list_names_what_is_touched_and_costs_what_it_says() {
    Stage::play(|stage| {
        let data = Bytes::from(relayed(stage.counter, &[]));
        let call = json!({ "from": stage.user.address(), "to": stage.evm_relay, "data": data });
        let answer = stage.request("eth_createAccessList", json!([call, "latest"]));
        let list: AccessList = serde_json::from_value(answer["accessList"].clone()).expect("a list");
        let named: Vec<_> =
            list.iter().map(|item| (item.address, item.storage_keys.as_slice().to_vec())).collect();
        assert_eq!(named, [(stage.counter, vec![B256::ZERO])], "neither sender nor callee");
        let receipt = stage.send_listing(stage.evm_relay, data, list);
        assert_eq!(receipt["gasUsed"], answer["gasUsed"]);
    });
}

#[test]
fn an_access_list_is_made_for_what_fails_too() {
    Stage::play(|stage| {
        // SLOAD of slot 7, then a revert.
        let fails = stage.deploy(&alloy_primitives::hex!("60075450 5f5ffd"));
        let answer = stage.request("eth_createAccessList", json!([{ "to": fails }]));
        assert_eq!(answer["error"], "execution reverted");
        assert_eq!(answer["accessList"][0]["storageKeys"], json!([B256::with_last_byte(7)]));
    });
}
