//! Transactions that wait, mining modes, and filters that hear of both.

use alloy::{
    primitives::{B256, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};
use serde_json::{Value, json};
use stylus_devnode::{Config, Devnode, chain::MiningMode};

use crate::client::{NOBODY, deploy, mine, provider, request, spawn, transfer};

async fn ask(provider: &DynProvider, method: &'static str, params: Value) -> Value {
    request(provider, method, params).await.unwrap_or_else(|error| panic!("{method}: {error:?}"))
}

/// Sends a transaction that need not be mined.
async fn send(provider: &DynProvider, tx: TransactionRequest) -> B256 {
    *provider.send_transaction(tx).await.expect("the node takes it").tx_hash()
}

async fn height(provider: &DynProvider) -> u64 {
    provider.get_block_number().await.expect("a number")
}

#[tokio::test]
async fn transactions_wait_for_the_gap_before_them() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    for nonce in [2, 1] {
        send(&alice, transfer(NOBODY, 1).nonce(nonce)).await;
    }
    assert_eq!(height(&alice).await, 0);
    assert_eq!(ask(&alice, "txpool_status", json!([])).await, json!({ "pending": "0x0", "queued": "0x2" }));
    let sender = node.accounts()[1].address;
    let content = ask(&alice, "txpool_content", json!([])).await;
    let waiting = &content["queued"][sender.to_checksum(None)]["2"];
    assert_eq!((&waiting["nonce"], &waiting["blockNumber"]), (&json!("0x2"), &Value::Null));
    assert_eq!(ask(&alice, "eth_getTransactionByHash", json!([waiting["hash"]])).await, *waiting);

    send(&alice, transfer(NOBODY, 1).nonce(0)).await;

    assert_eq!(height(&alice).await, 3, "each has a block of its own");
    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(3));
    assert_eq!(ask(&alice, "txpool_status", json!([])).await, json!({ "pending": "0x0", "queued": "0x0" }));
}

#[tokio::test]
async fn replacements_must_pay_a_tenth_more_and_dropped_ones_are_gone() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let with_fee = |wei, fee| transfer(NOBODY, wei).nonce(1).max_fee_per_gas(fee).max_priority_fee_per_gas(0);
    let first = send(&alice, with_fee(1, 1_000_000_000)).await;
    let cheap = alice.send_transaction(with_fee(2, 1_099_999_999)).await.expect_err("too little");
    assert!(cheap.to_string().contains("replacement transaction underpriced"), "{cheap}");
    let second = send(&alice, with_fee(3, 1_100_000_000)).await;
    assert_eq!(ask(&alice, "eth_getTransactionByHash", json!([first])).await, Value::Null);
    assert_eq!(ask(&alice, "anvil_dropTransaction", json!([second])).await, json!(second));
    assert_eq!(ask(&alice, "anvil_dropTransaction", json!([second])).await, Value::Null);
}

#[tokio::test]
async fn without_automatic_mining_a_block_holds_all_that_waited() {
    let node = spawn().await;
    let (alice, bob) = (provider(&node, 1), provider(&node, 2));
    ask(&alice, "evm_setAutomine", json!([false])).await;
    for nonce in 0..3 {
        send(&alice, transfer(NOBODY, 1).nonce(nonce)).await;
    }
    send(&bob, transfer(NOBODY, 1)).await;
    assert_eq!(height(&alice).await, 0);
    let pending =
        ask(&alice, "eth_getTransactionCount", json!([node.accounts()[1].address, "pending"])).await;
    assert_eq!(pending, "0x3");
    ask(&alice, "evm_mine", json!([])).await;
    let block = ask(&alice, "eth_getBlockByNumber", json!(["latest", false])).await;
    assert_eq!(block["transactions"].as_array().map(Vec::len), Some(5), "the start-block transaction is one");
    assert_eq!(block["gasUsed"], json!("0x14820"));

    send(&bob, transfer(NOBODY, 1)).await;
    ask(&alice, "evm_setAutomine", json!([true])).await;
    assert_eq!(height(&alice).await, 2, "what waited is mined");
}

#[tokio::test]
async fn block_ends_when_its_compute_gas_is_used_up() {
    let config = Config { mining: MiningMode::Manual, gas_limit: 100_000, ..Config::test() };
    let node = Devnode::spawn(config).await.expect("a test node starts");
    let alice = provider(&node, 1);
    // 4 × 21 000 leave 16 000: a fifth transaction has to wait.
    for nonce in 0..5 {
        send(&alice, transfer(NOBODY, 1).nonce(nonce).gas_limit(21_000)).await;
    }
    ask(&alice, "evm_mine", json!([])).await;
    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(4));
    ask(&alice, "evm_mine", json!([])).await;
    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(5));
}

#[tokio::test]
async fn blocks_come_at_intervals() {
    let config = Config { mining: MiningMode::every(1), ..Config::test() };
    let node = Devnode::spawn(config).await.expect("a test node starts");
    let alice = provider(&node, 1);
    send(&alice, transfer(NOBODY, 1)).await;
    let mut blocks = node.node().rpc().chain().watch();
    let mined = blocks.wait_for(|history| history.head().transactions.len() == 2);
    tokio::time::timeout(std::time::Duration::from_secs(60), mined)
        .await
        .expect("in time")
        .expect("the node lives");
    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(1));
}

#[tokio::test]
async fn filters_tell_what_is_new_since_they_were_asked() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    // LOG1 with topic 7
    let emitter = deploy(&alice, &[0x60, 7, 0x5f, 0x5f, 0xa1]).await;
    let blocks = ask(&alice, "eth_newBlockFilter", json!([])).await;
    let transactions = ask(&alice, "eth_newPendingTransactionFilter", json!([])).await;
    let logs = ask(&alice, "eth_newFilter", json!([{ "address": emitter }])).await;
    let snapshot = ask(&alice, "evm_snapshot", json!([])).await;
    let receipt = mine(&alice, TransactionRequest::default().to(emitter)).await;

    let changes = async |id: &Value| ask(&alice, "eth_getFilterChanges", json!([id])).await;
    assert_eq!(changes(&blocks).await, json!([receipt.block_hash]));
    assert_eq!(changes(&transactions).await, json!([receipt.transaction_hash]));
    let found = changes(&logs).await;
    assert_eq!((&found[0]["address"], &found[0]["removed"]), (&json!(emitter), &json!(false)));
    for filter in [&blocks, &transactions, &logs] {
        assert_eq!(changes(filter).await, json!([]));
    }
    assert_eq!(ask(&alice, "evm_revert", json!([snapshot])).await, json!(true));
    assert_eq!(changes(&logs).await[0]["removed"], true, "the block is gone");

    assert_eq!(ask(&alice, "eth_uninstallFilter", json!([logs])).await, json!(true));
    assert_eq!(ask(&alice, "eth_uninstallFilter", json!([logs])).await, json!(false));
    let unknown = request(&alice, "eth_getFilterChanges", json!([logs])).await;
    assert_eq!(unknown, Err((-32000, "filter not found".to_owned())));
}
