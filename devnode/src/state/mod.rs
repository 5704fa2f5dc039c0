//! The world state: a persistent Merkle Patricia trie that *is* the state, so a snapshot is a clone and the state root
//! of a block costs only what the block changed.

mod account;
mod dump;
mod ledger;
mod node;
mod trie;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, utils::keccak256_cached};
use revm::{
    bytecode::Bytecode,
    database_interface::DatabaseRef,
    state::{Account as JournalAccount, AccountInfo, EvmState},
};
use rpds::HashTrieMapSync;
use std::convert::Infallible;

pub use account::Account;
pub use dump::{StateDump, UnsoundState};
pub use ledger::StateLedger;
pub use trie::{EMPTY_ROOT, Trie, Value};

/// All accounts at one moment. Cloning takes constant time; versions share what they have in common.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: Trie<Account>,
    /// By hash. Grows only: other accounts and older versions may have the same code.
    codes: HashTrieMapSync<B256, Bytecode>,
}

impl State {
    /// The account at an address, unless it is empty.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<&Account> {
        self.accounts.get(&account_key(address))
    }

    /// Balance in wei.
    #[must_use]
    pub fn balance(&self, address: Address) -> U256 {
        self.account(address).map_or(U256::ZERO, |account| account.balance)
    }

    /// Next nonce.
    #[must_use]
    pub fn nonce(&self, address: Address) -> u64 {
        self.account(address).map_or(0, |account| account.nonce)
    }

    /// Code as deployed.
    #[must_use]
    pub fn code(&self, address: Address) -> Bytes {
        let hash = self.account(address).map_or(KECCAK256_EMPTY, |account| account.code_hash);
        self.codes.get(&hash).map_or_else(Bytes::new, Bytecode::original_bytes)
    }

    /// Value of a storage slot.
    #[must_use]
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        let value = self.account(address).and_then(|account| account.storage.get(&slot_key(slot)));
        value.copied().unwrap_or_default()
    }

    /// All balances together, in wei; saturating, since control methods may set any. Visits every account.
    #[must_use]
    pub fn total_balance(&self) -> U256 {
        let mut total = U256::ZERO;
        self.accounts.for_each(&mut |_, account| total = total.saturating_add(account.balance));
        total
    }

    /// The Merkle root that block headers carry.
    #[must_use]
    pub fn root(&self) -> B256 {
        self.accounts.root()
    }

    /// Proves an account, or that there is none, against [`Self::root`]: trie nodes, the root first.
    #[must_use]
    pub fn account_proof(&self, address: Address) -> Vec<Bytes> {
        self.accounts.proof(&account_key(address))
    }

    /// Proves a slot's value against the account's storage root; of an account without storage there is nothing to say.
    #[must_use]
    pub fn storage_proof(&self, address: Address, slot: U256) -> Vec<Bytes> {
        self.account(address).map_or_else(Vec::new, |account| account.storage.proof(&slot_key(slot)))
    }

    /// Applies what a transaction changed. Touched accounts that end up empty vanish (EIP-161), and so do
    /// self-destructed ones.
    pub fn commit(&mut self, changes: EvmState) {
        for (address, changed) in changes {
            if changed.is_touched() {
                self.commit_account(address, changed);
            }
        }
    }

    fn commit_account(&mut self, address: Address, changed: JournalAccount) {
        let key = account_key(address);
        if changed.is_selfdestructed() || changed.is_empty() {
            self.accounts.remove(&key);
            return;
        }
        let old = self.accounts.get(&key);
        let mut account = Account {
            nonce: changed.info.nonce,
            balance: changed.info.balance,
            code_hash: changed.info.code_hash,
            // A creation never sees storage that lay at the address before it.
            storage: old.filter(|_| !changed.is_created()).map(|old| old.storage.clone()).unwrap_or_default(),
        };
        if let Some(code) = changed.info.code
            && old.is_none_or(|old| old.code_hash != account.code_hash)
        {
            self.remember(account.code_hash, code);
        }
        for (slot, value) in changed.storage.iter().filter(|(_, value)| value.is_changed()) {
            write_slot(&mut account.storage, *slot, value.present_value);
        }
        self.accounts.insert(key, account);
    }

    /// Sets a balance in wei.
    pub fn set_balance(&mut self, address: Address, wei: U256) {
        self.edit(address, |account| account.balance = wei);
    }

    /// Sets a nonce.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.edit(address, |account| account.nonce = nonce);
    }

    /// Replaces the code.
    pub fn set_code(&mut self, address: Address, code: Bytes) {
        // Bytes that only begin like an EIP-7702 designator are code like any other.
        let code = Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
        let hash = code.hash_slow();
        self.remember(hash, code);
        self.edit(address, |account| account.code_hash = hash);
    }

    /// Sets one storage slot.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        self.edit(address, |account| write_slot(&mut account.storage, slot, value));
    }

    /// Drops all storage of an account.
    pub fn clear_storage(&mut self, address: Address) {
        self.edit(address, |account| account.storage = Trie::default());
    }

    fn edit(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        let key = account_key(address);
        let mut account = self.accounts.get(&key).cloned().unwrap_or_default();
        change(&mut account);
        self.accounts.insert(key, account);
    }

    fn remember(&mut self, hash: B256, code: Bytecode) {
        if hash != KECCAK256_EMPTY && !self.codes.contains_key(&hash) {
            self.codes.insert_mut(hash, code);
        }
    }
}

// Most keys are asked for again and again, those of ArbOS in every transaction: hence the cache.

fn account_key(address: Address) -> B256 {
    keccak256_cached(address)
}

fn slot_key(slot: U256) -> B256 {
    keccak256_cached(slot.to_be_bytes::<32>())
}

fn write_slot(storage: &mut Trie<U256>, slot: U256, value: U256) {
    let key = slot_key(slot);
    if value.is_zero() {
        storage.remove(&key);
    } else {
        storage.insert(key, value);
    }
}

impl DatabaseRef for State {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.account(address).map(|account| {
            let code = self.codes.get(&account.code_hash).cloned().unwrap_or_default();
            AccountInfo::new(account.balance, account.nonce, account.code_hash, code)
        }))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.codes.get(&code_hash).cloned().unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.storage(address, slot))
    }

    /// Opcode BLOCKHASH speaks of L1 blocks, and without an L1 there are none (spec §8.3).
    fn block_hash_ref(&self, _number: u64) -> Result<B256, Infallible> {
        Ok(B256::ZERO)
    }
}

#[cfg(test)]
mod tests;
