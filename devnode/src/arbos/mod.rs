//! ArbOS: the part of an Arbitrum chain that lives in its state instead of in the EVM.
//!
//! ```text
//! precompiles   the contracts at 0x64 … 0xff: dispatch rules, gas, one file per precompile
//!  ├ programs      Stylus programs: records, activation, data fee, cache flag, expiry
//!  ├ pricing       base fee and backlog, the L1 fee
//!  ├ address_set   chain owners and cache managers; address_table: short names; batch_posters
//!  ├ outbox        messages to the parent chain
//!  └ block         what happens at the start of a block and after a transaction
//! params, version   figures that owners set, and their defaults by ArbOS version
//! storage, gas      where values lie and what touching them costs
//! genesis           the first state of a dev chain, tool_contracts among it
//! ```
//!
//! All of it works on a [`Ledger`]; revm stays on the other side of that trait. Section numbers (§) in comments are
//! those of the Stylus VM specification that this crate implements.

use alloy_primitives::{Address, B256, U256, address};
use std::{fmt, sync::Arc};

mod address_set;
mod address_table;
mod batch_posters;
pub mod block;
mod gas;
pub mod genesis;
pub mod history;
mod ledger;
mod outbox;
mod packed;
mod params;
pub mod precompiles;
mod pricing;
pub mod programs;
mod storage;
pub mod tool_contracts;
mod version;

#[cfg(test)]
mod test_ledger;

pub use ledger::Ledger;
pub use params::StylusParams;
pub use version::{Version, evm_spec, has_fragments};

/// The account whose storage holds everything ArbOS knows.
pub const STATE_ACCOUNT: Address = address!("A4B05FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");

/// Where the L1 part of the fees is collected.
pub const L1_FUND_POOL: Address = address!("a4B00000000000000000000000000000000000F6");

/// The block that a precompile runs in.
#[derive(Clone)]
pub struct BlockInfo {
    /// L2 block number.
    pub l2_number: u64,
    /// L1 block number that ArbOS knows; zero on a dev chain.
    pub l1_number: u64,
    /// Unix seconds.
    pub timestamp: u64,
    /// Base fee of the block in wei: the block's own, also in a call that names no price.
    pub base_fee: U256,
    /// Chain id.
    pub chain_id: u64,
    /// Hash of an L2 block by number.
    pub hash_of: Arc<dyn Fn(u64) -> Option<B256> + Send + Sync>,
}

impl fmt::Debug for BlockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockInfo")
            .field("l2_number", &self.l2_number)
            .field("l1_number", &self.l1_number)
            .field("timestamp", &self.timestamp)
            .field("base_fee", &self.base_fee)
            .field("chain_id", &self.chain_id)
            .finish_non_exhaustive()
    }
}

/// The transaction that a precompile runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct TxInfo {
    /// Fee for the transaction's share of L1 data, wei.
    pub poster_fee: U256,
    /// Price paid per gas, wei.
    pub gas_price: U256,
    /// It is a call or an estimate, not a transaction of a block.
    pub is_call: bool,
}
