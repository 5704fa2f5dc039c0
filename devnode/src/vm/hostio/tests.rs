//! Prices, order and effects of the host functions.

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
fn prices_of_questions_are_the_bases_of_the_table() {
    for plain in [
        "block_gas_limit",
        "block_number",
        "block_timestamp",
        "chainid",
        "msg_reentrant",
        "tx_ink_price",
        "return_data_size",
        "evm_gas_left",
        "evm_ink_left",
    ] {
        assert_eq!(one(plain), 8_400, "{plain}");
    }
    for writing in [
        "block_basefee 0",
        "block_coinbase 0",
        "contract_address 0",
        "msg_sender 0",
        "msg_value 0",
        "tx_gas_price 0",
        "tx_origin 0",
    ] {
        assert_eq!(one(writing), 13_440, "{writing}");
    }
    for (arithmetic, ink) in [
        ("math_div 0 32", 43_520),
        ("math_mod 0 32", 43_520),
        ("math_add_mod 0 32 64", 49_560),
        ("math_mul_mod 0 32 64", 52_660),
        ("write_result 0 0", 41_162),
        ("pay_for_memory_grow 0", 8_400),
    ] {
        assert_eq!(one(arithmetic), ink, "{arithmetic}");
    }
}

#[test]
fn exponentiation_is_priced_by_significant_bytes() {
    for (bytes, ink) in [(0, 44_020), (1, 61_520), (2, 79_020), (10, 219_020), (32, 604_020)] {
        let operands = escape(&[vec![0; 64 - bytes], vec![1; bytes]].concat());
        let host = &mut MockHost::default();
        assert_eq!(ink_of(&["math_pow 0 32"], &operands, call(PLENTY), host), [ink], "{bytes} bytes");
    }
}

#[test]
fn hashing_and_logs_cost_by_length() {
    for (length, ink) in [(10, 121_800), (64, 121_800), (100, 163_800), (1_000, 751_800)] {
        assert_eq!(one(&format!("native_keccak256 0 {length} 0")), ink);
    }
    for (topics, data, ink) in [
        (0, 0, 3_834_454),
        (0, 10, 4_634_454),
        (0, 100, 11_838_194),
        (1, 100, 15_589_954),
        (4, 100, 26_845_234),
    ] {
        let length = 32 * topics + data;
        assert_eq!(one(&format!("emit_log 0 {length} {topics}")), ink, "{topics} topics, {data} bytes");
    }
}

#[test]
fn calldata_and_return_data_cost_by_what_is_copied() {
    for (bytes, ink) in [(0, 13_440), (32, 13_440), (33, 13_470), (1_032, 43_440)] {
        let calldata = vec![7; bytes].into();
        let call = ProgramCall { calldata, ..call(PLENTY) };
        assert_eq!(ink_of(&["read_args 0"], "", call, &mut MockHost::default()), [ink]);
    }
    for (bytes, ink) in [(10, 73_113), (100, 75_153), (1_000, 102_153), (10_000, 372_153)] {
        let output = vec![1; bytes].into();
        let answer = FrameOutcome { success: true, output, ..FrameOutcome::default() };
        let mut host = MockHost { answer, ..MockHost::default() };
        let copy = format!("read_return_data 100 0 {bytes}");
        let calls = ["static_call_contract 0 0 0 1000 90", &copy, "read_return_data 0 20000 5"];
        assert_eq!(ink_of(&calls, "", call(PLENTY), &mut host)[1..], [ink, 73_113]);
    }
}

