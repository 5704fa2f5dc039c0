//! Transactions that wait: for those before them to arrive, or for a block.
//!
//! A value like the history that holds it, so that a snapshot remembers what waited and readers see no half of a change.

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256};
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};
use std::sync::Arc;

use super::{error::SendError, transaction::SignedTx};

/// What a replacement must offer, in percent of what it replaces: geth's.
const REPLACEMENT_PERCENT: u128 = 110;

/// Most transactions that wait at once, so that nobody fills the machine's memory: geth's limits together.
const CAPACITY: usize = 6_144;

/// A transaction and when it came.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The transaction.
    pub tx: SignedTx,
    /// Counted over all transactions that ever waited.
    pub(super) arrival: u64,
}

type Queue = RedBlackTreeMapSync<u64, Arc<Waiting>>;

/// The transactions that wait.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// By sender and nonce.
    queues: HashTrieMapSync<Address, Queue>,
    /// Sender and nonce by hash.
    places: HashTrieMapSync<B256, (Address, u64)>,
    arrivals: u64,
}

impl Pool {
    /// A waiting transaction by hash.
    #[must_use]
    pub fn get(&self, hash: &B256) -> Option<&Arc<Waiting>> {
        let (sender, nonce) = self.places.get(hash)?;
        self.at(*sender, *nonce)
    }

    /// A waiting transaction by sender and nonce.
    #[must_use]
    pub fn at(&self, sender: Address, nonce: u64) -> Option<&Arc<Waiting>> {
        self.queues.get(&sender)?.get(&nonce)
    }

    /// All that waits, by sender, in order of nonces.
    pub fn queues(&self) -> impl Iterator<Item = (Address, impl Iterator<Item = (u64, &Arc<Waiting>)>)> {
        self.queues.iter().map(|(sender, queue)| (*sender, queue.iter().map(|(nonce, tx)| (*nonce, tx))))
    }

    /// The nonce that a sender's next transaction needs, with `nonce` the state's.
    #[must_use]
    pub fn next_nonce(&self, sender: Address, nonce: u64) -> u64 {
        let Some(queue) = self.queues.get(&sender) else { return nonce };
        (nonce..).find(|nonce| !queue.contains_key(nonce)).unwrap_or(nonce)
    }

    /// Takes a transaction in; one with the same sender and nonce gives way if this one pays more.
    pub(super) fn add(&mut self, tx: SignedTx) -> Result<(), SendError> {
        let (hash, sender, nonce) = (tx.hash(), tx.from, tx.envelope.nonce());
        if self.places.contains_key(&hash) {
            return Err(SendError::AlreadyKnown);
        }
        match self.at(sender, nonce) {
            Some(old) if !outbids(&tx, &old.tx) => return Err(SendError::Underpriced),
            Some(old) => {
                let old = old.tx.hash();
                self.remove(&old);
            }
            None if self.places.size() >= CAPACITY => return Err(SendError::PoolFull),
            None => {}
        }
        self.arrivals += 1;
        let waiting = Arc::new(Waiting { tx, arrival: self.arrivals });
        let mut queue = self.queues.get(&sender).cloned().unwrap_or_default();
        queue.insert_mut(nonce, waiting);
        self.queues.insert_mut(sender, queue);
        self.places.insert_mut(hash, (sender, nonce));
        Ok(())
    }

    /// Drops a transaction; false if it doesn't wait.
    pub(super) fn remove(&mut self, hash: &B256) -> bool {
        let Some((sender, nonce)) = self.places.get(hash).copied() else { return false };
        self.places.remove_mut(hash);
        if let Some(mut queue) = self.queues.get(&sender).cloned() {
            queue.remove_mut(&nonce);
            if queue.is_empty() {
                self.queues.remove_mut(&sender);
            } else {
                self.queues.insert_mut(sender, queue);
            }
        }
        true
    }

    /// Drops what a sender's nonce has overtaken.
    pub(super) fn settle(&mut self, sender: Address, nonce: u64) {
        let Some(queue) = self.queues.get(&sender) else { return };
        let past: Vec<B256> = queue.range(..nonce).map(|(_, waiting)| waiting.tx.hash()).collect();
        for hash in past {
            self.remove(&hash);
        }
    }
}

fn outbids(new: &SignedTx, old: &SignedTx) -> bool {
    let (new, old) = (&new.envelope, &old.envelope);
    let more = |new: u128, old: u128| new >= old.saturating_mul(REPLACEMENT_PERCENT).div_ceil(100);
    more(new.max_fee_per_gas(), old.max_fee_per_gas())
        && more(new.priority_fee_or_price(), old.priority_fee_or_price())
}
