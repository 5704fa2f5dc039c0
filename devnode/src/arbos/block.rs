//! What happens at the start of a block and around its transactions (§8.4 – §8.8), and what the rest of the node asks.

use super::{
    Ledger, StylusParams, Version,
    address_set::CHAIN_OWNERS,
    genesis, outbox,
    pricing::{self, l1, l2},
    storage::{self, Slot, Store},
};
use alloy_primitives::{Address, B256, U256};

/// The effects of the start-block transaction behind the history contract: L1 block, base fee, upgrade.
///
/// `seconds` passed since the previous block. Answers the base fee of the block after this one, wei; an owner may still
/// change it during the block, so ask [`next_base_fee`] when that block begins.
pub fn start(ledger: &mut dyn Ledger, number: u64, l1_number: u64, timestamp: u64, seconds: u64) -> U256 {
    let mut store = Store::free(ledger);
    let Ok(known) = store.read_u64(storage::L1_BLOCK_NUMBER);
    if number > 0 && l1_number > known {
        let Ok(()) = store.write_u64(storage::L1_BLOCK_NUMBER, l1_number);
    }
    let Ok(fee) = pricing::update_base_fee(&mut store, seconds);
    upgrade_if_due(&mut store, timestamp);
    fee
}

fn upgrade_if_due(store: &mut Store<'_, super::gas::Free>, timestamp: u64) {
    let from = Version::in_force(version(store.ledger));
    let Ok(to) = store.read_u64(storage::UPGRADE_VERSION);
    let Ok(due) = store.read_u64(storage::UPGRADE_TIMESTAMP);
    if to <= from.number || timestamp < due {
        return;
    }
    let Some(to) = Version::of(to) else { return };
    let mut params = StylusParams::load(store.ledger);
    params.upgrade(from, to);
    let Ok(()) = params.write(store);
    if to.has_tx_gas_limit() && !from.has_tx_gas_limit() {
        let Ok(()) = store.write_u64(l2::TX_GAS_LIMIT, l2::INITIAL_GAS_LIMIT);
    }
    genesis::write_precompile_codes(store.ledger, to);
    let Ok(()) = store.write_u64(storage::VERSION, to.number);
}

/// ArbOS version of the chain.
pub fn version(ledger: &mut dyn Ledger) -> u64 {
    number(ledger, storage::VERSION)
}

/// Base fee of the next block, wei.
pub fn next_base_fee(ledger: &mut dyn Ledger) -> U256 {
    uint(ledger, l2::BASE_FEE)
}

/// Makes the next block's base fee another one, wei; the blocks after it follow the rules again.
pub fn set_next_base_fee(ledger: &mut dyn Ledger, wei: U256) {
    let Ok(()) = Store::free(ledger).write_uint(l2::BASE_FEE, wei);
}

/// Makes the compute gas that a block may use, and so a transaction, another one.
pub fn set_gas_limit(ledger: &mut dyn Ledger, gas: u64) {
    let version = Version::in_force(version(ledger));
    let mut store = Store::free(ledger);
    let Ok(()) = store.write_u64(l2::BLOCK_GAS_LIMIT, gas);
    let Ok(()) = store.write_u64(pricing::tx_gas_limit(version), gas);
}

/// Least base fee, wei.
pub fn min_base_fee(ledger: &mut dyn Ledger) -> U256 {
    uint(ledger, l2::MIN_BASE_FEE)
}

/// Adds a transaction's gas, refunds and its L1 part deducted, to the backlog.
pub fn add_gas_used(ledger: &mut dyn Ledger, gas: u64) {
    let Ok(()) = pricing::add_to_backlog(&mut Store::free(ledger), gas);
}

/// Books the L1 part of a transaction's fee: `wei` into the pool, `units` of data since the last report, whose count
/// goes on even while the price is zero.
pub fn collect_l1_fee(ledger: &mut dyn Ledger, wei: U256, units: u64) {
    pricing::collect_l1_fee(ledger, wei, units);
}

/// Compute gas that one block may use.
pub fn block_gas_limit(ledger: &mut dyn Ledger) -> u64 {
    number(ledger, l2::BLOCK_GAS_LIMIT)
}

/// Compute gas that one transaction may use (§8.6).
pub fn tx_gas_limit(ledger: &mut dyn Ledger) -> u64 {
    let version = Version::in_force(version(ledger));
    number(ledger, pricing::tx_gas_limit(version))
}

/// Wei per unit of L1 data; zero disables the L1 part of fees.
pub fn l1_price_per_unit(ledger: &mut dyn Ledger) -> U256 {
    uint(ledger, l1::PRICE_PER_UNIT)
}

/// The newest L1 block number that ArbOS knows.
pub fn l1_block_number(ledger: &mut dyn Ledger) -> u64 {
    number(ledger, storage::L1_BLOCK_NUMBER)
}

/// Brotli level that measures transactions for the L1 part of fees.
pub fn brotli_level(ledger: &mut dyn Ledger) -> u64 {
    number(ledger, storage::BROTLI_LEVEL)
}

/// Who gets base fees and data fees.
pub fn network_fee_account(ledger: &mut dyn Ledger) -> Address {
    let Ok(account) = pricing::network_fee_account(&mut Store::free(ledger));
    account
}

/// Who gets the minimum base fee's part of the fees, if anybody does.
pub fn infra_fee_account(ledger: &mut dyn Ledger) -> Option<Address> {
    let Ok(account) = Store::free(ledger).read_address(storage::INFRA_FEE_ACCOUNT);
    Some(account).filter(|account| !account.is_zero())
}

