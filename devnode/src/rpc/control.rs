//! Steering the chain: snapshots, time, mining, editing accounts. Names and answers are Anvil's.

use alloy_primitives::{Address, Bytes, U64, U256};
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    error::RpcError,
    info::CLIENT_VERSION,
    params::{Parameter, Params, Slot},
};

use crate::{arbos::block as arbos, chain::MiningMode};

impl Parameter for Value {
    fn read(value: &Value) -> Result<Self, String> {
        Ok(value.clone())
    }
}

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
    rpc.chain.mine();
    Ok(json!("0x0"))
}

/// Blocks at once, beyond which a typing error is more likely than a wish.
const MOST_BLOCKS: u64 = 100_000;

/// `anvil_mine`: how many blocks, and how many seconds apart.
pub(super) fn mine_many(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let blocks: u64 = params.optional(0)?.unwrap_or(1);
    if blocks > MOST_BLOCKS {
        let reason = format!("at most {MOST_BLOCKS} blocks at once");
        return Err(RpcError::InvalidArgument { index: 0, reason });
    }
    rpc.chain.mine_many(blocks, params.optional(1)?);
    Ok(Value::Null)
}

pub(super) fn set_automine(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let automatic: bool = params.required(0)?;
    match (automatic, rpc.chain.mode()) {
        (true, _) => rpc.chain.set_mode(MiningMode::Automatic),
        (false, MiningMode::Automatic) => rpc.chain.set_mode(MiningMode::Manual),
        // Blocks that come at intervals go on.
        (false, _) => {}
    }
    Ok(json!(true))
}

pub(super) fn automine(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.mode() == MiningMode::Automatic))
}

/// In seconds; zero stops it.
pub(super) fn set_interval_mining(rpc: &Rpc, params: &Params<'_>) -> Answer {
    rpc.chain.set_mode(MiningMode::every(params.required(0)?));
    Ok(json!(true))
}

/// In seconds, or null.
pub(super) fn interval_mining(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(match rpc.chain.mode() {
        MiningMode::Interval(interval) => json!(interval.as_secs()),
        _ => Value::Null,
    })
}

/// Answers how many seconds the chain is ahead of the clock on the wall.
pub(super) fn set_time(rpc: &Rpc, params: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.set_time(params.required(0)?)?))
}

pub(super) fn set_block_interval(rpc: &Rpc, params: &Params<'_>) -> Answer {
    rpc.chain.set_block_interval(Some(params.required(0)?));
    Ok(Value::Null)
}

/// Answers whether there was an interval to remove.
pub(super) fn remove_block_interval(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.set_block_interval(None)))
}

pub(super) fn set_next_base_fee(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let wei: U256 = params.required(0)?;
    rpc.chain.edit_arbos(|ledger| arbos::set_next_base_fee(ledger, wei));
    Ok(Value::Null)
}

/// The compute gas of a block; the header's limit is a constant on Arbitrum.
pub(super) fn set_gas_limit(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let gas: u64 = params.required(0)?;
    rpc.chain.edit_arbos(|ledger| arbos::set_gas_limit(ledger, gas));
    Ok(json!(true))
}

/// Back to the first block. There is nothing to fork, so a parameter that asks for it is refused.
pub(super) fn reset(rpc: &Rpc, params: &Params<'_>) -> Answer {
    if params.optional::<Value>(0)?.is_some_and(|forking| forking.get("forking").is_some()) {
        let reason = "forking is not available".to_owned();
        return Err(RpcError::InvalidArgument { index: 0, reason });
    }
    rpc.chain.reset();
    Ok(Value::Null)
}

/// The chain as bytes. The parameter, whether to keep older states, is Anvil's: they are never kept here.
pub(super) fn dump_state(rpc: &Rpc, _: &Params<'_>) -> Answer {
    rpc.chain.dump().map(|dump| json!(dump)).map_err(RpcError::Internal)
}

pub(super) fn load_state(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let dump: Bytes = params.required(0)?;
    rpc.chain.load(&dump)?;
    Ok(json!(true))
}

pub(super) fn node_info(rpc: &Rpc, _: &Params<'_>) -> Answer {
    let history = rpc.chain.history();
    let head = history.head();
    Ok(json!({
        "currentBlockHash": head.hash,
        "currentBlockNumber": U64::from(head.header.number),
        "currentBlockTimestamp": head.header.timestamp,
        "arbOSVersion": head.info.arbos_version,
        "environment": {
            "baseFee": U64::from(history.next_base_fee()),
            "chainId": rpc.chain.chain_id(),
            "gasLimit": U64::from(head.header.gas_limit),
            "gasPrice": U64::from(history.next_base_fee()),
        },
        "forkConfig": {},
    }))
}

pub(super) fn metadata(rpc: &Rpc, _: &Params<'_>) -> Answer {
    let history = rpc.chain.history();
    Ok(json!({
        "clientVersion": CLIENT_VERSION,
        "chainId": rpc.chain.chain_id(),
        "latestBlockNumber": history.head().header.number,
        "latestBlockHash": history.head().hash,
        "snapshots": {},
    }))
}

/// Refused: contracts that ask for it get the sequencer's address on every Arbitrum chain.
pub(super) fn set_coinbase(_: &Rpc, params: &Params<'_>) -> Answer {
    params.required::<Address>(0)?;
    let reason = "blocks name their sequencer, 0xA4b000000000000000000073657175656e636572";
    Err(RpcError::Constant("the coinbase", reason))
}

/// Refused: the opcode is no randomness on Arbitrum.
pub(super) fn set_prev_randao(_: &Rpc, params: &Params<'_>) -> Answer {
    params.required::<Slot>(0)?;
    Err(RpcError::Constant("prevRandao", "the opcode answers 1 in every block"))
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
