//! `eth_createAccessList`: what a transaction touches, as the list that makes touching it cheaper.

use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{Address, B256, TxKind, U64};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Rpc, block_id::BlockId, call_request::CallRequest, error::RpcError, params::Params};
use crate::{
    chain::{Context, Traced},
    evm::{TxInput, trace::Wanted},
};

type Touched = BTreeMap<Address, BTreeSet<B256>>;

/// The list may change what the transaction does, if that looks at its gas: then it is made again. A list that never
/// settles grows each time, so it settles in the end.
pub(super) fn create(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let request: CallRequest = params.required(0)?;
    let history = rpc.chain.history();
    let context = match params.optional(1)?.unwrap_or(BlockId::Latest) {
        BlockId::Pending => rpc.chain.pending_context(&history),
        id => rpc.chain.context(&history, id.get(&history)?)?,
    };
    let mut tx = request.into_input();
    let mut touched: Touched = given(&tx.access_list);
    loop {
        let traced = run(rpc, &context, &tx)?;
        let before = touched.clone();
        for (address, slots) in accessed(&context, &tx, &traced) {
            touched.entry(address).or_default().extend(slots);
        }
        if touched == before {
            let mut answer = json!({
                "accessList": tx.access_list,
                "gasUsed": U64::from(traced.outcome.gas_used),
            });
            if !traced.outcome.success {
                answer["error"] = json!(RpcError::of_outcome(traced.outcome).to_string());
            }
            return Ok(answer);
        }
        tx.access_list = list(&touched);
        if tx.tx_type == 0 {
            tx.tx_type = 1;
        }
    }
}

fn run(rpc: &Rpc, context: &Context, tx: &TxInput) -> Result<Traced, RpcError> {
    let traced = rpc.chain.trace_call(context, tx, Wanted::default());
    traced.map_err(|error| RpcError::Call { error, gas: tx.gas_limit })
}

/// What is worth listing: not what is warm anyway, the sender, the callee and precompiles, unless for its slots.
fn accessed(context: &Context, tx: &TxInput, traced: &Traced) -> Touched {
    let callee = match tx.to {
        TxKind::Call(to) => to,
        TxKind::Create => tx.from.create(context.state.nonce(tx.from)),
    };
    let mut accessed = traced.recording().map(|recording| recording.accessed.clone()).unwrap_or_default();
    accessed.retain(|address, slots| {
        let is_warm = *address == tx.from || *address == callee || context.is_precompile(*address);
        !slots.is_empty() || !is_warm
    });
    accessed
}

fn given(list: &AccessList) -> Touched {
    list.iter().map(|item| (item.address, item.storage_keys.iter().copied().collect())).collect()
}

fn list(touched: &Touched) -> AccessList {
    let items = touched.iter().map(|(address, slots)| AccessListItem {
        address: *address,
        storage_keys: slots.iter().copied().collect(),
    });
    AccessList(items.collect())
}
