//! `cargo xtask build-contracts`

use anyhow::Result;
use serde_json::json;
use xtask::artifacts::{self, Artifacts};
use xtask::process::note;

use crate::report::{Outcome, table};

pub(crate) fn run() -> Result<Outcome> {
    let artifacts = artifacts::ensure()?;
    note(format!(
        "{} {}",
        if artifacts.was_built() { "wrote" } else { "up to date:" },
        artifacts.folder().display()
    ));
    Ok(tell(&artifacts))
}

fn tell(artifacts: &Artifacts) -> Outcome {
    let rows = artifacts.programs().iter().map(|(folder, program)| {
        let share = program.compressed_bytes as f64 * 100.0 / program.limit_bytes as f64;
        [
            folder.clone(),
            grouped(program.raw_bytes),
            grouped(program.compressed_bytes),
            format!("{share:.1} %"),
        ]
    });
    let text = table(["program", ">wasm, bytes", ">deployed, bytes", ">of the limit"], rows);
    let report = artifacts
        .programs()
        .iter()
        .map(|(folder, program)| {
            let mut row = json!(program);
            row["folder"] = folder.as_str().into();
            row
        })
        .collect();
    let outcome = Outcome::new(report, text);
    match artifacts.programs().values().next() {
        Some(program) => outcome.with_toolchain(format!("{}, wasm-opt {}", program.rustc, program.wasm_opt)),
        None => outcome,
    }
}

/// Digits in groups of three.
fn grouped(number: usize) -> String {
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
}
