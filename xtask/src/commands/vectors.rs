//! `cargo xtask vectors`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xtask::{process, repo};

use crate::report::Outcome;

/// Where the recordings lie.
const RECORDINGS: &str = "devnode/tests/golden";

/// Replays recordings with the devnode's own example, so that the devnode stays usable without this crate.
pub(crate) fn run(files: &[PathBuf]) -> Result<Outcome> {
    let root = repo::root()?;
    let here = std::env::current_dir()?;
    let mut chosen: Vec<_> = files.iter().map(|file| here.join(file)).collect();
    if let Some(absent) = chosen.iter().find(|file| !file.is_file()) {
        bail!("{} is no file: recordings lie in {RECORDINGS}", absent.display());
    }
    if chosen.is_empty() {
        recordings(&root.join(RECORDINGS), &mut chosen)?;
        chosen.sort();
    }
    let replay = super::build_workspace(&root)?.join("examples/replay");
    process::note(format!("replaying {} recordings", chosen.len()));
    let output = Command::new(&replay)
        .arg("--json")
        .args(&chosen)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} can't be started", replay.display()))?;
    let stdout = String::from_utf8(output.stdout).context("the replay printed something that isn't UTF-8")?;
    let Some(summary) = Summary::of(&stdout) else {
        bail!(
            "the replay ended ({}) without saying how many recordings agree: its output is above",
            output.status
        );
    };
    let reason = (!output.status.success() || summary.same < summary.all)
        .then(|| format!("{} of {} differ from the recordings", summary.all - summary.same, summary.all));
    let text = summary.text();
    Ok(Outcome::new(summary.rows, text).failed_if(reason))
}

/// All JSON files below a folder.
fn recordings(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            recordings(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// What the replay printed: a line of JSON with a row for each recording, and `N of M without difference`.
#[derive(Debug)]
struct Summary {
    rows: Vec<Value>,
    same: u64,
    all: u64,
}

impl Summary {
    fn of(stdout: &str) -> Option<Self> {
        let (same, all) = counts(stdout.lines().rev().find(|line| !line.trim().is_empty())?)?;
        let mut report: Value = stdout.lines().find_map(|line| serde_json::from_str(line).ok())?;
        let rows = report.get_mut("rows")?.as_array_mut()?;
        Some(Self { rows: std::mem::take(rows), same, all })
    }

    /// What differs, and the numbers on the last line.
    fn text(&self) -> String {
        let mut text = String::new();
        for row in self.rows.iter().filter(|row| row["ok"] != true) {
            text += &format!("{}\n", row["name"].as_str().unwrap_or("a recording"));
            for difference in row["differences"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                text += &format!("  {difference}\n");
            }
        }
        text + &format!("{} of {} without difference", self.same, self.all)
    }
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

    #[test]
    fn differences_are_listed_before_the_numbers() {
        let stdout = "{\"rows\":[{\"name\":\"memory\",\"ok\":true,\"differences\":[]},\
                      {\"name\":\"calls\",\"ok\":false,\"differences\":[\"gas 1, not 2\"]}]}\n\
                      1 of 2 without difference\n";
        let summary = Summary::of(stdout).unwrap();
        assert_eq!((summary.same, summary.all, summary.rows.len()), (1, 2, 2));
        assert_eq!(summary.text(), "calls\n  gas 1, not 2\n1 of 2 without difference");
        assert!(Summary::of("usage: replay\n").is_none());
    }

    #[test]
    fn recordings_are_found_in_folders_of_folders() {
        let scratch = std::env::temp_dir().join(format!("xtask-vectors-{}", std::process::id()));
        fs::create_dir_all(scratch.join("histories")).unwrap();
        for file in ["programs.json", "README.md", "histories/edges-51.json"] {
            fs::write(scratch.join(file), "").unwrap();
        }
        let mut found = Vec::new();
        recordings(&scratch, &mut found).unwrap();
        fs::remove_dir_all(&scratch).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
