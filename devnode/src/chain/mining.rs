//! Making a block: the start-block transaction, signed transactions while there is gas for them, and the seal.

use alloy_primitives::{Address, B256, U256};
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

use super::{
    Chain,
    block::{Block, Draft, GAS_LIMIT, SEQUENCER},
    history::History,
    receipt::Receipt,
    transaction::{SignedTx, StartBlockTx, Transaction},
};
use crate::{
    arbos::{Version, block as arbos},
    evm::{BlockCtx, Mode, TxError},
    state::{State, StateLedger},
};

/// A block has room for one transaction more while it has this much compute gas left (spec §8.6).
const LEAST_GAS: u64 = 21_000;

/// A block in the making.
pub(super) struct Builder<'a> {
    chain: &'a Chain,
    parent: Arc<Block>,
    before: State,
    state: State,
    ctx: BlockCtx,
    transactions: Vec<Transaction>,
    receipts: Vec<Receipt>,
    /// Compute gas that transactions may still use.
    gas_left: u64,
    /// Whether all but the first transaction must fit entirely.
    must_fit: bool,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pushed {
    /// The block holds it.
    In,
    /// It has to wait for the next block.
    NoRoom,
}

impl<'a> Builder<'a> {
    /// The block that follows `history` at time `timestamp`, with nothing but its start.
    pub(super) fn start(chain: &'a Chain, history: &Arc<History>, timestamp: u64) -> Self {
        let parent = history.head().clone();
        let number = parent.header.number + 1;
        let seconds_since_parent = timestamp - parent.header.timestamp;
        let base_fee = history.next_base_fee();
        let before = history.state().clone();
        let mut state = before.clone();
        let mut ctx = BlockCtx {
            number,
            l1_number: parent.info.l1_block_number,
            timestamp,
            base_fee: U256::from(base_fee),
            coinbase: SEQUENCER,
            gas_limit: GAS_LIMIT,
            hash_of: history.hashes(),
            recent_programs: Default::default(),
            committed: state.clone(),
        };

        let start = chain.executor.start_block(&state, &mut ctx, parent.hash, seconds_since_parent, None);
        state.commit(start.changes);
        let first = StartBlockTx::new(chain.chain_id, ctx.l1_number, number, seconds_since_parent);
        let first = Transaction::StartBlock(first);
        let mut ledger = StateLedger(state.clone());
        Self {
            chain,
            parent,
            before,
            ctx,
            receipts: vec![Receipt::start_block(first.ty(), u128::from(base_fee))],
            transactions: vec![first],
            gas_left: arbos::block_gas_limit(&mut ledger),
            must_fit: !Version::in_force(start.arbos_version).has_tx_gas_limit(),
            state,
        }
    }

    /// Runs a transaction in the block.
    ///
    /// # Errors
    /// If no block can hold it.
    pub(super) fn push(&mut self, tx: SignedTx) -> Result<Pushed, TxError> {
        let is_first = self.transactions.len() == 1;
        if self.gas_left < LEAST_GAS && !is_first {
            return Ok(Pushed::NoRoom);
        }
        let input = tx.input();
        let mut outcome = self.chain.executor.transact(&self.state, &mut self.ctx, &input, Mode::Mine)?;
        let compute_limit = input.gas_limit - outcome.gas_used_for_l1;
        if self.must_fit && !is_first && compute_limit > self.gas_left {
            return Ok(Pushed::NoRoom);
        }
        self.gas_left = self.gas_left.saturating_sub(outcome.gas_used - outcome.gas_used_for_l1);
        self.state.commit(std::mem::take(&mut outcome.changes));
        let tx = Transaction::Signed(Box::new(tx));
        let before = self.receipts.last().unwrap_or(&self.receipts[0]);
        self.receipts.push(Receipt::new(tx.ty(), outcome, before));
        self.transactions.push(tx);
        Ok(Pushed::In)
    }

    /// Runs what waits, in the order of its arrival as far as nonces allow; answers what no block can hold.
    pub(super) fn push_waiting(&mut self, history: &History) -> Vec<B256> {
        let pool = history.pool();
        let next = |state: &State, sender: Address| {
            pool.at(sender, state.nonce(sender)).map(|waiting| Reverse((waiting.arrival, sender)))
        };
        let mut ready: BinaryHeap<_> =
            pool.queues().filter_map(|(sender, _)| next(&self.state, sender)).collect();
        let mut unfit = Vec::new();
        while let Some(Reverse((_, sender))) = ready.pop() {
            let Some(waiting) = pool.at(sender, self.state.nonce(sender)) else { continue };
            match self.push(waiting.tx.clone()) {
                Ok(Pushed::In) => ready.extend(next(&self.state, sender)),
                Ok(Pushed::NoRoom) => break,
                Err(_) => unfit.push(waiting.tx.hash()),
            }
        }
        unfit
    }

    pub(super) fn seal(self) -> Arc<Block> {
        let draft = Draft {
            parent_hash: self.parent.hash,
            beneficiary: SEQUENCER,
            number: self.ctx.number,
            timestamp: self.ctx.timestamp,
            base_fee: self.ctx.base_fee.saturating_to(),
            transactions: self.transactions,
            receipts: self.receipts,
            before: self.before,
            state: self.state,
        };
        Arc::new(draft.seal())
    }
}
