//! One runtime for all tests of a process: a node started by one test outlives it and serves the others.

use std::{future::Future, sync::LazyLock};

use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// Runs a test to its end.
pub fn run<F: Future>(test: F) -> F::Output {
    RUNTIME.block_on(test)
}
