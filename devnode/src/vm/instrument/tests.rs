//! Prices of blocks, size of instrumented code, and the stack limit.

use super::*;
use crate::vm::testing::{INK_PRICE, MockHost, RULES_51, call, run};
use crate::vm::{ProgramCall, ProgramStatus};

/// A program with one page of fixed memory, other fields and the body of its entry point.
fn program(fields: &str, body: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1 1) {fields}
        (func (export "user_entrypoint") (param i32) (result i32) (local $i i32) {body}))"#
    )
}

/// Runs with exactly this much ink and answers what is left.
fn run_with_ink(wat: &str, ink: u64) -> (ProgramStatus, u64) {
    let result = run(wat, ProgramCall { ink_price: 1, ..call(ink) }, &mut MockHost::default());
    (result.status, result.gas_left)
}

/// Ink that a program takes from beginning to end.
fn ink_of(wat: &str) -> u64 {
    const PLENTY: u64 = 1 << 40;
    let (status, left) = run_with_ink(wat, PLENTY);
    assert_eq!(status, ProgramStatus::Success);
    PLENTY - left
}

/// Operators of the entry point after instrumentation.
fn operators(wat: &str) -> u64 {
    let wasm = wat::parse_str(wat).unwrap();
    let source = Source::parse(&wasm, RULES_51).unwrap();
    instrument(&source, RULES_51).unwrap().functions.last().unwrap().operators
}

/// Ink of the shortest entry point: `i32.const 0`, `end`, header.
const SHORTEST: u64 = 1 + 1 + 2_450;

#[test]
fn a_block_runs_with_exactly_its_ink_and_not_with_less() {
    let wat = program("", "i32.const 0");
    assert_eq!(run_with_ink(&wat, SHORTEST), (ProgramStatus::Success, 0));
    assert_eq!(run_with_ink(&wat, SHORTEST - 1), (ProgramStatus::OutOfInk, 0));
}

#[test]
fn a_body_that_adds_two_parameters_costs_2671() {
    let add = "(func $add (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)";
    let wat = program(add, "(drop (call $add (i32.const 1) (i32.const 2))) i32.const 0");
    let caller = (1 + 1 + 3_800 + 2_450) + (9 + SHORTEST);
    assert_eq!(ink_of(&wat) - caller, 2_671);
}

#[test]
fn a_loop_is_entered_once_and_pays_its_blocks_every_time() {
    let count = |n| {
        program(
            "",
            &format!(
                "(local.set $i (i32.const {n}))
             (loop $again (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
             i32.const 0"
            ),
        )
    };
    let each = 75 + 1 + 70 + 75 + 765 + 2_450;
    assert_eq!(ink_of(&count(5)) - ink_of(&count(4)), each);
    let entry = 1 + 210 + 1 + 2_450; // the loop operator ends the block before it
    let exit = 1 + 2_450; // the loop's end is a block of its own
    assert_eq!(ink_of(&count(1)), entry + each + exit + SHORTEST);
}

#[test]
fn branch_tables_and_indirect_calls_cost_by_their_size() {
    let table = |targets| program("", &format!("(block $b (br_table {targets} (i32.const 0))) i32.const 0"));
    assert_eq!(ink_of(&table("$b $b $b")) - ink_of(&table("$b")), 2 * 325);
    assert_eq!(ink_of(&table("$b")), (1 + 1 + 2_400 + 2_450) + SHORTEST, "the end behind it never runs");

    let indirect = |params: &str, arguments: &str| {
        let fields =
            format!("(table funcref (elem $f)) (type $t (func (param {params}))) (func $f (type $t))");
        program(&fields, &format!("(call_indirect (type $t) {arguments} (i32.const 0)) i32.const 0"))
    };
    let none = ink_of(&indirect("", ""));
    assert_eq!(none, (1 + 13_610 + 2_450) + (1 + 2_450) + SHORTEST);
    assert_eq!(ink_of(&indirect("i32 i64", "(i32.const 0) (i64.const 0)")) - none, 2 * (650 + 1));
}

#[test]
fn bulk_memory_costs_by_the_byte_and_cannot_wrap_around() {
    let fill = |bytes: i64| {
        program("", &format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {bytes})) i32.const 0"))
    };
    assert_eq!(ink_of(&fill(0)), 3 + 950 + SHORTEST);
    assert_eq!(ink_of(&fill(1_000)) - ink_of(&fill(0)), 100_000);
    let copy = program("", "(memory.copy (i32.const 0) (i32.const 8) (i32.const 7)) i32.const 0");
    assert_eq!(ink_of(&copy), 3 + 950 + 700 + SHORTEST);
    let exact = 3 + 950 + SHORTEST + 100_000;
    assert_eq!(run_with_ink(&fill(1_000), exact), (ProgramStatus::Success, 0));
    assert_eq!(run_with_ink(&fill(1_000), exact - 1).0, ProgramStatus::OutOfInk);
    assert_eq!(
        run_with_ink(&fill(-1), 1 << 38).0,
        ProgramStatus::OutOfInk,
        "4 GiB are paid before they trap"
    );
}

#[test]
fn fill_takes_the_low_byte_of_its_value() {
    let wat = program(
        "",
        "(memory.fill (i32.const 9) (i32.const 0x1fe) (i32.const 1)) (i32.ne (i32.load8_u (i32.const 9)) (i32.const 0xfe))",
    );
    assert_eq!(run_with_ink(&wat, 1 << 40).0, ProgramStatus::Success);
}

#[test]
fn float_operators_that_survive_activation_never_run() {
    let wat = program("", "(drop (f32.const 1)) i32.const 0");
    assert_eq!(run_with_ink(&wat, u64::MAX - 1).0, ProgramStatus::OutOfInk);
    let skipped = program("", "(if (local.get $i) (then (drop (f64.load (i32.const 0))))) i32.const 0");
    assert_eq!(run_with_ink(&skipped, 1 << 40).0, ProgramStatus::Success);
}

#[test]
fn operators_are_counted_as_instrumented() {
    let count = |n: u64, blocks: u64, bulk: u64, returns: u64, grows: u64| {
        n + 12 * blocks + 17 * bulk + 12 + 4 * (returns + 1) + 1 + 4 * grows
    };
    assert_eq!(operators(&program("", "i32.const 0")), count(2, 1, 0, 0, 0));
    let bulk = "(memory.fill (i32.const 0) (i32.const 0) (i32.const 1))
                (memory.copy (i32.const 0) (i32.const 0) (i32.const 1)) (return (i32.const 0))";
    assert_eq!(operators(&program("", bulk)), count(11, 2, 2, 1, 0));
    let branchy =
        "(block $b (br_if $b (local.get $i)) (if (local.get $i) (then nop) (else nop))) i32.const 0";
    // br_if, if, else, end of if, end of block, end of body
    assert_eq!(operators(&program("", branchy)), count(12, 6, 0, 0, 0));
    let grow = r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32))) (memory (export "memory") 1)
        (func (export "user_entrypoint") (param i32) (result i32) (memory.grow (i32.const 0))))"#;
    assert_eq!(operators(grow), count(3, 1, 0, 0, 1));
    let fixed = program("", "(memory.grow (i32.const 0))");
    assert_eq!(operators(&fixed), count(3, 1, 0, 0, 0));
}

