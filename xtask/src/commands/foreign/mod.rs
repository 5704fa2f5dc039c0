//! `cargo xtask foreign`: tools and libraries that nobody here wrote, each run against a devnode of its own.

mod client;
mod fixture;
mod install;
mod node;
mod rust;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use xtask::{artifacts, cache, process, repo};

use crate::report::{Outcome, Verdict, table};
pub(crate) use client::Client;
pub(crate) use install::node_script;
use node::Node;

/// Runs the named clients; those of CI without any, all with `all`. One that fails doesn't keep the others from running.
pub(crate) fn run(names: &[Client], all: bool) -> Result<Outcome> {
    let root = repo::root()?;
    let cache = cache::folder()?;
    let artifacts = artifacts::ensure()?;
    let toolchain = artifacts.programs().values().next().map(|program| program.rustc.clone());
    let devnode = super::build_workspace(&root)?.join("stylus-devnode");
    let program = fixture::program(&artifacts)?;

    let results: Vec<_> = Client::chosen(names, all)
        .map(|client| {
            process::note(format!("── {}", client.name()));
            let start = Instant::now();
            let ran = one(&root, &cache, client, &devnode, &program);
            if let Err(problem) = &ran {
                process::note(format!("{} failed: {problem:#}", client.name()));
            }
            (client, ran, start.elapsed().as_secs_f64())
        })
        .collect();

    let failed: Vec<_> =
        results.iter().filter(|(_, ran, _)| ran.is_err()).map(|(client, ..)| client.name()).collect();
    let reason = (!failed.is_empty()).then(|| failed.join(", "));
    let text = table(
        ["client", "version", ">checks", "result", ">seconds"],
        results.iter().map(|(client, ran, seconds)| {
            let (version, checks, result) = match ran {
                Ok(told) => (told.version.clone(), told.checks.len().to_string(), "ok"),
                Err(_) => (String::new(), String::new(), "FAILED"),
            };
            [client.name().to_owned(), version, checks, result.to_owned(), format!("{seconds:.1}")]
        }),
    );
    let rows = results.iter().map(|(client, ran, seconds)| row(*client, ran, *seconds)).collect();
    let outcome = Outcome::new(rows, text).failed_if(reason);
    Ok(match toolchain {
        Some(toolchain) => outcome.with_toolchain(toolchain),
        None => outcome,
    })
}

/// Runs the clients of CI.
pub(super) fn light() -> Result<()> {
    match run(&[], false)?.verdict {
        Verdict::Ok => Ok(()),
        Verdict::Failed(reason) | Verdict::Impossible(reason) => bail!(reason),
    }
}

fn row(client: Client, ran: &Result<Told>, seconds: f64) -> Value {
    let told = ran.as_ref().ok();
    json!({
        "client": client.name(),
        "version": told.map(|told| &told.version),
        "checks": told.map(|told| &told.checks),
        "ok": told.is_some(),
        "problem": ran.as_ref().err().map(|problem| format!("{problem:#}")),
        "seconds": seconds,
    })
}

/// Installs a client, starts a chain for it, runs its script, and ends the chain.
fn one(root: &Path, cache: &Path, client: Client, devnode: &Path, program: &Value) -> Result<Told> {
    let mut script = install::script(root, cache, client)?;
    let node = Node::start(devnode)?;
    let handed_over = fixture::write(root, client.name(), node.told(), program)?;
    let told = process::capture(script.arg(handed_over)).and_then(|stdout| Told::parse(&stdout));
    // Whatever the script said: a chain that can't be ended properly is a finding of its own.
    let ended = node.stop();
    let told = told?;
    ended?;
    Ok(told)
}

/// What a script says about its run, as one line of JSON.
#[derive(Debug, Deserialize)]
struct Told {
    /// The version that ran, by its own word.
    version: String,
    /// What was compared.
    checks: Vec<String>,
}

impl Told {
    fn parse(stdout: &str) -> Result<Self> {
        let last = stdout.lines().rev().find(|line| !line.trim().is_empty());
        let last = last.context("the script ended without saying what it checked")?;
        let told: Self = serde_json::from_str(last)
            .with_context(|| format!("the script's last line says nothing about checks: {last}"))?;
        ensure!(!told.checks.is_empty(), "the script checked nothing");
        Ok(told)
    }
}

/// Runs `program` with `args` in `folder`, silently unless it fails.
fn quietly(program: &Path, args: &[&str], folder: &Path) -> Result<String> {
    process::quiet(Command::new(program).args(args).current_dir(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_checked_nothing_has_not_passed() {
        let told = Told::parse("talk\n{\"version\":\"1.2.3\",\"checks\":[\"balance\"]}\n\n").unwrap();
        assert_eq!((told.version.as_str(), told.checks.len()), ("1.2.3", 1));
        assert!(Told::parse("{\"version\":\"1.2.3\",\"checks\":[]}").is_err());
        assert!(Told::parse("{\"version\":\"1.2.3\"}").is_err());
        assert!(Told::parse("all is well\n").is_err());
        assert!(Told::parse("\n").is_err());
    }

    #[test]
    fn a_row_tells_why_a_client_failed() {
        let failed = row(Client::Viem, &Err(anyhow::anyhow!("inner").context("outer")), 1.5);
        assert_eq!(failed["problem"], "outer: inner");
        assert_eq!(failed["ok"], false);
        let told = Told { version: "2".into(), checks: vec!["balance".into()] };
        let passed = row(Client::Viem, &Ok(told), 1.5);
        assert_eq!((&passed["ok"], &passed["checks"][0]), (&json!(true), &json!("balance")));
    }
}
