//! About the node: `net_*`, `web3_*` and what of `eth_*` never changes.

use alloy_primitives::{Bytes, U64, keccak256};
use serde_json::json;

use super::{Answer, Rpc, params::Params};

/// Name and version of the node.
pub(super) const CLIENT_VERSION: &str = concat!("stylus-devnode/v", env!("CARGO_PKG_VERSION"));

pub(super) fn chain_id(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(U64::from(rpc.chain.chain_id())))
}

pub(super) fn net_version(rpc: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(rpc.chain.chain_id().to_string()))
}

pub(super) fn client_version(_: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(CLIENT_VERSION))
}

pub(super) fn sha3(_: &Rpc, params: &Params<'_>) -> Answer {
    Ok(json!(keccak256(params.required::<Bytes>(0)?)))
}

pub(super) fn syncing(_: &Rpc, _: &Params<'_>) -> Answer {
    Ok(json!(false))
}
