//! Messages to the parent chain: an append-only Merkle tree of which only the left edge is stored.
//!
//! Field 0 holds the number of messages; field 1 + L the root of the full subtree of 2^L leaves that still waits for
//! its sibling, or zero.

use super::{
    gas::{self, Meter},
    storage::{SEND_MERKLE, Slot, Store},
};
use alloy_primitives::{B256, keccak256};

/// A subtree that a message completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Completed {
    /// The subtree has 2^level leaves.
    pub(super) level: u8,
    /// Its root.
    pub(super) root: B256,
}

const SIZE: Slot = SEND_MERKLE.field(0);

fn waiting(level: u8) -> Slot {
    SEND_MERKLE.field(1 + level)
}

/// The number of messages.
pub(super) fn size<M: Meter>(store: &mut Store<'_, M>) -> Result<u64, M::Stop> {
    store.read_u64(SIZE)
}

/// Appends a message by its hash: its index, and the subtrees that it completes, smallest first.
pub(super) fn append<M: Meter>(
    store: &mut Store<'_, M>,
    message: B256,
) -> Result<(u64, Vec<Completed>), M::Stop> {
    let index = store.read_u64(SIZE)?;
    store.write_u64(SIZE, index + 1)?;
    let mut completed = Vec::new();
    // Hashed once more, so that no leaf can pass for an inner node.
    let mut root = keccak256(message);
    for level in 0..levels(index) {
        let left = store.read(waiting(level))?;
        if left.is_zero() {
            store.write(waiting(level), root)?;
            return Ok((index, completed));
        }
        store.burn(gas::keccak(64))?;
        root = node(left, root);
        store.write(waiting(level), B256::ZERO)?;
        completed.push(Completed { level: level + 1, root });
    }
    store.write(waiting(levels(index)), root)?;
    Ok((index, completed))
}

/// The root of the whole tree, missing leaves counted as zero; zero while there is no message.
pub(super) fn root<M: Meter>(store: &mut Store<'_, M>) -> Result<B256, M::Stop> {
    let size = size(store)?;
    // The smallest subtree starts the right edge; each level above either adds a full left sibling or pads.
    let mut edge: Option<B256> = None;
    for level in 0..levels(size) {
        let left = store.read(waiting(level))?;
        edge = match (edge, left.is_zero()) {
            (None, true) => None,
            (None, false) if levels(size) == level + 1 => Some(left),
            (None, false) => Some(node(left, B256::ZERO)),
            (Some(right), true) => Some(node(right, B256::ZERO)),
            (Some(right), false) => Some(node(left, right)),
        };
    }
    Ok(edge.unwrap_or_default())
}

/// Levels that a tree of `size` leaves has a waiting subtree for, at most.
fn levels(size: u64) -> u8 {
    (u64::BITS - size.leading_zeros()) as u8
}

fn node(left: B256, right: B256) -> B256 {
    keccak256([left.0, right.0].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{gas::Gas, test_ledger::TestLedger};

    /// The root by building the whole padded tree.
    fn reference(leaves: &[B256]) -> B256 {
        let mut row: Vec<B256> = leaves.iter().map(keccak256).collect();
        while row.len() > 1 {
            row = row.chunks(2).map(|pair| node(pair[0], pair.get(1).copied().unwrap_or_default())).collect();
        }
        row.first().copied().unwrap_or_default()
    }

    #[test]
    fn root_is_that_of_the_padded_tree() {
        let mut ledger = TestLedger::default();
        let mut store = Store::free(&mut ledger);
        let leaves: Vec<B256> = (0..40_u8).map(keccak_of).collect();
        for (position, leaf) in leaves.iter().enumerate() {
            let Ok(before) = root(&mut store);
            assert_eq!(before, reference(&leaves[..position]), "{position} leaves");
            let Ok((index, completed)) = append(&mut store, *leaf);
            assert_eq!(index, position as u64);
            assert_eq!(completed.len(), (position + 1).trailing_zeros() as usize);
        }
    }

    fn keccak_of(byte: u8) -> B256 {
        keccak256([byte])
    }

    #[test]
    fn first_message_costs_two_writes_and_a_read() {
        let mut ledger = TestLedger::default();
        let mut gas = Gas::new(100_000);
        append(&mut Store { ledger: &mut ledger, meter: &mut gas }, keccak_of(1)).expect("it can pay");
        assert_eq!(gas.left(), 100_000 - 40_800);
    }
}
