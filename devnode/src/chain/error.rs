//! Why the chain refuses something.

use alloy_primitives::U256;
use thiserror::Error;

use crate::evm::TxError;

/// Why a signed transaction is not mined, in the words of a Nitro node (spec §8.10).
#[derive(Debug, Error)]
pub enum SendError {
    /// Nothing, or a type byte alone.
    #[error("typed transaction too short")]
    TooShort,
    /// Not type 0, 1, 2 or 4.
    #[error("transaction type not supported")]
    UnsupportedType,
    /// The bytes are no transaction.
    #[error("rlp: {0}")]
    Undecodable(String),
    /// Signed for another chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    WrongChain {
        /// The transaction's chain id.
        have: u64,
        /// This chain's.
        want: u64,
    },
    /// The signature belongs to nobody.
    #[error("invalid transaction v, r, s values")]
    InvalidSignature,
    /// Longer than the sequencer takes.
    #[error("oversized data")]
    Oversized,
    /// gas limit · fee cap is so high that it must be a mistake.
    #[error("tx fee ({} ether) exceeds the configured cap ({} ether)", ether(*fee), ether(*cap))]
    FeeAboveCap {
        /// Wei.
        fee: U256,
        /// Wei.
        cap: U256,
    },
    /// The pool says so without figures.
    #[error("intrinsic gas too low")]
    IntrinsicGas,
    /// It waits already.
    #[error("already known")]
    AlreadyKnown,
    /// Another one with its sender and nonce waits, and this one doesn't pay a tenth more.
    #[error("replacement transaction underpriced")]
    Underpriced,
    /// Too many wait.
    #[error("txpool is full")]
    PoolFull,
    /// No block can hold it.
    #[error(transparent)]
    Unfit(TxError),
}

impl From<TxError> for SendError {
    fn from(error: TxError) -> Self {
        match error {
            TxError::IntrinsicGas { .. } => Self::IntrinsicGas,
            other => Self::Unfit(other),
        }
    }
}

/// Wei as ether with two decimals, rounded half up.
fn ether(wei: U256) -> String {
    let cent = U256::from(10_000_000_000_000_000_u64);
    let cents = (wei + cent / U256::from(2)) / cent;
    let (whole, rest) = cents.div_rem(U256::from(100));
    format!("{whole}.{rest:0>2}")
}

/// Why a clock can't be set.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("timestamp {time} is lower than the previous block's timestamp {parent}")]
pub struct TimeError {
    /// What was asked for, Unix seconds.
    pub time: u64,
    /// The newest block's, Unix seconds.
    pub parent: u64,
}
