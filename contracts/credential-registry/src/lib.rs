//! Which credentials are valid, and whose they are: attestations of issuers, checked on chain.
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
mod messages;
mod records;
mod routes;

pub use contract::{CLOCK_SKEW_SECS, CredentialRegistry, RegistryError};
pub use messages::{ATTESTATION_TYPEHASH, REBIND_TYPEHASH, RENEWAL_TYPEHASH};
