//! The normal way: rustup installs the pinned release with the wasm target.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{Compiler, Via, WASM_TARGET};
use crate::process::{self, note};

fn rustup() -> Command {
    let mut command = Command::new("rustup");
    command.env("RUSTUP_AUTO_INSTALL", "0");
    command
}

/// rustup's toolchain of that release, if it is installed and can compile to wasm.
#[must_use]
pub fn find(channel: &str) -> Option<Compiler> {
    let cargo = process::probe(rustup().args(["which", "--toolchain", channel, "cargo"]))?;
    let folder = Path::new(cargo.trim()).parent()?.parent()?.to_path_buf();
    if !has_target(&folder) {
        return None;
    }
    Compiler::at(folder, Via::Rustup).ok()
}

/// Whether a toolchain folder holds the standard library for wasm.
pub(super) fn has_target(folder: &Path) -> bool {
    let libraries = fs::read_dir(folder.join("lib/rustlib").join(WASM_TARGET).join("lib"));
    libraries.is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}

/// Installs the release with the wasm target.
///
/// # Errors
/// There is no rustup, or it can't download.
pub fn install(channel: &str) -> Result<Compiler> {
    note(format!("getting Rust {channel} with {WASM_TARGET} by rustup"));
    process::quiet(rustup().args(["toolchain", "install", channel, "--profile", "minimal"]).args([
        "--target",
        WASM_TARGET,
        "--no-self-update",
    ]))
    .with_context(|| format!("rustup can't install Rust {channel} (is its download server reachable?)"))?;
    find(channel).with_context(|| format!("rustup installed Rust {channel}, but without {WASM_TARGET}"))
}

/// Every `rust-lld` that an installed toolchain brings, the default toolchain's first.
#[must_use]
pub fn linkers() -> Vec<PathBuf> {
    let mut command = Command::new("rustc");
    process::clear_cargo_environment(&mut command);
    let default = process::probe(command.current_dir(env::temp_dir()).args(["--print", "sysroot"]));
    let others = process::probe(rustup().args(["toolchain", "list", "--verbose"])).unwrap_or_default();
    let folders = others.lines().filter_map(|line| line.split_whitespace().last()).map(PathBuf::from);
    let mut linkers = Vec::new();
    for folder in default.iter().map(|path| PathBuf::from(path.trim())).chain(folders) {
        let Ok(hosts) = fs::read_dir(folder.join("lib/rustlib")) else { continue };
        let found =
            hosts.flatten().map(|host| host.path().join("bin/rust-lld")).filter(|path| path.is_file());
        linkers.extend(found);
    }
    linkers
}
