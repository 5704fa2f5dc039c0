//! A credential token's market against Ether: the second program behind a pool's address, with what that leaves to it.
//!
//! Start reading at `contract.rs`.

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::as_conversions, clippy::float_arithmetic))]

extern crate alloc;

mod contract;
mod routes;

pub use contract::PoolExtension;

#[cfg(test)]
mod tests;
