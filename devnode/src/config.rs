//! What can be chosen about a node.

use alloy_primitives::U256;
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use crate::chain::{TimeSource, WallClock};

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
    /// How many accounts of the well-known mnemonic are funded, beside Nitro's dev account.
    pub accounts: u32,
    /// What each of them owns, in wei.
    pub balance: U256,
    /// Whether the cache manager contract is registered from the start, so that `placeBid` flags programs. A Nitro
    /// node's list of managers is empty until an owner fills it.
    pub cache_manager: bool,
    /// Nothing is printed.
    pub silent: bool,
    /// Where block times come from.
    pub time: Arc<dyn TimeSource>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 8547,
            chain_id: 412_346,
            arbos_version: 61,
            accounts: 10,
            balance: U256::from(1_000) * U256::from(ETHER),
            cache_manager: true,
            silent: false,
            time: Arc::new(WallClock),
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
