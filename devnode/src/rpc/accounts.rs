//! Reading accounts: `eth_getBalance` and its kind.

use alloy_primitives::{Address, B256, U64};
use serde_json::json;

use super::{
    Answer, Rpc,
    block_id::BlockId,
    error::RpcError,
    params::{Params, Slot},
};
use crate::state::State;

/// The state that parameter `index` names: by default the newest one.
fn state(rpc: &Rpc, params: &Params<'_>, index: usize) -> Result<State, RpcError> {
    let history = rpc.chain.history();
    let block = params.optional(index)?.unwrap_or(BlockId::Latest).get(&history)?;
    Ok(history.state_after(block)?.clone())
}

pub(super) fn balance(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    Ok(json!(state(rpc, params, 1)?.balance(address)))
}

pub(super) fn code(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    Ok(json!(state(rpc, params, 1)?.code(address)))
}

pub(super) fn transaction_count(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    let nonce = state(rpc, params, 1)?.nonce(address);
    if params.optional(1)? != Some(BlockId::Pending) {
        return Ok(json!(U64::from(nonce)));
    }
    Ok(json!(U64::from(rpc.chain.history().pool().next_nonce(address, nonce))))
}

pub(super) fn storage_at(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let address: Address = params.required(0)?;
    let Slot(slot) = params.required(1)?;
    Ok(json!(B256::from(state(rpc, params, 2)?.storage(address, slot))))
}
