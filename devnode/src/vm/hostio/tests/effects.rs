//! What host functions do, refuse and end.

use super::*;

#[test]
fn every_host_function_has_the_type_that_activation_demands() {
    let engine: wasmer::Engine =
        wasmer::sys::EngineBuilder::new(wasmer::sys::Singlepass::default()).engine().into();
    let same = |types: &[Type], expected: &[ValType]| {
        types.iter().map(|ty| ty.to_string()).eq(expected.iter().map(|ty| wat_type(*ty).to_uppercase()))
    };
    let mut host = MockHost::default();
    lent::lend(&mut host, |host| {
        let mut store = Store::new(engine);
        let env = wasmer::FunctionEnv::new(&mut store, Frame::new(host, call(0)));
        for hook in HOOKS.iter().chain(&CONSOLE_HOOKS) {
            let function = (hook.make)(&mut store, &env);
            let ExternType::Function(ty) = wasmer::Extern::from(function).ty(&store) else { unreachable!() };
            assert!(same(ty.params(), hook.params) && same(ty.results(), hook.results), "{}", hook.name);
        }
    });
}

#[test]
fn console_exists_on_debug_chains_only() {
    assert!(find("console", "log_txt", true).is_some());
    assert!(find("console", "log_txt", false).is_none());
    assert!(find("debug", "toggle_benchmark", true).is_none());
    assert!(find("vm_hooks", "log_txt", true).is_none());
}

#[test]
fn account_code_copies_the_slice_that_there_is() {
    let account = Address::repeat_byte(5);
    let copy = |offset: u32, size: u32| {
        let mut host = MockHost { codes: [(account, bytes!("0102030405"))].into(), ..MockHost::default() };
        let body = format!(
            "(local.set $out (call $account_code (i32.const 0) (i32.const {offset}) (i32.const {size}) (i32.const 64)))
             (call $write_result (i32.const 64) (local.get $out))"
        );
        execute(&escape(&[5; 20]), &body, &mut host).output
    };
    assert_eq!(copy(1, 2), bytes!("0203"));
    assert_eq!(copy(3, 100), bytes!("0405"));
    assert_eq!(copy(5, 1), Bytes::new());
    assert_eq!(copy(u32::MAX, u32::MAX), Bytes::new());
}

#[test]
fn arithmetic_follows_the_evm() {
    let compute = |operation: &str, operands: &[U256]| {
        let data: Vec<u8> = operands.iter().flat_map(|operand| operand.to_be_bytes::<32>()).collect();
        let arguments: String = (0..operands.len()).map(|i| format!("(i32.const {})", 32 * i)).collect();
        let body =
            format!("(call ${operation} {arguments}) (call $write_result (i32.const 0) (i32.const 32))");
        U256::from_be_slice(&execute(&escape(&data), &body, &mut MockHost::default()).output)
    };
    let [zero, one, two, seven] = [0, 1, 2, 7].map(U256::from);
    let max = U256::MAX;
    assert_eq!(compute("math_div", &[seven, two]), U256::from(3));
    assert_eq!(compute("math_div", &[seven, zero]), zero);
    assert_eq!(compute("math_mod", &[seven, two]), one);
    assert_eq!(compute("math_mod", &[seven, zero]), zero);
    assert_eq!(compute("math_pow", &[two, seven]), U256::from(128));
    assert_eq!(compute("math_pow", &[zero, zero]), one);
    assert_eq!(compute("math_pow", &[max, two]), one, "wraps");
    assert_eq!(compute("math_add_mod", &[max, max, seven]), (max % seven) * two % seven);
    assert_eq!(compute("math_add_mod", &[seven, two, zero]), zero);
    assert_eq!(compute("math_mul_mod", &[max, max, seven]), (max % seven) * (max % seven) % seven);
    assert_eq!(compute("math_mul_mod", &[seven, two, zero]), zero);
    let body = "(call $native_keccak256 (i32.const 0) (i32.const 3) (i32.const 64))
                (call $write_result (i32.const 64) (i32.const 32))";
    let hash = execute("abc", body, &mut MockHost::default()).output;
    assert_eq!(B256::from_slice(&hash), keccak256("abc"));
}

