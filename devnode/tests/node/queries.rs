//! Reading prices and logs: what comes back and what is refused.

use alloy::primitives::{B256, bytes};
use serde_json::{Value, json};

use crate::client::{NOBODY, deploy, mine, provider, request, spawn, transfer};

#[tokio::test]
async fn fee_history_covers_what_there_is_and_tips_are_nothing() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    mine(&alice, transfer(NOBODY, 1)).await;
    mine(&alice, transfer(NOBODY, 1)).await;
    let fees = request(&alice, "eth_feeHistory", json!(["0x10", "latest", [10, 90.5]])).await.expect("fees");
    assert_eq!(fees["oldestBlock"], "0x0");
    assert_eq!(fees["baseFeePerGas"], json!(["0x5f5e100", "0x5f5e100", "0x5f5e100", "0x5f5e100"]));
    assert_eq!(fees["reward"], json!([["0x0", "0x0"], ["0x0", "0x0"], ["0x0", "0x0"]]));
    let ratios = fees["gasUsedRatio"].as_array().expect("a list");
    assert!(ratios.iter().all(|ratio| (0.0..=1.0).contains(&ratio.as_f64().expect("a number"))));

    let plain = request(&alice, "eth_feeHistory", json!(["0x1", "0x1"])).await.expect("fees");
    assert_eq!((&plain["oldestBlock"], plain.get("reward")), (&json!("0x1"), None));
    let bad = request(&alice, "eth_feeHistory", json!(["0x1", "latest", [101]])).await;
    assert_eq!(bad, Err((-32602, "invalid argument 2: invalid reward percentile: 101".to_owned())));
}

#[tokio::test]
async fn logs_are_found_by_block_hash_and_by_range() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let emitter = deploy(&alice, &bytes!("5f5fa0")).await;
    let receipt = mine(&alice, alloy::rpc::types::TransactionRequest::default().to(emitter)).await;
    let find = async |filter: Value| request(&alice, "eth_getLogs", json!([filter])).await;

    let by_hash = find(json!({ "blockHash": receipt.block_hash })).await.expect("logs");
    assert_eq!(by_hash.as_array().map(Vec::len), Some(1));
    // A range may reach beyond the newest block.
    assert_eq!(find(json!({ "fromBlock": "earliest", "toBlock": "0xff" })).await, Ok(by_hash));
    assert_eq!(find(json!({ "fromBlock": "0x0", "toBlock": "0x1" })).await, Ok(json!([])));
    assert_eq!(find(json!({ "topics": [null] })).await, Ok(json!([])), "it has no topic");
}

#[tokio::test]
async fn contradictory_log_filters_are_refused() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let find = async |filter: Value| request(&alice, "eth_getLogs", json!([filter])).await;
    let unknown = find(json!({ "blockHash": B256::repeat_byte(1) })).await;
    assert_eq!(unknown, Err((-32000, "unknown block".to_owned())));
    let backwards = find(json!({ "fromBlock": "0x5", "toBlock": "0x2" })).await;
    assert_eq!(backwards, Err((-32000, "invalid block range params".to_owned())));
    let both =
        find(json!({ "blockHash": B256::ZERO, "fromBlock": "0x1" })).await.expect_err("one or the other");
    assert_eq!(both.0, -32602);
    let topics = find(json!({ "topics": [null, null, null, null, null] })).await.expect_err("four at most");
    assert_eq!(topics, (-32602, "invalid argument 0: exceed max topics".to_owned()));
}
