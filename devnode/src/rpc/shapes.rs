//! What blocks, transactions, receipts and logs look like in JSON: exactly the members that Nitro gives (spec §8.3,
//! §8.4, §8.8).

use alloy_consensus::{Transaction as _, TxEnvelope};
use alloy_eips::eip2718::Typed2718;
use alloy_primitives::{B256, Signature, U64, U128, U256};
use serde_json::{Value, json};

use crate::chain::{Block, History, Mined, Receipt, SignedTx, StartBlockTx, Transaction};

/// A block with its transactions, or with their hashes only.
pub(super) fn block(block: &Block, full: bool) -> Value {
    let header = &block.header;
    let transactions: Vec<Value> = (0..block.transactions.len())
        .map(|index| if full { transaction(block, index) } else { json!(block.transactions[index].hash()) })
        .collect();
    json!({
        "baseFeePerGas": U64::from(header.base_fee_per_gas.unwrap_or_default()),
        "difficulty": header.difficulty,
        "extraData": header.extra_data,
        "gasLimit": U64::from(header.gas_limit),
        "gasUsed": U64::from(header.gas_used),
        "hash": block.hash,
        "l1BlockNumber": U64::from(block.info.l1_block_number),
        "logsBloom": header.logs_bloom,
        "miner": header.beneficiary,
        "mixHash": header.mix_hash,
        "nonce": header.nonce,
        "number": U64::from(header.number),
        "parentHash": header.parent_hash,
        "receiptsRoot": header.receipts_root,
        "sendCount": U64::from(block.info.send_count),
        "sendRoot": block.info.send_root,
        "sha3Uncles": header.ommers_hash,
        "size": U64::from(block.size),
        "stateRoot": header.state_root,
        "timestamp": U64::from(header.timestamp),
        "transactions": transactions,
        "transactionsRoot": header.transactions_root,
        "uncles": [],
    })
}

/// A block as subscribers to `newHeads` see it: geth's header alone.
pub(super) fn head(newest: &Block) -> Value {
    let mut value = block(newest, false);
    if let Some(fields) = value.as_object_mut() {
        for body in ["l1BlockNumber", "sendCount", "sendRoot", "size", "transactions", "uncles"] {
            fields.remove(body);
        }
    }
    value
}

/// The newest block as the tag `pending` shows it.
pub(super) fn pending_block(newest: &Block, full: bool) -> Value {
    let mut value = block(newest, full);
    for unknown in ["hash", "miner", "nonce"] {
        value[unknown] = Value::Null;
    }
    value
}

/// A transaction of a block.
pub(super) fn transaction(block: &Block, index: usize) -> Value {
    let mut value = match &block.transactions[index] {
        Transaction::StartBlock(tx) => start_block(tx),
        Transaction::Signed(tx) => signed(tx, block.header.base_fee_per_gas.unwrap_or_default()),
    };
    let tx = &block.transactions[index];
    value["blockHash"] = json!(block.hash);
    value["blockNumber"] = json!(U64::from(block.header.number));
    value["from"] = json!(tx.from());
    value["to"] = json!(tx.to());
    value["hash"] = json!(tx.hash());
    value["transactionIndex"] = json!(U64::from(index));
    value["type"] = json!(U64::from(tx.ty()));
    value
}

/// A transaction that waits for a block.
pub(super) fn waiting(tx: &SignedTx, base_fee: u64) -> Value {
    let mut value = signed(tx, base_fee);
    for unknown in ["blockHash", "blockNumber", "transactionIndex"] {
        value[unknown] = Value::Null;
    }
    value["from"] = json!(tx.from);
    value["to"] = json!(tx.envelope.to());
    value["hash"] = json!(tx.hash());
    value["type"] = json!(U64::from(tx.envelope.ty()));
    value
}

/// A transaction, be it mined or waiting.
pub(super) fn accepted(history: &History, hash: &B256) -> Option<Value> {
    let mined = history.transaction(hash).map(|mined| transaction(&mined.block, mined.index));
    mined.or_else(|| Some(waiting(&history.pool().get(hash)?.tx, history.next_base_fee())))
}

