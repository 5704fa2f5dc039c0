//! What can be chosen about a node.

use alloy_primitives::U256;
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use crate::{
    accounts::MNEMONIC,
    arbos::genesis,
    chain::{MiningMode, TimeSource, WallClock},
    evm::Observer,
};

/// Wei in an ether.
pub const ETHER: u64 = 1_000_000_000_000_000_000;

/// Settings of a node; [`Config::default`] is a Nitro development node after its start script.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub host: IpAddr,
    /// TCP port; 0 picks a free one.
    pub port: u16,
    /// Chain id.
    pub chain_id: u64,
    /// One of [`Version::all`](crate::arbos::Version::all), by its number.
    pub arbos_version: u64,
    /// How many accounts of the mnemonic are funded, beside Nitro's dev account.
    pub accounts: u32,
    /// BIP-39 phrase that they come from.
    pub mnemonic: String,
    /// What each of them owns, in wei.
    pub balance: U256,
    /// Whether the node signs for the funded accounts. A Nitro node knows no keys, and `eth_accounts` is empty there.
    pub unlocked: bool,
    /// Wei per unit of L1 data; zero disables the L1 part of fees.
    pub l1_price: U256,
    /// Wei per gas that the base fee starts at and never falls below.
    pub base_fee: u64,
    /// Compute gas that a block may use, and so a transaction. The header's gas limit is always 2^50.
    pub gas_limit: u64,
    /// When blocks are made.
    pub mining: MiningMode,
    /// Whether the cache manager contract is registered from the start, so that `placeBid` flags programs. A Nitro
    /// node's list of managers is empty until an owner fills it.
    pub cache_manager: bool,
    /// Nothing is printed.
    pub silent: bool,
    /// Where block times come from.
    pub time: Arc<dyn TimeSource>,
    /// Is told of everything that runs, for example to know what tests have reached. Costs nothing if there is none.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 8547,
            chain_id: 412_346,
            arbos_version: 61,
            accounts: 10,
            mnemonic: MNEMONIC.to_owned(),
            balance: U256::from(1_000) * U256::from(ETHER),
            unlocked: true,
            l1_price: U256::ZERO,
            base_fee: genesis::BASE_FEE,
            gas_limit: genesis::GAS_LIMIT,
            mining: MiningMode::Automatic,
            cache_manager: true,
            silent: false,
            time: Arc::new(WallClock),
            observer: None,
        }
    }
}

impl Config {
    /// For tests: a free port, and quiet.
    #[must_use]
    pub fn test() -> Self {
        Self { port: 0, silent: true, ..Self::default() }
    }
}
