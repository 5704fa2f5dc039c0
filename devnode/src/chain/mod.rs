//! The chain: blocks one after another, each made when there is something to put into it.
//!
//! What exists is an immutable [`History`]; readers take a handle and are never in anybody's way. Blocks are made one
//! at a time under a lock that readers don't need, and become visible all at once.

mod block;
mod calls;
mod clock;
mod error;
mod genesis;
mod history;
mod l1_estimate;
mod logs;
mod mining;
mod mode;
mod poster;
mod receipt;
mod snapshots;
mod tracing;
mod transaction;

use alloy_primitives::{B256, Bytes};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

pub use block::{ArbosInfo, Block, GAS_LIMIT, SEQUENCER};
pub use calls::{BlockOverride, CALL_GAS_CAP, Context, EstimateError};
pub use clock::{Clock, TimeSource, WallClock};
pub use error::{SendError, TimeError};
pub use history::{History, Mined};
pub use l1_estimate::L1Estimate;
pub use logs::{FoundLog, LogFilter};
pub use mode::MiningMode;
pub use receipt::Receipt;
pub use tracing::Traced;
pub use transaction::{SignedTx, StartBlockTx, Transaction};

use crate::{evm::Executor, state::State};
use snapshots::Snapshots;

/// A chain with automatic mining.
pub struct Chain {
    chain_id: u64,
    executor: Executor,
    /// Held for as long as it takes to clone or swap the handle.
    current: RwLock<Arc<History>>,
    clock: Mutex<Clock>,
    /// Held by whoever changes the chain, from reading the head to publishing its successor.
    making: Mutex<Snapshots>,
}

impl Chain {
    /// Chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The chain as it is now.
    #[must_use]
    pub fn history(&self) -> Arc<History> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Mines a signed transaction in a block of its own; answers its hash.
    ///
    /// # Errors
    /// If it is refused; then there is no block.
    pub fn send(&self, raw: Bytes) -> Result<B256, SendError> {
        let tx = SignedTx::decode(raw, self.chain_id)?;
        let hash = tx.hash();
        let _making = self.making();
        self.extend(Some(tx))?;
        Ok(hash)
    }

    /// Mines a block without signed transactions.
    ///
    /// # Errors
    /// None in practice: only transactions are refused.
    pub fn mine(&self) -> Result<(), SendError> {
        let _making = self.making();
        self.extend(None)
    }

    /// The caller holds the `making` lock.
    fn extend(&self, tx: Option<SignedTx>) -> Result<(), SendError> {
        let history = self.history();
        let parent = history.head().header.timestamp;
        let time = self.clock().peek(parent);
        let block = self.make_block(&history, time, tx)?;
        // Only now: a refused transaction doesn't use up a dictated time.
        self.clock().tick(parent);
        self.publish(history.with_block(Arc::new(block)));
        Ok(())
    }

    /// Edits the state that the next block starts from; readers of the newest block see it at once.
    pub fn edit_state(&self, edit: impl FnOnce(&mut State)) {
        let _making = self.making();
        let history = self.history();
        let mut state = history.state().clone();
        edit(&mut state);
        self.publish(history.with_state(state));
    }

    /// Moves the clock forward; answers how many seconds it is ahead of its source.
    pub fn advance_time(&self, seconds: u64) -> i64 {
        self.clock().advance(seconds)
    }

    /// Dictates the next block's time.
    ///
    /// # Errors
    /// If it lies before the newest block's.
    pub fn set_next_time(&self, time: u64) -> Result<(), TimeError> {
        let _making = self.making();
        let parent = self.history().head().header.timestamp;
        if time < parent {
            return Err(TimeError { time, parent });
        }
        self.clock().set_next(time);
        Ok(())
    }

    /// Remembers the chain as it is; answers the snapshot's number.
    pub fn snapshot(&self) -> u64 {
        self.making().take(self.history(), self.clock().clone())
    }

    /// Takes the chain and its clock back to a snapshot, which is used up together with all later ones; false if
    /// there is none of that number.
    pub fn revert(&self, number: u64) -> bool {
        let mut making = self.making();
        let Some(snapshot) = making.restore(number) else { return false };
        *self.clock() = snapshot.clock;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot.history;
        true
    }

    fn publish(&self, history: History) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(history);
    }

    // A panic in the middle of making a block leaves nothing half done, because nothing was published: a poisoned lock
    // is as good as any.

    fn making(&self) -> MutexGuard<'_, Snapshots> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
