//! `cargo xtask test`

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use xtask::outcomes::FOLDER;
use xtask::{artifacts, process, repo};

use super::outcomes;
use super::steps::{self, Steps};
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

/// The two runs of `cargo test`: the contracts natively, and the workspace that drives the real wasm. Then what that saw of
/// the contracts' functions is compared with what is documented.
pub(super) fn add(root: &Path, steps: &mut Steps, suffix: &str) {
    steps.command(format!("tests of contracts/{suffix}"), contracts(root, "test").arg("--no-fail-fast"));
    steps.step(format!("tests of the workspace, on real wasm{suffix}"), || {
        let mut workspace = process::host_cargo(root);
        workspace.args(["test", "--workspace", "--no-fail-fast"]).env(FOLDER, outcomes::fresh_folder(root)?);
        steps::succeed(&mut workspace)
    });
    steps.step(format!("outcomes of all functions{suffix}"), || outcomes::check(root));
}

/// A cargo command over all of `contracts/`, natively, sharing profile and target folder with the root workspace.
pub(super) fn contracts(root: &Path, command: &str) -> Command {
    let mut cargo = process::host_cargo(root);
    cargo.args([command, "--workspace", "--manifest-path", "contracts/Cargo.toml", "--target-dir", "target"]);
    cargo
}
