//! The stage on which integration tests play: real wasm on a real chain, over JSON-RPC.
//!
//! A [`World`] is a chain with the ecosystem's programs on it: an embedded devnode that the tests of a process share,
//! or the node named by `ECOSYSTEM_TEST_RPC` ([`World::shared`]), or a devnode of the test's own ([`World::own`]). A
//! [`Stage`] is one test's registry and factory with accounts that nobody else uses, so tests run side by side.
//! [`run`] runs a test.

#[path = "../fixtures/mod.rs"]
pub mod fixture;
pub mod grown;
pub mod history;
mod outcomes;
mod runtime;
mod stage;
mod state;
pub mod storage;
mod untouched;
mod world;

pub use fixture::attacker;
pub use runtime::run;
pub use stage::{Stage, tokens, wei};
pub use state::State;
pub use untouched::Everything;
pub use world::{STACK_BYTES, World, devnode};
