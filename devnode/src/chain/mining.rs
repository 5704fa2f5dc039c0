//! Making a block: the start-block transaction, at most one signed transaction, and the seal.

use alloy_primitives::U256;
use std::sync::Arc;

use super::{
    Chain,
    block::{Block, Draft, GAS_LIMIT, SEQUENCER},
    error::SendError,
    history::History,
    receipt::Receipt,
    transaction::{SignedTx, StartBlockTx, Transaction},
};
use crate::evm::{BlockCtx, Mode};

impl Chain {
    /// The block that follows `history` at time `timestamp`.
    ///
    /// # Errors
    /// If no block can hold the transaction.
    pub(super) fn make_block(
        &self,
        history: &Arc<History>,
        timestamp: u64,
        tx: Option<SignedTx>,
    ) -> Result<Block, SendError> {
        let parent = history.head();
        let number = parent.header.number + 1;
        let seconds_since_parent = timestamp - parent.header.timestamp;
        let base_fee = history.next_base_fee();
        let mut state = history.state().clone();
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

        let start = self.executor.start_block(&state, &mut ctx, parent.hash, seconds_since_parent, None);
        state.commit(start.changes);
        let first = StartBlockTx::new(self.chain_id, ctx.l1_number, number, seconds_since_parent);
        let first = Transaction::StartBlock(first);
        let mut receipts = vec![Receipt::start_block(first.ty(), u128::from(base_fee))];
        let mut transactions = vec![first];

        if let Some(tx) = tx {
            let mut outcome = self.executor.transact(&state, &mut ctx, &tx.input(), Mode::Mine)?;
            state.commit(std::mem::take(&mut outcome.changes));
            let tx = Transaction::Signed(Box::new(tx));
            receipts.push(Receipt::new(tx.ty(), outcome, &receipts[0]));
            transactions.push(tx);
        }

        let draft = Draft {
            parent_hash: parent.hash,
            beneficiary: SEQUENCER,
            number,
            timestamp,
            base_fee,
            transactions,
            receipts,
            before: history.state().clone(),
            state,
        };
        Ok(draft.seal())
    }
}
