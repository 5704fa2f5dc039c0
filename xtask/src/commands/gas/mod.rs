//! `cargo xtask gas`

mod document;
mod peers;
mod rows;
mod sizes;
mod snapshot;

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xtask::artifacts::{self, Artifacts, READY_FILES};
use xtask::{process, repo, toolchain};

use self::rows::Measured;
use self::sizes::Size;
use self::snapshot::Difference;
use crate::report::{Outcome, grouped, table};

/// Measures what every function costs and how large the programs are, and compares both with the snapshots, or, without
/// `check`, makes them anew.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    let results = Results::new(check, None)?;
    let mut text = format!("{}\n\n{}", cost_table(&results.measured), size_table(&results.sizes));
    if let Some(wrong) = results.wrong() {
        text += &format!("\n\n{wrong}");
    }
    let outcome = Outcome::new(results.measured.report(), text).failed_if(results.reason());
    Ok(outcome.with_toolchain(results.toolchain))
}

/// Measures what others published on the same chain, after our functions, and shows both beside each other; and has our
/// pools and Uniswap v2's own code go through the same histories. Touches no snapshot, and compares with none.
pub(crate) fn run_with_peers() -> Result<Outcome> {
    let root = repo::root()?;
    let artifacts = artifacts::ensure()?;
    let compiled = peers::compile(&root)?;
    let measured = measure(&root, Some(&compiled))?;
    let text = format!("{}\n\n{}", live_table(&measured), measured.agreement()?.sentence());
    let outcome = Outcome::new(measured.report(), text);
    Ok(outcome.with_toolchain(identity(&artifacts)?))
}

/// The check as a step of `ci`, and what `--peers` compares.
pub(super) fn check_with_peers() -> Result<()> {
    let compiled = peers::compile(&repo::root()?)?;
    let results = Results::new(true, Some(&compiled))?;
    process::note(results.measured.agreement()?.sentence());
    match (results.reason(), results.wrong()) {
        (Some(reason), Some(wrong)) => bail!("{reason}\n{wrong}"),
        _ => Ok(()),
    }
}

struct Results {
    measured: Measured,
    sizes: Vec<Size>,
    toolchain: String,
    /// What is wrong, whatever was recorded.
    problems: Vec<String>,
    differences: Vec<Difference>,
}

impl Results {
    fn new(check: bool, compiled: Option<&Path>) -> Result<Self> {
        let root = repo::root()?;
        let artifacts = artifacts::ensure()?;
        let toolchain = identity(&artifacts)?;
        let measured = measure(&root, compiled)?;
        let sizes = sizes::all(&artifacts)?;
        let mut problems = measured.problems();
        let mut differences = Vec::new();
        let files = snapshot::files(&measured, &sizes, &toolchain)?;
        let document = document::filled(&root, &measured, &sizes)?;
        if check {
            let compared = snapshot::differences(&root, &files)?;
            if !compared.same_toolchain {
                process::note("the snapshots were made by another toolchain: only budgets are compared");
            } else if !document.is_current {
                problems.push(format!("{} doesn't have the tables that were measured", document::PATH));
            }
            differences = compared.differences;
        } else {
            snapshot::write(&root, &files)?;
            document.write(&root)?;
            process::note(format!("wrote snapshots/gas, snapshots/size and {}", document::PATH));
        }
        Ok(Self { measured, sizes, toolchain, problems, differences })
    }

    /// Everything that is wrong.
    fn wrong(&self) -> Option<String> {
        let mut text = self.problems.join("\n");
        if !self.differences.is_empty() {
            let rows = self.differences.iter().map(|one| {
                let change = one.change.map(|change| format!("{change:+}")).unwrap_or_default();
                [one.file.clone(), one.figure.clone(), one.recorded.clone(), one.now.clone(), change]
            });
            let headings = ["snapshot", "figure", ">recorded", ">now", ">change"];
            text = format!("{text}\n\n{}", table(headings, rows)).trim_start().to_owned();
        }
        (!text.is_empty()).then_some(text)
    }

