//! Interfaces for people and programs: as each contract exports it, and as `contracts/abi` declares it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// The byte code that isn't Stylus: proxy and clone.
pub(super) const EVM_FILE: &str = "evm.json";

/// Writes `<folder>.sol`, `<folder>.abi.json` and `evm.json` into `target`.
///
/// # Errors
/// A contract doesn't compile natively, or an export isn't what it should be.
pub(super) fn interfaces(root: &Path, folders: &[String], target: &Path) -> Result<()> {
    let exporters = build(root, folders)?;
    for folder in folders {
        let interface = of_contract(&exporters.join(folder), folder)?;
        fs::write(target.join(format!("{folder}.sol")), interface)?;
        let abi = of_declarations(&exporters.join("print-abi"), folder)?;
        fs::write(target.join(format!("{folder}.abi.json")), abi)?;
    }
    let code = process::capture(&mut Command::new(exporters.join("evm-code")))
        .context("kit's program `evm-code` doesn't print the byte code of proxy and clone")?;
    let code: Value =
        serde_json::from_str(&code).context("kit's program `evm-code` prints something that isn't JSON")?;
    fs::write(target.join(EVM_FILE), serde_json::to_string_pretty(&code)? + "\n")?;
    Ok(())
}

/// Builds the programs that print interfaces, natively, sharing the root's profile and target folder; returns their
/// folder. One command for all, so that what they share is compiled once.
fn build(root: &Path, folders: &[String]) -> Result<PathBuf> {
    let mut cargo = process::host_cargo(root);
    cargo.args(["build", "--locked", "--manifest-path", "contracts/Cargo.toml", "--target-dir", "target"]);
    cargo.args(["--package", "abi", "--bin", "print-abi", "--features", "abi/json"]);
    cargo.args(["--package", "kit", "--bin", "evm-code"]);
    for folder in folders {
        cargo.args(["--package", folder, "--bin", folder, "--features", &format!("{folder}/export-abi")]);
    }
    process::run(&mut cargo).context("the contracts don't compile natively")?;
    Ok(root.join("target/debug"))
}

/// The Solidity interface that the contract's own `main` prints.
fn of_contract(program: &Path, folder: &str) -> Result<String> {
    let interface = process::capture(Command::new(program).arg("abi"))
        .with_context(|| format!("{folder} doesn't export its interface"))?;
    if !interface.contains("interface ") {
        bail!(
            "{folder} exports something that is no Solidity interface: its src/main.rs must call print_from_args"
        );
    }
    Ok(interface)
}

/// The JSON ABI, with events and errors, of the interface declared in `contracts/abi`.
fn of_declarations(program: &Path, folder: &str) -> Result<String> {
    let abi = process::capture(Command::new(program).arg(folder))
        .with_context(|| format!("contracts/abi declares no interface for {folder}"))?;
    match serde_json::from_str(&abi) {
        Ok(Value::Array(entries)) if !entries.is_empty() => Ok(abi),
        _ => bail!("contracts/abi prints something for {folder} that is no JSON ABI"),
    }
}
