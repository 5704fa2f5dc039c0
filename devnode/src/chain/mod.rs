//! The chain: blocks one after another, each made when there is something to put into it.
//!
//! What exists is an immutable [`History`]; readers take a handle and are never in anybody's way. Blocks are made one
//! at a time under a lock that readers don't need, and become visible all at once.

mod block;
mod calls;
mod clock;
mod dump;
mod error;
mod follow;
mod genesis;
mod history;
mod l1_estimate;
mod logs;
mod mining;
mod mode;
mod pool;
mod poster;
mod receipt;
mod snapshots;
mod tracing;
mod transaction;

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

pub use block::{ArbosInfo, Block, GAS_LIMIT, SEQUENCER};
pub use calls::{BlockOverride, CALL_GAS_CAP, Context, EstimateError};
pub use clock::{Clock, TimeSource, WallClock};
pub use dump::LoadError;
pub use error::{SendError, TimeError};
pub use follow::{Follower, Progress};
pub use history::{History, Mined, NoState};
pub use l1_estimate::L1Estimate;
pub use logs::{FoundLog, LogFilter};
pub use mode::MiningMode;
pub use pool::{Pool, Waiting};
pub use receipt::Receipt;
pub use tracing::Traced;
pub use transaction::{SignedTx, StartBlockTx, Transaction};

use crate::{
    evm::Executor,
    state::{State, StateLedger},
};
use mining::Builder;
use snapshots::Snapshots;

