//! What a request is refused with: geth's codes and texts (spec §8.10), so that clients decode them as they do there.

use alloy_primitives::{B256, Bytes};
use alloy_sol_types::{Panic, PanicKind, Revert, SolError};
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    chain::{EstimateError, LoadError, NoState, SendError, TimeError},
    evm::{TxError, TxOutcome},
};

/// An error answer.
#[derive(Debug, Error)]
pub enum RpcError {
    /// The body is no JSON.
    #[error("{0}")]
    Parse(String),
    /// JSON, but no request.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// Nobody knows the method.
    #[error("the method {0} does not exist/is not available")]
    UnknownMethod(String),
    /// Subscriptions need a connection that stays.
    #[error("notifications not supported")]
    NoNotifications,
    /// No such thing to subscribe to.
    #[error("no {0:?} subscription in eth namespace")]
    NoSubscription(String),
    /// No such subscription of this connection.
    #[error("subscription not found")]
    SubscriptionNotFound,
    /// The connection has as many as it may.
    #[error("too many subscriptions on this connection")]
    TooManySubscriptions,
    /// The node has no key for it.
    #[error("unknown account")]
    UnknownAccount,
    /// No such filter, or none of that kind.
    #[error("filter not found")]
    NoFilter,
    /// A parameter is missing.
    #[error("missing value for required argument {0}")]
    MissingArgument(usize),
    /// A parameter is not what it should be.
    #[error("invalid argument {index}: {reason}")]
    InvalidArgument {
        /// Counted from 0.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// There are more parameters than the method takes.
    #[error("too many arguments, want at most {0}")]
    TooManyArguments(usize),
    /// Parameters are not a list.
    #[error("non-array args")]
    NonArrayParams,
    /// No such block for a method that needs one.
    #[error("{0}")]
    NoBlock(&'static str),
    /// No such transaction for a method that needs one.
    #[error("transaction not found")]
    NoTransaction,
    /// The trace would fill the machine's memory.
    #[error(
        "the transaction executes too many opcodes for struct logs; ask for the first ones by `limit`, or use callTracer"
    )]
    TraceTooLong,
    /// The call to be traced isn't valid.
    #[error("tracing failed: {0}")]
    Trace(TxError),
    /// Several blocks at once, but the last lies before the first.
    #[error("invalid block range params")]
    BlockRange,
    /// A state override names both the whole storage and a part of it.
    #[error("account {0} has both 'state' and 'stateDiff'")]
    OverrideConflict(alloy_primitives::Address),
    /// The transaction was refused.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The call isn't valid.
    #[error("err: {error} (supplied gas {gas})")]
    Call {
        /// What is wrong with it.
        error: TxError,
        /// Its gas limit.
        gas: u64,
    },
    /// The transaction that an estimate is wanted for isn't valid.
    #[error("failed with {gas} gas: {error}")]
    Estimate {
        /// What is wrong with it.
        error: TxError,
        /// Gas limit that was tried.
        gas: u64,
    },
    /// It runs out of gas with all that it may have.
    #[error("gas required exceeds allowance ({0})")]
    Allowance(u64),
    /// The value is more than the sender has.
    #[error("insufficient funds for transfer")]
    InsufficientValue,
    /// The call reverted.
    #[error("execution reverted{}", revert_reason(.0, .1.as_deref()))]
    Reverted(Bytes, Option<String>),
    /// The call ended in some other way.
    #[error("{0}")]
    Halted(String),
    /// The block was loaded without its state.
    #[error(transparent)]
    State(#[from] NoState),
    /// A dump can't be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Something that is the same in every block of an Arbitrum chain.
    #[error("{0} is a constant on Arbitrum: {1}")]
    Constant(&'static str, &'static str),
    /// The clock can't be set back.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// A defect of the node.
    #[error("internal error: {0}")]
    Internal(String),
}

impl RpcError {
    /// What a failed call answers.
    pub(super) fn of_outcome(outcome: TxOutcome) -> Self {
        match outcome.error {
            Some(error) => Self::Halted(error),
            None => Self::Reverted(outcome.output, outcome.revert_text),
        }
    }

