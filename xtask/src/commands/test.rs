//! `cargo xtask test`

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use xtask::{artifacts, process, repo};

use super::steps::Steps;
use crate::report::Outcome;

pub(crate) fn run(repeat: u32) -> Result<Outcome> {
    let root = repo::root()?;
    let toolchain = artifacts::ensure()?.programs().values().next().map(|program| program.rustc.clone());
    let mut steps = Steps::default();
    for round in 1..=repeat {
        let suffix = if repeat == 1 { String::new() } else { format!(", round {round} of {repeat}") };
        add(&root, &mut steps, &suffix);
    }
    let outcome = steps.outcome();
    Ok(match toolchain {
        Some(toolchain) => outcome.with_toolchain(toolchain),
        None => outcome,
    })
}

/// The two runs of `cargo test`: the contracts natively, and the workspace that drives the real wasm.
pub(super) fn add(root: &Path, steps: &mut Steps, suffix: &str) {
    steps.command(format!("tests of contracts/{suffix}"), contracts(root, "test").arg("--no-fail-fast"));
    let mut workspace = process::host_cargo(root);
    steps.command(
        format!("tests of the workspace, on real wasm{suffix}"),
        workspace.args(["test", "--workspace", "--no-fail-fast"]),
    );
}

/// A cargo command over all of `contracts/`, natively, sharing profile and target folder with the root workspace.
pub(super) fn contracts(root: &Path, command: &str) -> Command {
    let mut cargo = process::host_cargo(root);
    cargo.args([command, "--workspace", "--manifest-path", "contracts/Cargo.toml", "--target-dir", "target"]);
    cargo
}
