//! What the contracts share, on the Stylus SDK: ownership, pause, announced changes, initialisation, signatures, ERC-20
//! with permit, storage words, and the EVM code of proxies and clones.

#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::as_conversions, clippy::float_arithmetic))]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod arguments;
pub mod authority;
pub mod calldata;
pub mod clone;
pub mod ecdsa;
pub mod eip712;
pub mod erc20;
pub mod errors;
pub mod evm;
pub mod guard;
pub mod guardian;
pub mod initializer;
pub mod log;
pub mod namespace;
pub mod ownership;
pub mod permit;
pub mod proxy;
pub mod reply;
pub mod router;
pub mod schedule;
pub mod signer;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod word;