    fn code(&self) -> i64 {
        match self {
            Self::Parse(_) => -32700,
            Self::InvalidRequest(_) => -32600,
            Self::UnknownMethod(_) | Self::NoNotifications | Self::NoSubscription(_) => -32601,
            Self::MissingArgument(_)
            | Self::InvalidArgument { .. }
            | Self::TooManyArguments(_)
            | Self::NonArrayParams => -32602,
            Self::Internal(_) => -32603,
            Self::Reverted(..) => 3,
            _ => -32000,
        }
    }

    /// The `error` member of the answer.
    pub(super) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code(), "message": self.to_string() });
        if let Self::Reverted(data, _) = self {
            error["data"] = json!(data);
        }
        error
    }
}

impl From<EstimateError> for RpcError {
    fn from(error: EstimateError) -> Self {
        match error {
            EstimateError::Unfit { gas, error } => Self::Estimate { error, gas },
            EstimateError::Fails(outcome) => Self::of_outcome(*outcome),
            EstimateError::Allowance(gas) => Self::Allowance(gas),
            EstimateError::Value => Self::InsufficientValue,
        }
    }
}

/// What follows `execution reverted`: the precompile's error, else what the data says.
fn revert_reason(data: &[u8], text: Option<&str>) -> String {
    let reason = text.map(str::to_owned).or_else(|| decoded_revert(data));
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}

/// What revert data says, if it is `Error(string)` or `Panic(uint256)`.
pub(super) fn decoded_revert(data: &[u8]) -> Option<String> {
    let revert = Revert::abi_decode(data).map(|revert| revert.reason);
    revert.ok().or_else(|| Panic::abi_decode(data).ok().map(|panic| panic_reason(&panic)))
}

/// geth's words for Solidity's panic codes.
fn panic_reason(panic: &Panic) -> String {
    let reason = match panic.kind() {
        Some(PanicKind::Generic) => "generic panic",
        Some(PanicKind::Assert) => "assert(false)",
        Some(PanicKind::UnderOverflow) => "arithmetic underflow or overflow",
        Some(PanicKind::DivisionByZero) => "division or modulo by zero",
        Some(PanicKind::EnumConversionError) => "enum overflow",
        Some(PanicKind::StorageEncodingError) => "invalid encoded storage byte array accessed",
        Some(PanicKind::EmptyArrayPop) => "out-of-bounds array access; popping on an empty array",
        Some(PanicKind::ArrayOutOfBounds) => "out-of-bounds access of an array or bytesN",
        Some(PanicKind::ResourceError) => "out of memory",
        Some(PanicKind::InvalidInternalFunction) => "uninitialized function",
        _ => return format!("unknown panic code: {:#x}", panic.code),
    };
    reason.to_owned()
}

/// The answer to a request for a block that doesn't exist, by what it was asked for with.
pub(super) fn no_block(by_hash: Option<&B256>) -> RpcError {
    RpcError::NoBlock(if by_hash.is_some() { "header for hash not found" } else { "header not found" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{U256, bytes};

    fn reverted(data: Bytes, text: Option<&str>) -> Value {
        RpcError::Reverted(data, text.map(str::to_owned)).to_json()
    }

    #[test]
    fn a_revert_carries_its_data_and_what_it_says() {
        let hello = bytes!(
            "08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000568656c6c6f000000000000000000000000000000000000000000000000000000"
        );
        let answer = reverted(hello.clone(), None);
        assert_eq!(answer, json!({ "code": 3, "message": "execution reverted: hello", "data": hello }));

        let panic: Bytes = Panic { code: U256::from(0x11) }.abi_encode().into();
        assert_eq!(reverted(panic, None)["message"], "execution reverted: arithmetic underflow or overflow");

        let custom = bytes!("deadbeef000000000000000000000000000000000000000000000000000000000000002a");
        assert_eq!(reverted(custom, None)["message"], "execution reverted");

        let precompile = reverted(bytes!("6f809c4e"), Some("error ProgramNotActivated()"));
        assert_eq!(precompile["message"], "execution reverted: error ProgramNotActivated()");
    }

    #[test]
    fn other_failures_have_no_data() {
        let error = RpcError::Halted("out of gas".to_owned()).to_json();
        assert_eq!(error, json!({ "code": -32000, "message": "out of gas" }));
    }
}
