//! What code ran, and how it ended: for tests that want to know what they have reached.

use alloy_primitives::{Address, B256, U256};
use revm::interpreter::InstructionResult;
use std::fmt;

use crate::vm::{ProgramResult, ProgramStatus};

/// Is told of each frame whose code has run to an end, programs and EVM code alike, the inner ones before their callers:
/// of transactions, calls and estimates, and whether or not an outer frame undid it later.
///
/// Code that never started (a program that isn't active, a call too deep) and precompiles aren't observed. It is called
/// in the middle of the execution, on the thread that executes, of which there can be several.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A frame has ended.
    fn ended(&self, run: &Run<'_>);
}

/// A frame that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Whose storage and balance it worked on.
    pub account: Address,
    /// The code that ran, for a program as it is deployed; for a creation the init code with its arguments.
    pub code: &'a [u8],
    /// The hash of that code; zero for init code.
    pub code_hash: B256,
    /// Calldata; empty for init code.
    pub input: &'a [u8],
    /// What it saw as the call's value, wei.
    pub value: U256,
    /// How it ended.
    pub end: End,
    /// What it returned, or reverted with.
    pub output: &'a [u8],
}

/// How a frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// By itself.
    Success,
    /// By reverting, with or without data.
    Revert,
    /// A program trapped, as on a panic; EVM code did what is invalid. To a caller a trap looks like a revert without data.
    Trap,
    /// A host function refused to do what the program asked it, for example to store something in a static call. To a
    /// caller it looks like a revert without data.
    Refused(&'static str),
    /// The gas ran out, or the stack that programs have beyond their memory.
    Exhausted,
}

impl From<&ProgramResult> for End {
    fn from(done: &ProgramResult) -> Self {
        match done.status {
            ProgramStatus::Success => Self::Success,
            ProgramStatus::Revert => Self::Revert,
            ProgramStatus::Failure => done.refused.map_or(Self::Trap, Self::Refused),
            ProgramStatus::OutOfInk | ProgramStatus::OutOfStack => Self::Exhausted,
        }
    }
}

impl From<InstructionResult> for End {
    fn from(result: InstructionResult) -> Self {
        if result.is_ok() {
            Self::Success
        } else if result.is_revert() {
            Self::Revert
        } else if matches!(
            result,
            InstructionResult::OutOfGas
                | InstructionResult::MemoryOOG
                | InstructionResult::MemoryLimitOOG
                | InstructionResult::PrecompileOOG
                | InstructionResult::InvalidOperandOOG
                | InstructionResult::ReentrancySentryOOG
        ) {
            Self::Exhausted
        } else {
            Self::Trap
        }
    }
}
