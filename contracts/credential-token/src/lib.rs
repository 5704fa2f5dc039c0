//! One credential's ERC-20 token, minted up to its cap by the minter that it was created with.
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
mod minting;
mod routes;

pub use contract::{CredentialToken, TokenError};
