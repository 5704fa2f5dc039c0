//! Prices: what the base fee is, was, and will be.

use alloy_primitives::U64;
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    block_id::BlockId,
    params::{Parameter, Params, kind},
};
use crate::chain::{Block, History};

/// Most blocks that one fee history covers.
const MAX_BLOCKS: u64 = 1_024;

/// Gas a second that the base fee aims at (spec §8.5): what a block's fullness is measured by.
const SPEED_LIMIT: u64 = 7_000_000;

pub(super) fn gas_price(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(U64::from(rpc.chain.history().next_base_fee())))
}

/// The sequencer takes transactions as they come: tips buy nothing.
pub(super) fn max_priority_fee(_: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!("0x0"))
}

/// A percentile of tips.
struct Percentile;

impl Parameter for Percentile {
    fn read(value: &Value) -> Result<Self, String> {
        match value.as_f64() {
            Some(percentile) if (0.0..=100.0).contains(&percentile) => Ok(Self),
            Some(percentile) => Err(format!("invalid reward percentile: {percentile}")),
            None => Err(format!("expected a number, got {}", kind(value))),
        }
    }
}

pub(super) fn history(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let count: u64 = params.required(0)?;
    let newest: BlockId = params.required(1)?;
    let percentiles: Vec<Percentile> = params.optional(2)?.unwrap_or_default();
    let history = rpc.chain.history();
    let newest = newest.get(&history)?;
    let last = newest.header.number;
    let count = count.min(MAX_BLOCKS).min(last + 1);
    if count == 0 {
        return Ok(json!({ "oldestBlock": "0x0", "gasUsedRatio": null }));
    }
    let oldest = last + 1 - count;
    let blocks: Vec<&Block> =
        (oldest..=last).filter_map(|number| history.block(number)).map(|b| &**b).collect();
    let mut fees: Vec<U64> =
        blocks.iter().map(|block| U64::from(block.header.base_fee_per_gas.unwrap_or_default())).collect();
    fees.push(U64::from(newest.info.next_base_fee));
    let mut answer = json!({
        "oldestBlock": U64::from(oldest),
        "baseFeePerGas": fees,
        "gasUsedRatio": blocks.iter().map(|block| fullness(&history, block)).collect::<Vec<_>>(),
    });
    if !percentiles.is_empty() {
        answer["reward"] = json!(vec![vec!["0x0"; percentiles.len()]; blocks.len()]);
    }
    Ok(answer)
}

/// How full a block was: 1 if the next one came within the same second, else its gas by what the chain could have
/// done until then.
fn fullness(history: &History, block: &Block) -> Value {
    let seconds = history
        .block(block.header.number + 1)
        .map_or(0, |next| next.header.timestamp - block.header.timestamp);
    let capacity = seconds.saturating_mul(SPEED_LIMIT);
    if block.header.gas_used >= capacity {
        return json!(1);
    }
    json!(block.header.gas_used as f64 / capacity as f64)
}
