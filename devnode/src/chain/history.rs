//! All blocks up to one moment, as a value: cloning shares everything, so a snapshot is a clone and a reader keeps
//! what it has seen while the chain goes on.

use alloy_primitives::B256;
use rpds::{HashTrieMapSync, VectorSync};
use std::sync::Arc;
use thiserror::Error;

use super::{
    block::Block,
    error::SendError,
    pool::Pool,
    receipt::Receipt,
    transaction::{SignedTx, Transaction},
};
use crate::{
    arbos::block as arbos,
    evm::BlockHashes,
    state::{State, StateLedger},
};

/// The chain up to its newest block, and the state that the next block starts from.
#[derive(Clone, Debug)]
pub struct History {
    blocks: VectorSync<Arc<Block>>,
    head: Arc<Block>,
    numbers: HashTrieMapSync<B256, u64>,
    /// Block number and index by hash.
    transactions: HashTrieMapSync<B256, (u64, usize)>,
    /// The newest block's state, unless a control method has edited it since.
    state: State,
    /// Transactions that wait for a block.
    pool: Pool,
    /// Hashes of all transactions that were ever accepted, in order.
    accepted: VectorSync<B256>,
    /// The first block whose state is known: blocks before it were loaded without.
    states_from: u64,
}

/// A state that was asked for is not known.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the state at block {0} is not known: the block was loaded by anvil_loadState")]
pub struct NoState(u64);

/// A transaction where it was mined.
#[derive(Clone, Debug)]
pub struct Mined {
    /// Its block.
    pub block: Arc<Block>,
    /// Its index there.
    pub index: usize,
}

impl Mined {
    /// The transaction itself.
    #[must_use]
    pub fn transaction(&self) -> &Transaction {
        &self.block.transactions[self.index]
    }

    /// What it did.
    #[must_use]
    pub fn receipt(&self) -> &Receipt {
        &self.block.receipts[self.index]
    }
}

impl History {
    pub(super) fn new(head: Arc<Block>) -> Self {
        let history = Self {
            blocks: VectorSync::new_sync(),
            head: head.clone(),
            numbers: HashTrieMapSync::new_sync(),
            transactions: HashTrieMapSync::new_sync(),
            state: head.state.clone(),
            pool: Pool::default(),
            accepted: VectorSync::new_sync(),
            states_from: 0,
        };
        history.with_block(head)
    }

    /// A history of blocks without states but for the newest one's, `of_head`, whose next block starts from `state`; what
    /// waits in this one waits in it too. `None` if there are no blocks.
    pub(super) fn loaded(&self, mut blocks: Vec<Arc<Block>>, of_head: State, state: State) -> Option<Self> {
        let mut head = Block::clone(&*blocks.pop()?);
        head.state = of_head;
        blocks.push(Arc::new(head));
        let mut blocks = blocks.into_iter();
        let mut loaded = Self::new(blocks.next()?);
        for block in blocks {
            loaded = loaded.with_block(block);
        }
        loaded.states_from = loaded.head.header.number;
        loaded.state = state;
        loaded.pool = self.pool.clone();
        let senders: Vec<_> = loaded.pool.queues().map(|(sender, _)| sender).collect();
        for sender in senders {
            loaded.pool.settle(sender, loaded.state.nonce(sender));
        }
        Some(loaded)
    }

    /// This history and one block more.
    pub(super) fn with_block(&self, block: Arc<Block>) -> Self {
        let mut next = self.clone();
        let number = block.header.number;
        next.numbers.insert_mut(block.hash, number);
        for (index, tx) in block.transactions.iter().enumerate() {
            let hash = tx.hash();
            next.transactions.insert_mut(hash, (number, index));
            if let Transaction::Signed(tx) = tx {
                if next.pool.get(&hash).is_none() {
                    next.accepted.push_back_mut(hash);
                }
                next.pool.settle(tx.from, block.state.nonce(tx.from));
            }
        }
        next.state = block.state.clone();
        next.blocks.push_back_mut(block.clone());
        next.head = block;
        next
    }

    /// This history with another state for the next block to start from.
    pub(super) fn with_state(&self, state: State) -> Self {
        Self { state, ..self.clone() }
    }

    /// This history with one transaction more that waits.
    ///
    /// # Errors
    /// If the pool doesn't take it.
    pub(super) fn with_waiting(&self, tx: SignedTx) -> Result<Self, SendError> {
        let mut next = self.clone();
        let hash = tx.hash();
        next.pool.add(tx)?;
        next.accepted.push_back_mut(hash);
        Ok(next)
    }

    /// This history without some of the transactions that wait.
    pub(super) fn without_waiting(mut self, hashes: &[B256]) -> Self {
        for hash in hashes {
            self.pool.remove(hash);
        }
        self
    }

    /// The transactions that wait.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Hashes of all transactions that were ever accepted, in order.
    #[must_use]
    pub fn accepted(&self) -> &VectorSync<B256> {
        &self.accepted
    }

    /// The newest block.
    #[must_use]
    pub fn head(&self) -> &Arc<Block> {
        &self.head
    }

    /// The state that the next block starts from.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Base fee of the block that comes next, wei.
    #[must_use]
    pub fn next_base_fee(&self) -> u64 {
        // From the state, not from the newest block: a control method may have changed it since.
        arbos::next_base_fee(&mut StateLedger(self.state.clone())).saturating_to()
    }

    /// All blocks, the oldest first.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.blocks.iter()
    }

    /// A block by number.
    #[must_use]
    pub fn block(&self, number: u64) -> Option<&Arc<Block>> {
        self.blocks.get(usize::try_from(number).ok()?)
    }

    /// A block by hash.
    #[must_use]
    pub fn block_by_hash(&self, hash: &B256) -> Option<&Arc<Block>> {
        self.block(*self.numbers.get(hash)?)
    }

    /// A transaction by hash.
    #[must_use]
    pub fn transaction(&self, hash: &B256) -> Option<Mined> {
        let (number, index) = *self.transactions.get(hash)?;
        Some(Mined { block: self.block(number)?.clone(), index })
    }

    /// The state after a block; for the newest one with later edits.
    ///
    /// # Errors
    /// If the block was loaded without it.
    pub fn state_after<'a>(&'a self, block: &'a Block) -> Result<&'a State, NoState> {
        if block.hash == self.head.hash {
            return Ok(&self.state);
        }
        let number = block.header.number;
        if number < self.states_from { Err(NoState(number)) } else { Ok(&block.state) }
    }

    /// The state that a block's header commits to.
    ///
    /// # Errors
    /// If the block was loaded without it, or together with edits.
    pub fn state_of<'a>(&self, block: &'a Block) -> Result<&'a State, NoState> {
        let number = block.header.number;
        let known = number > self.states_from
            || number == self.states_from && block.state.root() == block.header.state_root;
        if known { Ok(&block.state) } else { Err(NoState(number)) }
    }

    /// The state that a block starts from.
    ///
    /// # Errors
    /// If the block was loaded without it.
    pub fn state_before<'a>(&self, block: &'a Block) -> Result<&'a State, NoState> {
        let number = block.header.number;
        if self.states_from == 0 || number > self.states_from {
            Ok(&block.before)
        } else {
            Err(NoState(number))
        }
    }

    /// Looks hashes up in this history.
    pub(super) fn hashes(self: &Arc<Self>) -> BlockHashes {
        let history = self.clone();
        Arc::new(move |number| history.block(number).map(|block| block.hash))
    }
}
