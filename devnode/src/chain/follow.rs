//! Following the chain: what has happened since somebody last looked.

use alloy_primitives::B256;
use std::sync::Arc;

use super::{block::Block, history::History};

/// Somebody's view of the chain, which falls behind until it is brought up to date.
#[derive(Clone, Debug)]
pub struct Follower {
    seen: Arc<History>,
}

/// What happened between two looks.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Blocks that are gone, the newest first: somebody took the chain back to a snapshot.
    pub dropped: Vec<Arc<Block>>,
    /// Blocks that have come, in order.
    pub added: Vec<Arc<Block>>,
    /// Hashes of transactions that were accepted, in order.
    pub accepted: Vec<B256>,
}

impl Follower {
    /// From now on.
    #[must_use]
    pub fn new(seen: Arc<History>) -> Self {
        Self { seen }
    }

    /// Catches up with the chain; costs what has happened, not what there is.
    pub fn catch_up(&mut self, now: Arc<History>) -> Progress {
        let before = std::mem::replace(&mut self.seen, now.clone());
        let (old, new) = (before.head().header.number, now.head().header.number);
        let same =
            |number: u64| before.block(number).map(|block| block.hash) == now.block(number).map(|b| b.hash);
        // The first block is always the same.
        let common = (0..=old.min(new)).rev().find(|number| same(*number)).unwrap_or_default();
        let blocks = |history: &History, last: u64| -> Vec<Arc<Block>> {
            (common + 1..=last).filter_map(|number| history.block(number).cloned()).collect()
        };
        let mut dropped = blocks(&before, old);
        dropped.reverse();
        let (was, is) = (before.accepted(), now.accepted());
        let known = (0..=was.len().min(is.len()))
            .rev()
            .find(|count| *count == 0 || was.get(count - 1) == is.get(count - 1))
            .unwrap_or_default();
        let accepted = (known..is.len()).filter_map(|index| is.get(index).copied()).collect();
        Progress { dropped, added: blocks(&now, new), accepted }
    }
}
