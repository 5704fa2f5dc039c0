//! `cargo xtask ci`

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xtask::{artifacts, process, repo};

use super::steps::Steps;
use super::{compat, foreign, fuzz, gas, storage, test};
use crate::report::Outcome;
use crate::tidy;

/// The parts of `ci`, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// rustfmt, all workspaces.
    Formatting,
    /// What no compiler checks: covers, manifests, documented errors, paths.
    Tidy,
    /// Storage layouts are those that were reviewed: `cargo xtask storage --check`.
    Storage,
    /// The lock files are what a build would write.
    Locks,
    /// clippy, all workspaces.
    Lints,
    /// The programs build and fit.
    Programs,
    /// The list of what became of the earlier system's ABI is true: `cargo xtask compat`.
    Compat,
    /// All tests: what `cargo xtask test` runs.
    Tests,
    /// Every function costs what it did, every program is as large as it was, and pools do as Uniswap v2's own code:
    /// `cargo xtask gas --check` with what `--peers` compares.
    Gas,
    /// The light clients of `cargo xtask foreign`: cast, ethers.js, viem.
    Foreign,
    /// `cargo xtask fuzz`, half a minute a target.
    Fuzz,
    /// rustdoc, both workspaces.
    Documentation,
}

/// Quick parts first; all are done even if one fails, so that one run tells everything.
pub(crate) fn run(only: &[Part]) -> Result<Outcome> {
    let root = repo::root()?;
    let mut steps = Steps::default();
    let mut toolchain = None;
    for part in Part::value_variants().iter().filter(|part| only.is_empty() || only.contains(part)) {
        match part {
            Part::Formatting => formatting(&root, &mut steps),
            Part::Tidy => steps.step("tidy", || tidy::check(&root)),
            Part::Storage => steps.step("storage layouts", storage::check),
            Part::Locks => lock_files(&root, &mut steps),
            Part::Lints => lints(&root, &mut steps),
            Part::Programs => steps.step("programs", || {
                let artifacts = artifacts::ensure()?;
                toolchain = artifacts.programs().values().next().map(|program| program.rustc.clone());
                Ok(())
            }),
            Part::Compat => steps.step("compatibility with the earlier system", compat::check),
            Part::Tests => test::add(&root, &mut steps, ""),
            Part::Gas => steps.step("gas and sizes, beside others", gas::check_with_peers),
            Part::Foreign => steps.step("clients that nobody here wrote", foreign::light),
            Part::Fuzz => steps.step("fuzz targets", fuzz::briefly),
            Part::Documentation => documentation(&root, &mut steps),
        }
    }
    let outcome = steps.outcome();
    Ok(match toolchain {
        Some(toolchain) => outcome.with_toolchain(toolchain),
        None => outcome,
    })
}

fn workspace(root: &Path, args: &[&str]) -> Command {
    let mut cargo = process::host_cargo(root);
    cargo.args(args);
    cargo
}

fn formatting(root: &Path, steps: &mut Steps) {
    steps.command("formatting of the workspace", &mut workspace(root, &["fmt", "--all", "--check"]));
    let clients = ["tests/foreign-clients/ethers", "tests/foreign-clients/cargo-stylus/constructed"];
    for other in ["contracts", "fuzz"].into_iter().chain(clients) {
        let manifest = format!("{other}/Cargo.toml");
        steps.command(
            format!("formatting of {other}/"),
            &mut workspace(root, &["fmt", "--all", "--check", "--manifest-path", &manifest]),
        );
    }
}

fn lock_files(root: &Path, steps: &mut Steps) {
    for manifest in ["Cargo.toml", "contracts/Cargo.toml", "fuzz/Cargo.toml"] {
        steps.step(format!("lock file of {manifest}"), || {
            let args = ["metadata", "--locked", "--format-version", "1", "--manifest-path", manifest];
            process::quiet(&mut workspace(root, &args)).with_context(|| {
                format!("run `cargo tree --manifest-path {manifest}` and commit the lock file")
            })?;
            Ok(())
        });
    }
}

fn lints(root: &Path, steps: &mut Steps) {
    steps.command(
        "lints of contracts/",
        test::contracts(root, "clippy").args(["--all-targets", "--", "-D", "warnings"]),
    );
    steps.command(
        "lints of the workspace",
        &mut workspace(root, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    );
    // Without instrumentation, so that it shares what the line before has checked.
    let fuzz = ["clippy", "--all-targets", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target"];
    steps.command("lints of fuzz/", workspace(root, &fuzz).args(["--", "-D", "warnings"]));
}

fn documentation(root: &Path, steps: &mut Steps) {
    steps.command(
        "documentation of contracts/",
        test::contracts(root, "doc").args(["--no-deps", "--lib"]).env("RUSTDOCFLAGS", "-D warnings"),
    );
    steps.command(
        "documentation of the workspace",
        workspace(root, &["doc", "--workspace", "--no-deps", "--lib"]).env("RUSTDOCFLAGS", "-D warnings"),
    );
}