/// Whether priority fees are collected.
pub fn collects_tips(ledger: &mut dyn Ledger) -> bool {
    number(ledger, storage::COLLECT_TIPS) != 0
}

/// Whether calldata has EIP-7623's floor price.
pub fn has_calldata_floor(ledger: &mut dyn Ledger) -> bool {
    uint(ledger, storage::FEATURES).bit(0)
}

/// The chain owners, in order of their appointment.
pub fn chain_owners(ledger: &mut dyn Ledger) -> Vec<Address> {
    let Ok(owners) = CHAIN_OWNERS.members(&mut Store::free(ledger));
    owners
}

/// Number of messages to the parent chain, for the header.
pub fn send_count(ledger: &mut dyn Ledger) -> u64 {
    let Ok(count) = outbox::size(&mut Store::free(ledger));
    count
}

/// Merkle root of the messages to the parent chain, for the header; zero while there is none.
pub fn send_root(ledger: &mut dyn Ledger) -> B256 {
    let Ok(root) = outbox::root(&mut Store::free(ledger));
    root
}

fn uint(ledger: &mut dyn Ledger, slot: Slot) -> U256 {
    let Ok(value) = Store::free(ledger).read_uint(slot);
    value
}

fn number(ledger: &mut dyn Ledger, slot: Slot) -> u64 {
    let Ok(value) = Store::free(ledger).read_u64(slot);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{genesis::GenesisConfig, precompiles::is_precompile, test_ledger::TestLedger};
    use alloy_primitives::address;

    fn chain(arbos: u64) -> TestLedger {
        let mut ledger = TestLedger::default();
        let version = Version::of(arbos).expect("the table has it");
        genesis::write(&mut ledger, &GenesisConfig::new(version, 412_346));
        ledger
    }

    fn schedule(ledger: &mut TestLedger, version: u64, timestamp: u64) {
        let mut store = Store::free(ledger);
        let Ok(()) = store.write_u64(storage::UPGRADE_VERSION, version);
        let Ok(()) = store.write_u64(storage::UPGRADE_TIMESTAMP, timestamp);
    }

    #[test]
    fn base_fee_follows_the_backlog_and_time_forgives() {
        let mut ledger = chain(61);
        assert_eq!(next_base_fee(&mut ledger), U256::from(100_000_000));
        add_gas_used(&mut ledger, 784_000_000);
        assert_eq!(start(&mut ledger, 1, 0, 1_000, 0), U256::from(270_830_000));
        assert_eq!(next_base_fee(&mut ledger), U256::from(270_830_000));
        // 102 s of speed limit later only what is tolerated is left.
        assert_eq!(start(&mut ledger, 2, 0, 1_102, 102), U256::from(100_000_000));
    }

    #[test]
    fn upgrade_waits_for_its_time_and_keeps_what_the_owner_set() {
        let mut ledger = chain(51);
        let mut params = StylusParams::load(&mut ledger);
        params.ink_price = 20_000;
        let Ok(()) = params.write(&mut Store::free(&mut ledger));
        schedule(&mut ledger, 61, 500);

        start(&mut ledger, 1, 0, 499, 1);
        assert_eq!(version(&mut ledger), 51);
        start(&mut ledger, 2, 0, 500, 1);
        assert_eq!(version(&mut ledger), 61);
        let upgraded = StylusParams::load(&mut ledger);
        assert_eq!((upgraded.version, upgraded.ink_price, upgraded.max_fragments), (3, 20_000, 4));
        let filtered = address!("0000000000000000000000000000000000000074");
        assert!(is_precompile(filtered, 61));
        assert_eq!(ledger.code(filtered).as_ref(), [0xfe]);
    }

    #[test]
    fn upgrade_from_forty_brings_the_transaction_limit() {
        let mut ledger = chain(40);
        assert_eq!(tx_gas_limit(&mut ledger), 32_000_000);
        let Ok(()) = Store::free(&mut ledger).write_u64(l2::BLOCK_GAS_LIMIT, 64_000_000);
        assert_eq!(tx_gas_limit(&mut ledger), 64_000_000);
        schedule(&mut ledger, 51, 0);
        start(&mut ledger, 1, 0, 1, 1);
        assert_eq!(tx_gas_limit(&mut ledger), 32_000_000);
        assert_eq!(block_gas_limit(&mut ledger), 64_000_000);
    }

    #[test]
    fn older_and_unknown_versions_are_never_switched_to() {
        for scheduled in [40, 51, 59, 62] {
            let mut ledger = chain(51);
            schedule(&mut ledger, scheduled, 0);
            start(&mut ledger, 1, 0, 1, 1);
            assert_eq!(version(&mut ledger), 51, "{scheduled}");
        }
    }

    #[test]
    fn l1_fees_are_booked_with_their_units() {
        let mut ledger = chain(61);
        let pool = ledger.balance(super::super::L1_FUND_POOL);
        collect_l1_fee(&mut ledger, U256::from(5), 2_864);
        assert_eq!(ledger.balance(super::super::L1_FUND_POOL), pool + U256::from(5));
        assert_eq!(uint(&mut ledger, l1::FEES_AVAILABLE), pool + U256::from(5));
        assert_eq!(number(&mut ledger, l1::UNITS_SINCE_UPDATE), 2_864);
    }
}
