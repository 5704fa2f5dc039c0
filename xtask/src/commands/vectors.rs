//! `cargo xtask vectors`

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::json;
use xtask::{process, repo};

use crate::report::Outcome;

/// Replays recordings with the devnode's own example, so that the devnode stays usable without this crate.
pub(crate) fn run(files: &[PathBuf]) -> Result<Outcome> {
    let root = repo::root()?;
    let here = std::env::current_dir()?;
    let files: Vec<_> = files.iter().map(|file| here.join(file)).collect();
    if let Some(absent) = files.iter().find(|file| !file.is_file()) {
        bail!("{} is no file: recordings lie in devnode/tests/golden", absent.display());
    }
    let mut replay = process::host_cargo(&root)
        .args(["run", "--quiet", "--package", "stylus-devnode", "--example", "replay", "--"])
        .args(&files)
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo can't be started")?;
    let mut lines = Vec::new();
    if let Some(stdout) = replay.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.context("the replay printed something that isn't UTF-8")?;
            eprintln!("{line}");
            lines.push(line);
        }
    }
    let status = replay.wait()?;
    let last = lines.iter().rev().find(|line| !line.trim().is_empty());
    let Some((last, (same, all))) = last.and_then(|line| Some((line, counts(line)?))) else {
        bail!("the replay ended ({status}) without saying how many vectors agree");
    };
    let reason = (!status.success()).then(|| format!("{} of {all} vectors differ", all - same));
    Ok(Outcome::new(vec![json!({"same": same, "all": all})], last.clone()).failed_if(reason))
}

/// The numbers of `N of M without difference`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (same, all) = line.trim().strip_suffix(" without difference")?.split_once(" of ")?;
    let (same, all) = (same.rsplit(' ').next()?.parse().ok()?, all.parse().ok()?);
    (same <= all).then_some((same, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_is_understood() {
        assert_eq!(counts("120 of 185 without difference"), Some((120, 185)));
        assert_eq!(counts("programs: 120 of 185 without difference\n"), Some((120, 185)));
        assert_eq!(counts("186 of 185 without difference"), None);
        assert_eq!(counts("all without difference"), None);
        assert_eq!(counts(""), None);
    }
}
