//! The first state of a development chain: that of a nitro-devnode after its start script (§8.1, §8.2, §8.12).

use super::{
    L1_FUND_POOL, Ledger, STATE_ACCOUNT, StylusParams, Version,
    address_set::CHAIN_OWNERS,
    batch_posters, history, precompiles, pricing,
    pricing::l1,
    programs,
    storage::{self, Store},
    tool_contracts,
};
use alloy_primitives::{Address, Bytes, U256, address, bytes};

/// What a chain starts with.
#[derive(Clone, Debug)]
pub struct GenesisConfig {
    /// ArbOS version; [`Version::of`] finds it by its number.
    pub version: &'static Version,
    /// Chain id.
    pub chain_id: u64,
    /// The second chain owner beside the zero address.
    pub dev_account: Address,
    /// Balances in wei.
    pub accounts: Vec<(Address, U256)>,
    /// Wei per unit of L1 data; zero disables the L1 part of fees.
    pub l1_price: U256,
    /// Wei per gas that the base fee starts at and never falls below.
    pub base_fee: u64,
    /// Compute gas that a block may use, and so a transaction.
    pub gas_limit: u64,
    /// Whether the cache manager contract may flag programs from the start.
    pub cache_manager: bool,
}

/// Base fee that a chain starts with, and never goes below, unless told otherwise, wei per gas.
pub const BASE_FEE: u64 = pricing::l2::INITIAL_BASE_FEE;

/// Compute gas of a block unless told otherwise.
pub const GAS_LIMIT: u64 = pricing::l2::INITIAL_GAS_LIMIT;

/// The account that Nitro's development node funds and makes an owner.
pub const DEV_ACCOUNT: Address = address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E");

/// The deterministic deployer that tools expect on every chain, and the account that deployed it.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");
const CREATE2_FACTORY_DEPLOYER: Address = address!("3fab184622dc19b6109349b94811493bf2a45362");
/// Salt and init code in, address out.
const CREATE2_FACTORY_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// Code of every precompile: one invalid opcode, so that the account isn't empty.
const PRECOMPILE_CODE: Bytes = bytes!("fe");

/// Poster fees that the start script paid before it set the L1 price to zero, wei.
const L1_FEES_OF_SCRIPT: u64 = 214_400_000_000_000;
/// Brotli level that measures transactions.
const BROTLI_LEVEL: u64 = 1;

impl GenesisConfig {
    /// A chain with the dev account as owner, nobody funded, no L1 fees, and nobody to manage the cache.
    #[must_use]
    pub fn new(version: &'static Version, chain_id: u64) -> Self {
        Self {
            version,
            chain_id,
            dev_account: DEV_ACCOUNT,
            accounts: Vec::new(),
            l1_price: U256::ZERO,
            base_fee: BASE_FEE,
            gas_limit: GAS_LIMIT,
            cache_manager: false,
        }
    }
}

/// Writes the genesis state.
pub fn write(ledger: &mut dyn Ledger, config: &GenesisConfig) {
    for (account, wei) in &config.accounts {
        ledger.add_balance(*account, *wei);
    }
    write_arbos(ledger, config);
    write_precompile_codes(ledger, config.version);
    ledger.set_code(history::ADDRESS, history::code());
    ledger.set_nonce(history::ADDRESS, 1);
    ledger.set_code(CREATE2_FACTORY, CREATE2_FACTORY_CODE);
    ledger.set_nonce(CREATE2_FACTORY, 1);
    ledger.set_nonce(CREATE2_FACTORY_DEPLOYER, 1);
    tool_contracts::write(ledger);
    if config.cache_manager {
        tool_contracts::register_cache_manager(ledger);
    }
    if config.l1_price.is_zero() {
        ledger.add_balance(L1_FUND_POOL, U256::from(L1_FEES_OF_SCRIPT));
        let Ok(()) = Store::free(ledger).write_u64(l1::FEES_AVAILABLE, L1_FEES_OF_SCRIPT);
    }
}

fn write_arbos(ledger: &mut dyn Ledger, config: &GenesisConfig) {
    // An account of nothing but storage would count as empty and vanish.
    ledger.set_nonce(STATE_ACCOUNT, 1);
    let mut store = Store::free(ledger);
    let Ok(()) = store.write_u64(storage::VERSION, config.version.number);
    let Ok(()) = store.write_u64(storage::CHAIN_ID, config.chain_id);
    let Ok(()) = store.write_u64(storage::BROTLI_LEVEL, BROTLI_LEVEL);
    for owner in [Address::ZERO, config.dev_account] {
        let Ok(()) = CHAIN_OWNERS.insert(&mut store, owner);
    }
    let Ok(()) = pricing::initialise(&mut store, config);
    let Ok(()) = batch_posters::initialise(&mut store);
    let Ok(()) = programs::initialise_pricer(&mut store);
    let Ok(()) = StylusParams::defaults(config.version).write(&mut store);
}

/// Gives every precompile of a version its code; those that have it keep it.
pub(super) fn write_precompile_codes(ledger: &mut dyn Ledger, version: &Version) {
    for address in precompiles::addresses(version.number) {
        if ledger.code(address).is_empty() {
            ledger.set_code(address, PRECOMPILE_CODE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{block, test_ledger::TestLedger};

    fn genesis(number: u64, l1_price: u64) -> TestLedger {
        let mut ledger = TestLedger::default();
        let version = Version::of(number).expect("the table has it");
        let config = GenesisConfig {
            accounts: vec![(DEV_ACCOUNT, U256::from(7))],
            l1_price: U256::from(l1_price),
            ..GenesisConfig::new(version, 412_346)
        };
        write(&mut ledger, &config);
        ledger
    }

    #[test]
    fn owners_are_zero_and_the_dev_account_in_this_order() {
        let mut ledger = genesis(61, 0);
        assert_eq!(block::chain_owners(&mut ledger), [Address::ZERO, DEV_ACCOUNT]);
        assert_eq!(ledger.balance(DEV_ACCOUNT), U256::from(7));
        assert_eq!(block::version(&mut ledger), 61);
    }

    #[test]
    fn accounts_that_tools_expect_have_their_code() {
        let mut ledger = genesis(51, 0);
        assert_eq!(ledger.code(CREATE2_FACTORY).len(), 69);
        assert_eq!(ledger.nonce(CREATE2_FACTORY), 1);
        assert_eq!(ledger.code(address!("0000000000000000000000000000000000000071")).as_ref(), [0xfe]);
        assert!(ledger.code(address!("0000000000000000000000000000000000000074")).is_empty());
        assert_eq!(ledger.nonce(STATE_ACCOUNT), 1);
    }

    #[test]
    fn fund_pool_holds_what_the_script_paid_only_without_l1_price() {
        let wei = U256::from(214_400_000_000_000_u64);
        assert_eq!(genesis(61, 0).balance(L1_FUND_POOL), wei);
        let mut priced = genesis(61, 50);
        assert_eq!(priced.balance(L1_FUND_POOL), U256::ZERO);
        assert_eq!(block::l1_price_per_unit(&mut priced), U256::from(50));
    }

    #[test]
    fn the_first_state_is_the_same_every_time() {
        assert_eq!(genesis(61, 0).storage(), genesis(61, 0).storage());
    }
}
