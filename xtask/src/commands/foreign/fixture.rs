//! What a script is handed: the chain, and the program that it deploys.

use std::fs;
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xtask::artifacts::{Artifacts, wasm};

/// The contract that every client takes through its life: a program behind clones of EVM code.
const TOKEN: &str = "credential-token";

/// The part that is the same for every client: the token's creation code, its hash and the file of its wasm, its ABI, the
/// code of clones.
pub(super) fn program(artifacts: &Artifacts) -> Result<Value> {
    let code = artifacts.code(TOKEN)?;
    let path = artifacts.abi_path(TOKEN);
    let abi = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
    let abi: Value = serde_json::from_str(&abi).with_context(|| format!("{} isn't JSON", path.display()))?;
    let file = path::absolute(artifacts.wasm_path(TOKEN)).context("there is no working folder")?;
    Ok(json!({
        "program": { "creation": creation(&code), "codeHash": wasm::code_hash(&code), "wasm": file },
        "abi": abi,
        "clone": artifacts.evm()?["clone"],
    }))
}

/// What creates an account with this code: the prelude that Stylus tools share, then the code, in hexadecimal digits.
///
/// `PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN`, and a version byte that is never run.
fn creation(code: &[u8]) -> String {
    let digits: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x7f{:064x}80602b6000396000f300{digits}", code.len())
}

/// Writes all that the script of `client` needs, and returns the file's path.
pub(super) fn write(root: &Path, client: &str, node: &Value, program: &Value) -> Result<PathBuf> {
    let folder = root.join("target/foreign");
    let path = folder.join(format!("{client}.json"));
    let context = || format!("{} can't be written", path.display());
    fs::create_dir_all(&folder).with_context(context)?;
    fs::write(&path, joined(node, program).to_string()).with_context(context)?;
    Ok(path)
}

fn joined(node: &Value, program: &Value) -> Value {
    let members = [node, program].into_iter().filter_map(Value::as_object).flatten();
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creation_code_returns_what_follows_its_43_bytes() {
        let creation = creation(&[0xef, 0xf0, 0, 0, 7]);
        assert_eq!(creation.len(), 2 + 2 * (43 + 5));
        assert!(creation.starts_with("0x7f0000"), "{creation}");
        assert!(creation.ends_with("0580602b6000396000f300eff0000007"), "{creation}");
    }

    #[test]
    fn node_and_program_are_one_object() {
        let all = joined(&json!({ "rpc": "http://127.0.0.1:1" }), &json!({ "abi": [] }));
        assert_eq!(all, json!({ "rpc": "http://127.0.0.1:1", "abi": [] }));
    }
}
