//! What contracts really store, and what their recorded layouts say of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::Provider,
};
use serde_json::{Value, json};
use xtask::storage::{Entry, Layout};

use crate::World;

/// Slots by the contract that they belong to.
pub type Touched = BTreeMap<Address, BTreeSet<B256>>;

/// Every slot that any transaction of the chain has read or written.
pub async fn touched(world: &World) -> Touched {
    let mut touched = Touched::new();
    for number in 1..=newest(world).await {
        // What was there before, and what it was changed to: an account that a transaction creates has no before.
        for diff_mode in [false, true] {
            let config = json!({ "diffMode": diff_mode, "disableCode": true });
            let options = json!({ "tracer": "prestateTracer", "tracerConfig": config });
            let traces =
                raw(world, "debug_traceBlockByNumber", json!([format!("{number:#x}"), options])).await;
            for trace in traces.as_array().expect("a trace for each transaction") {
                let accounts = if diff_mode { &trace["result"]["post"] } else { &trace["result"] };
                for (account, values) in accounts.as_object().expect("the accounts") {
                    let slots = values["storage"].as_object().into_iter().flatten();
                    let slots = slots.map(|(slot, _)| slot.parse::<B256>().expect("a slot's number"));
                    touched.entry(account.parse().expect("an address")).or_default().extend(slots);
                }
            }
        }
    }
    touched
}

async fn newest(world: &World) -> u64 {
    world.chain.provider().get_block_number().await.expect("the newest block's number")
}

async fn raw(world: &World, method: &'static str, parameters: Value) -> Value {
    let answer = world.chain.provider().raw_request::<_, Value>(method.into(), parameters).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// The hashes of all calls that any transaction made: what announcements go by.
pub async fn call_hashes(world: &World) -> Vec<B256> {
    let mut hashes = Vec::new();
    for number in 1..=newest(world).await {
        // As JSON: each block begins with a transaction of Arbitrum's own type.
        let block = raw(world, "eth_getBlockByNumber", json!([format!("{number:#x}"), true])).await;
        for transaction in block["transactions"].as_array().expect("the transactions") {
            let input: Bytes = serde_json::from_value(transaction["input"].clone()).expect("calldata");
            hashes.push(keccak256(input));
        }
    }
    hashes
}

/// The recorded layout of the program in `contracts/<folder>`.
#[must_use]
pub fn recorded(folder: &str) -> Layout {
    let root = xtask::repo::root().expect("the repository");
    let layout = Layout::recorded(&root, folder).expect("a record that can be read");
    layout.unwrap_or_else(|| panic!("no layout of {folder} is recorded"))
}

/// The fields of a layout by the slots that they have: all fixed ones, and those of mappings for any of `keys`.
#[must_use]
pub fn slots<'a>(layout: &'a Layout, keys: &[B256]) -> HashMap<B256, &'a Entry> {
    let mut slots = HashMap::new();
    for entry in &layout.storage {
        let first = U256::from_be_bytes(layout.place(entry).expect("its namespace is recorded"));
        let mut places = vec![first];
        for _ in 0..entry.of_type.matches("mapping(").count() {
            let inner = |place: &U256| keys.iter().map(|key| in_mapping(*place, *key)).collect::<Vec<_>>();
            places = places.iter().flat_map(inner).collect();
        }
        for place in places {
            for index in 0..entry.bytes.div_ceil(32) {
                slots.insert(B256::from(place + U256::from(index)), entry);
            }
        }
    }
    slots
}

/// Where a mapping has the value of a key, as Solidity places it.
#[must_use]
pub fn in_mapping(mapping: U256, key: B256) -> U256 {
    U256::from_be_bytes(keccak256([key.0, mapping.to_be_bytes()].concat()).0)
}

/// The bits of a word that a field leaves free.
#[must_use]
pub fn free_bits(entry: &Entry) -> U256 {
    let ones = |bits: u64| (U256::ONE << bits) - U256::ONE;
    let taken = |(shift, bits): (u64, u64)| {
        if bits >= 256 { U256::MAX } else { ones(bits) << shift }
    };
    let parts = entry.parts.iter().map(|part| (part.shift, part.bits));
    let whole = entry.parts.is_empty().then_some((8 * entry.offset, 8 * entry.bytes));
    !parts.chain(whole).map(taken).fold(U256::ZERO, |all, one| all | one)
}
