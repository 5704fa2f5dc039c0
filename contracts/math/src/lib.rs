//! The ecosystem's formulas and bounds.
//!
//! No host, no SDK, no allocation: the contracts settle with this code on chain and clients quote with the
//! same code off chain. Functions that can fail return `Option` or `bool`; the caller owns the error. Nothing
//! here panics.

#![no_std]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::as_conversions, clippy::float_arithmetic))]

pub mod bounds;
pub mod bucket;
pub mod credential;
pub mod curve;
pub mod history;
pub mod lock;
pub mod log;
pub mod nonce;
pub mod page;
pub mod supply;
pub mod text;
pub mod wide;