fn start_block(tx: &StartBlockTx) -> Value {
    json!({
        "chainId": U64::from(tx.chain_id),
        "gas": "0x0",
        "gasPrice": "0x0",
        "input": tx.input,
        "nonce": "0x0",
        "r": "0x0",
        "s": "0x0",
        "v": "0x0",
        "value": "0x0",
    })
}

fn signed(tx: &SignedTx, base_fee: u64) -> Value {
    let envelope = &tx.envelope;
    let signature = envelope.signature();
    let mut value = json!({
        "gas": U64::from(envelope.gas_limit()),
        "gasPrice": U128::from(envelope.effective_gas_price(Some(base_fee))),
        "input": envelope.input(),
        "nonce": U64::from(envelope.nonce()),
        "r": signature.r(),
        "s": signature.s(),
        "v": v(envelope, signature),
        "value": envelope.value(),
    });
    if let Some(chain_id) = envelope.chain_id() {
        value["chainId"] = json!(U64::from(chain_id));
    }
    if let Some(list) = envelope.access_list() {
        value["accessList"] = json!(list);
        value["yParity"] = json!(U64::from(signature.v()));
    }
    if let Some(tip) = envelope.max_priority_fee_per_gas() {
        value["maxFeePerGas"] = json!(U128::from(envelope.max_fee_per_gas()));
        value["maxPriorityFeePerGas"] = json!(U128::from(tip));
    }
    if let Some(authorizations) = envelope.authorization_list() {
        value["authorizationList"] = json!(authorizations);
    }
    value
}

/// Typed transactions carry the parity, legacy ones what stands in their encoding.
fn v(envelope: &TxEnvelope, signature: &Signature) -> U256 {
    let parity = U256::from(u64::from(signature.v()));
    if !envelope.is_legacy() {
        return parity;
    }
    match envelope.chain_id() {
        Some(chain_id) => U256::from(chain_id) * U256::from(2) + U256::from(35) + parity,
        None => U256::from(27) + parity,
    }
}

/// A receipt.
pub(super) fn receipt(mined: &Mined) -> Value {
    let (block, tx, receipt) = (&*mined.block, mined.transaction(), mined.receipt());
    let logs: Vec<Value> =
        (0..receipt.logs.len()).map(|position| log(block, mined.index, position)).collect();
    json!({
        "blockHash": block.hash,
        "blockNumber": U64::from(block.header.number),
        "contractAddress": receipt.contract_address,
        "cumulativeGasUsed": U64::from(receipt.cumulative_gas_used),
        "effectiveGasPrice": U128::from(receipt.effective_gas_price),
        "from": tx.from(),
        "gasUsed": U64::from(receipt.gas_used),
        "gasUsedForL1": U64::from(receipt.gas_used_for_l1),
        "l1BlockNumber": U64::from(block.info.l1_block_number),
        "logs": logs,
        "logsBloom": receipt.bloom,
        "status": U64::from(u64::from(receipt.success)),
        "timeboosted": false,
        "to": tx.to(),
        "transactionHash": tx.hash(),
        "transactionIndex": U64::from(mined.index),
        "type": U64::from(receipt.ty),
    })
}

/// A log.
pub(super) fn log(block: &Block, transaction: usize, position: usize) -> Value {
    let receipt: &Receipt = &block.receipts[transaction];
    let log = &receipt.logs[position];
    json!({
        "address": log.address,
        "blockHash": block.hash,
        "blockNumber": U64::from(block.header.number),
        "blockTimestamp": U64::from(block.header.timestamp),
        "data": log.data.data,
        "logIndex": U64::from(receipt.first_log + position as u64),
        "removed": false,
        "topics": log.topics(),
        "transactionHash": block.transactions[transaction].hash(),
        "transactionIndex": U64::from(transaction),
    })
}
