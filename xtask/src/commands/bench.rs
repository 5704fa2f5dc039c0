//! `cargo xtask bench`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use xtask::{artifacts, process, repo};

use crate::report::{Outcome, table};

/// What has been promised of a figure.
enum Goal {
    /// At most so many nanoseconds.
    Within(f64),
    /// More than so many a second.
    MoreThan(f64),
}

/// The goals, by group and benchmark: two cores, clients included.
const GOALS: [(&str, &str, Goal); 10] = [
    ("boot", "first answer", Goal::Within(100e6)),
    ("transfers", "1 connections", Goal::MoreThan(1_000.0)),
    ("transfers", "8 connections", Goal::MoreThan(1_500.0)),
    ("transfers", "64 connections", Goal::MoreThan(4_000.0)),
    ("token transfers", "1 connections", Goal::MoreThan(1_000.0)),
    ("token transfers", "8 connections", Goal::MoreThan(1_500.0)),
    ("token transfers", "64 connections", Goal::MoreThan(4_000.0)),
    ("calls of balanceOf", "1 connections", Goal::MoreThan(8_000.0)),
    ("calls of balanceOf", "8 connections", Goal::MoreThan(8_000.0)),
    ("calls of balanceOf", "64 connections", Goal::MoreThan(8_000.0)),
];

/// What a program's loop may take, in times of what it takes without metering.
const METERING: f64 = 2.0;

/// Runs the benchmarks whose name contains `filter`, all without one. A missed goal is shown, and is no failure: how
/// fast a machine is says nothing about the code that runs on it.
pub(crate) fn run(filter: Option<&str>) -> Result<Outcome> {
    let root = repo::root()?;
    let artifacts = artifacts::ensure()?;
    let toolchain = artifacts.programs().values().next().map(|program| program.rustc.clone());
    let figures = root.join("target/criterion");
    // Figures of an earlier run would pass for this one's.
    if figures.is_dir() {
        fs::remove_dir_all(&figures).with_context(|| format!("{} can't be removed", figures.display()))?;
    }
    process::note("building with optimisations, which compiles every dependency anew the first time");
    let mut bench = process::host_cargo(&root);
    bench.args([
        "bench",
        "-p",
        "stylus-devnode",
        "-p",
        "ecosystem-tests",
        "--bench",
        "node",
        "--bench",
        "http",
    ]);
    bench.arg("--").args(filter).env("CRITERION_HOME", &figures);
    process::run(&mut bench)?;

    let mut figures = read(&figures)?;
    ensure!(!figures.is_empty(), "no benchmark has `{}` in its name", filter.unwrap_or_default());
    figures.sort_by_key(|figure| GOALS.iter().position(|(group, name, _)| figure.is(group, name)));
    let metering = metering(&figures);
    let rows = figures.iter().map(Figure::row).chain(metering.map(|times| {
        json!({ "group": "loop", "name": "program / bare wasmer", "times": times, "goal": METERING, "met": times < METERING })
    }));
    let lines = figures.iter().map(Figure::line).chain(metering.map(|times| {
        [
            "loop",
            "program / bare wasmer",
            &format!("{times:.2} times"),
            "",
            &format!("< {METERING} times"),
            said(times < METERING),
        ]
        .map(str::to_owned)
    }));
    let text = table(["group", "benchmark", ">median", ">a second", ">goal", "met"], lines);
    let outcome = Outcome::new(rows.collect(), text);
    Ok(match toolchain {
        Some(toolchain) => outcome.with_toolchain(toolchain),
        None => outcome,
    })
}

/// What criterion found.
#[derive(Debug)]
struct Figure {
    group: String,
    name: String,
    /// Median of an iteration, in nanoseconds.
    median: f64,
    /// What is done in an iteration.
    elements: Option<f64>,
}

/// Criterion's `benchmark.json`.
#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
struct Throughput {
    #[serde(rename = "Elements")]
    elements: f64,
}

/// Criterion's `estimates.json`.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    point_estimate: f64,
}

impl Figure {
    fn read(folder: &Path) -> Result<Self> {
        let benchmark: Benchmark = parse(&folder.join("benchmark.json"))?;
        let estimates: Estimates = parse(&folder.join("estimates.json"))?;
        Ok(Self {
            group: benchmark.group_id,
            name: benchmark.function_id.unwrap_or_default(),
            median: estimates.median.point_estimate,
            elements: benchmark.throughput.map(|throughput| throughput.elements),
        })
    }

