//! One module for each task.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xtask::process;

pub(crate) mod bench;
pub(crate) mod build_contracts;
pub(crate) mod ci;
pub(crate) mod compat;
pub(crate) mod demo;
pub(crate) mod foreign;
pub(crate) mod fuzz;
pub(crate) mod gas;
pub(crate) mod outcomes;
pub(crate) mod setup;
mod steps;
pub(crate) mod storage;
pub(crate) mod test;
pub(crate) mod vectors;

/// Builds all programs of the root workspace and returns their folder.
///
/// With the examples, dependencies get the features that tests need: so nothing is compiled again for those.
fn build_workspace(root: &Path) -> Result<PathBuf> {
    process::note("building the workspace");
    process::run(process::host_cargo(root).args(["build", "--workspace", "--bins", "--examples"]))
        .context("the workspace doesn't build")?;
    Ok(root.join("target/debug"))
}
