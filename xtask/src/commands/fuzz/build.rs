//! Building the targets with coverage instrumentation.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask::process;

/// Below the root: a folder of its own, as these flags would make everything in the usual one be compiled again.
const BUILDS: &str = "target/fuzz";

/// What libFuzzer needs to see where an input leads and what it is compared with. All of it is open to a stable compiler.
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // Merged branches would hide which of them was taken.
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

/// Builds all targets and returns their folder.
pub(super) fn all(root: &Path) -> Result<PathBuf> {
    process::note("building the fuzz targets");
    let host = host()?;
    let mut cargo = process::host_cargo(root);
    cargo.args(["build", "--release", "--bins", "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
    // Naming the host keeps the flags from build scripts and macros, which have no libFuzzer to report to.
    cargo.args(["--target-dir", BUILDS, "--target", &host]);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"));
    process::run(&mut cargo)
        .context("the fuzz targets don't build (libFuzzer needs a C++ compiler, such as Debian's g++)")?;
    Ok(root.join(BUILDS).join(host).join("release"))
}

fn host() -> Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = process::capture(Command::new(rustc).arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` doesn't name its host")
}