/// A chain that grows by one block at a time.
pub struct Chain {
    chain_id: u64,
    executor: Executor,
    /// Block 0 as the chain was started with.
    genesis: Arc<Block>,
    /// Held for as long as it takes to clone or swap the handle.
    current: watch::Sender<Arc<History>>,
    mode: watch::Sender<MiningMode>,
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
        self.current.borrow().clone()
    }

    /// The same, for whoever wants to hear of changes.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<History>> {
        self.current.subscribe()
    }

    /// When blocks are made.
    #[must_use]
    pub fn mode(&self) -> MiningMode {
        *self.mode.borrow()
    }

    /// The same, for whoever makes them at intervals.
    #[must_use]
    pub fn watch_mode(&self) -> watch::Receiver<MiningMode> {
        self.mode.subscribe()
    }

    /// Changes when blocks are made; turning automatic, the chain mines what waits.
    pub fn set_mode(&self, mode: MiningMode) {
        let _making = self.making();
        self.mode.send_replace(mode);
        if mode == MiningMode::Automatic {
            while self.has_ready() {
                self.extend_with_waiting();
            }
        }
    }

    /// Takes a signed transaction; answers its hash. With automatic mining it is in a block of its own then, unless
    /// its nonce is still to come.
    ///
    /// # Errors
    /// If it is refused; then nothing has changed.
    pub fn send(&self, raw: Bytes) -> Result<B256, SendError> {
        self.submit(SignedTx::decode(raw, self.chain_id)?)
    }

    /// The same for a transaction that has been decoded.
    ///
    /// # Errors
    /// If it is refused; then nothing has changed.
    pub fn submit(&self, tx: SignedTx) -> Result<B256, SendError> {
        let (hash, sender, nonce) = (tx.hash(), tx.from, tx.envelope.nonce());
        let _making = self.making();
        let history = self.history();
        let automatic = self.mode() == MiningMode::Automatic;
        if nonce > history.state().nonce(sender) {
            self.publish(history.with_waiting(tx)?);
        } else if automatic {
            self.extend(tx)?;
            self.extend_with_followers(sender);
        } else {
            // Whether it is fit is told now: nobody waits for an answer later.
            let time = self.clock().peek(history.head().header.timestamp);
            Builder::start(self, &history, time).push(tx.clone())?;
            self.publish(history.with_waiting(tx)?);
        }
        Ok(hash)
    }

    /// Mines a block of what waits, be it nothing.
    pub fn mine(&self) {
        let _making = self.making();
        self.extend_with_waiting();
    }

    /// Mines blocks a dictated number of seconds apart.
    pub fn mine_many(&self, blocks: u64, seconds_apart: Option<u64>) {
        let _making = self.making();
        for index in 0..blocks {
            if let Some(seconds) = seconds_apart
                && index > 0
            {
                let parent = self.history().head().header.timestamp;
                self.clock().set_next(parent.saturating_add(seconds));
            }
            self.extend_with_waiting();
        }
    }

    /// Forgets a transaction that waits; false if there is none.
    pub fn drop_waiting(&self, hash: &B256) -> bool {
        let _making = self.making();
        let history = self.history();
        let waits = history.pool().get(hash).is_some();
        if waits {
            self.publish((*history).clone().without_waiting(&[*hash]));
        }
        waits
    }

    /// Takes the chain back to its first block, and the clock to its source.
    pub fn reset(&self) {
        let mut making = self.making();
        *making = Snapshots::default();
        self.clock().reset();
        self.publish(History::new(self.genesis.clone()));
    }

    // Below, the caller holds the `making` lock.

    /// Mines one transaction in a block of its own.
    fn extend(&self, tx: SignedTx) -> Result<(), SendError> {
        let history = self.history();
        let parent = history.head().header.timestamp;
        let time = self.clock().peek(parent);
        let mut block = Builder::start(self, &history, time);
        block.push(tx)?;
        let block = block.seal();
        // Only now: a refused transaction doesn't use up a dictated time.
        self.clock().tick(parent);
        self.publish(history.with_block(block));
        Ok(())
    }

    /// Mines the transactions of a sender that were waiting for the one before them, each in a block of its own.
    fn extend_with_followers(&self, sender: Address) {
        loop {
            let history = self.history();
            let Some(next) = history.pool().at(sender, history.state().nonce(sender)) else { return };
            if self.extend(next.tx.clone()).is_err() {
                self.publish((*history).clone().without_waiting(&[next.tx.hash()]));
            }
        }
    }

    fn extend_with_waiting(&self) {
        let history = self.history();
        let parent = history.head().header.timestamp;
        let time = self.clock().tick(parent);
        let mut block = Builder::start(self, &history, time);
        let unfit = block.push_waiting(&history);
        self.publish(history.with_block(block.seal()).without_waiting(&unfit));
    }

    /// Whether a transaction waits for nothing but a block.
    fn has_ready(&self) -> bool {
        let history = self.history();
        history.pool().queues().any(|(sender, mut queue)| {
            let nonce = history.state().nonce(sender);
            queue.any(|(waiting, _)| waiting == nonce)
        })
    }

    /// Edits the state that the next block starts from; readers of the newest block see it at once.
    pub fn edit_state(&self, edit: impl FnOnce(&mut State)) {
        let _making = self.making();
        let history = self.history();
        let mut state = history.state().clone();
        edit(&mut state);
        self.publish(history.with_state(state));
    }

    /// The same for ArbOS's own parameters.
    pub fn edit_arbos(&self, edit: impl FnOnce(&mut StateLedger)) {
        self.edit_state(|state| {
            let mut ledger = StateLedger(std::mem::take(state));
            edit(&mut ledger);
            *state = ledger.0;
        });
    }

    /// Moves the clock forward; answers how many seconds it is ahead of its source.
    pub fn advance_time(&self, seconds: u64) -> i64 {
        self.clock().advance(seconds)
    }

    /// Sets the clock; answers how many seconds it is ahead of its source.
    ///
    /// # Errors
    /// If the time lies before the newest block's.
    pub fn set_time(&self, time: u64) -> Result<i64, TimeError> {
        let _making = self.making();
        let parent = self.history().head().header.timestamp;
        if time < parent { Err(TimeError { time, parent }) } else { Ok(self.clock().set(time)) }
    }

    /// Lets blocks come a dictated number of seconds apart, or again when they come; true if it was dictated before.
    pub fn set_block_interval(&self, seconds: Option<u64>) -> bool {
        self.clock().set_interval(seconds).is_some()
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
        self.current.send_replace(snapshot.history);
        true
    }

    fn publish(&self, history: History) {
        self.current.send_replace(Arc::new(history));
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
