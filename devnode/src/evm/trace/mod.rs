//! What a transaction did, frame by frame: what the tracers of `debug_trace*` tell of.
//!
//! A recording is a tree. A frame holds what happened in it in order: nested frames, logs, the host functions of a
//! program, and the opcodes of EVM code. Recording is off unless asked for, and costs a test of an option then.

mod hooks;
mod recorder;

use alloy_primitives::{Address, B256, Bytes, Log, U256};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use recorder::Recorder;

use crate::vm::host::HostCall;

/// What to record beside frames, logs and fees: the costly parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Host functions that programs call.
    pub host_calls: bool,
    /// Opcodes that EVM code executes, with their stacks.
    pub steps: bool,
    /// The most opcodes to record; 0 for as many as memory is spent on, see [`Recording::is_cut`].
    pub limit: u64,
    /// The memory before each opcode.
    pub memory: bool,
    /// The return data before each opcode.
    pub return_data: bool,
}

/// What a transaction did.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The outermost frames: one, but for the start-block transaction.
    pub frames: Vec<FrameRecord>,
    /// Accounts and slots that opcodes and host functions touched, in frames that were undone too.
    pub accessed: BTreeMap<Address, BTreeSet<B256>>,
    /// True if opcodes are missing, because holding them all would take too much memory.
    pub is_cut: bool,
    /// What moved outside of frames; `None` for the start-block transaction, which pays nothing.
    pub fees: Option<Fees>,
}

/// Wei that moved before and after a transaction ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fees {
    /// Taken from the sender for the whole gas limit.
    pub paid: U256,
    /// Handed back to the sender for unused gas.
    pub refunded: U256,
    /// Who got what. A call without a price moves nothing, but it is said what the base fee would have brought.
    pub collected: Vec<(Address, U256)>,
}

/// How a frame was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// CALL, `call_contract`, or the transaction's own call.
    Call,
    /// CALLCODE.
    CallCode,
    /// DELEGATECALL or `delegate_call_contract`.
    DelegateCall,
    /// STATICCALL or `static_call_contract`.
    StaticCall,
    /// CREATE, `create1`, or the transaction's own creation.
    Create,
    /// CREATE2 or `create2`.
    Create2,
    /// SELFDESTRUCT: a frame in which nothing happens.
    SelfDestruct,
}

/// What a frame's code runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runs {
    /// The EVM, or there is no code.
    #[default]
    Evm,
    /// A precompile, Ethereum's or ArbOS's.
    Precompile,
    /// The Stylus VM.
    Program {
        /// Ink per gas.
        ink_price: u32,
    },
}

/// A frame.
#[derive(Clone, Debug)]
pub struct FrameRecord {
    /// How it was entered.
    pub kind: FrameKind,
    /// What its code runs on.
    pub runs: Runs,
    /// The contract that entered it.
    pub from: Address,
    /// Whose code runs, the new account, or who gets a destroyed account's balance.
    pub to: Address,
    /// Whose storage it works on.
    pub acting: Address,
    /// Wei; what a delegate call inherits, `None` for a static call.
    pub value: Option<U256>,
    /// Gas that it was given.
    pub gas: u64,
    /// Gas that it used of this.
    pub gas_used: u64,
    /// Calldata or init code.
    pub input: Bytes,
    /// Returned or revert data; of a successful create the new code.
    pub output: Bytes,
    /// Why it failed.
    pub error: Option<String>,
    /// What happened in it, in order.
    pub events: Vec<Event>,
}

/// Something that happened in a frame.
#[derive(Clone, Debug)]
pub enum Event {
    /// A nested frame.
    Frame(FrameRecord),
    /// A log, and how many there were in the transaction before.
    Log(Log, u64),
    /// A host function.
    Host(HostCall),
    /// A slot that the host function which is recorded next wrote.
    Write {
        /// Slot.
        key: B256,
        /// New value.
        value: B256,
        /// Gas of it.
        gas: u64,
    },
    /// An opcode.
    Step(Step),
}

/// An opcode as it was about to be executed.
#[derive(Clone, Debug)]
pub struct Step {
    /// Position in the code.
    pub pc: u64,
    /// The opcode.
    pub opcode: u8,
    /// Gas before.
    pub gas: u64,
    /// Gas taken by it, what a call hands on included.
    pub cost: u64,
    /// The stack before, the top last.
    pub stack: Vec<U256>,
    /// The memory before, if it was wanted.
    pub memory: Option<Bytes>,
    /// The return data before, if it was wanted.
    pub return_data: Option<Bytes>,
    /// The slot that it read or wrote, and its value after.
    pub slot: Option<(B256, B256)>,
    /// Gas handed back at the end if the transaction ended here.
    pub refund: u64,
    /// Why it could not be paid or had no room for its operands.
    pub error: Option<String>,
}

impl FrameKind {
    /// The opcode's name.
    #[must_use]
    pub fn opcode(self) -> &'static str {
        match self {
            Self::Call => "CALL",
            Self::CallCode => "CALLCODE",
            Self::DelegateCall => "DELEGATECALL",
            Self::StaticCall => "STATICCALL",
            Self::Create => "CREATE",
            Self::Create2 => "CREATE2",
            Self::SelfDestruct => "SELFDESTRUCT",
        }
    }

    /// Whether it makes an account.
    #[must_use]
    pub fn is_create(self) -> bool {
        matches!(self, Self::Create | Self::Create2)
    }
}

impl FrameRecord {
    /// A call that has just begun.
    #[must_use]
    pub fn call(from: Address, to: Address, input: Bytes) -> Self {
        Self {
            kind: FrameKind::Call,
            runs: Runs::Evm,
            from,
            to,
            acting: to,
            value: Some(U256::ZERO),
            gas: 0,
            gas_used: 0,
            input,
            output: Bytes::new(),
            error: None,
            events: Vec::new(),
        }
    }

    /// The nested frames.
    pub fn frames(&self) -> impl Iterator<Item = &Self> {
        self.events.iter().filter_map(|event| match event {
            Event::Frame(frame) => Some(frame),
            _ => None,
        })
    }
}
