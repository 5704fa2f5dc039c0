//! What revm's opcodes ask of the chain.

use super::machine::Machine;
use alloy_primitives::{Address, B256, Log, U256};
use revm::{
    context_interface::{
        cfg::GasParams,
        context::{SStoreResult, SelfDestructResult, StateLoad},
        host::LoadError,
        journaled_state::{AccountInfoLoad, JournalLoadError},
    },
    interpreter::Host,
};
use std::convert::Infallible;

/// Opcode PREVRANDAO is no randomness here.
const DIFFICULTY: U256 = U256::ONE;

fn load_error(error: JournalLoadError<Infallible>) -> LoadError {
    match error {
        JournalLoadError::ColdLoadSkipped => LoadError::ColdLoadSkipped,
        JournalLoadError::DBError(never) => match never {},
    }
}

impl Host for Machine<'_> {
    fn basefee(&self) -> U256 {
        self.tx.base_fee
    }

    /// Unused: BLOBBASEFEE is not in the table.
    fn blob_gasprice(&self) -> U256 {
        U256::ZERO
    }

    fn gas_limit(&self) -> U256 {
        U256::from(self.block.gas_limit)
    }

    fn difficulty(&self) -> U256 {
        DIFFICULTY
    }

    fn prevrandao(&self) -> Option<U256> {
        Some(DIFFICULTY)
    }

    fn block_number(&self) -> U256 {
        U256::from(self.block.l1_number)
    }

    fn timestamp(&self) -> U256 {
        U256::from(self.block.timestamp)
    }

    fn beneficiary(&self) -> Address {
        self.block.coinbase
    }

    fn slot_num(&self) -> U256 {
        U256::ZERO
    }

    fn chain_id(&self) -> U256 {
        U256::from(self.chain_id)
    }

    fn effective_gas_price(&self) -> U256 {
        self.tx.gas_price
    }

    fn caller(&self) -> Address {
        self.tx.origin
    }

    fn blob_hash(&self, _number: usize) -> Option<U256> {
        None
    }

    fn max_initcode_size(&self) -> usize {
        super::MAX_INIT_CODE_SIZE
    }

    fn gas_params(&self) -> &GasParams {
        &self.gas_params
    }

    fn is_amsterdam_eip8037_enabled(&self) -> bool {
        false
    }

    /// BLOCKHASH knows only L1 blocks, and a dev chain has none.
    fn block_hash(&mut self, _number: u64) -> Option<B256> {
        Some(B256::ZERO)
    }

    fn selfdestruct(
        &mut self,
        address: Address,
        target: Address,
        skip_cold_load: bool,
    ) -> Result<StateLoad<SelfDestructResult>, LoadError> {
        self.record_selfdestruct(address, target);
        self.journal.selfdestruct(&mut self.db, address, target, skip_cold_load).map_err(load_error)
    }

    fn log(&mut self, log: Log) {
        self.append_log(log);
    }

    fn sstore_skip_cold_load(
        &mut self,
        address: Address,
        key: U256,
        value: U256,
        skip_cold_load: bool,
    ) -> Result<StateLoad<SStoreResult>, LoadError> {
        self.record_slot(address, key);
        self.journal
            .sstore_assume_account_present(&mut self.db, address, key, value, skip_cold_load)
            .map_err(load_error)
    }

    fn sload_skip_cold_load(
        &mut self,
        address: Address,
        key: U256,
        skip_cold_load: bool,
    ) -> Result<StateLoad<U256>, LoadError> {
        self.record_slot(address, key);
        self.journal
            .sload_assume_account_present(&mut self.db, address, key, skip_cold_load)
            .map_err(load_error)
    }

    fn tstore(&mut self, address: Address, key: U256, value: U256) {
        self.journal.tstore(address, key, value);
    }

    fn tload(&mut self, address: Address, key: U256) -> U256 {
        self.journal.tload(address, key)
    }

    fn load_account_info_skip_cold_load(
        &mut self,
        address: Address,
        load_code: bool,
        skip_cold_load: bool,
    ) -> Result<AccountInfoLoad<'_>, LoadError> {
        self.record_access(address);
        let load = self
            .journal
            .load_account_optional(&mut self.db, address, load_code, skip_cold_load)
            .map_err(load_error)?;
        Ok(AccountInfoLoad::new(&load.data.info, load.is_cold, load.data.is_empty()))
    }
}
