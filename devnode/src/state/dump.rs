//! The state as text. The trie knows no addresses and slots, only their hashes, and neither does this.

use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use revm::bytecode::Bytecode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

use super::{Account, State, trie::Trie};

/// Accounts with their code and storage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StateDump {
    /// By keccak256 of the address.
    accounts: BTreeMap<B256, AccountDump>,
    /// By keccak256 of the code.
    codes: BTreeMap<B256, Bytes>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AccountDump {
    nonce: u64,
    balance: U256,
    code_hash: B256,
    /// By keccak256 of the slot.
    storage: BTreeMap<B256, U256>,
}

/// Why a dump is no state.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UnsoundState {
    /// Somebody changed it.
    #[error("code under {0} has another hash")]
    OtherCode(B256),
    /// An account names code that isn't there.
    #[error("no code under {0}, which an account has")]
    NoCode(B256),
}

impl State {
    /// All of it.
    #[must_use]
    pub fn dump(&self) -> StateDump {
        let mut dump = StateDump::default();
        self.accounts.for_each(&mut |key, account| {
            let mut storage = BTreeMap::new();
            account.storage.for_each(&mut |slot, value| {
                storage.insert(*slot, *value);
            });
            let Account { nonce, balance, code_hash, .. } = *account;
            if let Some(code) = self.codes.get(&code_hash) {
                dump.codes.insert(code_hash, code.original_bytes());
            }
            dump.accounts.insert(*key, AccountDump { nonce, balance, code_hash, storage });
        });
        dump
    }

    /// This state with the accounts of a dump, each in place of whatever was at its address.
    ///
    /// # Errors
    /// If the dump contradicts itself.
    pub fn with(&self, dump: &StateDump) -> Result<Self, UnsoundState> {
        let mut state = self.clone();
        for (hash, code) in &dump.codes {
            if keccak256(code) != *hash {
                return Err(UnsoundState::OtherCode(*hash));
            }
            let code = Bytecode::new_raw_checked(code.clone());
            state.remember(*hash, code.unwrap_or_else(|_| Bytecode::new_legacy(dump.codes[hash].clone())));
        }
        for (key, account) in &dump.accounts {
            let AccountDump { nonce, balance, code_hash, .. } = *account;
            if code_hash != KECCAK256_EMPTY && !dump.codes.contains_key(&code_hash) {
                return Err(UnsoundState::NoCode(code_hash));
            }
            let mut storage = Trie::default();
            for (slot, value) in account.storage.iter().filter(|(_, value)| !value.is_zero()) {
                storage.insert(*slot, *value);
            }
            state.accounts.insert(*key, Account { nonce, balance, code_hash, storage });
        }
        Ok(state)
    }
}
