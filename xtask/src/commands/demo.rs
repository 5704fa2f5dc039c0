//! `cargo xtask demo`

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xtask::{artifacts, repo};

use crate::report::Outcome;

/// The exit code of `ecosystem` for arguments or a chain that it can't work with.
const WRONG_USAGE: i32 = 2;

/// Builds what the demo needs and runs it; with `json`, its report becomes a row of ours.
pub(crate) fn run(json: bool, args: &[String]) -> Result<Outcome> {
    let root = repo::root()?;
    let artifacts = artifacts::ensure()?;
    let toolchain = artifacts.programs().values().next().map(|program| program.rustc.clone());
    let programs = super::build_workspace(&root)?;

    let json = json || args.iter().any(|arg| arg == "--json");
    let mut demo = Command::new(programs.join("ecosystem"));
    demo.arg("demo").args(args.iter().filter(|arg| !["--", "--json"].contains(&arg.as_str())));
    if json {
        demo.arg("--json").stdout(Stdio::piped());
    }
    let output = demo
        .stderr(Stdio::inherit())
        .stdin(Stdio::inherit())
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .context("target/debug/ecosystem can't be started")?;
    let rows = if json { vec![parsed(&output.stdout)] } else { Vec::new() };
    if output.status.code() == Some(WRONG_USAGE) {
        bail!("`ecosystem demo` could not run: it says above what to change");
    }
    let reason = (!output.status.success()).then(|| format!("`ecosystem demo` ended with {}", output.status));
    let outcome = Outcome::new(rows, String::new()).failed_if(reason);
    Ok(match toolchain {
        Some(toolchain) => outcome.with_toolchain(toolchain),
        None => outcome,
    })
}

/// The demo's report; what it printed, as text, if that isn't JSON.
fn parsed(stdout: &[u8]) -> Value {
    serde_json::from_slice(stdout).unwrap_or_else(|_| String::from_utf8_lossy(stdout).trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_whether_it_is_json_or_not() {
        assert_eq!(parsed(b"{\"ok\":true}\n")["ok"], true);
        assert_eq!(parsed(b"refused\n"), "refused");
    }
}
