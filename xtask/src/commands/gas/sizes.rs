//! How large the programs are, and what their data is.

use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xtask::artifacts::Artifacts;
use xtask::artifacts::data::Holdings;

/// Sizes of one program, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Size {
    /// Its folder in `contracts/`; the snapshot's file is called like it.
    #[serde(skip)]
    pub(super) program: String,
    /// The wasm as processed.
    pub(super) raw_bytes: usize,
    /// The code as deployed, whatever the hash of the sources in it is.
    pub(super) compressed_bytes: usize,
    /// The longest code that can be deployed.
    pub(super) limit_bytes: usize,
    /// What lies in its data section.
    pub(super) data: Holdings,
}

pub(super) fn all(artifacts: &Artifacts) -> Result<Vec<Size>> {
    let sizes = artifacts.programs().iter().map(|(folder, program)| {
        let path = artifacts.wasm_path(folder);
        let module = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
        Ok(Size {
            program: folder.clone(),
            raw_bytes: program.raw_bytes,
            compressed_bytes: artifacts.settled_bytes(folder)?,
            limit_bytes: program.limit_bytes,
            data: Holdings::of(&module).with_context(|| path.display().to_string())?,
        })
    });
    sizes.collect()
}
