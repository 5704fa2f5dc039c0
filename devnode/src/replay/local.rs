//! The node of this crate, without a socket.

use super::{Failure, Node as Replayed};
use crate::{
    config::Config,
    node::{EXECUTION_STACK, Node},
};
use serde_json::{Value, json};
use std::thread;

/// A fresh [`Node`] as something to replay on.
pub struct LocalNode(Node);

impl LocalNode {
    /// A chain from its first block.
    ///
    /// # Panics
    /// If there are no rules for the version.
    #[must_use]
    pub fn at(arbos_version: u64) -> Self {
        // The recorded chains had no cache manager, and the node knew no keys.
        let config = Config { arbos_version, cache_manager: false, unlocked: false, ..Config::test() };
        Self(Node::new(&config).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Runs `work` on a thread whose stack is large enough for executing contracts.
    ///
    /// # Panics
    /// If `work` does, or if no thread is to be had.
    pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let thread = thread::Builder::new().stack_size(EXECUTION_STACK).spawn_scoped(scope, work);
            match thread.expect("a thread for executing contracts").join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}

impl Replayed for LocalNode {
    fn request(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = self.0.handle(&request);
        let error = answer["error"].take();
        if error.is_null() {
            return Ok(answer["result"].take());
        }
        Err(Failure {
            code: error["code"].as_i64().unwrap_or_default(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            data: error.get("data").cloned(),
        })
    }

    fn wait(&mut self, seconds: u64) {
        // The chain's clock moves; nobody sleeps.
        let moved = self.request("evm_increaseTime", json!([seconds]));
        assert!(moved.is_ok(), "the clock moves: {moved:?}");
    }
}