    /// The same in a sentence.
    fn reason(&self) -> Option<String> {
        let mut reasons = Vec::new();
        match &self.problems[..] {
            [] => {}
            [only] => reasons.push(only.clone()),
            [first, rest @ ..] => reasons.push(format!("{first}, and {} more problems", rest.len())),
        }
        if !self.differences.is_empty() {
            let count = self.differences.len();
            reasons.push(format!(
                "figures differ from the snapshots: {count}; if that is meant, run `cargo xtask gas`"
            ));
        }
        (!reasons.is_empty()).then(|| reasons.join("; "))
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

/// Plays the history that is measured, with what others `compiled` after it; the tests' crate knows it.
fn measure(root: &Path, compiled: Option<&Path>) -> Result<Measured> {
    let program = super::build_workspace(root)?.join("examples/gas");
    process::note("measuring every function, with and without the chain's cache");
    let output = Command::new(&program)
        .args(compiled)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} can't be started", program.display()))?;
    if !output.status.success() {
        bail!("measuring ended early ({}): what went wrong is above", output.status);
    }
    serde_json::from_slice(&output.stdout).context("what was measured can't be understood")
}

fn cost_table(measured: &Measured) -> String {
    let own = ["contract", "function", "case", ">uncached", ">cached", ">budget"].map(str::to_owned);
    let headings: Vec<_> = own.into_iter().chain(rows::PEERS.iter().map(|peer| format!(">{peer}"))).collect();
    let headings: [&str; 6 + rows::PEERS.len()] = std::array::from_fn(|column| &*headings[column]);
    let cases = measured.cases();
    let number = |gas: Option<u64>| gas.map(grouped).unwrap_or_default();
    let lines = cases.iter().map(|case| {
        let [one, two, three, four, five] = rows::PEERS.map(|peer| number(case.peers().get(peer).copied()));
        [
            case.contract().to_owned(),
            case.name().to_owned(),
            case.case().to_owned(),
            grouped(case.uncached.gas),
            grouped(case.cached.gas),
            number(case.cached.budget),
            one,
            two,
            three,
            four,
            five,
        ]
    });
    table(headings, lines)
}

/// What others have, too: ours, theirs from this run, and what is only recorded.
fn live_table(measured: &Measured) -> String {
    let [recorded, live @ ..] = rows::PEERS;
    let recorded_heading = format!(">{recorded} (recorded)");
    let live_headings = live.map(|peer| format!(">{peer}"));
    let [one, two, three, four] = &live_headings;
    let headings =
        ["contract", "function", "case", ">uncached", ">cached", one, two, three, four, &recorded_heading];
    let cases = measured.cases();
    let shown = cases.iter().filter(|case| !case.live().is_empty() || !case.peers().is_empty());
    let number = |gas: Option<u64>| gas.map(grouped).unwrap_or_default();
    let lines = shown.map(|case| {
        let [one, two, three, four] = live.map(|peer| number(case.live().get(peer).copied()));
        [
            case.contract().to_owned(),
            case.name().to_owned(),
            case.case().to_owned(),
            grouped(case.uncached.gas),
            grouped(case.cached.gas),
            one,
            two,
            three,
            four,
            number(case.peers().get(recorded).copied()),
        ]
    });
    table(headings, lines)
}

fn size_table(sizes: &[Size]) -> String {
    let lines = sizes.iter().map(|size| {
        let bytes = [size.raw_bytes, size.compressed_bytes, size.data.all].map(|bytes| grouped(bytes as u64));
        let [raw, compressed, data] = bytes;
        [size.program.clone(), raw, compressed, data]
    });
    table(["program", ">wasm, bytes", ">deployed, bytes", ">data, bytes"], lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(problems: Vec<String>, differences: Vec<Difference>) -> Results {
        let measured = rows::tests::parsed(rows::tests::measured());
        Results { measured, sizes: Vec::new(), toolchain: String::new(), problems, differences }
    }

    #[test]
    fn what_is_wrong_is_told_in_full_and_in_a_sentence() {
        let fine = results(Vec::new(), Vec::new());
        assert_eq!((fine.wrong(), fine.reason()), (None, None));
        let difference = Difference {
            file: "snapshots/gas/token.json".into(),
            figure: "send(uint256), `later`, cached".into(),
            recorded: "33990".into(),
            now: "34000".into(),
            change: Some(10),
        };
        let bad = results(vec!["too dear".into(), "not measured".into()], vec![difference]);
        let (wrong, reason) = (bad.wrong().unwrap(), bad.reason().unwrap());
        assert!(wrong.starts_with("too dear\nnot measured\n\n"), "{wrong}");
        let row = wrong.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(row[row.len() - 3..], ["33990", "34000", "+10"]);
        assert!(
            reason.starts_with("too dear, and 1 more problems; figures differ from the snapshots: 1"),
            "{reason}"
        );
    }

    #[test]
    fn what_was_measured_of_others_is_beside_ours() {
        let mut value = rows::tests::measured();
        for row in value["rows"].as_array_mut().unwrap() {
            let is_later = row["case"] == "later";
            row["peer"] = serde_json::json!({});
            row["live"] =
                if is_later { serde_json::json!({ "solady": 31_000 }) } else { serde_json::json!({}) };
        }
        let measured = rows::tests::parsed(value);
        let table = live_table(&measured);
        let lines: Vec<_> = table.lines().filter(|line| line.contains("send")).collect();
        assert_eq!(lines.len(), 1, "{table}");
        assert!(lines[0].contains("later") && lines[0].contains("34 000") && lines[0].contains("31 000"));
        assert!(cost_table(&measured).contains("first"));
    }
}
