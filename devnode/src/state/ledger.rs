//! ArbOS's view of a state outside of any transaction: for reading its parameters between blocks.

use alloy_primitives::{Address, B256, Bytes, U256};

use super::State;
use crate::arbos::Ledger;

/// A state as a ledger without a journal: what is written stays. Take a clone, it costs nothing.
pub struct StateLedger(pub State);

impl Ledger for StateLedger {
    fn load(&mut self, account: Address, slot: B256) -> B256 {
        self.0.storage(account, slot.into()).into()
    }

    fn store(&mut self, account: Address, slot: B256, value: B256) {
        self.0.set_storage(account, slot.into(), value.into());
    }

    fn balance(&mut self, account: Address) -> U256 {
        self.0.balance(account)
    }

    fn add_balance(&mut self, account: Address, wei: U256) {
        self.0.set_balance(account, self.0.balance(account).saturating_add(wei));
    }

    fn sub_balance(&mut self, account: Address, wei: U256) -> bool {
        let left = self.0.balance(account).checked_sub(wei);
        if let Some(left) = left {
            self.0.set_balance(account, left);
        }
        left.is_some()
    }

    fn nonce(&mut self, account: Address) -> u64 {
        self.0.nonce(account)
    }

    fn set_nonce(&mut self, account: Address, nonce: u64) {
        self.0.set_nonce(account, nonce);
    }

    fn code(&mut self, account: Address) -> Bytes {
        self.0.code(account)
    }

    fn code_hash(&mut self, account: Address) -> B256 {
        self.0.account(account).map_or(B256::ZERO, |account| account.code_hash)
    }

    fn set_code(&mut self, account: Address, code: Bytes) {
        self.0.set_code(account, code);
    }

    /// There is no current block that could have brought it.
    fn code_is_committed(&mut self, _: Address) -> bool {
        true
    }

    /// There is no transaction that could have done it.
    fn self_destructed(&mut self, _: Address) -> bool {
        false
    }

    /// There is no transaction to pay for it.
    fn warm(&mut self, _: Address) -> bool {
        false
    }

    /// There is no receipt for it to go into.
    fn log(&mut self, _: Address, _: Vec<B256>, _: Bytes) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{
        Version, block,
        genesis::{self, DEV_ACCOUNT, GenesisConfig},
    };

    #[test]
    fn arbos_finds_in_a_state_what_genesis_wrote() {
        let mut ledger = StateLedger(State::default());
        let version = Version::of(60).expect("on offer");
        let accounts = vec![(DEV_ACCOUNT, U256::from(7))];
        genesis::write(&mut ledger, &GenesisConfig { accounts, ..GenesisConfig::new(version, 1) });
        assert_eq!(block::version(&mut ledger), 60);
        assert_eq!(block::next_base_fee(&mut ledger), U256::from(100_000_000));
        assert!(!ledger.sub_balance(DEV_ACCOUNT, U256::from(8)));
        assert!(ledger.sub_balance(DEV_ACCOUNT, U256::from(5)));
        assert_eq!(ledger.0.balance(DEV_ACCOUNT), U256::from(2));
    }
}
