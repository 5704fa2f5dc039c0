//! The node from outside: over HTTP with alloy's provider, and as a process.

mod binary;
mod blocks;
mod client;
mod control;
mod dump;
mod lifecycle;
mod mining;
mod pool;
mod provider;
mod queries;
mod requests;
mod wallet;
mod websocket;
