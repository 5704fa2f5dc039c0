//! The tasks of this repository as a library: a compiler for programs, and the programs it makes.
//!
//! [`artifacts::ensure`] is the one way to get compiled contracts: the `ecosystem` CLI and the integration tests call
//! it, so `cargo test` works on a fresh clone without a build step of its own. The binary is the command line on top
//! (`cargo xtask --help`).
//!
//! It stays light: everybody compiles this crate before anything else happens.

pub mod artifacts;
pub mod cache;
pub mod outcomes;
pub mod process;
pub mod repo;
pub mod storage;
pub mod toolchain;
