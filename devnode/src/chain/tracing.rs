//! Running transactions again, recorded: mined ones in their block, calls in a context.

use alloy_primitives::{B256, Bytes, U256};
use std::sync::Arc;

use super::{
    Chain, Context,
    block::Block,
    history::{History, NoState},
    transaction::{StartBlockTx, Transaction},
};
use crate::{
    evm::{
        BlockCtx, Mode, StartBlock, TxError, TxInput, TxOutcome,
        trace::{Event, FrameRecord, Recording, Wanted},
    },
    state::State,
};

/// A transaction and how it went.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Its hash; `None` for a call.
    pub hash: Option<B256>,
    /// The state before it.
    pub before: State,
    /// Gas limit.
    pub gas_limit: u64,
    /// What it did.
    pub outcome: TxOutcome,
    /// Index in the block of its first log.
    pub first_log: u64,
}

impl Traced {
    /// The outermost frame, with the gas of the whole transaction.
    #[must_use]
    pub fn frame(&self) -> Option<&FrameRecord> {
        self.recording()?.frames.first()
    }

    /// All that was recorded.
    #[must_use]
    pub fn recording(&self) -> Option<&Recording> {
        self.outcome.recording.as_deref()
    }

    fn new(hash: Option<B256>, before: State, gas_limit: u64, mut outcome: TxOutcome) -> Self {
        if let Some(frame) = outcome.recording.as_mut().and_then(|recording| recording.frames.first_mut()) {
            frame.gas = gas_limit;
            frame.gas_used = outcome.gas_used;
        }
        Self { hash, before, gas_limit, outcome, first_log: 0 }
    }
}

impl Chain {
    /// Runs a block's transactions again, in order and up to index `last`.
    ///
    /// The state that a block started from is kept, so nothing but the block itself runs.
    ///
    /// # Errors
    /// If that state isn't known, because the block was loaded.
    pub fn trace_block(
        &self,
        history: &Arc<History>,
        block: &Block,
        last: usize,
        wanted: Wanted,
    ) -> Result<Vec<Traced>, NoState> {
        let Some(parent) = block.header.number.checked_sub(1).and_then(|number| history.block(number)) else {
            return Ok(Vec::new());
        };
        let mut state = history.state_before(block)?.clone();
        let mut ctx = BlockCtx {
            number: block.header.number,
            l1_number: parent.info.l1_block_number,
            timestamp: block.header.timestamp,
            base_fee: U256::from(block.header.base_fee_per_gas.unwrap_or_default()),
            coinbase: block.header.beneficiary,
            gas_limit: block.header.gas_limit,
            hash_of: history.hashes(),
            recent_programs: Default::default(),
            committed: state.clone(),
        };
        let mut traced = Vec::new();
        for (tx, receipt) in block.transactions.iter().zip(&block.receipts).take(last.saturating_add(1)) {
            let before = state.clone();
            let (gas_limit, mut outcome) = match tx {
                Transaction::StartBlock(tx) => {
                    let seconds = block.header.timestamp - parent.header.timestamp;
                    let hash = block.header.parent_hash;
                    let start = self.executor.start_block(&state, &mut ctx, hash, seconds, Some(wanted));
                    (0, start_block_outcome(tx, start))
                }
                Transaction::Signed(tx) => {
                    let input = tx.input();
                    let run = self.executor.transact_recorded(&state, &mut ctx, &input, Mode::Mine, wanted);
                    // What was mined on this state under these rules is valid.
                    let Ok(outcome) = run else { break };
                    (input.gas_limit, outcome)
                }
            };
            state.commit(outcome.changes.clone());
            outcome.gas_used = receipt.gas_used;
            let first_log = receipt.first_log;
            traced.push(Traced { first_log, ..Traced::new(Some(tx.hash()), before, gas_limit, outcome) });
        }
        Ok(traced)
    }

    /// Runs a call, recorded.
    ///
    /// # Errors
    /// If it isn't valid.
    pub fn trace_call(&self, context: &Context, tx: &TxInput, wanted: Wanted) -> Result<Traced, TxError> {
        let mut block = context.block.clone();
        let mode = Mode::Call { charge_fees: tx.max_fee_per_gas > 0 };
        let outcome = self.executor.transact_recorded(&context.state, &mut block, tx, mode, wanted)?;
        Ok(Traced::new(None, context.state.clone(), tx.gas_limit, outcome))
    }
}

/// The start-block transaction is a call of ArbOS to itself, in which the history contract's happens.
fn start_block_outcome(tx: &StartBlockTx, start: StartBlock) -> TxOutcome {
    let mut recording = start.recording.unwrap_or_default();
    let events = std::mem::take(&mut recording.frames).into_iter().map(Event::Frame).collect();
    recording.frames.push(FrameRecord {
        events,
        ..FrameRecord::call(StartBlockTx::ADDRESS, StartBlockTx::ADDRESS, tx.input.clone())
    });
    TxOutcome {
        success: true,
        output: Bytes::new(),
        changes: start.changes,
        recording: Some(recording),
        ..TxOutcome::default()
    }
}
