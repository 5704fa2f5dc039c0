//! Compiled contracts: built when their sources or the toolchain changed, handed out as files otherwise.
//!
//! `target/contracts/` holds, for each program: `<folder>.wasm` (processed, uncompressed), `<folder>.sol` (the interface
//! as the contract itself exports it), `<folder>.abi.json` (with events and errors, from `contracts/abi`); and once
//! `evm.json` (the byte code of proxy and clone) and `manifest.json` (sizes and hashes).

mod build;
pub mod data;
pub mod edited;
mod export;
mod fingerprint;
mod manifest;
mod project_hash;
mod recipe;
pub mod wasm;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};

pub(crate) use build::{registry_remaps, rustflags_setting};
pub use manifest::{Manifest, Program};

use crate::process::note;
use crate::toolchain::{self, Toolchain};
use crate::{cache, repo};

/// Names a folder with ready files; then nothing is ever built.
pub const READY_FILES: &str = "ECOSYSTEM_ARTIFACTS";

/// Compiled contracts in a folder.
#[derive(Clone, Debug)]
pub struct Artifacts {
    folder: PathBuf,
    manifest: Manifest,
    built: bool,
}

impl Artifacts {
    /// Reads the manifest of a folder and checks that the files it speaks of are there.
    ///
    /// # Errors
    /// The folder has no readable manifest, or a file of it is missing.
    pub fn open(folder: &Path) -> Result<Self> {
        let manifest = Manifest::read(folder)?;
        let artifacts = Self { folder: folder.to_path_buf(), manifest, built: false };
        for file in artifacts.files() {
            if !file.is_file() {
                bail!("{} is missing: run `cargo xtask build-contracts` again", file.display());
            }
        }
        Ok(artifacts)
    }

    /// The folder that holds the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sizes and hashes by folder of `contracts/`.
    #[must_use]
    pub fn programs(&self) -> &BTreeMap<String, Program> {
        &self.manifest.0
    }

    /// Whether [`ensure`] had to build.
    #[must_use]
    pub fn was_built(&self) -> bool {
        self.built
    }

    /// Path of a program's processed, uncompressed wasm.
    #[must_use]
    pub fn wasm_path(&self, program: &str) -> PathBuf {
        self.folder.join(format!("{program}.wasm"))
    }

    /// Path of a program's JSON ABI: a bare array, with events and errors.
    #[must_use]
    pub fn abi_path(&self, program: &str) -> PathBuf {
        self.folder.join(format!("{program}.abi.json"))
    }

    /// Path of the Solidity interface that the contract exports.
    #[must_use]
    pub fn interface_path(&self, program: &str) -> PathBuf {
        self.folder.join(format!("{program}.sol"))
    }

    /// The code of a program as it lies on chain: `0xeff00000`, then the compressed wasm.
    ///
    /// # Errors
    /// The file can't be read, isn't a module that can be deployed, or isn't the one of the manifest.
    pub fn code(&self, program: &str) -> Result<Vec<u8>> {
        let path = self.wasm_path(program);
        let recorded = self.programs().get(program);
        let recorded =
            recorded.with_context(|| format!("{} knows no program `{program}`", self.folder.display()))?;
        let module = fs::read(&path)
            .with_context(|| format!("{} can't be read: build the contracts", path.display()))?;
        wasm::check(&module).with_context(|| format!("{} can't be deployed", path.display()))?;
        let code = wasm::code(&module)?;
        if wasm::code_hash(&code) != recorded.code_hash {
            bail!(
                "{} isn't the program that the manifest beside it describes: build the contracts again",
                path.display()
            );
        }
        Ok(code)
    }

    /// Length of a program's code as deployed, in bytes, if the hash of the sources in it were a fixed one: the real one
    /// changes the length by a few bytes with every comment in `contracts/`.
    ///
    /// # Errors
    /// The file can't be read or isn't a module.
    pub fn settled_bytes(&self, program: &str) -> Result<usize> {
        /// As long and as hard to compress as a hash.
        const SOME_HASH: [u8; 32] = [
            0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c, 0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
            0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b, 0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70,
        ];
        let path = self.wasm_path(program);
        let module = fs::read(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let module = wasm::with_only_custom_section(&module, project_hash::SECTION, &SOME_HASH)?;
        Ok(wasm::code(&module)?.len())
    }

    /// `evm.json`: the byte code of proxy and clone.
    ///
    /// # Errors
    /// The file can't be read or isn't JSON.
    pub fn evm(&self) -> Result<serde_json::Value> {
        let path = self.folder.join(export::EVM_FILE);
        let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} isn't JSON", path.display()))
    }

    fn files(&self) -> Vec<PathBuf> {
        let of = |program: &String| {
            [self.wasm_path(program), self.abi_path(program), self.interface_path(program)]
        };
        self.programs().keys().flat_map(of).chain([self.folder.join(export::EVM_FILE)]).collect()
    }
}

/// The compiled contracts: those in `ECOSYSTEM_ARTIFACTS`, those in `target/contracts` if they are up to date, or new ones.
///
/// Builds at most once for all processes that ask at the same time, and gets the toolchain if building needs it.
///
/// # Errors
/// The folder of ready files is incomplete, there is no toolchain to build with, or a contract doesn't build.
pub fn ensure() -> Result<Artifacts> {
    if let Some(folder) = env::var_os(READY_FILES).filter(|folder| !folder.is_empty()) {
        let folder = PathBuf::from(folder);
        return Artifacts::open(&folder).with_context(|| format!("{READY_FILES} names {}", folder.display()));
    }
    let root = repo::root()?;
    let folder = root.join("target/contracts");
    let _lock = cache::lock(&root.join("target/contracts.lock"))?;
    let toolchain = toolchain::ensure(None)?;
    let inputs = fingerprint::of(&root, &toolchain)?;
    if fingerprint::recorded(&folder).as_deref() == Some(&*inputs)
        && let Ok(artifacts) = Artifacts::open(&folder)
    {
        return Ok(artifacts);
    }
    rebuild(&root, &folder, &toolchain, &inputs)
}

fn rebuild(root: &Path, folder: &Path, toolchain: &Toolchain, inputs: &str) -> Result<Artifacts> {
    let programs = repo::contract_folders(root)?;
    note(format!("building {} with {}", programs.join(", "), toolchain.identity()));
    let partial = cache::workspace_for(folder)?;
    let manifest = build::programs(root, toolchain, &programs, &partial)?;
    note("exporting interfaces: compiling the contracts natively");
    export::interfaces(root, &programs, &partial)?;
    manifest.write(&partial)?;
    fingerprint::record(&partial, inputs)?;
    cache::publish(&partial, folder)?;
    Ok(Artifacts { built: true, ..Artifacts::open(folder)? })
}

#[cfg(test)]
mod tests;
