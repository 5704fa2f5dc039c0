//! The recording while it grows.

use super::{Event, Fees, FrameRecord, Recording, Step, Wanted};
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::interpreter::{InstructionResult, InterpreterResult};

use crate::evm::errors::halt_text;

/// geth's name for a plain revert.
const REVERTED: &str = "execution reverted";

/// Memory that the recorded opcodes of one transaction may take, in bytes: an endless loop runs for millions of them.
const MAX_STEP_BYTES: usize = 128 * 1024 * 1024;

/// Collects what a transaction does.
#[derive(Debug)]
pub(in crate::evm) struct Recorder {
    pub(super) wanted: Wanted,
    recording: Recording,
    /// Frames that have not ended, the outermost first.
    open: Vec<Open>,
    /// Why the frame that is about to end failed, where its result doesn't tell.
    failure: Option<String>,
    /// Opcodes recorded so far, and the memory that they take.
    steps: u64,
    step_bytes: usize,
}

#[derive(Debug)]
struct Open {
    frame: FrameRecord,
    /// Refund counter of the frame itself and of the nested ones that ended well.
    refund: i64,
}

impl Recorder {
    pub(in crate::evm) fn new(wanted: Wanted) -> Self {
        let recording = Recording::default();
        Self { wanted, recording, open: Vec::new(), failure: None, steps: 0, step_bytes: 0 }
    }

    pub(in crate::evm) fn finish(self) -> Recording {
        self.recording
    }

    pub(in crate::evm) fn enter(&mut self, frame: FrameRecord) {
        self.failure = None;
        self.open.push(Open { frame, refund: 0 });
    }

    /// The innermost frame that has not ended.
    pub(in crate::evm) fn frame(&mut self) -> Option<&mut FrameRecord> {
        self.open.last_mut().map(|open| &mut open.frame)
    }

    /// Ends the innermost frame.
    pub(in crate::evm) fn leave(&mut self, done: &InterpreterResult) {
        let failure = self.failure.take();
        let Some(Open { mut frame, .. }) = self.open.pop() else { return };
        let left = if done.result.is_ok_or_revert() { done.gas.remaining() } else { 0 };
        frame.gas_used = frame.gas.saturating_sub(left);
        frame.output = done.output.clone();
        frame.error = match done.result {
            InstructionResult::Revert => Some(REVERTED.to_owned()),
            result if result.is_ok() => None,
            result => failure.or_else(|| halt_text(result, None)),
        };
        if done.result.is_ok() {
            self.add_refund(done.gas.refunded());
        }
        self.push(Event::Frame(frame));
    }

    pub(in crate::evm) fn push(&mut self, event: Event) {
        match (self.open.last_mut(), event) {
            (Some(open), event) => open.frame.events.push(event),
            (None, Event::Frame(frame)) => self.recording.frames.push(frame),
            // Nothing but frames happens outside of frames.
            (None, _) => {}
        }
    }

    /// Whether the next opcode is to be recorded.
    pub(super) fn takes_steps(&self) -> bool {
        let is_enough = self.wanted.limit > 0 && self.steps >= self.wanted.limit;
        self.wanted.steps && !self.recording.is_cut && !is_enough
    }

    pub(super) fn step(&mut self, step: Step) {
        let held = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, |bytes| bytes.len());
        self.step_bytes += size_of::<Event>() + step.stack.len() * size_of::<U256>();
        self.step_bytes += held(&step.memory) + held(&step.return_data);
        if self.step_bytes > MAX_STEP_BYTES {
            self.recording.is_cut = true;
            return;
        }
        self.steps += 1;
        self.push(Event::Step(step));
    }

    pub(super) fn failed(&mut self, text: Option<String>) {
        self.failure = text;
    }

    pub(in crate::evm) fn touched(&mut self, address: Address) {
        self.recording.accessed.entry(address).or_default();
    }

    pub(in crate::evm) fn touched_slot(&mut self, address: Address, slot: B256) {
        self.recording.accessed.entry(address).or_default().insert(slot);
    }

    pub(in crate::evm) fn paid(&mut self, fees: Fees) {
        self.recording.fees = Some(fees);
    }

    pub(super) fn add_refund(&mut self, refund: i64) {
        if let Some(open) = self.open.last_mut() {
            open.refund += refund;
        }
    }

    /// Notes the innermost frame's refund counter, of which its own opcodes know all, and answers the transaction's.
    pub(super) fn refund(&mut self, of_frame: i64) -> u64 {
        if let Some(open) = self.open.last_mut() {
            open.refund = of_frame;
        }
        let total: i64 = self.open.iter().map(|open| open.refund).sum();
        u64::try_from(total).unwrap_or_default()
    }
}
