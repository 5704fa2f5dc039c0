//! Where the repository is, and what state it is in.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::process;

/// The root folder of this repository.
///
/// Looked for from the current folder upwards, so that a binary which was moved still works inside a clone; the folder
/// this crate was compiled in is the second choice.
///
/// # Errors
/// Neither leads to a folder with both workspaces.
pub fn root() -> Result<PathBuf> {
    let here = env::current_dir().context("the current folder can't be read: change to an existing one")?;
    let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
    here.ancestors()
        .map(Path::to_path_buf)
        .chain(compiled_in)
        .find(|folder| {
            folder.join("xtask/Cargo.toml").is_file() && folder.join("contracts/Cargo.toml").is_file()
        })
        .with_context(|| {
            format!(
                "{} is not inside a clone of this repository: run from there, or set ECOSYSTEM_ARTIFACTS",
                here.display()
            )
        })
}

/// The folders of `contracts/` that are programs: those with a `Stylus.toml`, sorted by name.
///
/// # Errors
/// `contracts/` can't be read, or holds no program.
pub fn contract_folders(root: &Path) -> Result<Vec<String>> {
    let contracts = root.join("contracts");
    let mut folders = Vec::new();
    for entry in fs::read_dir(&contracts).with_context(|| format!("{} can't be read", contracts.display()))? {
        let entry = entry?;
        if entry.path().join("Stylus.toml").is_file() {
            folders.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    if folders.is_empty() {
        bail!("no folder of {} holds a Stylus.toml: there is no program to build", contracts.display());
    }
    folders.sort();
    Ok(folders)
}

/// The commit that is checked out and whether the tree differs from it; `None` outside of git.
#[must_use]
pub fn commit(root: &Path) -> Option<(String, bool)> {
    let git = |args: &[&str]| process::probe(Command::new("git").arg("-C").arg(root).args(args));
    let commit = git(&["rev-parse", "HEAD"])?.trim().to_owned();
    let dirty = !git(&["status", "--porcelain"])?.trim().is_empty();
    Some((commit, dirty))
}
