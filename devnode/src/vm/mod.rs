//! The Stylus virtual machine: from a deployed program's bytes to the outcome of one call.
//!
//! ```text
//! code        what an account holds: prefix, dictionary byte, brotli stream
//! parse       the binary's sections under the restrictions of Stylus
//! validate    names, imports, exports, memory, limits
//! instrument  ink meter, dynamic meter, depth checker, heap bound
//! estimate    the figures that activation charges and stores
//! engine      compiles and keeps modules
//! run         one call: ink in, outcome out
//! hostio      the 42 host functions, which reach the chain through `host::Host`
//! ```
//!
//! The module knows no accounts, blocks or transactions. Section numbers (§) in comments are those of the Stylus VM
//! specification that this crate implements; ArbOS versions from 40 on are supported.

pub mod code;
pub mod costs;
mod engine;
mod error;
mod estimate;
mod frame;
pub mod host;
mod hostio;
mod ink;
mod instrument;
mod lent;
pub mod pages;
mod parse;
mod prices;
mod run;
mod storage_cache;
mod validate;

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod native_tests;
#[cfg(test)]
mod refusal_tests;
#[cfg(test)]
mod testing;

pub use engine::{Engine, Module, ModuleKey};
pub use error::ActivationError;
pub use estimate::Activation;
pub use host::{Host, Pages};
pub use pages::PageRules;
pub use run::{ProgramCall, ProgramResult, ProgramStatus};

/// What decides how a program is validated, instrumented and charged at activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// ArbOS version of the chain.
    pub arbos_version: u64,
    /// Stylus version that the program gets: 2, or 3 from ArbOS 60 on.
    pub stylus_version: u16,
    /// Debug chains allow the `console` imports and a start function, and keep all exports.
    pub debug_chain: bool,
}

impl Rules {
    /// Whether function types and blocks may have several results (§3.1).
    fn multi_value(self) -> bool {
        self.stylus_version < 3
    }
}
