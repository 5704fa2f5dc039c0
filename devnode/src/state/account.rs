//! What the trie's leaves hold.

use alloy_primitives::{B256, KECCAK256_EMPTY, U256};
use alloy_rlp::{Encodable, Header};

use super::trie::{Trie, Value};

/// An account with its storage.
#[derive(Clone, Debug)]
pub struct Account {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// keccak256 of the code.
    pub code_hash: B256,
    /// Slots that aren't zero, by keccak256 of their number.
    pub storage: Trie<U256>,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY, storage: Trie::default() }
    }
}

impl Account {
    /// Empty in the sense of EIP-161: such an account isn't kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }
}

impl Value for Account {
    fn encode(&self, out: &mut Vec<u8>) {
        let storage_root = self.storage.root();
        let fields: [&dyn Encodable; 4] = [&self.nonce, &self.balance, &storage_root, &self.code_hash];
        let payload_length = fields.iter().map(|field| field.length()).sum();
        Header { list: true, payload_length }.encode(out);
        for field in fields {
            field.encode(out);
        }
    }
}

impl Value for U256 {
    fn encode(&self, out: &mut Vec<u8>) {
        Encodable::encode(self, out);
    }
}
