//! `debug_trace*`: running transactions again and telling what they did.

use alloy_primitives::B256;
use serde_json::{Value, json};

use super::{
    Answer, Rpc,
    block_id::BlockId,
    call_request::{BlockOverride, CallRequest, StateOverride, member, object},
    error::RpcError,
    params::{Parameter, Params},
    tracers::Tracer,
};
use crate::chain::{Block, Traced};

/// Tracer and differences of `debug_traceCall`.
#[derive(Default)]
struct CallConfig {
    tracer: Tracer,
    state: StateOverride,
    block: BlockOverride,
}

impl Parameter for CallConfig {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = object(value)?;
        Ok(Self {
            tracer: Tracer::read(value)?,
            state: member(fields, "stateOverrides")?.unwrap_or_default(),
            block: member(fields, "blockOverrides")?.unwrap_or_default(),
        })
    }
}

pub(super) fn transaction(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    let tracer: Tracer = params.optional(1)?.unwrap_or_default();
    let history = rpc.chain.history();
    let mined = history.transaction(&hash).ok_or(RpcError::NoTransaction)?;
    let traced = rpc.chain.trace_block(&history, &mined.block, mined.index, tracer.wanted())?;
    traced.get(mined.index).map_or(Ok(Value::Null), |traced| tracer.answer(traced))
}

pub(super) fn call(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let request: CallRequest = params.required(0)?;
    let id = params.optional(1)?.unwrap_or(BlockId::Latest);
    let config: CallConfig = params.optional(2)?.unwrap_or_default();
    let history = rpc.chain.history();
    let mut context = match id {
        BlockId::Pending => rpc.chain.pending_context(&history),
        id => rpc.chain.context(&history, id.get(&history)?)?,
    };
    config.state.apply(&mut context.state)?;
    context.override_block(config.block.0);
    let skips_l1 = request.skip_l1_charging;
    let mut tx = request.into_input();
    if !skips_l1 {
        rpc.chain.charge_l1(&context, &mut tx);
    }
    let traced = rpc.chain.trace_call(&context, &tx, config.tracer.wanted()).map_err(RpcError::Trace)?;
    config.tracer.answer(&traced)
}

pub(super) fn block_by_number(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: BlockId = params.required(0)?;
    block(rpc, id, params.optional(1)?.unwrap_or_default())
}

pub(super) fn block_by_hash(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    block(rpc, BlockId::Hash(hash), params.optional(1)?.unwrap_or_default())
}

fn block(rpc: &Rpc, id: BlockId, tracer: Tracer) -> Answer {
    let history = rpc.chain.history();
    let block: &Block = id.get(&history)?;
    if block.header.number == 0 {
        return Err(RpcError::NoBlock("genesis is not traceable"));
    }
    let traced = rpc.chain.trace_block(&history, block, usize::MAX, tracer.wanted())?;
    let result = |traced: &Traced| Ok(json!({ "txHash": traced.hash, "result": tracer.answer(traced)? }));
    traced.iter().map(result).collect()
}