#[test]
fn storage_costs_by_warmth_and_dirt() {
    let mut host = MockHost { store_gas: 22_100, ..MockHost::default() };
    let calls = [
        "transient_load_bytes32 0 64",
        "transient_store_bytes32 0 32",
        "storage_load_bytes32 0 64",
        "storage_load_bytes32 0 64",
        "storage_flush_cache 1",
        "storage_load_bytes32 0 64",
        "storage_cache_bytes32 0 32",
        "storage_flush_cache 0",
    ];
    let data = &escape(&[[5; 32], [6; 32]].concat());
    let inks = ink_of(&calls, data, call(PLENTY), &mut host);
    assert_eq!(
        inks,
        [1_078_153, 1_078_153, 21_068_480, 18_480, 68_073, 1_068_480, 18_480, 221_068_073],
        "each as the specification figures it"
    );
    assert_eq!(host.storage[&B256::repeat_byte(5)], B256::repeat_byte(6));
    assert_eq!(host.transient[&B256::repeat_byte(5)], B256::repeat_byte(6));
}

#[test]
fn accounts_cost_by_warmth_and_code_is_remembered() {
    let code = Bytes::from(vec![0xfe; 1_000]);
    let account = Address::repeat_byte(5);
    let mut host = MockHost { codes: [(account, code)].into(), ..MockHost::default() };
    let calls = [
        "account_codehash 0 64",
        "account_balance 0 64",
        "account_code_size 0",
        "account_code_size 0",
        "account_code 0 10 4 64",
        "account_code_size 128",
        "account_code_size 128",
    ];
    let inks = ink_of(&calls, &escape(&[5; 20]), call(PLENTY), &mut host);
    let full = 5_040 + 30 * (1_000 - 32);
    assert_eq!(
        inks,
        [
            26_078_153,
            1_078_153,
            68_073 + 8_000_000, // 700 and warm
            68_073,             // the same account again
            68_073 + full,      // and its whole code, whatever the slice
            33_068_073,         // cold, without code
            68_073 + 8_000_000, // not remembered
        ]
    );
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
fn required_gas_is_not_taken_but_must_be_there() {
    for (hook, base, required) in [
        ("(call $storage_load_bytes32 (i32.const 0) (i32.const 0))", 18_480_u64, 2_115_u64),
        ("(call $storage_cache_bytes32 (i32.const 0) (i32.const 0))", 18_480, 2_310),
        ("(call $account_balance (i32.const 0) (i32.const 0))", 78_153, 2_600),
        ("(call $account_codehash (i32.const 0) (i32.const 0))", 78_153, 2_600),
    ] {
        let mut host = MockHost::default();
        host.warm_accounts.insert(Address::ZERO);
        host.warm_slots.insert(B256::ZERO);
        let entry = 2 + 3_800 + 2_450; // arguments, call, header
        let enough = required + (entry + base).div_ceil(10_000);
        assert_eq!(execute_with(hook, enough, &mut host), ProgramStatus::Success, "{hook}");
        assert_eq!(execute_with(hook, enough - 1, &mut host), ProgramStatus::OutOfInk, "{hook}");
    }
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
fn calls_forward_63_64ths_after_the_access_and_pay_what_is_burnt() {
    let answer = FrameOutcome { success: true, gas_left: 103, ..FrameOutcome::default() };
    let mut host = MockHost { answer, ..MockHost::default() };
    host.warm_accounts.insert(Address::ZERO);
    let calls = [
        &format!("call_contract 128 0 36 64 {} 96", u64::MAX)[..],
        "delegate_call_contract 0 0 0 5000 96",
        "static_call_contract 128 0 0 5000 96",
    ];
    let inks = ink_of(&calls, &escape(&[5; 20]), call(1_000_000), &mut host);
    assert_eq!(inks[0], 116_395 + 2_030_000, "the specification's call of burnArbGas");
    assert_eq!(inks[1], 115_955 + 26_000_000 + 1_030_000, "cold");
    assert_eq!(inks[2], 115_955 + 1_000_000 + 1_030_000, "warm");
    let kinds: Vec<_> = host.calls.iter().map(|request| request.kind).collect();
    assert_eq!(kinds, [CallKind::Call, CallKind::Delegate, CallKind::Static]);
    assert_eq!(host.calls[1].target, Address::repeat_byte(5));
    assert_eq!(host.calls[1].gas, 5_000);
    let before = 6_250 + 8_400 + 6_466 + 116_395; // ink: first question, operators, base and data
    let gas_left = (1_000_000 * 10_000 - before) / 10_000;
    assert_eq!(host.calls[0].gas, (gas_left - 100) * 63 / 64);
}

#[test]
fn value_calls_pay_for_new_accounts_and_for_the_stipend_that_is_used() {
    let value = escape(&U256::from(1).to_be_bytes::<32>());
    let mut host =
        MockHost { answer: FrameOutcome { success: true, ..FrameOutcome::default() }, ..MockHost::default() };
    let send = "call_contract 64 0 0 0 0 96";
    assert_eq!(ink_of(&[send], &value, call(PLENTY), &mut host), [115_955 + 366_000_000], "cold and new");
    host.balances.insert(Address::ZERO, U256::from(1));
    host.answer.gas_left = 700; // burnt
    assert_eq!(ink_of(&[send], &value, call(PLENTY), &mut host), [115_955 + 98_000_000], "warm and known");
    assert_eq!(host.calls[1].gas, 2_300);
    assert_eq!(host.calls[1].value, U256::from(1));
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

/// Creates with an endowment of zero and answers what the guest saw: return data length, then address.
fn create(function: &str, gas: u64, host: &mut MockHost) -> ProgramResult {
    let arguments = match function {
        "create1" => "(i32.const 0) (i32.const 33) (i32.const 64) (i32.const 104) (i32.const 100)",
        _ => "(i32.const 0) (i32.const 33) (i32.const 64) (i32.const 0) (i32.const 104) (i32.const 100)",
    };
    let body = format!("(call ${function} {arguments}) (call $write_result (i32.const 100) (i32.const 24))");
    run(&program(&escape(&[7; 33]), &body), call(gas), host)
}

#[test]
fn creates_hold_back_a_64th_and_report_the_address() {
    let created = Address::repeat_byte(9);
    for (function, base, hashing) in [("create1", 83_193, 0), ("create2", 88_233, 12)] {
        let answer = FrameOutcome {
            success: true,
            gas_left: 1_000,
            created: Some(created),
            ..FrameOutcome::default()
        };
        let mut host = MockHost { answer, ..MockHost::default() };
        let line =
            if function == "create1" { "create1 0 33 64 104 100" } else { "create2 0 33 64 0 104 100" };
        let data = escape(&[7; 33]);
        let ink = ink_of(&[line], &data, call(PLENTY), &mut host)[0];
        let reading = 2 * (16_381 + 55);
        assert_eq!(ink, base + reading + (32_000 + hashing + 1_000) * 10_000, "{function}");

        let result = create(function, PLENTY, &mut host);
        assert_eq!(result.output, [&[0; 4][..], created.as_slice()].concat());
        let request = &host.creates[1];
        assert_eq!(request.salt.is_some(), function == "create2");
        assert_eq!(request.code, vec![7; 33]);
        let arguments = if function == "create1" { 5 } else { 6 };
        let before: u64 = arguments + 3_800 + 2_450 + base + reading;
        let rest = PLENTY - before.div_ceil(10_000) - 32_000 - hashing;
        assert_eq!(request.gas, rest - rest / 64);
    }
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
fn pages_are_booked_before_they_are_paid() {
    let mut host = MockHost { page_counters: Pages { open: 1, ever: 1 }, ..MockHost::default() };
    assert_eq!(ink_of(&["pay_for_memory_grow 100"], "", call(PLENTY), &mut host), [9_320_660_000]);
    assert_eq!(host.page_counters, Pages { open: 101, ever: 101 });
    let grow = "(call $pay_for_memory_grow (i32.const 20))";
    assert_eq!(execute_with(grow, 1_000, &mut host), ProgramStatus::OutOfInk);
    assert_eq!(host.page_counters, Pages { open: 121, ever: 121 });
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
