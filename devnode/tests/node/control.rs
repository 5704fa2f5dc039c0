//! Steering the chain.

use alloy::{
    primitives::{Address, B256, U256, bytes},
    providers::{DynProvider, Provider},
};
use serde_json::{Value, json};

use crate::client::{NOBODY, mine, provider, request, spawn, transfer};

async fn control(provider: &DynProvider, method: &'static str, params: Value) -> Value {
    request(provider, method, params).await.unwrap_or_else(|error| panic!("{method}: {error:?}"))
}

async fn newest_time(provider: &DynProvider) -> u64 {
    let block = provider.get_block_by_number(Default::default()).await.expect("an answer").expect("a block");
    block.header.timestamp
}

#[tokio::test]
async fn revert_brings_back_state_and_blocks_and_uses_the_snapshot_up() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    mine(&alice, transfer(NOBODY, 1)).await;
    let first = control(&alice, "evm_snapshot", json!([])).await;
    mine(&alice, transfer(NOBODY, 2)).await;
    let second = control(&alice, "evm_snapshot", json!([])).await;
    assert_ne!(first, second);
    let gone = mine(&alice, transfer(NOBODY, 4)).await;

    assert_eq!(control(&alice, "evm_revert", json!([first])).await, json!(true));

    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(1));
    assert_eq!(alice.get_block_number().await.expect("a number"), 1);
    let receipt = alice.get_transaction_receipt(gone.transaction_hash).await.expect("an answer");
    assert!(receipt.is_none());
    for used in [first, second] {
        assert_eq!(control(&alice, "evm_revert", json!([used])).await, json!(false));
    }
    let again = mine(&alice, transfer(NOBODY, 8).nonce(1)).await;
    assert_eq!(again.block_number, Some(2));
}

#[tokio::test]
async fn time_moves_by_increase_and_by_decree_but_never_back() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    control(&alice, "evm_mine", json!([])).await;
    let start = newest_time(&alice).await;

    control(&alice, "evm_increaseTime", json!([86_400])).await;
    control(&alice, "evm_mine", json!([])).await;
    let day_later = newest_time(&alice).await;
    assert!((86_400..86_430).contains(&(day_later - start)), "{}", day_later - start);

    control(&alice, "evm_setNextBlockTimestamp", json!([day_later + 1_000])).await;
    mine(&alice, transfer(NOBODY, 1)).await;
    assert_eq!(newest_time(&alice).await, day_later + 1_000);
    control(&alice, "evm_mine", json!([day_later + 5_000])).await;
    assert_eq!(newest_time(&alice).await, day_later + 5_000);

    let back = request(&alice, "evm_setNextBlockTimestamp", json!([start])).await.expect_err("time goes on");
    let parent = day_later + 5_000;
    let text = format!("timestamp {start} is lower than the previous block's timestamp {parent}");
    assert_eq!(back, (-32000, text));
}

#[tokio::test]
async fn refused_transaction_does_not_use_up_a_dictated_time() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    control(&alice, "evm_mine", json!([])).await;
    let time = newest_time(&alice).await + 500;
    control(&alice, "evm_setNextBlockTimestamp", json!([time])).await;
    assert!(alice.send_transaction(transfer(NOBODY, 1).gas_limit(20_000)).await.is_err());
    control(&alice, "evm_mine", json!([])).await;
    assert_eq!(newest_time(&alice).await, time);
}

#[tokio::test]
async fn edited_accounts_are_seen_at_once_and_by_the_next_block() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let contract = Address::repeat_byte(0x77);
    control(&alice, "anvil_setBalance", json!([NOBODY, "0x64"])).await;
    control(&alice, "anvil_setNonce", json!([NOBODY, "0x9"])).await;
    // Returns slot 5.
    control(&alice, "anvil_setCode", json!([contract, bytes!("6005545f5260205ff3")])).await;
    control(&alice, "anvil_setStorageAt", json!([contract, "0x5", B256::with_last_byte(6)])).await;

    for _ in 0..2 {
        assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(100));
        assert_eq!(alice.get_transaction_count(NOBODY).await.expect("a nonce"), 9);
        let six = alice.call(alloy::rpc::types::TransactionRequest::default().to(contract)).await;
        assert_eq!(six.expect("it returns"), U256::from(6).to_be_bytes_vec());
        control(&alice, "evm_mine", json!([])).await;
    }
    assert_eq!(alice.get_balance(NOBODY).number(0).await.expect("a balance"), U256::ZERO);
}

#[tokio::test]
async fn what_is_constant_on_arbitrum_is_not_set() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    for (method, value) in [
        ("anvil_setCoinbase", json!(NOBODY)),
        ("hardhat_setCoinbase", json!(NOBODY)),
        ("hardhat_setPrevRandao", json!(B256::repeat_byte(1))),
    ] {
        let (code, text) = request(&alice, method, json!([value])).await.expect_err("it must be refused");
        assert!(code == -32_000 && text.contains("constant on Arbitrum"), "{method}: {text}");
    }
}
