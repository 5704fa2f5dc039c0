//! The machine's stack against the stack limit in words, and programs that call programs.

use super::run::NATIVE_OVERFLOWS;
use super::testing::{MockHost, Nested, call, compile, run};
use super::{Engine, ProgramCall, ProgramStatus};

/// The highest stack limit that a chain ever had by default, words.
const DEEPEST: u32 = 262_144;

/// Runs a program that recurses for ever and answers how it ended and whether the machine's stack ended it.
fn recurse(fields: &str) -> (ProgramStatus, bool) {
    let wat = format!(
        r#"(module (memory (export "memory") 1 1) {fields}
        (func (export "user_entrypoint") (param i32) (result i32) (call $start) i32.const 0))"#
    );
    let before = NATIVE_OVERFLOWS.get();
    let call = ProgramCall { max_stack_depth: DEEPEST, ..call(u64::MAX / 10_000) };
    let result = run(&wat, call, &mut MockHost::default());
    (result.status, NATIVE_OVERFLOWS.get() > before)
}

#[test]
fn words_run_out_before_the_machines_stack() {
    // The compiler keeps constants out of the stack, but not what it copies from locals.
    let values = |n: usize| "local.get $v ".repeat(n);
    let small = "(func $start (call $start))".to_owned();
    let indirect = "(table funcref (elem $start)) (type $t (func)) (func $start (call_indirect (type $t) (i32.const 0)))".to_owned();
    let locals = format!("(func $start (local {}) (call $start))", "i64 ".repeat(348));
    let operands =
        format!("(func $start (local $v i64) {} (call $start) {})", values(4_000), "drop ".repeat(4_000));
    let parameters = |n: usize| {
        let (types, values) = ("i64 ".repeat(n), values(n));
        let gets: String = (0..n).map(|i| format!("local.get {i} ")).collect();
        format!(
            "(func $deep (param {types}) (call $deep {gets})) (func $start (local $v i64) (call $deep {values}))"
        )
    };
    let mixed = "(func $deep (param i64 i64 i64 i64 i64 i64 i64) (local i64 i64)
        (call $deep (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6)))
        (func $start (call $deep (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1) (i64.const 1)))".to_owned();
    for fields in
        [small, indirect, locals, operands, parameters(8), parameters(100), parameters(1_000), mixed]
    {
        let shown = &fields[..fields.len().min(80)];
        assert_eq!(recurse(&fields), (ProgramStatus::OutOfStack, false), "{shown}");
    }
}

#[test]
fn programs_that_hide_operands_end_without_harm() {
    // Blocks with parameters make the count of operands forget them: per frame 6 words and thousands of values.
    let mut body = String::new();
    let (depth, width) = (2_000, 4);
    for _ in 0..depth {
        body += &"local.get $v ".repeat(width);
        body += &format!("(block (param {}) ", "i64 ".repeat(width));
    }
    body += "(call $start)";
    for _ in 0..depth {
        body += &"drop ".repeat(width);
        body += ")";
    }
    let (status, overflow) = recurse(&format!("(func $start (local $v i64) {body})"));
    assert_eq!(status, ProgramStatus::OutOfStack);
    assert!(overflow, "the program is meant to be worse than the stack");
}

#[test]
fn programs_nest_as_deep_as_the_evm_lets_them() {
    const LEVELS: u32 = 1_024;
    let deep = || {
        let engine = Engine::new();
        let wat = r#"(module
            (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
            (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32) (i64.const -1) (i32.const 64))))"#;
        let module = compile(&engine, wat);
        let nested = Nested { engine: engine.clone(), module: module.clone(), levels: LEVELS };
        let mut host = MockHost { nested: Some(nested), ..MockHost::default() };
        let result = engine.run(&module, call(u64::MAX / 10_000), &mut host);
        assert_eq!(result.status, ProgramStatus::Success);
        assert_eq!(host.calls.len(), LEVELS as usize + 1);
    };
    // Each level also takes room on the caller's own stack.
    let thread = std::thread::Builder::new().stack_size(STACK_FOR_NESTING);
    thread.spawn(deep).unwrap().join().unwrap();
}

/// Bytes of a thread's stack that 1 024 programs calling each other fit in.
const STACK_FOR_NESTING: usize = 64 << 20;
