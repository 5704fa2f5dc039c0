//! The whole system over JSON-RPC: one file per topic.

mod abi;
mod ahead;
mod attacks;
mod defects;
mod fills;
mod interrupted;
mod journey;
mod lifecycle;
mod logs;
mod market;
mod pool;
mod pools;
mod properties;
mod refusals;
mod registry;
mod stack;
mod state;
mod storage;
mod tokens;
mod tour;
mod upgrades;