fn run_with_stack(wat: &str, words: u32) -> ProgramStatus {
    let call = ProgramCall { max_stack_depth: words, ..call(1_000_000_000) };
    let result = run(wat, call, &mut MockHost::default());
    if result.status == ProgramStatus::OutOfStack {
        assert_eq!(result.gas_left, 0);
    }
    result.status
}

#[test]
fn a_frame_needs_more_than_its_words() {
    // Two operands of the block header, one declared local, four words of overhead.
    let wat = program("", "i32.const 0");
    assert_eq!(run_with_stack(&wat, 7), ProgramStatus::OutOfStack);
    assert_eq!(run_with_stack(&wat, 8), ProgramStatus::Success);
    let three =
        program("", "(drop (i32.add (i32.const 0) (i32.add (i32.const 0) (i32.const 0)))) i32.const 0");
    assert_eq!(run_with_stack(&three, 8), ProgramStatus::OutOfStack);
    assert_eq!(run_with_stack(&three, 9), ProgramStatus::Success);
}

#[test]
fn results_of_blocks_count_beside_the_values_that_become_them() {
    // the block's slot, the header's two operands on top of it
    let wat = program("", "(block (result i32) (block (br 0)) (i32.const 0))");
    assert_eq!(run_with_stack(&wat, 3 + 1 + 4), ProgramStatus::OutOfStack);
    assert_eq!(run_with_stack(&wat, 3 + 1 + 4 + 1), ProgramStatus::Success);
}

#[test]
fn returning_gives_words_back_but_branching_to_the_outermost_label_does_not() {
    let repeat = |leave: &str| {
        let fields = format!("(func $f {leave})");
        program(
            &fields,
            "(local.set $i (i32.const 100))
            (loop $again (call $f) (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            i32.const 0",
        )
    };
    // entry point: H 2 + 1 + 4 = 7; $f: 2 + 4 = 6
    for leave in ["", "return", "(block (br 0))"] {
        assert_eq!(run_with_stack(&repeat(leave), 14), ProgramStatus::Success, "{leave}");
    }
    assert_eq!(run_with_stack(&repeat("(br 0)"), 7 + 100 * 6), ProgramStatus::OutOfStack);
    assert_eq!(run_with_stack(&repeat("(br 0)"), 7 + 100 * 6 + 1), ProgramStatus::Success);
}

#[test]
fn traps_of_the_program_are_failures_with_gas_left() {
    for body in [
        "unreachable",
        "(i32.div_u (i32.const 1) (local.get $i))",
        "(i32.div_s (i32.const 0x80000000) (i32.const -1))",
        "(i32.load (i32.const 65533))",
        "(call_indirect (result i32) (i32.const 0))",
        "(call_indirect (result i32) (i32.const 9))",
    ] {
        let wat = program("(table 2 funcref)", body);
        let result = run(&wat, call(1_000), &mut MockHost::default());
        assert_eq!(result.status, ProgramStatus::Failure, "{body}");
        assert!(result.gas_left >= 995, "{body}: {}", result.gas_left);
        assert!(result.output.is_empty());
    }
}

#[test]
fn fractions_of_gas_are_lost_at_the_end() {
    let result = run(&program("", "i32.const 3"), call(10), &mut MockHost::default());
    assert_eq!((result.status, result.gas_left), (ProgramStatus::Revert, 9));
    assert_eq!(10 - SHORTEST.div_ceil(u64::from(INK_PRICE)), 9);
}