    fn is(&self, group: &str, name: &str) -> bool {
        self.group == group && self.name == name
    }

    fn goal(&self) -> Option<&'static Goal> {
        GOALS.iter().find(|(group, name, _)| self.is(group, name)).map(|(.., goal)| goal)
    }

    fn per_second(&self) -> Option<f64> {
        self.elements.map(|elements| elements * 1e9 / self.median)
    }

    fn met(&self) -> Option<bool> {
        Some(match self.goal()? {
            Goal::Within(nanoseconds) => self.median < *nanoseconds,
            Goal::MoreThan(per_second) => self.per_second()? > *per_second,
        })
    }

    fn row(&self) -> Value {
        json!({
            "group": self.group,
            "name": self.name,
            "medianNanoseconds": self.median,
            "perSecond": self.per_second(),
            "goal": self.goal().map(|goal| match goal {
                Goal::Within(goal) | Goal::MoreThan(goal) => goal,
            }),
            "met": self.met(),
        })
    }

    fn line(&self) -> [String; 6] {
        let goal = self.goal().map(|goal| match goal {
            Goal::Within(nanoseconds) => format!("< {}", duration(*nanoseconds)),
            Goal::MoreThan(per_second) => format!("> {per_second:.0}/s"),
        });
        [
            self.group.clone(),
            self.name.clone(),
            duration(self.median),
            self.per_second().map(|per_second| format!("{per_second:.0}")).unwrap_or_default(),
            goal.unwrap_or_default(),
            self.met().map(said).unwrap_or_default().to_owned(),
        ]
    }
}

/// How many times as long the loop takes as a program; nothing unless both were measured.
fn metering(figures: &[Figure]) -> Option<f64> {
    let of = |name| figures.iter().find(|figure| figure.is("loop", name)).map(|figure| figure.median);
    Some(of("program")? / of("bare wasmer")?)
}

fn said(met: bool) -> &'static str {
    if met { "yes" } else { "NO" }
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        long if long >= 1e9 => format!("{:.2} s", long / 1e9),
        medium if medium >= 1e6 => format!("{:.2} ms", medium / 1e6),
        short => format!("{:.1} µs", short / 1e3),
    }
}

/// The figures of all folders `GROUP/NAME/new` below `folder`.
fn read(folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for group in folders(folder)? {
        for benchmark in folders(&group)? {
            let newest = benchmark.join("new");
            if newest.join("benchmark.json").is_file() {
                figures.push(Figure::read(&newest)?);
            }
        }
    }
    Ok(figures)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

fn parse<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} isn't what criterion writes", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(group: &str, name: &str, median: f64, elements: Option<f64>) -> Figure {
        Figure { group: group.to_owned(), name: name.to_owned(), median, elements }
    }

    #[test]
    fn figures_are_read_from_what_criterion_writes() {
        let scratch = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
        let folder = scratch.join("transfers/8 connections/new");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(scratch.join("report")).unwrap();
        let benchmark = json!({
            "group_id": "transfers", "function_id": "8 connections", "value_str": null,
            "throughput": { "Elements": 1024 }, "full_id": "transfers/8 connections",
        });
        fs::write(folder.join("benchmark.json"), benchmark.to_string()).unwrap();
        fs::write(folder.join("estimates.json"), r#"{"median":{"point_estimate":512000000.0}}"#).unwrap();
        let figures = read(&scratch).unwrap();
        fs::remove_dir_all(&scratch).unwrap();
        assert_eq!(figures.len(), 1);
        assert_eq!(figures[0].per_second(), Some(2_000.0));
        assert_eq!(figures[0].met(), Some(true));
    }

    #[test]
    fn a_goal_is_met_or_not_and_says_so() {
        let boot = |median| figure("boot", "first answer", median, None);
        assert_eq!((boot(99e6).met(), boot(101e6).met()), (Some(true), Some(false)));
        assert_eq!(boot(101e6).line()[2..], ["101.00 ms", "", "< 100.00 ms", "NO"]);
        assert_eq!(figure("loop", "program", 1.0, None).met(), None);
        assert_eq!(figure("transfers", "1 connections", 2e9, Some(1_000.0)).row()["met"], false);
    }

    #[test]
    fn metering_is_what_the_loop_takes_more() {
        let both = [figure("loop", "program", 3e6, None), figure("loop", "bare wasmer", 2e6, None)];
        assert_eq!(metering(&both), Some(1.5));
        assert_eq!(metering(&both[..1]), None);
    }
}
