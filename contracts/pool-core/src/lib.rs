//! What the two programs behind a pool's address share: one storage layout, and all that touches it.
//!
//! A pool's surface doesn't fit one program. `pool` holds what is called often or has to be cheap, and delegates every other
//! call to `pool-extension`. Both act on the same storage, [`Market`], and every rule about it is here, once.
//!
//! **Invariants**
//! - P1 The reserves are no more than what the pool holds; each fits 112 bits.
//! - P2 √(reserve 0 · reserve 1) a share, shares due to the protocol counted in, never falls.
//! - P3 The balances of shares add up to their supply; of the first, [`MINIMUM_LIQUIDITY`](math::curve::MINIMUM_LIQUIDITY)
//!   stay for ever.
//! - P4 No path lowers the creator's balance of shares below what is still locked of the first ones.
//! - P5 The protocol gets a sixth of the growth of √k between changes of liquidity with its fee on; switching it off gives
//!   up what grew since the last one.
//! - P6 What the pool has beyond its reserves belongs to nobody until `skim` or `sync`, or the pair's own functions, take it.
//! - P7 A pause takes effect at once and stays, whatever is under way in the pool.
//!
//! Functions that routes call are not inlined: in one frame, all of them together would take more stack than there is, and
//! each would be paid for by every call.
//!
//! Start reading at `market.rs`.

#![no_std]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::as_conversions, clippy::float_arithmetic))]

extern crate alloc;

mod assets;
mod book;
mod error;
mod liquidity;
mod market;
mod pair;
mod past;
mod shares;
mod swaps;

pub use assets::Permit;
pub use error::PoolError;
pub use liquidity::{Addition, Bounds};
pub use market::Market;

#[cfg(test)]
mod tests;
