//! The contracts that ArbOS itself answers for (§9).

pub mod abi;
mod arb_address_table;
mod arb_aggregator;
mod arb_debug;
mod arb_filtered_transactions_manager;
mod arb_function_table;
mod arb_gas_info;
mod arb_info;
mod arb_native_token_manager;
mod arb_owner;
mod arb_owner_public;
mod arb_retryable_tx;
mod arb_statistics;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod arbos_test;
mod catalogue;
mod dispatch;
mod failure;
mod frame;
mod method;

#[cfg(test)]
mod tests;

use super::{BlockInfo, Ledger, TxInfo, Version, block};
use crate::vm::{Engine, host::Pages};
use alloy_primitives::{Address, Bytes, U256};

pub use catalogue::{addresses, is_precompile};
pub(super) use failure::Failure;
pub(super) use frame::Frame;

/// One call of a precompile.
#[derive(Clone, Debug)]
pub struct PrecompileCall {
    /// The precompile: the address whose code the caller names.
    pub address: Address,
    /// Whose storage the frame works on: `address`, unless called by DELEGATECALL or CALLCODE.
    pub acting: Address,
    /// `msg.sender`.
    pub caller: Address,
    /// Wei that came with the call, already moved.
    pub value: U256,
    /// Calldata.
    pub input: Bytes,
    /// Gas of the frame.
    pub gas: u64,
    /// The frame is static, directly or through a frame above.
    pub is_static: bool,
    /// The frame was entered by a STATICCALL itself.
    pub is_direct_static: bool,
    /// Frames open above this one: 0 when a transaction calls the precompile directly.
    pub depth: usize,
    /// Who called the caller; zero when a transaction calls the precompile directly.
    pub callers_caller: Address,
    /// Who signed the transaction.
    pub origin: Address,
}

/// The chain around a call.
pub struct Ctx<'a> {
    /// State, in the frame's own snapshot: the caller of [`run`] reverts it unless the call succeeds.
    pub ledger: &'a mut dyn Ledger,
    /// Measures programs for activation.
    pub engine: &'a Engine,
    /// The block.
    pub block: &'a BlockInfo,
    /// The transaction.
    pub tx: &'a TxInfo,
    /// The transaction's wasm memory.
    pub pages: &'a Pages,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Changes are kept.
    Success,
    /// Changes are undone; unspent gas, if any, goes back to the caller.
    Revert,
    /// Changes are undone and all gas is gone, as for an invalid opcode.
    Halt,
}

/// What a call gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrecompileOutcome {
    /// How it ended.
    pub status: Status,
    /// Gas handed back.
    pub gas_left: u64,
    /// Returned or revert data.
    pub output: Bytes,
    /// What RPC tells about a failure beside its data: `error Name(args)`, `program activation failed: …`.
    pub error_text: Option<String>,
    /// Why a call failed without data, in words. Nitro keeps this to itself, so no RPC answer has it.
    pub reason: Option<String>,
}

/// Runs a precompile. An address that is none yet answers like an empty account.
pub fn run(call: &PrecompileCall, context: &mut Ctx<'_>) -> PrecompileOutcome {
    let version = Version::in_force(block::version(context.ledger));
    match catalogue::find(call.address, version.number) {
        Some(precompile) => dispatch::dispatch(precompile, call, context, version),
        None => PrecompileOutcome::success(call.gas, Bytes::new()),
    }
}

impl PrecompileOutcome {
    fn success(gas_left: u64, output: Bytes) -> Self {
        Self { status: Status::Success, gas_left, output, error_text: None, reason: None }
    }

    fn failure(status: Status) -> Self {
        Self { status, gas_left: 0, output: Bytes::new(), error_text: None, reason: None }
    }
}
