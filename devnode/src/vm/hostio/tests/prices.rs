//! What host functions cost.

use super::*;

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
fn pages_are_booked_before_they_are_paid() {
    let mut host = MockHost { page_counters: Pages { open: 1, ever: 1 }, ..MockHost::default() };
    assert_eq!(ink_of(&["pay_for_memory_grow 100"], "", call(PLENTY), &mut host), [9_320_660_000]);
    assert_eq!(host.page_counters, Pages { open: 101, ever: 101 });
    let grow = "(call $pay_for_memory_grow (i32.const 20))";
    assert_eq!(execute_with(grow, 1_000, &mut host), ProgramStatus::OutOfInk);
    assert_eq!(host.page_counters, Pages { open: 121, ever: 121 });
}
