//! alloy's provider with its default fillers.

use alloy::{
    consensus::Transaction,
    primitives::{B256, U256, bytes},
    providers::Provider,
    rpc::types::{Filter, TransactionRequest},
};

use crate::client::{NOBODY, deploy, mine, provider, spawn, transfer};

#[tokio::test]
async fn transfer_uses_exactly_21000_gas_and_is_mined_at_once() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let before = alice.get_balance(node.accounts()[1].address).await.expect("a balance");

    let receipt = mine(&alice, transfer(NOBODY, 5)).await;

    assert!(receipt.status());
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!((receipt.block_number, receipt.transaction_index), (Some(1), Some(1)));
    assert_eq!(receipt.effective_gas_price, 100_000_000);
    assert_eq!(alice.get_balance(NOBODY).await.expect("a balance"), U256::from(5));
    let paid = U256::from(21_000_u64 * 100_000_000 + 5);
    assert_eq!(alice.get_balance(node.accounts()[1].address).await.expect("a balance"), before - paid);
    assert_eq!(alice.get_transaction_count(node.accounts()[1].address).await.expect("a nonce"), 1);
}

#[tokio::test]
async fn mined_transaction_and_block_are_what_alloy_expects() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let receipt = mine(&alice, transfer(NOBODY, 5)).await;

    let tx =
        alice.get_transaction_by_hash(receipt.transaction_hash).await.expect("an answer").expect("mined");
    assert_eq!((tx.to(), tx.value(), tx.inner.signer()), (Some(NOBODY), U256::from(5), receipt.from));
    let block = alice.get_block_by_number(1.into()).await.expect("an answer").expect("the block");
    assert_eq!(block.header.inner.hash_slow(), block.header.hash, "the header hashes to what it says");
    let transactions: Vec<B256> = block.transactions.hashes().collect();
    assert_eq!(transactions.len(), 2);
    assert_eq!(transactions[1], receipt.transaction_hash);
}

#[tokio::test]
async fn contract_is_deployed_called_and_heard() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    // Logs 42 under topic 0x1234, then returns 42.
    let emitter = deploy(&alice, &bytes!("602a5f5261123460205fa160205ff3")).await;

    let call = TransactionRequest::default().to(emitter);
    assert_eq!(alice.call(call.clone()).await.expect("it returns"), U256::from(42).to_be_bytes_vec());
    let receipt = mine(&alice, call).await;

    assert_eq!(receipt.logs().len(), 1);
    let topic = B256::from(U256::from(0x1234));
    let filter = Filter::new().address(emitter).event_signature(topic).from_block(0);
    let logs = alice.get_logs(&filter).await.expect("logs");
    assert_eq!(logs, receipt.logs());
    assert_eq!((logs[0].log_index, logs[0].transaction_index), (Some(0), Some(1)));
    assert!(alice.get_logs(&filter.event_signature(B256::ZERO)).await.expect("no logs").is_empty());
}

#[tokio::test]
async fn legacy_and_access_list_transactions_are_mined_too() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let legacy = mine(&alice, transfer(NOBODY, 1).gas_price(200_000_000)).await;
    assert_eq!((legacy.transaction_type() as u8, legacy.effective_gas_price), (0, 100_000_000));
    let listed = transfer(NOBODY, 1).gas_price(200_000_000).access_list(Default::default());
    let listed = mine(&alice, listed).await;
    assert_eq!((listed.transaction_type() as u8, listed.block_number), (1, Some(2)));
}
