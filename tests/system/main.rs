//! The whole system over JSON-RPC: one file per topic.

mod abi;
mod defects;
mod journey;
mod lifecycle;
mod proxy;
mod refusals;
mod registry;
mod stack;
mod tokens;
