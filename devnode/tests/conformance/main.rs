//! The conformance checklist of the Stylus VM specification (§10.3), a test a line, and what recordings leave out:
//! fragments, creation, types of transactions, keepalive, unusable programs, the edges of every host function, the contracts that
//! tools expect. All of it goes through JSON-RPC on fresh chains.

mod chain;
mod code_and_activation;
mod creation;
mod depth;
mod environment;
mod execution;
mod fragments;
mod host_functions;
mod measure;
mod observer;
mod precompiles;
mod set_code;
mod tools;
mod transactions;
mod usability;
mod validation;
mod wasm;
