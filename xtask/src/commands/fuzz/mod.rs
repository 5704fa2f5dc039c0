//! `cargo xtask fuzz`: coverage-guided fuzzing of the devnode.
//!
//! libFuzzer, linked into each target by the crate `libfuzzer-sys`, is driven directly: all that cargo-fuzz would add
//! here is its own installation. Seeds lie in `fuzz/seeds`, what a run learns in `target/fuzz-corpus`, so that the next
//! one goes on from there, and what breaks something in `target/fuzz-artifacts`.

mod build;
mod output;
mod session;
mod target;

use std::path::Path;

use anyhow::{Result, bail, ensure};
use serde_json::json;
use xtask::{cache, process, repo};

use crate::report::{Outcome, Verdict, table};
use output::Crash;
use session::Session;
pub(crate) use target::Target;

/// What runs have learned, below the root.
const CORPORA: &str = "target/fuzz-corpus";

/// Seconds that CI gives to each target.
const CI_SECONDS: u64 = 30;
/// What CI's run learns, which it forgets.
const CI_CORPORA: &str = "target/fuzz-corpus/ci";

/// Fuzzes the targets, all without any, each for so many seconds; one that finds something doesn't keep the others from
/// running.
pub(crate) fn run(targets: &[Target], seconds: u64) -> Result<Outcome> {
    fuzz(&repo::root()?, targets, seconds, CORPORA)
}

fn fuzz(root: &Path, targets: &[Target], seconds: u64, corpora: &str) -> Result<Outcome> {
    let programs = build::all(root)?;
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    let mut findings = Vec::new();
    for target in Target::chosen(targets) {
        process::note(format!("── {} for {seconds} seconds", target.name()));
        let session = Session::run(root, &programs, target, corpora, seconds)?;
        let (crashes, counts) = (&session.crashes, session.counts);
        for crash in crashes {
            process::note(told(root, target, crash));
            findings.push(format!("{}: {}", target.name(), crash.what));
        }
        lines.push([
            target.name().to_owned(),
            format!("{:.0}", session.seconds),
            counts.executions.to_string(),
            counts.edges.to_string(),
            counts.features.to_string(),
            counts.corpus.to_string(),
            crashes.len().to_string(),
        ]);
        rows.push(json!({
            "target": target.name(),
            "seconds": session.seconds,
            "executions": counts.executions,
            "coverage": counts.edges,
            "features": counts.features,
            "corpus": counts.corpus,
            "crashes": crashes.iter().map(|crash| json!({
                "file": crash.file,
                "what": crash.what,
                "reproduce": crash.file.as_ref().map(|file| command(target, file)),
            })).collect::<Vec<_>>(),
        }));
    }
    let text =
        table(["target", ">seconds", ">executions", ">edges", ">features", ">corpus", ">findings"], lines);
    let reason = (!findings.is_empty()).then(|| findings.join("; "));
    Ok(Outcome::new(rows, text).failed_if(reason))
}

/// Runs one target on one file, to see what it does.
pub(crate) fn replay(targets: &[Target], file: &Path) -> Result<Outcome> {
    let root = repo::root()?;
    let file = std::env::current_dir()?.join(file);
    let &[target] = targets else { bail!("name the target that {} is for", file.display()) };
    ensure!(file.is_file(), "{} is no file", file.display());
    let programs = build::all(&root)?;
    let status = session::replay(&programs, target, &file)?;
    let rows = vec![json!({ "target": target.name(), "file": file, "ok": status.success() })];
    let reason = (!status.success()).then(|| format!("{} on {}: {status}", target.name(), file.display()));
    Ok(Outcome::new(rows, String::new()).failed_if(reason))
}

/// What CI runs: from the seeds on, whatever earlier runs have learned, which would take longer than that to read.
pub(super) fn briefly() -> Result<()> {
    let root = repo::root()?;
    cache::remove(&root.join(CI_CORPORA))?;
    match fuzz(&root, &[], CI_SECONDS, CI_CORPORA)?.verdict {
        Verdict::Ok => Ok(()),
        Verdict::Failed(reason) | Verdict::Impossible(reason) => bail!(reason),
    }
}

/// What was found, where it lies, and how to see it again.
fn told(root: &Path, target: Target, crash: &Crash) -> String {
    let what = format!("{} found: {}", target.name(), crash.what);
    match &crash.file {
        Some(file) => {
            format!("{what}\n  input: {}\n  again: {}", root.join(file).display(), command(target, file))
        }
        None => what,
    }
}

fn command(target: Target, file: &str) -> String {
    format!("cargo xtask fuzz --replay {file} {}", target.name())
}
