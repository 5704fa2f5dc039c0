//! Every rule of §3 with a program that breaks it, and for limits one that just doesn't.

use super::testing::{RULES_51, RULES_61};
use super::{Activation, ActivationError, Engine, Rules};

/// The rules of a chain in production at ArbOS 51.
const PRODUCTION: Rules = Rules { debug_chain: false, ..RULES_51 };

fn activate(wasm: &[u8], rules: Rules) -> Result<Activation, ActivationError> {
    Engine::new().activate(wasm, rules, 128)
}

fn activate_wat(wat: &str, rules: Rules) -> Result<Activation, ActivationError> {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{wat}: {error}"));
    activate(&wasm, rules)
}

/// A program that lacks nothing, with more fields.
fn with(fields: &str) -> String {
    format!(
        r#"(module {fields} (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
    )
}

/// A program whose entry point has this body.
fn with_body(body: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32) {body}))"#
    )
}

#[track_caller]
fn refused_at(rules: Rules, wat: &str, reason: &str) {
    match activate_wat(wat, rules) {
        Ok(_) => panic!("accepted: {wat}"),
        Err(error) => assert!(error.to_string().contains(reason), "{error} doesn't say {reason}"),
    }
}

#[track_caller]
fn refused(wat: &str, reason: &str) {
    refused_at(RULES_51, wat, reason);
}

#[track_caller]
fn accepted(wat: &str) {
    if let Err(error) = activate_wat(wat, RULES_51) {
        panic!("{error}: {wat}");
    }
}

#[test]
fn what_is_not_wasm_is_refused() {
    for bytes in [&b""[..], b"\0asm", b"\0asm\x02\0\0\0", b"\0asm\x0d\0\x01\0", b"EVM bytecode, say"] {
        assert!(activate(bytes, RULES_51).is_err(), "{bytes:?}");
    }
    let mut truncated = wat::parse_str(with("")).unwrap();
    truncated.pop();
    assert!(activate(&truncated, RULES_51).is_err());
}

