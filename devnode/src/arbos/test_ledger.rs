//! A ledger in memory, for unit tests of ArbOS without an EVM.

use super::Ledger;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::HashMap};

/// One log: who, topics, data.
pub(super) type TestLog = (Address, Vec<B256>, Bytes);

#[derive(Default)]
pub(super) struct TestLedger {
    slots: HashMap<(Address, B256), B256>,
    accounts: HashMap<Address, Account>,
    pub(super) warm: Vec<Address>,
    pub(super) destroyed: Vec<Address>,
    /// Accounts whose code counts as new in this block.
    pub(super) uncommitted: Vec<Address>,
    pub(super) logs: Vec<TestLog>,
}

#[derive(Clone, Default)]
struct Account {
    balance: U256,
    nonce: u64,
    code: Bytes,
}

impl TestLedger {
    /// An account with code, deployed in an earlier block.
    pub(super) fn deploy(&mut self, address: Address, code: impl Into<Bytes>) -> B256 {
        let code = code.into();
        let hash = keccak256(&code);
        self.account(address).code = code;
        hash
    }

    /// Everything in storage, in no particular order.
    pub(super) fn storage(&self) -> Vec<((Address, B256), B256)> {
        let mut slots: Vec<_> = self.slots.iter().map(|(key, value)| (*key, *value)).collect();
        slots.sort_unstable();
        slots
    }

    fn account(&mut self, address: Address) -> &mut Account {
        self.accounts.entry(address).or_default()
    }
}

impl Ledger for TestLedger {
    fn load(&mut self, account: Address, slot: B256) -> B256 {
        self.slots.get(&(account, slot)).copied().unwrap_or_default()
    }

    fn store(&mut self, account: Address, slot: B256, value: B256) {
        if value.is_zero() {
            self.slots.remove(&(account, slot));
        } else {
            self.slots.insert((account, slot), value);
        }
    }

    fn balance(&mut self, account: Address) -> U256 {
        self.accounts.get(&account).map_or(U256::ZERO, |account| account.balance)
    }

    fn add_balance(&mut self, account: Address, wei: U256) {
        self.account(account).balance += wei;
    }

    fn sub_balance(&mut self, account: Address, wei: U256) -> bool {
        let balance = &mut self.account(account).balance;
        match balance.checked_sub(wei) {
            Some(rest) => {
                *balance = rest;
                true
            }
            None => false,
        }
    }

    fn nonce(&mut self, account: Address) -> u64 {
        self.accounts.get(&account).map_or(0, |account| account.nonce)
    }

    fn set_nonce(&mut self, account: Address, nonce: u64) {
        self.account(account).nonce = nonce;
    }

    fn code(&mut self, account: Address) -> Bytes {
        self.accounts.get(&account).map(|account| account.code.clone()).unwrap_or_default()
    }

    fn code_hash(&mut self, account: Address) -> B256 {
        match self.accounts.get(&account) {
            None => B256::ZERO,
            Some(account) if account.code.is_empty() => KECCAK256_EMPTY,
            Some(account) => keccak256(&account.code),
        }
    }

    fn set_code(&mut self, account: Address, code: Bytes) {
        self.account(account).code = code;
    }

    fn code_is_committed(&mut self, account: Address) -> bool {
        self.accounts.contains_key(&account) && !self.uncommitted.contains(&account)
    }

    fn self_destructed(&mut self, account: Address) -> bool {
        self.destroyed.contains(&account)
    }

    fn warm(&mut self, account: Address) -> bool {
        let cold = !self.warm.contains(&account);
        if cold {
            self.warm.push(account);
        }
        cold
    }

    fn log(&mut self, address: Address, topics: Vec<B256>, data: Bytes) {
        self.logs.push((address, topics, data));
    }
}
