//! Contracts that others published, compiled to be measured beside ours.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use xtask::{cache, process};

use crate::commands::foreign;

/// Our script, our contracts that make theirs whole, and the lock file of the packages.
const SOURCES: &str = "tests/peers";
/// The script first.
const FILES: [&str; 3] = ["compile.mjs", "OpenZeppelinToken.sol", "SoladyToken.sol"];
/// What the script printed: theirs, so never committed.
const COMPILED: &str = "target/peers/compiled.json";

/// Compiles them by the compilers of their own packages, and returns the path of what came out.
pub(super) fn compile(root: &Path) -> Result<PathBuf> {
    let mut script = foreign::node_script("peers", &root.join(SOURCES), &FILES, &cache::folder()?)?;
    process::note("compiling what others published");
    let printed = process::capture(&mut script).context("what others published can't be compiled")?;
    serde_json::from_str::<Value>(&printed).context("the script printed something else than JSON")?;
    let path = root.join(COMPILED);
    let context = || format!("{} can't be written", path.display());
    fs::create_dir_all(root.join("target/peers")).with_context(context)?;
    fs::write(&path, printed).with_context(context)?;
    Ok(path)
}
