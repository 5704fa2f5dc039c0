//! What the fuzz targets do with their input, and what must be true afterwards.
//!
//! A target hands its bytes to [`modules::run`], [`rpc::run`] or [`transactions::run`]; whatever is wrong ends in a
//! panic, which libFuzzer records with the input. Nothing here depends on time or chance: the same input does the same.

mod base;
mod code;
mod host_functions;
mod inputs;
pub mod modules;
pub mod rpc;
mod sources;
pub mod transactions;
