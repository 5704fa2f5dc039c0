//! An ERC-20's balances and allowances.

use std::collections::BTreeMap;

use abi::erc20::IERC20::{IERC20Events, allowanceCall, balanceOfCall, totalSupplyCall};
use alloy::{
    primitives::{Address, LogData, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;

#[derive(Default)]
pub(super) struct Ledger {
    supply: U256,
    balances: BTreeMap<Address, U256>,
    /// By owner and spender: what was allowed last, and whether something of the owner's moved since, of it or not.
    allowances: BTreeMap<(Address, Address), (U256, bool)>,
}

impl Ledger {
    /// Whether it is a log of its own.
    pub(super) fn hears(&mut self, log: &LogData) -> bool {
        let Ok(event) = IERC20Events::decode_raw_log(log.topics(), &log.data) else { return false };
        match event {
            IERC20Events::Transfer(event) => self.moves(event.from, event.to, event.value),
            IERC20Events::Approval(event) => {
                self.allowances.insert((event.owner, event.spender), (event.value, false));
            }
        }
        true
    }

    fn moves(&mut self, from: Address, to: Address, value: U256) {
        if from.is_zero() {
            self.supply += value;
        } else {
            // That nobody gives what they don't have shows when balances are compared.
            *self.balances.entry(from).or_default() -= value;
            for ((owner, _), (_, used)) in &mut self.allowances {
                *used |= *owner == from;
            }
        }
        if to.is_zero() {
            self.supply -= value;
        } else {
            *self.balances.entry(to).or_default() += value;
        }
    }

    pub(super) const fn supply(&self) -> U256 {
        self.supply
    }

    pub(super) async fn agree(&self, stage: &Stage, at: Address, accounts: &[Address]) {
        assert_eq!(self.supply, stage.reads(at, totalSupplyCall {}).await);
        for account in self.balances.keys().chain(accounts) {
            let balance = self.balances.get(account).copied().unwrap_or_default();
            assert_eq!(balance, stage.reads(at, balanceOfCall { account: *account }).await, "{account}");
        }
        for ((owner, spender), (allowed, used)) in &self.allowances {
            let (owner, spender) = (*owner, *spender);
            let kept = stage.reads(at, allowanceCall { owner, spender }).await;
            // One without limit isn't used up.
            if *used && *allowed != U256::MAX {
                assert!(kept <= *allowed, "{owner} {spender}");
            } else {
                assert_eq!(kept, *allowed, "{owner} {spender}");
            }
        }
    }
}
