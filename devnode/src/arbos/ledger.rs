//! How ArbOS reaches the chain's state: journaled, without gas and without warming anything for the EVM.

use alloy_primitives::{Address, B256, Bytes, U256};

/// The journaled state as ArbOS and its precompiles see it. Reverting the surrounding frame undoes every change.
pub trait Ledger {
    /// Reads a storage slot.
    fn load(&mut self, account: Address, slot: B256) -> B256;
    /// Writes a storage slot.
    fn store(&mut self, account: Address, slot: B256, value: B256);
    /// Balance in wei.
    fn balance(&mut self, account: Address) -> U256;
    /// Adds wei out of nothing: pair it with [`Ledger::sub_balance`], except at genesis.
    fn add_balance(&mut self, account: Address, wei: U256);
    /// Takes wei away; false and unchanged if the account has less.
    fn sub_balance(&mut self, account: Address, wei: U256) -> bool;
    /// Nonce of the account.
    fn nonce(&mut self, account: Address) -> u64;
    /// Sets the nonce (genesis and dev contracts only).
    fn set_nonce(&mut self, account: Address, nonce: u64);
    /// Code as deployed; empty without an account.
    fn code(&mut self, account: Address) -> Bytes;
    /// keccak256 of the code: zero without an account, keccak256("") without code.
    fn code_hash(&mut self, account: Address) -> B256;
    /// Replaces the code.
    fn set_code(&mut self, account: Address, code: Bytes);
    /// True if the code stood there before the current block (ArbWasmCache's commitment rule).
    fn code_is_committed(&mut self, account: Address) -> bool;
    /// True if the account was self-destructed earlier in this transaction.
    fn self_destructed(&mut self, account: Address) -> bool;
    /// Warms an account for the EVM; true if it was cold (fragments of a root are charged like that).
    fn warm(&mut self, account: Address) -> bool;
    /// Appends a log.
    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes);
}
