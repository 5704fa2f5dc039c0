//! Host functions: what they cost and what they do.

mod effects;
mod prices;
mod records;

use alloy_primitives::{Address, B256, Bytes, U256, bytes, keccak256};
use wasmer::{ExternType, Store, Type};
use wasmparser::ValType;

use super::{CONSOLE_HOOKS, HOOKS, Hook, find};
use crate::vm::frame::Frame;
use crate::vm::host::{CallKind, FrameOutcome, Pages};
use crate::vm::testing::{MockHost, call, run};
use crate::vm::{ProgramCall, ProgramResult, ProgramStatus, lent};

/// Gas that no test uses up.
const PLENTY: u64 = 100_000_000;

fn wat_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 | ValType::Ref(_) => unreachable!("no host function takes these"),
    }
}

/// Bytes for a data segment of a program in text form.
fn escape(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// A program with one page of memory that imports all host functions of `vm_hooks`.
fn program(data: &str, body: &str) -> String {
    let import = |hook: &Hook| {
        let list = |what: &str, types: &[ValType]| match types {
            [] => String::new(),
            types => {
                format!("({what} {})", types.iter().map(|ty| wat_type(*ty)).collect::<Vec<_>>().join(" "))
            }
        };
        let (name, params, results) = (hook.name, list("param", hook.params), list("result", hook.results));
        format!("(import \"vm_hooks\" \"{name}\" (func ${name} {params} {results}))\n")
    };
    format!(
        r#"(module
        {imports}
        (memory (export "memory") 1 1)
        (data (i32.const 0) "{data}")
        (func (export "user_entrypoint") (param i32) (result i32) (local $ink i64) (local $out i32)
            {body}
            (i32.const 0)))"#,
        imports = HOOKS.iter().map(import).collect::<String>(),
    )
}

/// Runs host calls one after the other and returns the ink that each took, without the operators around it.
fn ink_of(calls: &[&str], data: &str, call: ProgramCall, host: &mut MockHost) -> Vec<u64> {
    const OUT: usize = 60_000;
    let mut body = String::new();
    let mut around = Vec::new();
    for (i, line) in calls.iter().enumerate() {
        let mut words = line.split_whitespace();
        let hook = find("vm_hooks", words.next().unwrap(), false).unwrap();
        let arguments: Vec<_> = words.collect();
        assert_eq!(arguments.len(), hook.params.len(), "{line}");
        body += "(local.set $ink (call $evm_ink_left))\n";
        for (argument, ty) in arguments.iter().zip(hook.params) {
            body += &format!("({}.const {argument})\n", wat_type(*ty));
        }
        body += &format!("(call ${})\n", hook.name);
        body += if hook.results.is_empty() { "" } else { "drop\n" };
        body += &format!(
            "(local.set $ink (i64.sub (local.get $ink) (call $evm_ink_left)))
             (i64.store (i32.const {}) (local.get $ink))\n",
            OUT + 8 * i
        );
        // local.set, arguments, call, header; then drop, local.get, call, header, and the second question itself
        let operators = 210 + arguments.len() as u64 + 3_800 + 2_450 + 75 + 3_800 + 2_450 + 8_400;
        around.push(operators + if hook.results.is_empty() { 0 } else { 9 });
    }
    body += &format!("(call $write_result (i32.const {OUT}) (i32.const {}))\n", 8 * calls.len());
    let result = run(&program(data, &body), call, host);
    assert_eq!(result.status, ProgramStatus::Success);
    let inks = result.output.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap()));
    inks.zip(around).map(|(ink, around)| ink - around).collect()
}

/// Ink of a single call on a fresh chain.
fn one(call_line: &str) -> u64 {
    ink_of(&[call_line], "", call(PLENTY), &mut MockHost::default())[0]
}

fn execute(data: &str, body: &str, host: &mut MockHost) -> ProgramResult {
    run(&program(data, body), call(PLENTY), host)
}

fn execute_with(body: &str, gas: u64, host: &mut MockHost) -> ProgramStatus {
    run(&program("", body), call(gas), host).status
}

/// Creates with an endowment of zero and answers what the guest saw: return data length, then address.
fn create(function: &str, gas: u64, host: &mut MockHost) -> ProgramResult {
    let arguments = match function {
        "create1" => "(i32.const 0) (i32.const 33) (i32.const 64) (i32.const 104) (i32.const 100)",
        _ => "(i32.const 0) (i32.const 33) (i32.const 64) (i32.const 0) (i32.const 104) (i32.const 100)",
    };
    let body = format!("(call ${function} {arguments}) (call $write_result (i32.const 100) (i32.const 24))");
    run(&program(&escape(&[7; 33]), &body), call(gas), host)
}
