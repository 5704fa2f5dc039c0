//! An embedded Arbitrum Stylus development node: what Anvil is for Solidity, for programs compiled to wasm.
//!
//! It executes the real compressed wasm with the gas of a real Nitro node, in one process, without Docker.
//! Four layers, each knowing only the one below:
//!
//! ```text
//! rpc    HTTP and JSON-RPC, errors and shapes as geth and Nitro give them
//!  └ chain   blocks, receipts, logs, clock, snapshots        state   the persistent trie
//!     └ evm      frames on revm's interpreter and journal     arbos   parameters, programs, fees, precompiles
//!        └ vm        wasm: validate → instrument → compile → run, host functions
//! ```
//!
//! `vm` knows neither RPC nor blocks: it takes wasm, calldata, gas and a [`vm::Host`].

pub mod accounts;
pub mod arbos;
pub mod chain;
pub mod config;
pub mod evm;
mod node;
pub mod replay;
pub mod rpc;
pub mod state;
pub mod vm;

pub use accounts::DevAccount;
pub use config::Config;
pub use node::{Devnode, EXECUTION_STACK, Node, SpawnError};
