//! `manifest.json`: what was built, for scripts and for the deployment.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

const FILE: &str = "manifest.json";

/// What is recorded of one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Program {
    /// Length of the processed, uncompressed wasm, in bytes.
    pub raw_bytes: usize,
    /// Length of the code as deployed, in bytes: compressed, with its prefix of four.
    pub compressed_bytes: usize,
    /// The longest code that can be deployed, in bytes.
    pub limit_bytes: usize,
    /// Keccak-256 of the code as deployed, `0x` and lower-case digits.
    pub code_hash: String,
    /// The compiler, as `rustc -V` names it.
    pub rustc: String,
    /// Version and flags of `wasm-opt`.
    pub wasm_opt: String,
}

/// The programs by their folder in `contracts/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest(pub BTreeMap<String, Program>);

impl Manifest {
    /// Reads the manifest of a folder.
    ///
    /// # Errors
    /// There is none, or it can't be understood.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).with_context(|| {
            format!("{} can't be read: run `cargo xtask build-contracts`", path.display())
        })?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} can't be understood: run `cargo xtask build-contracts`", path.display())
        })
    }

    /// Writes it into a folder.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        fs::write(&path, serde_json::to_string_pretty(self)? + "\n")
            .with_context(|| format!("{} can't be written", path.display()))
    }
}
