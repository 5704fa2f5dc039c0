//! What is mined, what is refused, and many senders at once.

use alloy::{
    primitives::{U256, bytes},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use serde_json::json;

use crate::client::{NOBODY, deploy, mine, provider, refusal, request, spawn, transfer};

#[tokio::test]
async fn failing_transaction_is_mined_and_its_changes_are_not() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    // SSTORE(0, 1), LOG0, REVERT
    let reverter = deploy(&alice, &bytes!("60015f555f5fa05f5ffd")).await;
    let receipt = mine(&alice, TransactionRequest::default().to(reverter).gas_limit(100_000)).await;
    assert!(!receipt.status());
    assert!(receipt.logs().is_empty());
    assert_eq!(alice.get_storage_at(reverter, U256::ZERO).await.expect("a slot"), U256::ZERO);
    assert_eq!(alice.get_transaction_count(node.accounts()[1].address).await.expect("a nonce"), 2);
}

#[tokio::test]
async fn failing_transaction_has_no_estimate() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let reverter = deploy(&alice, &bytes!("5f5ffd")).await;
    let refused = alice.estimate_gas(TransactionRequest::default().to(reverter)).await.expect_err("it fails");
    assert_eq!(refusal(refused), (3, "execution reverted".to_owned()));
    let burner = deploy(&alice, &bytes!("5b5f56")).await;
    let refused = alice.estimate_gas(TransactionRequest::default().to(burner)).await.expect_err("it loops");
    assert_eq!(refusal(refused), (-32000, "gas required exceeds allowance (50000000)".to_owned()));
}

#[tokio::test]
async fn sender_without_the_value_has_no_estimate() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let poor = json!([{ "from": NOBODY, "to": NOBODY, "value": "0x1", "maxFeePerGas": "0x5f5e100" }]);
    let refused = request(&alice, "eth_estimateGas", poor).await;
    assert_eq!(refused, Err((-32000, "insufficient funds for transfer".to_owned())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_at_once_each_get_a_block_of_their_own() {
    const EACH: u64 = 15;
    let node = spawn().await;
    let senders: Vec<_> = (1..=8)
        .map(|account| {
            let sender = provider(&node, account);
            tokio::spawn(async move {
                for nonce in 0..EACH {
                    mine(&sender, transfer(NOBODY, 1).nonce(nonce)).await;
                }
            })
        })
        .collect();
    // A reader sees whole blocks only, whatever goes on.
    let reader = provider(&node, 0);
    for _ in 0..30 {
        let mined = reader.get_block_number().await.expect("a number");
        let moved = reader.get_balance(NOBODY).number(mined).await.expect("a balance");
        assert_eq!(moved, U256::from(mined));
    }
    for sender in senders {
        sender.await.expect("no sender fails");
    }
    assert_eq!(reader.get_block_number().await.expect("a number"), 8 * EACH);
    assert_eq!(reader.get_balance(NOBODY).await.expect("a balance"), U256::from(8 * EACH));
}

#[tokio::test]
async fn recursion_as_deep_as_gas_allows_ends_well() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    // Counts its frames in slot 0, then calls itself with all the gas it may hand on.
    let diver = deploy(&alice, &bytes!("5f546001015f555f5f5f5f5f305af100")).await;
    let receipt = mine(&alice, TransactionRequest::default().to(diver).gas_limit(30_000_000)).await;
    assert!(receipt.status());
    let depth = alice.get_storage_at(diver, U256::ZERO).await.expect("a slot");
    assert!(depth > U256::from(400), "it went {depth} frames deep");
}
