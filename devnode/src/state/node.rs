//! Nodes of the trie and their encoding.

use alloy_primitives::{B256, keccak256};
use alloy_rlp::{EMPTY_STRING_CODE, Encodable, Header};
use std::sync::{Arc, OnceLock};

use super::trie::Value;

/// A node; depth is not part of it but follows from where it hangs.
#[derive(Clone, Debug)]
pub(super) struct Node<V> {
    pub(super) kind: Kind<V>,
    /// How the parent refers to it, once somebody asked: valid for one depth, so a node that moves is made anew.
    reference: OnceLock<Reference>,
}

pub(super) type Children<V> = [Option<Arc<Node<V>>>; 16];

#[derive(Clone, Debug)]
pub(super) enum Kind<V> {
    /// The rest of `key` leads nowhere else.
    Leaf { key: B256, value: V },
    /// All keys below agree with `key` up to nibble `end`, where a branch hangs.
    Extension { key: B256, end: usize, child: Arc<Node<V>> },
    /// One child per next nibble, at least two of them there.
    Branch(Children<V>),
}

/// A node as it stands in its parent: its hash as an RLP string, or its whole encoding if that is under 32 bytes.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    len: u8,
    bytes: [u8; HASH_ITEM],
}

/// Bytes of a hash as an RLP string.
const HASH_ITEM: usize = 33;
const HASH_ITEM_HEAD: u8 = EMPTY_STRING_CODE + 32;

impl Reference {
    fn of(encoding: &[u8]) -> Self {
        let mut bytes = [0; HASH_ITEM];
        let len = if encoding.len() < 32 {
            bytes[..encoding.len()].copy_from_slice(encoding);
            encoding.len()
        } else {
            bytes[0] = HASH_ITEM_HEAD;
            bytes[1..].copy_from_slice(keccak256(encoding).as_slice());
            HASH_ITEM
        };
        Self { len: len as u8, bytes }
    }

    fn item(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The hash, unless the node is small enough to be inlined.
    pub(super) fn as_hash(&self) -> Option<B256> {
        (usize::from(self.len) == HASH_ITEM).then(|| B256::from_slice(&self.bytes[1..]))
    }
}

impl<V> Node<V> {
    pub(super) fn new(kind: Kind<V>) -> Arc<Self> {
        Arc::new(Self { kind, reference: OnceLock::new() })
    }

    pub(super) fn leaf(key: B256, value: V) -> Arc<Self> {
        Self::new(Kind::Leaf { key, value })
    }

    pub(super) fn no_children() -> Children<V> {
        std::array::from_fn(|_| None)
    }
}

impl<V: Value> Node<V> {
    /// The node's content for a change: copied if another version of the trie holds it, its hash forgotten.
    pub(super) fn make_mut(node: &mut Arc<Self>) -> &mut Kind<V> {
        let node = Arc::make_mut(node);
        node.reference.take();
        &mut node.kind
    }

    pub(super) fn reference(&self, depth: usize) -> &Reference {
        self.reference.get_or_init(|| Reference::of(&self.encode(depth)))
    }

    /// The node's RLP when it hangs at `depth`.
    pub(super) fn encode(&self, depth: usize) -> Vec<u8> {
        let mut payload = Vec::new();
        match &self.kind {
            Kind::Leaf { key, value } => {
                encode_path(key, depth, 64, true, &mut payload);
                let mut content = Vec::new();
                value.encode(&mut content);
                content.as_slice().encode(&mut payload);
            }
            Kind::Extension { key, end, child } => {
                encode_path(key, depth, *end, false, &mut payload);
                payload.extend_from_slice(child.reference(*end).item());
            }
            Kind::Branch(children) => {
                payload.reserve(16 * HASH_ITEM + 1);
                for child in children {
                    match child {
                        Some(child) => payload.extend_from_slice(child.reference(depth + 1).item()),
                        None => payload.push(EMPTY_STRING_CODE),
                    }
                }
                payload.push(EMPTY_STRING_CODE); // branches hold no value: all keys are equally long
            }
        }
        let mut out = Vec::with_capacity(payload.len() + 3);
        Header { list: true, payload_length: payload.len() }.encode(&mut out);
        out.extend_from_slice(&payload);
        out
    }
}

/// Appends nibbles `start..end` of a key in hex-prefix form (Yellow Paper, appendix C) as an RLP string.
fn encode_path(key: &B256, start: usize, end: usize, leaf: bool, out: &mut Vec<u8>) {
    let odd = (end - start) % 2;
    let flag = 2 * u8::from(leaf) + odd as u8;
    let mut path = Vec::with_capacity(HASH_ITEM);
    path.push(if odd == 1 { flag << 4 | nibble(key, start) as u8 } else { flag << 4 });
    let rest = (start + odd..end).step_by(2);
    path.extend(rest.map(|i| (nibble(key, i) << 4 | nibble(key, i + 1)) as u8));
    path.as_slice().encode(out);
}

/// Nibble `index` of a key, the most significant first.
pub(super) fn nibble(key: &B256, index: usize) -> usize {
    let byte = key[index / 2];
    usize::from(if index.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
}

/// The key with one nibble replaced.
pub(super) fn with_nibble(key: &B256, index: usize, value: usize) -> B256 {
    let mut key = *key;
    let byte = &mut key[index / 2];
    let value = value as u8;
    *byte = if index.is_multiple_of(2) { *byte & 0x0f | value << 4 } else { *byte & 0xf0 | value };
    key
}

/// Where two keys part: the first differing nibble in `from..to`, else `to`.
pub(super) fn fork_of(a: &B256, b: &B256, from: usize, to: usize) -> usize {
    (from..to).find(|&i| nibble(a, i) != nibble(b, i)).unwrap_or(to)
}
