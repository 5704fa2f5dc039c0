//! Checklist: validation and instrumentation.

use alloy_primitives::Bytes;
use stylus_devnode::vm::{Activation, ActivationError, Engine, Rules};

use crate::{
    chain::{ArbOwner, Chain, on_chain, tx},
    measure::ink_of_code,
    wasm::{parse, program, program_with},
};

fn activate(wat: &str, arbos_version: u64) -> Result<Activation, ActivationError> {
    let stylus_version = if arbos_version >= 60 { 3 } else { 2 };
    Engine::new().activate(&parse(wat), Rules { arbos_version, stylus_version, debug_chain: true }, 128)
}

const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
const MEMORY: &str = r#"(memory (export "memory") 1 1)"#;

/// A valid program with one field more.
fn with(field: &str) -> String {
    format!("(module {field} {MEMORY} {ENTRY})")
}

fn body(body: &str) -> String {
    program_with(1, "", body)
}

#[test]
fn every_rejection_has_a_module_that_it_rejects() {
    let import = |what: &str| with(&format!("(import {what})"));
    let rejected = [
        // Proposals.
        body("(i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0))"),
        body("(ref.is_null (ref.null func))"),
        body("(i32.atomic.load (i32.const 0))"),
        body("(return_call 0 (local.get 0))"),
        with("(tag)"),
        with("(global i32 (i32.add (i32.const 0) (i32.const 0)))"),
        with(r#"(type (struct))"#),
        format!(r#"(module (memory (export "memory") i64 1 1) {ENTRY})"#),
        format!("(module {MEMORY} (memory 1 1) {ENTRY})"),
        with("(table 1 externref)"),
        with("(table 1 1 funcref) (table 1 1 funcref)"),
        body("(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)) i32.const 0"),
        // Floats that compute.
        body("(drop (f32.add (f32.const 1) (f32.const 1))) i32.const 0"),
        body("(i32.trunc_sat_f64_u (f64.const 1))"),
        // Imports.
        import(r#""vm_hooks" "msg_sender" (func)"#),
        import(r#""vm_hooks" "not_a_function" (func)"#),
        import(r#""env" "abort" (func)"#),
        import(r#""vm_hooks" "memory" (memory 1 1)"#),
        import(r#""debug" "println" (func)"#),
        import(r#""vm_hooks" "stylus_secret" (func)"#),
        with(
            r#"(import "vm_hooks" "msg_sender" (func (param i32))) (import "vm_hooks" "msg_sender" (func (param i64)))"#,
        ),
        // Globals and segments.
        with("(global i32 (global.get 0))"),
        with(r#"(data (i32.const 65533) "four")"#),
        with("(table 2 funcref) (elem (i32.const 2) func 0)"),
        // Memory and the price of its growth.
        format!("(module {ENTRY})"),
        format!("(module (memory 1 1) {ENTRY})"),
        format!(r#"(module (memory (export "memory") 1 2) {ENTRY})"#),
        format!(r#"(module (memory (export "memory") 1) {ENTRY})"#),
        format!(r#"(module (memory (export "memory") 129 129) {ENTRY})"#),
        // The entry point.
        format!("(module {MEMORY})"),
        format!(r#"(module {MEMORY} (func (export "user_entrypoint") (result i32) i32.const 0))"#),
        format!(r#"(module {MEMORY} (global (export "user_entrypoint") i32 (i32.const 0)))"#),
        // Names.
        with(r#"(func (export "stylus_start"))"#),
        with(r#"(func (export "other__stylus_x"))"#),
        with(r#"(import "vm_hooks" "msg_sender" (func (param i32))) (func (export "x__msg_sender"))"#),
        // Limits.
        with(&r#"(data (i32.const 0) "")"#.repeat(129)),
        with(&format!("(table 1 funcref) {}", "(elem (i32.const 0) func)".repeat(129))),
        with(&(0..1_019).map(|i| format!("(export \"e{i}\" (func 0))")).collect::<String>()),
        with(&"(func)".repeat(4_096)),
        with(&"(global i32 (i32.const 0))".repeat(32_765)),
        with(&r#"(import "vm_hooks" "read_args" (func (param i32)))"#.repeat(514)),
        with("(table 4097 funcref)"),
        with(&format!(r#"(func (export "{}"))"#, "e".repeat(513))),
        with(&format!("(func (local {}))", "i64 ".repeat(349))),
        with(&format!("(func {})", "nop ".repeat(65_536))),
        with(&format!("(func {} {})", "i32.const 0 ".repeat(4_097), "drop ".repeat(4_097))),
    ];
    for wat in rejected {
        if activate(&wat, 51).is_ok() {
            panic!("accepted: {}", &wat[..wat.len().min(300)]);
        }
    }
    for broken in [&b""[..], b"\0asm", b"\0asm\x02\0\0\0", b"EVM bytecode, say"] {
        let rules = Rules { arbos_version: 51, stylus_version: 2, debug_chain: true };
        assert!(Engine::new().activate(broken, rules, 128).is_err());
    }
    let multi_value = with("(func (result i32 i32) i32.const 0 i32.const 0)");
    assert!(activate(&multi_value, 51).is_ok() && activate(&multi_value, 60).is_err());
    let start = with("(func $start) (start $start)");
    assert!(activate(&start, 51).is_ok());
    let production = Rules { arbos_version: 51, stylus_version: 2, debug_chain: false };
    assert!(Engine::new().activate(&parse(&start), production, 128).is_err());
}

#[test]
fn float_constants_activate_but_never_run() {
    on_chain(51, |chain| {
        let program = chain.program(&body(
            "(call $read_args (i32.const 0))
            (if (local.get $args) (then (drop (f64.const 1)))) i32.const 0",
        ));
        assert!(chain.call(&tx(program, vec![])).is_ok());
        assert_eq!(chain.call(&tx(program, vec![1])).expect_err("priced out").message, "out of gas");
        let receipt = chain.send(&tx(program, vec![1]).gas(100_000));
        assert_eq!((receipt.success, receipt.gas_used), (false, 100_000));
    });
}

#[test]
fn a_start_function_activates_and_never_runs() {
    on_chain(51, |chain| {
        let program = chain.program(&program_with(
            1,
            "(func $start (i32.store8 (i32.const 9) (i32.const 1))) (start $start)",
            "(i32.load8_u (i32.const 9))",
        ));
        assert!(chain.call(&tx(program, vec![])).is_ok(), "the byte is still zero");
    });
}

#[test]
fn the_body_of_the_specification_takes_2671_ink() {
    on_chain(51, |chain| {
        let add = "(func $add (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)";
        let ink = ink_of_code(chain, add, "(drop (call $add (i32.const 1) (i32.const 2)))");
        assert_eq!(ink, (1 + 1 + 3_800 + 2_450) + 2_671 + 9);
    });
}

#[test]
fn loops_pay_their_blocks_each_time_around() {
    on_chain(51, |chain| {
        let loops = |times: u32| {
            let code = format!(
                "(local.set $i (i32.const {times}))
                (loop $again (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))"
            );
            ink_of_code(chain, "", &code)
        };
        let each = 75 + 1 + 70 + 75 + 765 + 2_450;
        assert_eq!(loops(5) - loops(4), each);
        // The loop operator ends a block; its end is a block of its own.
        assert_eq!(loops(1), (1 + 210 + 1 + 2_450) + each + (1 + 2_450));
    });
}

#[test]
fn br_table_takes_2400_and_325_a_target_and_call_indirect_13610_and_650_a_parameter() {
    on_chain(51, |chain| {
        let table =
            |targets: &str| ink_of_code(chain, "", &format!("(block $b (br_table {targets} (i32.const 0)))"));
        assert_eq!(table("$b"), 1 + 1 + 2_400 + 2_450, "the end behind it is jumped to, not run");
        assert_eq!(table("$b $b $b") - table("$b"), 2 * 325);
        let indirect = |params: &str, arguments: &str| {
            let fields =
                format!("(table funcref (elem $f)) (type $t (func (param {params}))) (func $f (type $t))");
            ink_of_code(chain, &fields, &format!("(call_indirect (type $t) {arguments} (i32.const 0))"))
        };
        let none = indirect("", "");
        assert_eq!(none, (1 + 13_610 + 2_450) + (1 + 2_450));
        assert_eq!(indirect("i32 i64", "(i32.const 0) (i64.const 0)") - none, 2 * (650 + 1));
    });
}

/// Calls a program at one ink per gas with so much for its body; whether it succeeds.
fn runs_with_ink(chain: &Chain, wat: &str, ink: u64) -> Result<Bytes, String> {
    let program = chain.program(wat);
    let call = tx(program, vec![]);
    let gas = call.intrinsic() + chain.entry_gas(program).0 + ink;
    chain.call(&call.gas(gas)).map_err(|refusal| refusal.message)
}

#[test]
fn a_block_runs_with_exactly_its_ink_and_one_less_is_out_of_ink() {
    on_chain(51, |chain| {
        chain.as_owner(&ArbOwner::setInkPriceCall { price: 1 });
        let wat = program("i32.const 0");
        assert!(runs_with_ink(chain, &wat, 1 + 1 + 2_450).is_ok());
        let short = Err("out of gas".to_owned());
        assert_eq!(runs_with_ink(chain, &program("nop i32.const 0"), 1 + 1 + 2_450), short);
    });
}

#[test]
fn copies_and_fills_pay_by_the_byte_and_cannot_wrap_the_meter() {
    on_chain(51, |chain| {
        let fill = |bytes: i32| {
            let code = format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {bytes}))");
            ink_of_code(chain, "", &code)
        };
        assert_eq!((fill(0), fill(1_000)), (3 + 950, 3 + 950 + 100_000));
        let copy = "(memory.copy (i32.const 0) (i32.const 8) (i32.const 7))";
        assert_eq!(ink_of_code(chain, "", copy), 3 + 950 + 700);

        chain.as_owner(&ArbOwner::setInkPriceCall { price: 1 });
        let filling = |bytes: i64| {
            program(&format!("(memory.fill (i32.const 0) (i32.const 0) (i32.const {bytes})) i32.const 0"))
        };
        let exact = 3 + 950 + 1 + 1 + 2_450 + 100 * 1_000;
        assert!(runs_with_ink(chain, &filling(1_000), exact).is_ok());
        assert_eq!(runs_with_ink(chain, &filling(1_001), exact), Err("out of gas".to_owned()));
        // 4 GiB cost more than there is: out of ink, and not an access out of bounds.
        assert_eq!(runs_with_ink(chain, &filling(-1), 20_000_000), Err("out of gas".to_owned()));
    });
}

/// Whether a program runs with so many words of stack.
fn runs_with_words(chain: &Chain, wat: &str, words: u32) -> bool {
    let program = chain.program(wat);
    chain.as_owner(&ArbOwner::setWasmMaxStackDepthCall { words });
    let run = chain.send(&tx(program, vec![]).gas(1_000_000));
    assert!(run.success || run.gas_used == 1_000_000, "out of stack takes all gas");
    run.success
}

#[test]
fn a_frame_is_its_operands_locals_and_four_and_needs_strictly_more() {
    // Two operands of the block header; three locals that every test program declares.
    const SHORTEST: u32 = 2 + 3 + 4;
    on_chain(51, |chain| {
        assert!(!runs_with_words(chain, &program("i32.const 0"), SHORTEST));
        assert!(runs_with_words(chain, &program("i32.const 0"), SHORTEST + 1));
        let three = "(drop (i32.add (i32.const 0) (i32.add (i32.const 0) (i32.const 0)))) i32.const 0";
        assert!(!runs_with_words(chain, &program(three), SHORTEST + 1));
        assert!(runs_with_words(chain, &program(three), SHORTEST + 2));
    });
}

#[test]
fn a_branch_to_the_outermost_label_leaks_its_frame() {
    let repeat = |leave: &str| {
        program_with(
            1,
            &format!("(func $f {leave})"),
            "(local.set $i (i32.const 100))
            (loop $again (call $f) (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
            i32.const 0",
        )
    };
    on_chain(51, |chain| {
        // The entry point's 9 words, and 6 of `$f`.
        for leave in ["", "return", "(block (br 0))"] {
            assert!(runs_with_words(chain, &repeat(leave), 9 + 6 + 1), "{leave}");
        }
        assert!(!runs_with_words(chain, &repeat("(br 0)"), 9 + 100 * 6));
        assert!(runs_with_words(chain, &repeat("(br 0)"), 9 + 100 * 6 + 1));
    });
}

#[test]
fn operators_are_counted_as_instrumented() {
    // n original operators, B block ends, K bulk operators, R returns, M growths
    let count = |n: u64, b: u64, k: u64, r: u64, m: u64| n + 12 * b + 17 * k + 12 + 4 * (r + 1) + 1 + 4 * m;
    let nops = "nop ".repeat(1_000);
    let grow = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32))) (memory (export "memory") 1)"#;
    let module = |memory: &str, body: &str| {
        format!(
            r#"(module {memory}
                (func (export "user_entrypoint") (param i32) (result i32) {body} {nops} i32.const 0))"#
        )
    };
    for (wat, operators) in [
        (module(MEMORY, ""), count(1_002, 1, 0, 0, 0)),
        (
            module(MEMORY, &"(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))".repeat(50)),
            count(1_202, 1, 50, 0, 0),
        ),
        (module(MEMORY, &"(block (br_if 0 (i32.const 0)))".repeat(50)), count(1_202, 101, 0, 0, 0)),
        (
            module(MEMORY, &"(if (i32.const 0) (then (return (i32.const 0))))".repeat(50)),
            count(1_252, 151, 0, 50, 0),
        ),
        (module(grow, &"(drop (memory.grow (i32.const 0)))".repeat(50)), count(1_152, 1, 0, 0, 50)),
        (module(MEMORY, &"(drop (memory.grow (i32.const 0)))".repeat(50)), count(1_152, 1, 0, 0, 0)),
    ] {
        let charges = activate(&wat, 51).expect("valid").charges;
        let code = charges.last().copied().expect("six lines");
        assert_eq!(code, operators * 535 / 1_000 * 28, "{operators} operators");
    }
}
