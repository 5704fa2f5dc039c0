//! Every interface, event and error of the ecosystem, declared once.
//!
//! Contracts raise these errors and emit these events; clients, tests and monitors decode with the same types. One
//! module a contract; what several contracts share (ERC-20, ownership, …) is a module of its own, which the contracts'
//! interfaces take over whole.
//!
//! Features: `json` adds each interface's JSON ABI (`json::of`); `rpc` adds alloy's contract bindings, for clients.
//! Without features the crate is `no_std` and small enough to be part of a contract.

#![cfg_attr(not(feature = "json"), no_std)]

#[macro_use]
mod declare;

#[macro_use]
pub mod announced;
#[macro_use]
pub mod erc20;
#[macro_use]
pub mod erc2612;
#[macro_use]
pub mod erc5267;
#[macro_use]
pub mod initializable;
#[macro_use]
pub mod ownable;
#[macro_use]
pub mod pausable;

pub mod arbwasm;
pub mod erc1271;
#[expect(
    clippy::too_many_arguments,
    reason = "the generated constructor of an event takes each of its fields"
)]
pub mod factory;
pub mod market;
pub mod minter;
pub mod pool;
pub mod pool_factory;
pub mod proxy;
pub mod registry;
pub mod token;

#[cfg(feature = "json")]
pub mod json;
