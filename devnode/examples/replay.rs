//! Replays recordings of a real Nitro node, each on a fresh chain: `replay [--json] FILE…`.
//!
//! The last line is `N of M without difference`; the exit code is 0 only if N = M, 2 if a file is no recording.

use serde_json::json;
use std::{path::PathBuf, process::ExitCode};
use stylus_devnode::replay::{LocalNode, Verdict, replay};

#[expect(clippy::print_stdout, reason = "the result of this program")]
fn main() -> ExitCode {
    let (flags, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let as_json = flags.iter().any(|flag| flag == "--json");
    if files.is_empty() || flags.iter().any(|flag| flag != "--json") {
        eprintln!("usage: replay [--json] FILE…   (recordings lie in devnode/tests/golden)");
        return ExitCode::from(2);
    }
    let mut verdicts: Vec<Verdict> = Vec::new();
    for file in files.iter().map(PathBuf::from) {
        match LocalNode::on_large_stack(|| replay(&file, LocalNode::at)) {
            Ok(more) => verdicts.extend(more),
            Err(sentence) => {
                eprintln!("{sentence}");
                return ExitCode::from(2);
            }
        }
    }
    let agree = verdicts.iter().filter(|verdict| verdict.differences.is_empty()).count();
    if as_json {
        let rows: Vec<_> = verdicts.iter().map(row).collect();
        println!("{}", json!({ "rows": rows }));
    } else {
        for verdict in verdicts.iter().filter(|verdict| !verdict.differences.is_empty()) {
            println!("{}: {} differences", verdict.name, verdict.differences.len());
            for difference in &verdict.differences {
                println!("  {difference}");
            }
        }
    }
    println!("{agree} of {} without difference", verdicts.len());
    if agree == verdicts.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(verdict: &Verdict) -> serde_json::Value {
    let differences: Vec<String> = verdict.differences.iter().map(ToString::to_string).collect();
    json!({ "name": verdict.name, "ok": differences.is_empty(), "differences": differences })
}
