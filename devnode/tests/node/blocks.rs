//! Blocks: how they follow each other and what stands in them.

use alloy::{
    primitives::{U64, U256},
    providers::{DynProvider, Provider},
};
use serde_json::{Value, json};

use crate::client::{NOBODY, mine, provider, request, spawn, transfer};

async fn block(provider: &DynProvider, id: &str) -> Value {
    request(provider, "eth_getBlockByNumber", json!([id, true])).await.expect("a block")
}

fn number(value: &Value) -> u64 {
    serde_json::from_value::<U64>(value.clone()).expect("a quantity").to()
}

#[tokio::test]
async fn every_block_names_its_parent_and_starts_with_the_start_block_transaction() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    for _ in 0..3 {
        mine(&alice, transfer(NOBODY, 1)).await;
    }
    let mut parent = block(&alice, "earliest").await;
    assert_eq!(parent["transactions"], json!([]));
    for n in 1..=3_u64 {
        let child = block(&alice, &format!("{n:#x}")).await;
        assert_eq!(child["parentHash"], parent["hash"]);
        assert!(number(&child["timestamp"]) >= number(&parent["timestamp"]));
        let seconds = number(&child["timestamp"]) - number(&parent["timestamp"]);
        let start = &child["transactions"][0];
        assert_eq!((&start["type"], &start["from"]), (&json!("0x6a"), &start["to"]));
        let words = [0, 0, n, seconds].map(|word| format!("{:064x}", U256::from(word))).concat();
        assert_eq!(start["input"], format!("0x6bf6a42d{words}"));
        assert_eq!(child["gasUsed"], "0x5208");
        parent = child;
    }
    assert_eq!(alice.get_block_number().await.expect("a number"), 3);
}

#[tokio::test]
async fn old_states_stay_readable() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    for _ in 0..3 {
        mine(&alice, transfer(NOBODY, 7)).await;
    }
    for n in 0..=3_u64 {
        let balance = alice.get_balance(NOBODY).number(n).await.expect("a balance");
        assert_eq!(balance, U256::from(7 * n));
    }
}

#[tokio::test]
async fn state_of_an_unknown_block_is_refused_and_an_unknown_block_is_null() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let state = request(&alice, "eth_getBalance", json!([NOBODY, "0xffff"])).await;
    assert_eq!(state, Err((-32000, "header not found".to_owned())));
    let unknown = json!([{ "blockHash": format!("0x{}", "11".repeat(32)) }]);
    let receipts = request(&alice, "eth_getBlockReceipts", unknown).await;
    assert_eq!(receipts, Ok(Value::Null));
}