#[test]
fn bad_pointers_fail_after_the_ink_is_paid() {
    let mut host = MockHost::default();
    let last = 65_536 - 31;
    for body in [
        format!("(call $storage_load_bytes32 (i32.const {last}) (i32.const 0))"),
        format!("(call $msg_value (i32.const {last}))"),
        "(call $write_result (i32.const 65537) (i32.const 0))".to_owned(),
        "(call $write_result (i32.const -1) (i32.const 2))".to_owned(),
        "(call $read_args (i32.const 65537))".to_owned(),
        "(call $account_code (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65537)) drop".to_owned(),
    ] {
        let result = execute("", &body, &mut host);
        assert_eq!(result.status, ProgramStatus::Failure, "{body}");
        assert!(result.gas_left < PLENTY && result.gas_left > PLENTY - 10_000, "{body}");
    }
    let edge = "(call $write_result (i32.const 65536) (i32.const 0)) (call $read_args (i32.const 65536))";
    assert_eq!(execute("", edge, &mut host).status, ProgramStatus::Success);
}

#[test]
fn logs_take_their_topics_from_their_data() {
    let mut host = MockHost::default();
    let data = escape(&[&[1; 32][..], &[2; 32], b"tail"].concat());
    let body = "(call $emit_log (i32.const 0) (i32.const 68) (i32.const 2))";
    assert_eq!(execute(&data, body, &mut host).status, ProgramStatus::Success);
    assert_eq!(host.logs, [(vec![B256::repeat_byte(1), B256::repeat_byte(2)], Bytes::from("tail"))]);
    for refused in
        ["(i32.const 160) (i32.const 5)", "(i32.const 63) (i32.const 2)", "(i32.const 0) (i32.const -1)"]
    {
        let body = format!("(call $emit_log (i32.const 0) {refused})");
        assert_eq!(execute("", &body, &mut host).status, ProgramStatus::Failure, "{refused}");
    }
    assert_eq!(host.logs.len(), 1);
}

#[test]
fn static_frames_refuse_what_changes_the_chain() {
    let run_static = |body: &str| {
        let mut host = MockHost::default();
        host.env.is_static = true;
        let result = execute(&escape(&[1; 64]), body, &mut host);
        assert!(host.logs.is_empty() && host.storage.is_empty() && host.transient.is_empty());
        assert!(host.calls.is_empty() && host.creates.is_empty());
        result
    };
    for refused in [
        "(call $emit_log (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $transient_store_bytes32 (i32.const 0) (i32.const 32))",
        "(call $create1 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))",
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) (call $storage_flush_cache (i32.const 0))",
    ] {
        let result = run_static(refused);
        assert_eq!(result.status, ProgramStatus::Failure, "{refused}");
        assert!(result.gas_left > 0, "{refused}");
    }
    for allowed in [
        "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32))",
        "(call $storage_flush_cache (i32.const 1))",
        "(call $pay_for_memory_grow (i32.const 1))",
        // moving value fails the call, not the program
        "(local.set $out (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 9) (i32.const 0)))
         (if (i32.ne (local.get $out) (i32.const 2)) (then unreachable))",
    ] {
        assert_eq!(run_static(allowed).status, ProgramStatus::Success, "{allowed}");
    }
}

#[test]
fn a_call_that_cannot_pay_its_base_takes_what_is_left_and_goes_on() {
    let body = "(local.set $out (call $static_call_contract
                    (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 9) (i32.const 96)))
                (call $exit_early (local.get $out))";
    let before = 5 + 3_800 + 2_450 + 115_955; // arguments, call, header, base and data
    let run_with = |gas_left: u64| {
        let answer = FrameOutcome { success: true, ..FrameOutcome::default() };
        let mut host = MockHost { answer, ..MockHost::default() };
        let gas = gas_left + u64::div_ceil(before, 10_000);
        let status = run(&program("", body), call(gas), &mut host).status;
        (status, host.calls.len())
    };
    assert_eq!(run_with(2_600), (ProgramStatus::Success, 1));
    assert_eq!(run_with(2_599), (ProgramStatus::Revert, 0), "the call answered 2 and the program went on");
}

#[test]
fn failed_creates_report_what_the_init_code_reverted_with() {
    let answer = FrameOutcome { output: bytes!("0102"), ..FrameOutcome::default() };
    let mut host = MockHost { answer, ..MockHost::default() };
    let result = create("create1", PLENTY, &mut host);
    assert_eq!(result.output, [&[2, 0, 0, 0][..], &[0; 20]].concat(), "length in little-endian, no address");
}

