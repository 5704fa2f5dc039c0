//! When compiled contracts are out of date: a hash of everything that they are made from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::toolchain::Toolchain;
use crate::toolchain::binaryen::hex;

const FILE: &str = "inputs.sha256";

/// The steps of the build: who changes them gets new files.
const RECIPE: [&str; 5] = [
    include_str!("build.rs"),
    include_str!("export.rs"),
    include_str!("project_hash.rs"),
    include_str!("recipe.rs"),
    include_str!("wasm.rs"),
];

/// The hash of all sources of contracts, of the toolchain and of the steps.
///
/// # Errors
/// A source can't be read.
pub(super) fn of(root: &Path, toolchain: &Toolchain) -> Result<String> {
    let contracts = root.join("contracts");
    let mut files = Vec::new();
    sources(&contracts, &mut files).with_context(|| format!("{} can't be read", contracts.display()))?;
    files.sort();
    let mut hash = Sha256::new();
    for text in RECIPE {
        absorb(&mut hash, text.as_bytes());
    }
    absorb(&mut hash, toolchain.identity().as_bytes());
    for path in files {
        let name = path.strip_prefix(&contracts).unwrap_or(&path);
        absorb(&mut hash, name.as_os_str().as_encoded_bytes());
        absorb(&mut hash, &fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?);
    }
    Ok(hex(&hash.finalize()))
}

/// Adds one field: its length keeps two fields from passing for one.
fn absorb(hash: &mut Sha256, field: &[u8]) {
    hash.update(field.len().to_be_bytes());
    hash.update(field);
}

/// All files below `folder` but build folders and hidden ones; `.cargo` says how programs are linked and counts.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name == "target" || (name.starts_with('.') && name != ".cargo") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            sources(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The hash that a folder of compiled contracts was made from, if it is complete.
#[must_use]
pub(super) fn recorded(folder: &Path) -> Option<String> {
    Some(fs::read_to_string(folder.join(FILE)).ok()?.trim().to_owned())
}

/// Writes the hash into a folder of compiled contracts.
///
/// # Errors
/// The file can't be written.
pub(super) fn record(folder: &Path, inputs: &str) -> Result<()> {
    let path = folder.join(FILE);
    fs::write(&path, format!("{inputs}\n")).with_context(|| format!("{} can't be written", path.display()))
}
