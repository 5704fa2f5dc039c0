//! How a precompile's method fails, and what that costs (§2.2, §9.1).

use super::{PrecompileOutcome, Status};
use crate::arbos::gas::{self, Gas, Meter, OutOfGas};
use alloy_primitives::Bytes;
use alloy_sol_types::SolError;
use std::{convert::Infallible, fmt::Display};

/// Why a method gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::arbos) enum Failure {
    /// The frame's gas ran out: a revert without data, nothing is left.
    OutOfGas,
    /// A Solidity error: a revert with its data, paid by the word.
    Custom {
        /// Selector and arguments.
        data: Bytes,
        /// `error Name(args)`.
        text: String,
    },
    /// Any other error: a revert without data. The text is for the node's operator.
    Plain(String),
    /// A caller without the right to call: a revert that takes all gas.
    BurnAll,
    /// The chain refuses to run the call at all: everything is gone.
    Halt,
    /// A program that can't be activated: everything is gone, but RPC says why.
    Activation(String),
}

impl Failure {
    /// A Solidity error; `text` is its name with the arguments that RPC shows.
    pub(in crate::arbos) fn custom(error: &impl SolError, text: impl Display) -> Self {
        Self::Custom { data: error.abi_encode().into(), text: format!("error {text}") }
    }

    /// What the frame ends with.
    pub(super) fn outcome(self, mut gas: Gas) -> PrecompileOutcome {
        match self {
            Self::OutOfGas | Self::BurnAll => PrecompileOutcome::failure(Status::Revert),
            Self::Halt => PrecompileOutcome::failure(Status::Halt),
            Self::Custom { data, text } => match (&mut gas).burn(gas::copy(data.len())) {
                Ok(()) => PrecompileOutcome {
                    gas_left: gas.left(),
                    output: data,
                    error_text: Some(text),
                    ..PrecompileOutcome::failure(Status::Revert)
                },
                Err(OutOfGas) => PrecompileOutcome::failure(Status::Revert),
            },
            Self::Plain(reason) => PrecompileOutcome {
                gas_left: gas.left(),
                reason: Some(reason),
                ..PrecompileOutcome::failure(Status::Revert)
            },
            Self::Activation(reason) => PrecompileOutcome {
                error_text: Some(format!("program activation failed: {reason}")),
                ..PrecompileOutcome::failure(Status::Halt)
            },
        }
    }
}

impl From<OutOfGas> for Failure {
    fn from(_: OutOfGas) -> Self {
        Self::OutOfGas
    }
}

impl From<Infallible> for Failure {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
