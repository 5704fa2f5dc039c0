//! How every task ends: a report in `target/reports`, a closing line, an exit code.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde_json::{Value, json};
use xtask::{process::note, repo};

/// How a task ended.
pub(crate) enum Verdict {
    /// All is well.
    Ok,
    /// The task ran, and found this wrong.
    Failed(String),
    /// The task couldn't run.
    Impossible(String),
}

/// What a task has to say.
pub(crate) struct Outcome {
    pub(crate) verdict: Verdict,
    /// Names the contracts' toolchain, where the task used it.
    pub(crate) toolchain: Option<String>,
    /// The rows of the report.
    pub(crate) rows: Vec<Value>,
    /// The result as text, for stdout.
    pub(crate) text: String,
}

impl Outcome {
    pub(crate) fn new(rows: Vec<Value>, text: String) -> Self {
        Self { verdict: Verdict::Ok, toolchain: None, rows, text }
    }

    pub(crate) fn with_toolchain(self, toolchain: impl Into<String>) -> Self {
        Self { toolchain: Some(toolchain.into()), ..self }
    }

    /// The outcome, failed if there is a reason.
    pub(crate) fn failed_if(self, reason: Option<String>) -> Self {
        Self { verdict: reason.map_or(Verdict::Ok, Verdict::Failed), ..self }
    }

    pub(crate) fn impossible(error: &anyhow::Error) -> Self {
        let verdict = Verdict::Impossible(format!("{error:#}"));
        Self { verdict, toolchain: None, rows: Vec::new(), text: String::new() }
    }
}

/// Writes the report, prints the result and the closing line, and returns the exit code.
#[expect(clippy::print_stdout, reason = "this is where the results of all tasks are printed")]
pub(crate) fn close(name: &str, as_json: bool, outcome: Outcome) -> ExitCode {
    let ok = matches!(outcome.verdict, Verdict::Ok);
    let report = repo::root().map(|root| {
        let report = document(name, ok, &outcome, repo::commit(&root));
        if let Err(error) = write(&root, name, &report) {
            note(format!("{error:#}"));
        }
        report
    });
    if as_json {
        println!("{}", report.unwrap_or_else(|_| document(name, ok, &outcome, None)));
    } else if !outcome.text.is_empty() {
        println!("{}", outcome.text.trim_end());
    }
    let (line, code) = closing(name, &outcome.verdict);
    println!("{line}");
    code
}

fn closing(name: &str, verdict: &Verdict) -> (String, ExitCode) {
    match verdict {
        Verdict::Ok => (format!("{name}: ok"), ExitCode::SUCCESS),
        Verdict::Failed(reason) => (format!("{name}: FAILED {}", one_line(reason)), ExitCode::FAILURE),
        Verdict::Impossible(reason) => {
            if reason.contains('\n') {
                note(reason);
            }
            (format!("{name}: FAILED {}", one_line(reason)), ExitCode::from(2))
        }
    }
}

/// The first line of a reason: the closing line is the last one.
fn one_line(reason: &str) -> &str {
    reason.lines().next().unwrap_or_default()
}

fn document(name: &str, ok: bool, outcome: &Outcome, commit: Option<(String, bool)>) -> Value {
    let (commit, dirty) =
        commit.map_or((Value::Null, Value::Null), |(commit, dirty)| (commit.into(), dirty.into()));
    json!({
        "schema": 1,
        "command": env::args().skip(1).fold(name.to_owned(), |line, arg| if arg == name { line } else { line + " " + &arg }),
        "commit": commit,
        "dirty": dirty,
        "toolchain": outcome.toolchain,
        "ok": ok,
        "rows": outcome.rows,
    })
}

/// Writes `target/reports/<name>.json`, whole or not at all.
fn write(root: &Path, name: &str, report: &Value) -> Result<()> {
    let folder = root.join("target/reports");
    let path = folder.join(format!("{name}.json"));
    let partial = folder.join(format!("{name}.json.partial-{}", std::process::id()));
    let context = || format!("{} can't be written", path.display());
    fs::create_dir_all(&folder).with_context(context)?;
    fs::write(&partial, serde_json::to_string_pretty(report)? + "\n").with_context(context)?;
    fs::rename(&partial, &path).with_context(context)
}

/// A table for stdout; columns whose heading starts with `>` are aligned to the right.
pub(crate) fn table<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(headings.map(|heading| heading.trim_start_matches('>')));
    for row in rows {
        table.add_row(row);
    }
    for (index, heading) in headings.iter().enumerate() {
        if let (true, Some(column)) = (heading.starts_with('>'), table.column_mut(index)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

/// Digits in groups of three.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(24_576), "24 576");
        assert_eq!(grouped(1_000_000), "1 000 000");
    }

    #[test]
    fn the_closing_line_is_one_line_and_the_code_tells_the_kind_of_failure() {
        let line = |verdict| closing("setup", &verdict).0;
        assert_eq!(line(Verdict::Ok), "setup: ok");
        assert_eq!(
            line(Verdict::Failed("wasm-opt is missing\nmore".into())),
            "setup: FAILED wasm-opt is missing"
        );
        let code = |verdict| format!("{:?}", closing("setup", &verdict).1);
        assert_eq!(code(Verdict::Ok), format!("{:?}", ExitCode::from(0)));
        assert_eq!(code(Verdict::Failed("x".into())), format!("{:?}", ExitCode::from(1)));
        assert_eq!(code(Verdict::Impossible("x".into())), format!("{:?}", ExitCode::from(2)));
    }

    #[test]
    fn a_report_holds_what_scripts_rely_on() {
        let outcome = Outcome::new(vec![json!({"part": "a"})], String::new()).with_toolchain("rustc 1.96.0");
        let report = document("setup", true, &outcome, Some(("abc".into(), true)));
        let keys: Vec<_> = report.as_object().unwrap().keys().cloned().collect();
        let mut expected = ["schema", "command", "commit", "dirty", "toolchain", "ok", "rows"];
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert_eq!(report["rows"][0]["part"], "a");
        assert_eq!(document("setup", true, &outcome, None)["commit"], Value::Null);
    }

    #[test]
    fn tables_align_numbers_to_the_right() {
        let text =
            table(["program", ">bytes"], [["token".into(), "9".into()], ["pool".into(), "10000".into()]]);
        assert!(text.lines().any(|line| line.trim_end().ends_with("    9")), "{text}");
    }
}
