//! Steering the chain: snapshots, time, mining, editing accounts. Names and answers are Anvil's.

use alloy_primitives::{Address, Bytes, U64, U256};
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    params::{Parameter, Params, Slot},
};

/// Seconds, or the object that `evm_mine` may get in their place.
struct MineAt(Option<u64>);

impl Parameter for MineAt {
    fn read(value: &Value) -> Result<Self, String> {
        let time = match value {
            Value::Object(fields) => fields.get("timestamp").unwrap_or(&Value::Null),
            other => other,
        };
        if time.is_null() { Ok(Self(None)) } else { u64::read(time).map(|time| Self(Some(time))) }
    }
}

pub(super) fn snapshot(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(U64::from(rpc.chain.snapshot())))
}

pub(super) fn revert(rpc: &Rpc, params: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.revert(params.required(0)?)))
}

/// Answers how many seconds the chain is ahead of the clock on the wall.
pub(super) fn increase_time(rpc: &Rpc, params: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.advance_time(params.required(0)?)))
}

pub(super) fn set_next_block_timestamp(rpc: &Rpc, params: &Params<'_>) -> Answer {
    rpc.chain.set_next_time(params.required(0)?)?;
    Ok(Value::Null)
}

pub(super) fn mine(rpc: &Rpc, params: &Params<'_>) -> Answer {
    if let Some(MineAt(Some(time))) = params.optional(0)? {
        rpc.chain.set_next_time(time)?;
    }
    rpc.chain.mine()?;
    Ok(json!("0x0"))
}

pub(super) fn set_balance(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let (address, wei): (Address, U256) = (params.required(0)?, params.required(1)?);
    rpc.chain.edit_state(|state| state.set_balance(address, wei));
    Ok(Value::Null)
}

pub(super) fn set_nonce(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let (address, nonce): (Address, u64) = (params.required(0)?, params.required(1)?);
    rpc.chain.edit_state(|state| state.set_nonce(address, nonce));
    Ok(Value::Null)
}

pub(super) fn set_code(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let (address, code): (Address, Bytes) = (params.required(0)?, params.required(1)?);
    rpc.chain.edit_state(|state| state.set_code(address, code));
    Ok(Value::Null)
}

pub(super) fn set_storage_at(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    let (Slot(slot), Slot(value)) = (params.required(1)?, params.required(2)?);
    rpc.chain.edit_state(|state| state.set_storage(address, slot, value));
    Ok(json!(true))
}
