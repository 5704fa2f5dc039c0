//! `cargo xtask build-contracts`

use anyhow::Result;
use serde_json::json;
use xtask::artifacts::{self, Artifacts};
use xtask::process::note;

use crate::report::{Outcome, grouped, table};

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
            grouped(program.raw_bytes as u64),
            grouped(program.compressed_bytes as u64),
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
