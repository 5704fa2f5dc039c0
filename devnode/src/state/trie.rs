//! A persistent Merkle Patricia trie over 32-byte keys.
//!
//! Nodes are shared between versions: a clone is one reference count, a change copies the nodes on its path unless
//! nobody else holds them. Each node remembers its own encoding's hash, so a root costs what changed since the last.
//!
//! Keys are hashes and all have 64 nibbles, so no value ever sits in a branch, and a node's path needs no vector: it
//! keeps one whole key from below it and the nibble where its part of the path ends.

use alloy_primitives::{B256, Bytes, keccak256};
use std::sync::Arc;

use super::node::{Kind, Node, fork_of, nibble, with_nibble};

/// Root of a trie without entries: keccak256 of the RLP empty string.
pub const EMPTY_ROOT: B256 = alloy_consensus::constants::EMPTY_ROOT_HASH;

/// What a leaf holds.
pub trait Value: Clone {
    /// Appends the RLP that the leaf commits to.
    fn encode(&self, out: &mut Vec<u8>);
}

/// A map from hashed keys to values with a Merkle root; cloning shares everything.
#[derive(Clone, Debug)]
pub struct Trie<V> {
    root: Option<Arc<Node<V>>>,
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { root: None }
    }
}

impl<V: Value> Trie<V> {
    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &B256) -> Option<&V> {
        let mut node = self.root.as_ref()?;
        let mut depth = 0;
        loop {
            match &node.kind {
                Kind::Leaf { key: own, value } => return (own == key).then_some(value),
                Kind::Extension { key: own, end, child } => {
                    if fork_of(own, key, depth, *end) < *end {
                        return None;
                    }
                    depth = *end;
                    node = child;
                }
                Kind::Branch(children) => {
                    node = children[nibble(key, depth)].as_ref()?;
                    depth += 1;
                }
            }
        }
    }

    /// The nodes that prove what lies under a key, or that nothing does, from the root down. Nodes that are inlined in
    /// their parents don't stand alone.
    #[must_use]
    pub fn proof(&self, key: &B256) -> Vec<Bytes> {
        let mut nodes = Vec::new();
        let (mut next, mut depth) = (self.root.as_ref(), 0);
        while let Some(node) = next {
            if depth == 0 || node.reference(depth).as_hash().is_some() {
                nodes.push(node.encode(depth).into());
            }
            (next, depth) = match &node.kind {
                Kind::Leaf { .. } => break,
                Kind::Extension { key: own, end, .. } if fork_of(own, key, depth, *end) < *end => break,
                Kind::Extension { end, child, .. } => (Some(child), *end),
                Kind::Branch(children) => (children[nibble(key, depth)].as_ref(), depth + 1),
            };
        }
        nodes
    }

    /// Sets the value under a key.
    pub fn insert(&mut self, key: B256, value: V) {
        match &mut self.root {
            Some(root) => insert(root, 0, key, value),
            empty => *empty = Some(Node::leaf(key, value)),
        }
    }

    /// Takes a key out; nothing happens if it isn't there.
    pub fn remove(&mut self, key: &B256) {
        // Asking first keeps a miss from copying the path.
        if self.get(key).is_some() {
            remove(&mut self.root, 0, key);
        }
    }

    /// Visits every key with its value, in the order of the keys.
    pub fn for_each(&self, visit: &mut impl FnMut(&B256, &V)) {
        if let Some(root) = &self.root {
            for_each(root, visit);
        }
    }

    /// The Merkle root; hashes only nodes that changed since it was last asked for.
    #[must_use]
    pub fn root(&self) -> B256 {
        match &self.root {
            None => EMPTY_ROOT,
            Some(node) => node.reference(0).as_hash().unwrap_or_else(|| keccak256(node.encode(0))),
        }
    }
}

fn for_each<V>(node: &Node<V>, visit: &mut impl FnMut(&B256, &V)) {
    match &node.kind {
        Kind::Leaf { key, value } => visit(key, value),
        Kind::Extension { child, .. } => for_each(child, visit),
        Kind::Branch(children) => children.iter().flatten().for_each(|child| for_each(child, visit)),
    }
}

fn insert<V: Value>(node: &mut Arc<Node<V>>, depth: usize, key: B256, value: V) {
    let (fork, other) = match &node.kind {
        Kind::Leaf { key: own, .. } if *own == key => {
            *node = Node::leaf(key, value);
            return;
        }
        Kind::Leaf { key: own, .. } => (fork_of(own, &key, depth, NIBBLES), *own),
        Kind::Extension { key: own, end, .. } => (fork_of(own, &key, depth, *end), *own),
        Kind::Branch(_) => (depth, key),
    };
    match Node::make_mut(node) {
        Kind::Extension { end, child, .. } if fork == *end => insert(child, *end, key, value),
        Kind::Branch(children) => match &mut children[nibble(&key, depth)] {
            Some(child) => insert(child, depth + 1, key, value),
            empty => *empty = Some(Node::leaf(key, value)),
        },
        kind => {
            let old = match kind {
                Kind::Extension { end, child, .. } if fork + 1 == *end => child.clone(),
                // The same path from a deeper start: a new node, because its encoding differs.
                kind => Node::new(kind.clone()),
            };
            let mut children = Node::no_children();
            children[nibble(&other, fork)] = Some(old);
            children[nibble(&key, fork)] = Some(Node::leaf(key, value));
            let branch = Node::new(Kind::Branch(children));
            *node = if fork > depth {
                Node::new(Kind::Extension { key, end: fork, child: branch })
            } else {
                branch
            };
        }
    }
}

