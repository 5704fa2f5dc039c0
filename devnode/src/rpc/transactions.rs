//! Sending transactions and finding them again.

use alloy_primitives::{B256, Bytes};
use serde_json::{Value, json};

use super::{Answer, Rpc, block_id::BlockId, params::Params, shapes};
use crate::chain::Mined;

/// Answers once the transaction is in a block: its receipt is there then.
pub(super) fn send_raw(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let raw: Bytes = params.required(0)?;
    Ok(json!(rpc.chain.send(raw)?))
}

fn find(rpc: &Rpc, params: &Params<'_>, show: impl FnOnce(&Mined) -> Value) -> Answer {
    let hash: B256 = params.required(0)?;
    Ok(rpc.chain.history().transaction(&hash).as_ref().map_or(Value::Null, show))
}

/// Waiting transactions are found too.
pub(super) fn by_hash(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    Ok(shapes::accepted(&rpc.chain.history(), &hash).unwrap_or_default())
}

pub(super) fn receipt(rpc: &Rpc, params: &Params<'_>) -> Answer {
    find(rpc, params, shapes::receipt)
}

pub(super) fn raw_by_hash(rpc: &Rpc, params: &Params<'_>) -> Answer {
    find(rpc, params, |mined| json!(mined.transaction().encoded()))
}

pub(super) fn by_block_number_and_index(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: BlockId = params.required(0)?;
    by_index(rpc, id, params.required(1)?)
}

pub(super) fn by_block_hash_and_index(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    by_index(rpc, BlockId::Hash(hash), params.required(1)?)
}

fn by_index(rpc: &Rpc, id: BlockId, index: u64) -> Answer {
    let history = rpc.chain.history();
    let Some(block) = id.find(&history)? else { return Ok(Value::Null) };
    match usize::try_from(index) {
        Ok(index) if index < block.transactions.len() => Ok(shapes::transaction(block, index)),
        _ => Ok(Value::Null),
    }
}
