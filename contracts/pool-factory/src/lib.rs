//! Opens the market of a credential token for the credential's valid holder.
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

pub use contract::{PoolFactory, PoolFactoryError};