/// Removes a key that is there.
fn remove<V: Value>(slot: &mut Option<Arc<Node<V>>>, depth: usize, key: &B256) {
    let Some(node) = slot else { return };
    let shortened = match Node::make_mut(node) {
        Kind::Leaf { .. } => {
            *slot = None;
            return;
        }
        Kind::Extension { key: own, end, child } => {
            let mut below = Some(child.clone());
            remove(&mut below, *end, key);
            // Below an extension lies a branch, and a branch that loses one of its children still leaves a node.
            below.map(|child| join(*own, *end, child))
        }
        Kind::Branch(children) => {
            let index = nibble(key, depth);
            remove(&mut children[index], depth + 1, key);
            let mut left = children.iter().enumerate().filter_map(|(i, c)| c.as_ref().map(|c| (i, c)));
            match (left.next(), left.next()) {
                (Some((index, child)), None) => {
                    Some(join(with_nibble(key, depth, index), depth + 1, child.clone()))
                }
                _ => None,
            }
        }
    };
    if let Some(shortened) = shortened {
        *node = shortened;
    }
}

/// A node that leads from somewhere above along `key` to nibble `end`, where `child` stands: paths are merged, since
/// an extension never leads to a leaf or to another extension.
fn join<V: Value>(key: B256, end: usize, child: Arc<Node<V>>) -> Arc<Node<V>> {
    match &child.kind {
        Kind::Branch(_) => Node::new(Kind::Extension { key, end, child }),
        kind => Node::new(kind.clone()),
    }
}

const NIBBLES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::proofs::storage_root_unhashed;
    use alloy_primitives::U256;
    use std::collections::BTreeMap;

    /// A small deterministic generator: histories must be the same on every run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }
    }

    fn reference_root(entries: &BTreeMap<B256, U256>) -> B256 {
        storage_root_unhashed(entries.iter().map(|(k, v)| (*k, *v)))
    }

    #[test]
    fn root_of_nothing_is_the_empty_root() {
        assert_eq!(Trie::<U256>::default().root(), EMPTY_ROOT);
    }

    #[test]
    fn root_agrees_with_the_reference_after_every_step_of_random_histories() {
        let mut removals = 0;
        for seed in 0..40 {
            let mut dice = Dice(seed);
            let (mut trie, mut model) = (Trie::default(), BTreeMap::new());
            // Few keys make collisions, overwrites and removals of what is there likely.
            let keys = 2 + dice.roll(60);
            for _ in 0..120 {
                let slot = B256::from(U256::from(dice.roll(keys)));
                let key = keccak256(slot);
                if dice.roll(5) < 2 {
                    removals += u32::from(model.remove(&slot).is_some());
                    trie.remove(&key);
                } else {
                    let value = U256::from(1 + dice.roll(u64::MAX));
                    model.insert(slot, value);
                    trie.insert(key, value);
                }
                assert_eq!(trie.root(), reference_root(&model), "seed {seed}");
                assert_eq!(trie.get(&key), model.get(&slot));
            }
        }
        assert!(removals > 500, "the histories must remove what is there");
    }

    #[test]
    fn root_is_right_for_keys_that_share_long_prefixes() {
        // Unhashed keys: forks at every depth, extensions cut in two, leaves whose encoding is inlined.
        let keys: Vec<B256> = (0..64).map(|depth| with_nibble(&B256::ZERO, depth, 7)).collect();
        let mut trie = Trie::default();
        for (i, key) in keys.iter().enumerate() {
            trie.insert(*key, U256::from(i + 1));
        }
        let full = trie.clone();
        for (i, key) in keys.iter().enumerate() {
            trie.remove(key);
            trie.remove(key);
            let mut fresh = Trie::default();
            for (j, key) in keys.iter().enumerate().skip(i + 1).rev() {
                fresh.insert(*key, U256::from(j + 1));
            }
            assert_eq!(trie.root(), fresh.root(), "after {} removals", i + 1);
        }
        assert_eq!(trie.root(), EMPTY_ROOT);
        assert_eq!(full.get(&keys[63]), Some(&U256::from(64)));
    }

    #[test]
    fn clone_keeps_its_root_and_values_when_the_original_changes() {
        let mut trie = Trie::default();
        for i in 0..100_u64 {
            trie.insert(keccak256(i.to_be_bytes()), U256::from(i + 1));
        }
        let (before, snapshot) = (trie.root(), trie.clone());
        for i in 0..50_u64 {
            trie.remove(&keccak256(i.to_be_bytes()));
            trie.insert(keccak256((i + 50).to_be_bytes()), U256::from(9));
        }
        assert_ne!(trie.root(), before);
        assert_eq!(snapshot.root(), before);
        assert_eq!(snapshot.get(&keccak256(7_u64.to_be_bytes())), Some(&U256::from(8)));
    }
}
