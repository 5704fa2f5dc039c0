//! Blocks: `eth_getBlockByNumber` and its kind.

use alloy_primitives::{B256, U64};
use serde_json::{Value, json};

use super::{Answer, Rpc, block_id::BlockId, params::Params, shapes};
use crate::chain::Mined;

pub(super) fn number(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(U64::from(rpc.chain.history().head().header.number)))
}

pub(super) fn by_number(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: BlockId = params.required(0)?;
    let full = params.required(1)?;
    let history = rpc.chain.history();
    let shape = if id == BlockId::Pending { shapes::pending_block } else { shapes::block };
    Ok(id.find(&history)?.map_or(Value::Null, |block| shape(block, full)))
}

pub(super) fn by_hash(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    let full = params.required(1)?;
    let history = rpc.chain.history();
    Ok(history.block_by_hash(&hash).map_or(Value::Null, |block| shapes::block(block, full)))
}

pub(super) fn receipts(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: BlockId = params.required(0)?;
    let history = rpc.chain.history();
    let Some(block) = id.find(&history)? else { return Ok(Value::Null) };
    let receipts =
        (0..block.receipts.len()).map(|index| shapes::receipt(&Mined { block: block.clone(), index }));
    Ok(receipts.collect())
}

pub(super) fn transaction_count_by_number(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: BlockId = params.required(0)?;
    transaction_count(rpc, id)
}

pub(super) fn transaction_count_by_hash(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    transaction_count(rpc, BlockId::Hash(hash))
}

fn transaction_count(rpc: &Rpc, id: BlockId) -> Answer {
    let history = rpc.chain.history();
    Ok(id.find(&history)?.map_or(Value::Null, |block| json!(U64::from(block.transactions.len()))))
}
