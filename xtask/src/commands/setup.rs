//! `cargo xtask setup`

use anyhow::Result;
use serde_json::json;
use xtask::toolchain::{self, Found, Toolchain, Via, binaryen};

use crate::report::{Outcome, table};

pub(crate) fn run(check: bool, via: Option<Via>) -> Result<Outcome> {
    if check {
        return Ok(tell(&toolchain::find(via)?));
    }
    let Toolchain { compiler, wasm_opt } = toolchain::ensure(via)?;
    let channel = String::new();
    Ok(tell(&Found { channel, compiler: Some(compiler), wasm_opt: Some(wasm_opt) }))
}

fn tell(found: &Found) -> Outcome {
    let missing = || "missing".to_owned();
    let compiler = found.compiler.as_ref();
    let wasm_opt = found.wasm_opt.as_ref();
    let rows = [
        [
            "contracts' compiler".to_owned(),
            compiler.map_or_else(missing, |compiler| compiler.rustc.clone()),
            compiler.map_or_else(String::new, |compiler| compiler.via.to_string()),
            compiler.map_or_else(String::new, |compiler| compiler.folder.display().to_string()),
        ],
        [
            "wasm-opt".to_owned(),
            wasm_opt.map_or_else(missing, |wasm_opt| wasm_opt.version.to_owned()),
            wasm_opt.map_or_else(String::new, |wasm_opt| wasm_opt.via.to_owned()),
            wasm_opt.map_or_else(String::new, |wasm_opt| wasm_opt.folder.display().to_string()),
        ],
    ];
    let report = rows
        .iter()
        .map(|[part, version, via, path]| json!({"part": part, "version": version, "via": via, "path": path}))
        .collect();
    let mut absent = Vec::new();
    if compiler.is_none() {
        absent.push(format!("Rust {} with {}", found.channel, toolchain::WASM_TARGET));
    }
    if wasm_opt.is_none() {
        absent.push(format!("wasm-opt {}", binaryen::VERSION));
    }
    let reason = format!("missing: {}; `cargo xtask setup` gets it", absent.join(", "));
    let outcome = Outcome::new(report, table(["part", "version", "via", "folder"], rows));
    let outcome = match compiler {
        Some(compiler) => outcome.with_toolchain(&compiler.rustc),
        None => outcome,
    };
    outcome.failed_if((!absent.is_empty()).then_some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict;

    #[test]
    fn what_is_missing_is_named_with_the_remedy() {
        let outcome = tell(&Found { channel: "1.96.0".into(), compiler: None, wasm_opt: None });
        let Verdict::Failed(reason) = outcome.verdict else { panic!("passes with everything missing") };
        for word in ["Rust 1.96.0", "wasm-opt 132", "cargo xtask setup"] {
            assert!(reason.contains(word), "{reason}");
        }
    }
}
