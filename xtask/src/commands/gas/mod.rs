//! `cargo xtask gas`

mod document;
mod rows;
mod sizes;
mod snapshot;

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xtask::artifacts::{self, Artifacts, READY_FILES};
use xtask::{process, repo, toolchain};

use self::rows::Measured;
use crate::report::{Outcome, Verdict, grouped, table};

/// Measures what every function costs and how large the programs are, and compares both with the snapshots, or, without
/// `check`, makes them anew. With `peers` it shows only what others have, too.
pub(crate) fn run(check: bool, peers: bool) -> Result<Outcome> {
    let root = repo::root()?;
    let artifacts = artifacts::ensure()?;
    let toolchain = identity(&artifacts)?;
    let measured = measure(&root)?;
    let sizes = sizes::all(&artifacts)?;

    let mut findings = measured.problems();
    let files = snapshot::files(&measured, &sizes, &toolchain)?;
    let document = document::filled(&root, &measured, &sizes)?;
    if check {
        let compared = snapshot::differences(&root, &files)?;
        if compared.same_toolchain {
            if !document.is_current {
                findings.push(format!("{} isn't what was measured", document::PATH));
            }
        } else {
            process::note("the snapshots were made by another toolchain: only budgets are compared");
        }
        findings.extend(compared.differences);
    } else {
        snapshot::write(&root, &files)?;
        document.write(&root)?;
        process::note(format!("wrote snapshots/gas, snapshots/size and {}", document::PATH));
    }
    Ok(tell(&measured, &sizes, &findings, peers).with_toolchain(toolchain))
}

/// The check as a step of `ci`.
pub(super) fn check() -> Result<()> {
    let Outcome { verdict, text, .. } = run(true, false)?;
    match verdict {
        Verdict::Ok => Ok(()),
        Verdict::Failed(reason) | Verdict::Impossible(reason) => bail!("{reason}\n{text}"),
    }
}

/// What two figures have to have in common to be compared.
fn identity(artifacts: &Artifacts) -> Result<String> {
    if env::var_os(READY_FILES).is_some_and(|folder| !folder.is_empty()) {
        // Whoever built these files knows by which standard library.
        let program = artifacts.programs().values().next().context("there is no program")?;
        return Ok(format!("{}, std from elsewhere, wasm-opt {}", program.rustc, program.wasm_opt));
    }
    Ok(toolchain::ensure(None)?.identity())
}

/// Plays the history that is measured; the tests' crate knows it.
fn measure(root: &std::path::Path) -> Result<Measured> {
    let program = super::build_workspace(root)?.join("examples/gas");
    process::note("measuring every function, with and without the chain's cache");
    let output = Command::new(&program)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} can't be started", program.display()))?;
    if !output.status.success() {
        bail!("measuring ended early ({}): what went wrong is above", output.status);
    }
    serde_json::from_slice(&output.stdout).context("what was measured can't be understood")
}

fn tell(measured: &Measured, sizes: &[sizes::Size], findings: &[String], peers: bool) -> Outcome {
    let mut text = cost_table(measured, peers);
    if !peers {
        text += &format!("\n\n{}", size_table(sizes));
    }
    for finding in findings {
        text += &format!("\n{finding}");
    }
    let reason = (!findings.is_empty()).then(|| {
        let many =
            if findings.len() == 1 { String::new() } else { format!(" and {} more", findings.len() - 1) };
        format!("{}{many}; if it is meant, run `cargo xtask gas` and commit", findings[0])
    });
    Outcome::new(measured.report(), text).failed_if(reason)
}

fn cost_table(measured: &Measured, peers: bool) -> String {
    let names = rows::PEERS;
    let headings =
        ["contract", "function", "case", ">uncached", ">cached", ">budget", names[0], names[1], names[2]]
            .map(str::to_owned);
    let [contract, function, case, uncached, cached, budget, one, two, three] = headings;
    let (one, two, three) = (format!(">{one}"), format!(">{two}"), format!(">{three}"));
    let shown = measured.cases();
    let shown = shown.iter().filter(|case| !peers || !case.peers().is_empty());
    let number = |gas: Option<u64>| gas.map(grouped).unwrap_or_default();
    let lines = shown.map(|case| {
        let peer = |name: &str| number(case.peers().get(name).copied());
        [
            case.contract().to_owned(),
            case.name().to_owned(),
            case.case().to_owned(),
            grouped(case.uncached.gas),
            grouped(case.cached.gas),
            number(case.cached.budget),
            peer(names[0]),
            peer(names[1]),
            peer(names[2]),
        ]
    });
    let headings = [&*contract, &*function, &*case, &*uncached, &*cached, &*budget, &*one, &*two, &*three];
    table(headings, lines)
}

fn size_table(sizes: &[sizes::Size]) -> String {
    let lines = sizes.iter().map(|size| {
        let bytes = [size.raw_bytes, size.compressed_bytes, size.data.all].map(|bytes| grouped(bytes as u64));
        let [raw, compressed, data] = bytes;
        [size.program.clone(), raw, compressed, data]
    });
    table(["program", ">wasm, bytes", ">deployed, bytes", ">data, bytes"], lines)
}