#[test]
fn a_create_that_cannot_pay_its_base_fails_the_program() {
    let before: u64 = 5 + 3_800 + 2_450 + 83_193 + 2 * (16_381 + 55);
    let gas = before.div_ceil(10_000) + 32_000;
    let mut host = MockHost::default();
    let result = create("create1", gas - 1, &mut host);
    assert_eq!((result.status, result.gas_left, host.creates.len()), (ProgramStatus::Failure, 31_999, 0));
    create("create1", gas, &mut host);
    assert_eq!(host.creates.len(), 1);
}

#[test]
fn growing_by_more_than_16_bits_is_cut_before_arbos_59_and_refused_after() {
    let grow = "(call $pay_for_memory_grow (i32.const 65536))";
    let status = |arbos_version| {
        let call = ProgramCall { arbos_version, ..call(PLENTY) };
        let mut host = MockHost::default();
        let result = run(&program("", grow), call, &mut host);
        (result.status, host.page_counters.open)
    };
    assert_eq!(status(51), (ProgramStatus::Success, 0));
    assert_eq!(status(60), (ProgramStatus::OutOfInk, 0));
}

#[test]
fn a_flush_that_cannot_pay_is_out_of_ink_from_arbos_50_and_a_failure_before() {
    let flush = "(call $storage_cache_bytes32 (i32.const 0) (i32.const 32)) (call $storage_flush_cache (i32.const 0))";
    let flush_with = |arbos_version, store_gas| {
        let mut host = MockHost { store_gas, ..MockHost::default() };
        let call = ProgramCall { arbos_version, ..call(3_000) };
        run(&program(&escape(&[1; 64]), flush), call, &mut host)
    };
    // two blocks of 6 252 and 6 251 ink, 18 480 and 68 073 for the functions: 2 990 gas are left for the slot
    assert_eq!(flush_with(51, 2_989).status, ProgramStatus::Success);
    for unaffordable in [2_991, 5_000] {
        assert_eq!(flush_with(51, unaffordable).status, ProgramStatus::OutOfInk);
        let failure = flush_with(40, unaffordable);
        assert_eq!((failure.status, failure.gas_left), (ProgramStatus::Failure, 2_990));
    }
}

#[test]
fn a_stale_cache_hides_what_others_wrote_until_it_is_cleared() {
    let body = "(call $storage_load_bytes32 (i32.const 0) (i32.const 64))
                (drop (call $static_call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i32.const 96)))
                (call $storage_load_bytes32 (i32.const 0) (i32.const 64))
                (call $storage_flush_cache (i32.const 1))
                (call $storage_load_bytes32 (i32.const 0) (i32.const 96))
                (call $write_result (i32.const 64) (i32.const 64))";
    let mut host = MockHost { rewrites: Some((B256::ZERO, B256::repeat_byte(4))), ..MockHost::default() };
    let result = execute("", body, &mut host);
    assert_eq!(result.output, [[0; 32], [4; 32]].concat());
}

#[test]
fn exit_early_ends_the_program_from_any_depth_and_keeps_the_result() {
    let exit = |status: i32| {
        let wat = format!(
            r#"(module
            (import "vm_hooks" "exit_early" (func $exit_early (param i32)))
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 0) "bye")
            (func $deep (call $exit_early (i32.const {status})))
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $write_result (i32.const 0) (i32.const 3)) (call $deep) unreachable))"#
        );
        run(&wat, call(PLENTY), &mut MockHost::default())
    };
    let bye = Bytes::from("bye");
    assert_eq!((exit(0).status, exit(0).output), (ProgramStatus::Success, bye.clone()));
    assert_eq!((exit(-1).status, exit(-1).output), (ProgramStatus::Revert, bye));
}

#[test]
fn console_prints_for_free() {
    let wat = r#"(module
        (import "console" "log_txt" (func $log_txt (param i32 i32)))
        (import "console" "tee_i64" (func $tee_i64 (param i64) (result i64)))
        (import "console" "log_f64" (func $log_f64 (param f64)))
        (memory (export "memory") 1 1)
        (data (i32.const 0) "hi \ff")
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $log_txt (i32.const 0) (i32.const 4))
            (i32.wrap_i64 (call $tee_i64 (i64.const -5)))
            (i32.const 5) i32.add))"#;
    let mut host = MockHost::default();
    let result = run(wat, ProgramCall { ink_price: 1, ..call(PLENTY) }, &mut host);
    assert_eq!(result.status, ProgramStatus::Success);
    assert_eq!(host.printed, ["hi \u{fffd}", "-5"]);
    let operators = (2 + 3_800 + 2_450) + (1 + 3_800 + 2_450) + (100 + 1 + 70 + 1 + 2_450);
    assert_eq!(PLENTY - result.gas_left, operators);
}
