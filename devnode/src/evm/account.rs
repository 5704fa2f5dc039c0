//! Reading and changing accounts through the journal, with and without warming them.

use super::machine::Machine;
use crate::{state::State, vm::host::Access};
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::Bytecode,
    context_interface::journaled_state::{JournalLoadError, account::JournaledAccountTr},
    database_interface::WrapDatabaseRef,
    state::Account,
};
use std::convert::Infallible;

/// The committed state below the journal.
pub(super) type Db<'a> = WrapDatabaseRef<&'a State>;

/// Unwraps what the in-memory state can't fail to give.
pub(super) fn sure<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// The same for journal loads that were not told to skip cold accounts.
pub(super) fn loaded<T>(result: Result<T, JournalLoadError<Infallible>>) -> T {
    match result {
        Ok(value) => value,
        Err(JournalLoadError::DBError(never)) => match never {},
        Err(JournalLoadError::ColdLoadSkipped) => {
            unreachable!("cold loads are skipped only where the caller asks for it")
        }
    }
}

impl<'a> Machine<'a> {
    /// Loads an account with its code and warms it.
    pub(super) fn account(&mut self, address: Address) -> Access<&Account> {
        let load = sure(self.journal.load_code(&mut self.db, address));
        Access { value: load.data, cold: load.is_cold }
    }

    /// Code of an account, warming it.
    pub(super) fn code(&mut self, address: Address) -> Access<Bytecode> {
        let Access { value, cold } = self.account(address);
        Access { value: value.info.code.clone().unwrap_or_default(), cold }
    }

    /// Does something with an account as ArbOS does: a cold account stays cold for the EVM.
    pub(super) fn quietly<T>(
        &mut self,
        address: Address,
        act: impl FnOnce(&mut dyn JournaledAccountTr) -> T,
    ) -> T {
        let load = sure(self.journal.load_account_mut(&mut self.db, address));
        let cold = load.is_cold;
        let mut account = load.data;
        let done = act(&mut account);
        if cold && let Some(account) = self.journal.state.get_mut(&address) {
            account.mark_cold();
        }
        done
    }

    /// Code and its hash without warming: what a call finds behind an EIP-7702 delegation, for one.
    pub(super) fn peek_code(&mut self, address: Address) -> (B256, Bytecode) {
        let cold = sure(self.journal.load_account(&mut self.db, address)).is_cold;
        let load = sure(self.journal.load_code(&mut self.db, address));
        let found = (load.data.info.code_hash, load.data.info.code.clone().unwrap_or_default());
        if cold && let Some(account) = self.journal.state.get_mut(&address) {
            account.mark_cold();
        }
        found
    }

    /// The code that a call of `address` runs, one EIP-7702 hop followed, and the hash it is known by.
    pub(super) fn code_to_run(&mut self, address: Address) -> (B256, Bytecode) {
        let (hash, code) = self.peek_code(address);
        match code.eip7702_address() {
            Some(delegate) => self.peek_code(delegate),
            None => (hash, code),
        }
    }

    /// Code hash in the sense of spec §6.6: zero only for an account that neither state nor journal knows.
    pub(super) fn code_hash(&mut self, address: Address) -> Access<B256> {
        let Access { value, cold } = self.account(address);
        let hash =
            if value.is_loaded_as_not_existing_not_touched() { B256::ZERO } else { value.info.code_hash };
        Access { value: hash, cold }
    }

    /// Whether neither state nor journal knows an account that has been loaded.
    pub(super) fn is_unknown(&self, address: Address) -> bool {
        self.journal.state.get(&address).is_none_or(Account::is_loaded_as_not_existing_not_touched)
    }

    /// Reads a slot without warming it.
    pub(super) fn peek_slot(&mut self, address: Address, key: U256) -> U256 {
        use revm::Database;
        if let Some(account) = self.journal.state.get(&address) {
            if let Some(slot) = account.storage.get(&key) {
                return slot.present_value;
            }
            if account.is_created() {
                return U256::ZERO;
            }
        }
        sure(self.db.storage(address, key))
    }

    /// True if the account is empty in the sense of EIP-161.
    pub(super) fn is_empty(&mut self, address: Address) -> bool {
        self.account(address).value.is_empty()
    }

    /// The raw deployed bytes.
    pub(super) fn raw_code(&mut self, address: Address) -> Access<Bytes> {
        let Access { value, cold } = self.code(address);
        Access { value: value.original_bytes(), cold }
    }
}