#[test]
fn proposals_beyond_the_list_are_refused() {
    refused(&with_body("(i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0))"), "SIMD");
    refused(&with_body("(ref.is_null (ref.null func))"), "reference types");
    refused(&with("(table 1 externref)"), "reference types");
    refused(&with_body("(select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))"), "reference types");
    refused(&with("(table 1 1 funcref) (table 1 1 funcref)"), "table");
    refused(&with_body("(i32.atomic.load (i32.const 0))"), "threads");
    refused(&with_body("(return_call 0 (local.get 0))"), "tail calls");
    refused(&with("(global i32 (i32.add (i32.const 0) (i32.const 0)))"), "");
    refused(&with("(type (struct))"), "");
    refused(&with("(tag)"), "exceptions");
    refused(r#"(module (memory (export "memory") i64 1 1))"#, "memory64");
    refused(r#"(module (memory (export "memory") 1 1) (memory 1 1))"#, "memor");
}

#[test]
fn multiple_results_are_refused_from_stylus_3() {
    let functions = with("(func $two (result i32 i32) i32.const 0 i32.const 0)");
    let blocks = with_body("i32.const 0 (block (param i32) (result i32))");
    for wat in [&functions, &blocks] {
        accepted(wat);
        refused_at(RULES_61, wat, "multi-value");
    }
}

#[test]
fn the_table_of_an_indirect_call_is_one_zero_byte() {
    let mut wasm = wat::parse_str(
        r#"(module (table 1 funcref) (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))"#,
    )
    .unwrap();
    assert!(activate(&wasm, RULES_51).is_ok());
    let call = wasm.windows(3).position(|bytes| bytes == [0x11, 0, 0]).unwrap();
    wasm.splice(call + 2..call + 3, [0x80, 0x00]);
    for length in [call - 6, call - 8] {
        wasm[length] += 1; // of the body and of the section
    }
    let error = activate(&wasm, RULES_51).unwrap_err().to_string();
    assert!(error.contains("zero byte"), "{error}");
}

#[test]
fn floating_point_arithmetic_is_refused_and_mere_storage_is_not() {
    for body in [
        "(i32.trunc_f32_s (f32.const 1))",
        "(i32.trunc_sat_f64_u (f64.const 1))",
        "(f32.eq (f32.const 1) (f32.const 1))",
        "(drop (f64.sqrt (f64.const 1))) i32.const 0",
        "(drop (f32.neg (f32.const 1))) i32.const 0",
        "(drop (f64.promote_f32 (f32.const 1))) i32.const 0",
        "(drop (f32.convert_i32_s (i32.const 1))) i32.const 0",
    ] {
        refused(&with_body(body), "is not supported");
    }
    accepted(&with(
        "(global (mut f64) (f64.const 1)) (func (param f32) (local f64) (f32.store (i32.const 0) (local.get 0)))",
    ));
    accepted(&with_body("(i32.reinterpret_f32 (f32.load (i32.const 0)))"));
}

#[test]
fn bulk_operators_on_tables_and_passive_segments_are_refused() {
    refused(
        &with_body("(elem.drop 0) i32.const 0 (; ;)")
            .replace("(module", "(module (table 1 funcref) (elem func)"),
        "is not supported",
    );
    refused(
        &with_body("(table.copy (i32.const 0) (i32.const 0) (i32.const 0)) i32.const 0")
            .replace("(module", "(module (table 1 funcref)"),
        "is not supported",
    );
    refused(
        &with_body("(data.drop 0) i32.const 0").replace("(module", r#"(module (data "x")"#),
        "data count",
    );
    accepted(&with(r#"(table 1 funcref) (elem func) (data "passive")"#));
}

#[test]
fn sections_that_stylus_does_not_know_are_refused() {
    let append = |section: &[u8]| {
        let mut wasm = wat::parse_str(with("")).unwrap();
        wasm.extend_from_slice(section);
        activate(&wasm, RULES_51)
    };
    assert!(append(&[40, 1, 0]).is_err());
    assert!(append(b"\0\x05\x04hello").is_err(), "cut off");
    assert!(append(b"\0\x06\x05hello").is_ok(), "custom sections say what they like");
    assert!(append(b"\0\x08\x04name\0\x01\0").is_ok(), "no module name");
    assert!(append(b"\0\x08\x04name\0\x01\x09").is_err(), "a module name that is cut off");
    assert!(append(b"\0\x08\x04name\x01\x01\x03").is_err(), "function names that are cut off");
}

#[test]
fn imports_are_known_functions_of_their_type() {
    refused(
        &with(r#"(import "vm_hooks" "memory" (memory 1 1))"#)
            .replace(r#"(memory (export "memory") 1 1)"#, ""),
        "not a function",
    );
    refused(&with(r#"(import "vm_hooks" "global" (global i32))"#), "not a function");
    refused(&with(r#"(import "vm_hooks" "table" (table 1 funcref))"#), "not a function");
    refused(&with(r#"(import "vm_hooks" "no_such_hook" (func))"#), "unknown import vm_hooks.no_such_hook");
    refused(&with(r#"(import "env" "read_args" (func (param i32)))"#), "unknown import env.read_args");
    refused(
        &with(r#"(import "vm_hooks" "read_args" (func (param i64)))"#),
        "wrong type of import vm_hooks.read_args",
    );
    refused(&with(r#"(import "vm_hooks" "stylus_hook" (func))"#), "reserved");
    let twice = |second| {
        with(&format!(
            r#"(type $a (func (param i32))) (type $b (func (param i32)))
            (import "vm_hooks" "read_args" (func (type $a))) (import "vm_hooks" "read_args" (func (type {second})))"#
        ))
    };
    accepted(&twice("$a"));
    refused(&twice("$b"), "inconsistent imports vm_hooks.read_args");
}

#[test]
fn debug_chains_have_a_console_and_start_functions() {
    let console = with(r#"(import "console" "log_i32" (func (param i32)))"#);
    accepted(&console);
    refused_at(PRODUCTION, &console, "unknown import console.log_i32");
    refused(&with(r#"(import "debug" "toggle" (func))"#), "unknown import debug.toggle");
    let start = with("(func $s) (start $s)");
    accepted(&start);
    refused_at(PRODUCTION, &start, "start functions");
}

#[test]
fn export_names_do_not_collide() {
    refused(&with(r#"(func (export "stylus_start"))"#), "reserved");
    refused(&with(r#"(func (export "a__stylus"))"#), "reserved");
    let import = |export| {
        with(&format!(r#"(import "vm_hooks" "read_args" (func (param i32))) (func (export "{export}"))"#))
    };
    refused(&import("read_args"), "name of an import");
    refused(&import("lib__read_args"), "name of an import");
    accepted(&import("read_args__lib"));
}

#[test]
fn the_entry_point_and_the_memory_must_be_there() {
    refused(r#"(module (memory (export "memory") 1 1))"#, "missing export user_entrypoint");
    for ty in ["(param i64) (result i32) i32.const 0", "(param i32)", "(result i32) i32.const 0"] {
        let wat =
            format!(r#"(module (memory (export "memory") 1 1) (func (export "user_entrypoint") {ty}))"#);
        refused(&wat, "wrong type of export user_entrypoint");
    }
    refused(
        r#"(module (memory (export "memory") 1 1) (global (export "user_entrypoint") i32 (i32.const 0)))"#,
        "missing export user_entrypoint",
    );
    refused(
        r#"(module (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
        "missing memory",
    );
    refused(
        r#"(module (memory 1 1) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
        "missing export memory",
    );
    refused(
        r#"(module (memory 1 1) (func (export "memory")) (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
        "missing export memory",
    );
}

#[test]
fn memory_that_can_grow_needs_the_import_that_charges_it() {
    let memory = |limits: &str, import: &str| {
        with(import).replace(r#""memory") 1 1"#, &format!(r#""memory") {limits}"#))
    };
    let pay = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;
    for growing in ["1", "1 2", "0 65536"] {
        refused(&memory(growing, ""), "missing import vm_hooks.pay_for_memory_grow");
        accepted(&memory(growing, pay));
    }
    refused(&memory("1 2", &pay.replace("i32", "i64")), "wrong type of import vm_hooks.pay_for_memory_grow");
    accepted(&memory("0 0", ""));
    accepted(&memory("128 128", ""));
    refused(&memory("129 129", ""), "129 pages");
    let two = wat::parse_str(memory("2 2", "")).unwrap();
    assert!(Engine::new().activate(&two, RULES_51, 2).is_ok());
    let error = Engine::new().activate(&two, RULES_51, 1).unwrap_err().to_string();
    assert!(error.contains("limit of 1"), "{error}");
}

#[test]
fn segments_lie_inside_what_they_fill() {
    accepted(&with(r#"(data (i32.const 65532) "four")"#));
    refused(&with(r#"(data (i32.const 65533) "four")"#), "data segment ends at 65537");
    refused(&with(r#"(data (i32.const -1) "")"#), "data segment");
    accepted(&with("(table 2 funcref) (elem (i32.const 1) func 0)"));
    refused(&with("(table 2 funcref) (elem (i32.const 2) func 0)"), "element segment ends at 3");
}

#[test]
fn counts_are_limited() {
    let many = |n: usize, field: &str| with(&field.repeat(n));
    accepted(&many(128, r#"(data (i32.const 0) "")"#));
    refused(&many(129, r#"(data (i32.const 0) "")"#), "data segments: 129");
    let elements = |n| with(&format!("(table 1 funcref) {}", "(elem (i32.const 0) func)".repeat(n)));
    accepted(&elements(128));
    refused(&elements(129), "element segments: 129");
    let exports = |n: usize| with(&(0..n).map(|i| format!("(export \"e{i}\" (func 0))")).collect::<String>());
    accepted(&exports(1_018));
    refused(&exports(1_019), "exports: 1025");
    accepted(&many(4_095, "(func)"));
    refused(&many(4_096, "(func)"), "functions: 4097");
    accepted(&many(32_764, "(global i32 (i32.const 0))"));
    refused(&many(32_765, "(global i32 (i32.const 0))"), "globals: 32769");
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    accepted(&many(513, import));
    refused(&many(514, import), "imports: 514");
}

#[test]
fn sizes_are_limited() {
    accepted(&with("(table 4096 funcref)"));
    refused(&with("(table 4097 funcref)"), "table entries: 4097");
    // flags, offset of three bytes, count of two, an index of one byte each
    let element = |n| with(&format!("(table 4096 funcref) (elem (i32.const 0) func {})", "0 ".repeat(n)));
    accepted(&element(4_096 - 6));
    refused(&element(4_096 - 5), "bytes of element segments: 4097");
    let export = |n| with(&format!(r#"(func (export "{}"))"#, "e".repeat(n)));
    accepted(&export(512));
    refused(&export(513), "bytes of an export's name: 513");
    let named = |n| format!("(module ${} {}", "m".repeat(n), with("").strip_prefix("(module").unwrap());
    accepted(&named(512));
    refused(&named(513), "bytes of the module's name: 513");
}

#[test]
fn production_chains_count_only_the_exports_that_they_keep() {
    let many: String = (0..2_000).map(|i| format!("(export \"e{i}\" (func 0))")).collect();
    assert!(activate_wat(&with(&many), PRODUCTION).is_ok());
    refused(&with(&many), "exports");
}

#[test]
fn functions_are_limited() {
    let locals = |n| with_body(&format!("(local {}) i32.const 0", "i64 ".repeat(n)));
    accepted(&locals(348));
    refused(&locals(349), "locals: 349");
    refused(&locals(10_240), "frame of 10246 words");
    // header of the only block, function entry, release and return before the end
    let nops = |n: usize| with_body(&format!("{} i32.const 0", "nop ".repeat(n)));
    accepted(&nops(65_536 - 31));
    refused(&nops(65_536 - 30), "operators: 65537");
    let operands = |n| with_body(&format!("{} {} i32.const 0", "i32.const 0 ".repeat(n), "drop ".repeat(n)));
    accepted(&operands(4_096));
    refused(&operands(4_097), "4097 words of operands");
}
