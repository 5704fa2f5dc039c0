//! `eth_call` and `eth_estimateGas`.

use alloy_primitives::U64;
use serde_json::json;

use super::{
    Answer, Rpc,
    block_id::BlockId,
    call_request::{BlockOverride, CallRequest, StateOverride},
    error::RpcError,
    node_interface,
    params::Params,
};
use crate::{chain::Context, evm::TxInput};

/// Parameters of both: the call, the block, how the state and the block differ.
fn read(rpc: &Rpc, params: &Params<'_>, default: BlockId) -> Result<(Context, TxInput), RpcError> {
    let request: CallRequest = params.required(0)?;
    let history = rpc.chain.history();
    let mut context = match params.optional(1)?.unwrap_or(default) {
        BlockId::Pending => rpc.chain.pending_context(&history),
        id => rpc.chain.context(&history, id.get(&history)?)?,
    };
    params.optional::<StateOverride>(2)?.unwrap_or_default().apply(&mut context.state)?;
    context.override_block(params.optional::<BlockOverride>(3)?.unwrap_or_default().0);
    let skips_l1 = request.skip_l1_charging;
    let mut tx = request.into_input();
    if !skips_l1 {
        rpc.chain.charge_l1(&context, &mut tx);
    }
    Ok((context, tx))
}

pub(super) fn call(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let (context, tx) = read(rpc, params, BlockId::Latest)?;
    if node_interface::is_asked(&tx) {
        return Ok(json!(node_interface::call(rpc, &context, &tx)?));
    }
    let outcome =
        rpc.chain.call(&context, &tx).map_err(|error| RpcError::Call { error, gas: tx.gas_limit })?;
    if outcome.success { Ok(json!(outcome.output)) } else { Err(RpcError::of_outcome(outcome)) }
}

pub(super) fn estimate_gas(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let (context, tx) = read(rpc, params, BlockId::Pending)?;
    if node_interface::is_asked(&tx) {
        return Ok(json!(U64::from(node_interface::estimate(rpc, &context, &tx)?)));
    }
    Ok(json!(U64::from(rpc.chain.estimate(&context, &tx)?)))
}
