//! Interfaces for people and programs: as each contract exports it, and as `contracts/abi` declares it.

use std::fs;
use std::path::Path;
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
    for folder in folders {
        let interface = of_contract(root, folder)?;
        fs::write(target.join(format!("{folder}.sol")), interface)?;
        let abi = of_declarations(root, folder)?;
        fs::write(target.join(format!("{folder}.abi.json")), abi)?;
    }
    let code = process::capture(native(root).args(["--package", "kit", "--example", "evm-code"]))
        .context("kit's example `evm-code` doesn't print the byte code of proxy and clone")?;
    let code: Value =
        serde_json::from_str(&code).context("kit's example `evm-code` prints something that isn't JSON")?;
    fs::write(target.join(EVM_FILE), serde_json::to_string_pretty(&code)? + "\n")?;
    Ok(())
}

/// `cargo run` in the contracts' workspace, natively, sharing the root's profile and target folder.
fn native(root: &Path) -> Command {
    let mut command = process::host_cargo(root);
    command.args([
        "run",
        "--quiet",
        "--locked",
        "--manifest-path",
        "contracts/Cargo.toml",
        "--target-dir",
        "target",
    ]);
    command
}

/// The Solidity interface that the contract's own `main` prints.
fn of_contract(root: &Path, folder: &str) -> Result<String> {
    let interface = process::capture(native(root).args([
        "--package",
        folder,
        "--bin",
        folder,
        "--features",
        "export-abi",
        "--",
        "abi",
    ]))
    .with_context(|| format!("{folder} doesn't export its interface"))?;
    if !interface.contains("interface ") {
        bail!(
            "{folder} exports something that is no Solidity interface: its src/main.rs must call print_from_args"
        );
    }
    Ok(interface)
}

/// The JSON ABI, with events and errors, of the interface declared in `contracts/abi`.
fn of_declarations(root: &Path, folder: &str) -> Result<String> {
    let abi = process::capture(native(root).args([
        "--package",
        "abi",
        "--features",
        "json",
        "--example",
        "print",
        "--",
        folder,
    ]))
    .with_context(|| format!("contracts/abi declares no interface for {folder}"))?;
    match serde_json::from_str(&abi) {
        Ok(Value::Array(entries)) if !entries.is_empty() => Ok(abi),
        _ => bail!("contracts/abi prints something for {folder} that is no JSON ABI"),
    }
}
