//! Deploys, wires and demonstrates the AIR Credential Token Ecosystem on any Stylus chain.
//!
//! The `ecosystem` binary is the command line on top; tests drive the same functions. From the chain upwards:
//!
//! ```text
//! cli          options, output, exit codes
//!  ├ demo         the main job end to end, read back and reported
//!  ├ attester     verification results, the issuer's keystore
//!  ├ market       quotes, the protocol's fees
//!  └ system       programs, registry and factories, wired       credential, signing   what people sign off chain
//!     └ activation   programs deployed, activated, cached       program, proxy        code, as it is deployed
//!        └ chain        typed reads, and transactions that succeeded or say why not    revert, key, network
//! ```

pub mod activation;
pub mod attester;
pub mod chain;
pub mod cli;
pub mod credential;
pub mod demo;
pub mod error;
pub mod key;
pub mod market;
pub mod network;
pub mod precompiles;
pub mod program;
pub mod proxy;
pub mod revert;
pub mod signing;
pub mod steps;
pub mod system;
