//! What tracers hear of every host function (appendix A).

use super::*;
use crate::vm::host::HostCall;

/// A word with a number in it, as the program sees it.
fn word(n: u8) -> Vec<u8> {
    B256::with_last_byte(n).to_vec()
}

fn u32_of(n: u32) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

fn u64_of(n: u64) -> Vec<u8> {
    n.to_be_bytes().to_vec()
}

/// Memory: an address at 0, then words from 32 on: 6, 3, 4, and five more sixes that results overwrite.
fn memory() -> Vec<u8> {
    let address = B256::right_padding_from(&[5; 20]).to_vec();
    [address, word(6), word(3), word(4), word(6), word(6), word(6), word(6), word(6)].concat()
}

#[test]
fn every_host_function_is_recorded_with_its_arguments_and_results() {
    let address = vec![5; 20];
    let all_gas = u64_of(u64::MAX);
    let nothing = U256::ZERO.to_be_bytes_vec();
    let code = bytes!("010203");
    let created = Address::repeat_byte(7);
    let env = crate::vm::host::FrameEnv {
        contract: Address::repeat_byte(1),
        sender: Address::repeat_byte(2),
        value: U256::from(3),
        reentrant: true,
        is_static: false,
        block_basefee: U256::from(4),
        block_coinbase: Address::repeat_byte(5),
        block_gas_limit: 6,
        block_number: 7,
        block_timestamp: 8,
        chain_id: 9,
        tx_origin: Address::repeat_byte(10),
        tx_gas_price: U256::from(11),
    };
    let answer = FrameOutcome {
        success: true,
        output: bytes!("aabbcc"),
        created: Some(created),
        ..Default::default()
    };
    let mut host = MockHost {
        env,
        answer,
        codes: [(Address::repeat_byte(5), code.clone())].into(),
        balances: [(Address::repeat_byte(5), U256::from(77))].into(),
        recorded: Some(Vec::new()),
        ..MockHost::default()
    };
    let drop = |call: &str| format!("(drop {call})");
    let row = |call: &str, name, args: &[&[u8]], outs: &[&[u8]]| {
        (call.to_owned(), name, args.concat(), outs.concat())
    };
    let rows = [
        row("(call $read_args (i32.const 512))", "read_args", &[], &[&[1, 2]]),
        row("(call $write_result (i32.const 0) (i32.const 3))", "write_result", &[&[5; 3]], &[]),
        row(
            "(call $storage_load_bytes32 (i32.const 32) (i32.const 512))",
            "storage_load_bytes32",
            &[&word(6)],
            &[&nothing],
        ),
        row(
            "(call $storage_cache_bytes32 (i32.const 32) (i32.const 64))",
            "storage_cache_bytes32",
            &[&word(6), &word(3)],
            &[],
        ),
        row("(call $storage_flush_cache (i32.const 9))", "storage_flush_cache", &[&[1]], &[]),
        row("(call $storage_flush_cache (i32.const 0))", "storage_flush_cache", &[&[0]], &[]),
        row(
            "(call $transient_store_bytes32 (i32.const 32) (i32.const 64))",
            "transient_store_bytes32",
            &[&word(6), &word(3)],
            &[],
        ),
        row(
            "(call $transient_load_bytes32 (i32.const 32) (i32.const 512))",
            "transient_load_bytes32",
            &[&word(6)],
            &[&word(3)],
        ),
        row(
            &drop(
                "(call $call_contract (i32.const 0) (i32.const 0) (i32.const 2) (i32.const 64) (i64.const -1) (i32.const 512))",
            ),
            "call_contract",
            &[&address, &all_gas, &word(3), &[5; 2]],
            &[&u32_of(3), &[0]],
        ),
        row(
            &drop(
                "(call $delegate_call_contract (i32.const 0) (i32.const 0) (i32.const 2) (i64.const 4) (i32.const 512))",
            ),
            "delegate_call_contract",
            &[&address, &u64_of(4), &[5; 2]],
            &[&u32_of(3), &[0]],
        ),
        row(
            &drop(
                "(call $static_call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 4) (i32.const 512))",
            ),
            "static_call_contract",
            &[&address, &u64_of(4)],
            &[&u32_of(3), &[0]],
        ),
        row("(drop (call $return_data_size))", "return_data_size", &[], &[&u32_of(3)]),
        row(
            &drop("(call $read_return_data (i32.const 512) (i32.const 1) (i32.const 9))"),
            "read_return_data",
            &[&u32_of(1), &u32_of(9)],
            &[&[0xbb, 0xcc]],
        ),
        row(
            "(call $create1 (i32.const 0) (i32.const 2) (i32.const 64) (i32.const 512) (i32.const 540))",
            "create1",
            &[&word(3), &[5; 2]],
            &[created.as_slice(), &u32_of(3)],
        ),
        row(
            "(call $create2 (i32.const 0) (i32.const 2) (i32.const 64) (i32.const 96) (i32.const 512) (i32.const 540))",
            "create2",
            &[&word(3), &word(4), &[5; 2]],
            &[created.as_slice(), &u32_of(3)],
        ),
        row(
            "(call $emit_log (i32.const 32) (i32.const 34) (i32.const 1))",
            "emit_log",
            &[&u32_of(1), &word(6), &[0; 2]],
            &[],
        ),
        row(
            "(call $account_balance (i32.const 0) (i32.const 512))",
            "account_balance",
            &[&address],
            &[&word(77)],
        ),
        row(
            "(call $account_codehash (i32.const 0) (i32.const 512))",
            "account_codehash",
            &[&address],
            &[keccak256(&code).as_slice()],
        ),
        row(
            &drop("(call $account_code (i32.const 0) (i32.const 1) (i32.const 7) (i32.const 512))"),
            "account_code",
            &[&address, &u32_of(1), &u32_of(7)],
            &[&[2, 3]],
        ),
        row(
            &drop("(call $account_code_size (i32.const 0))"),
            "account_code_size",
            &[&address],
            &[&u32_of(3)],
        ),
        row("(call $block_basefee (i32.const 512))", "block_basefee", &[], &[&word(4)]),
        row("(call $block_coinbase (i32.const 512))", "block_coinbase", &[], &[&[5; 20]]),
        row(&drop("(call $block_gas_limit)"), "block_gas_limit", &[], &[&u64_of(6)]),
        row(&drop("(call $block_number)"), "block_number", &[], &[&u64_of(7)]),
        row(&drop("(call $block_timestamp)"), "block_timestamp", &[], &[&u64_of(8)]),
        row(&drop("(call $chainid)"), "chainid", &[], &[&u64_of(9)]),
        row("(call $contract_address (i32.const 512))", "contract_address", &[], &[&[1; 20]]),
        row("(call $msg_sender (i32.const 512))", "msg_sender", &[], &[&[2; 20]]),
        row("(call $msg_value (i32.const 512))", "msg_value", &[], &[&word(3)]),
        row(&drop("(call $msg_reentrant)"), "msg_reentrant", &[], &[&u32_of(1)]),
        row("(call $tx_gas_price (i32.const 512))", "tx_gas_price", &[], &[&word(11)]),
        row(&drop("(call $tx_ink_price)"), "tx_ink_price", &[], &[&u32_of(10_000)]),
        row("(call $tx_origin (i32.const 512))", "tx_origin", &[], &[&[10; 20]]),
        row(
            "(call $native_keccak256 (i32.const 0) (i32.const 2) (i32.const 512))",
            "native_keccak256",
            &[&[5; 2]],
            &[keccak256([5; 2]).as_slice()],
        ),
        row(
            "(call $math_div (i32.const 128) (i32.const 64))",
            "math_div",
            &[&word(6), &word(3)],
            &[&word(2)],
        ),
        row(
            "(call $math_mod (i32.const 160) (i32.const 96))",
            "math_mod",
            &[&word(6), &word(4)],
            &[&word(2)],
        ),
        row(
            "(call $math_pow (i32.const 192) (i32.const 64))",
            "math_pow",
            &[&word(6), &word(3)],
            &[&word(216)],
        ),
        row(
            "(call $math_add_mod (i32.const 224) (i32.const 64) (i32.const 96))",
            "math_add_mod",
            &[&word(6), &word(3), &word(4)],
            &[&word(1)],
        ),
        row(
            "(call $math_mul_mod (i32.const 256) (i32.const 64) (i32.const 96))",
            "math_mul_mod",
            &[&word(6), &word(3), &word(4)],
            &[&word(2)],
        ),
        row("(call $pay_for_memory_grow (i32.const 0))", "pay_for_memory_grow", &[&[0, 0]], &[]),
        row("(call $pay_for_memory_grow (i32.const 3))", "pay_for_memory_grow", &[&[0, 3]], &[]),
        row("(call $exit_early (i32.const 7))", "exit_early", &[&u32_of(7)], &[]),
    ];
    let body: String = rows.iter().map(|(call, ..)| call.as_str()).collect();
    let input = ProgramCall { calldata: bytes!("0102"), ..call(PLENTY) };
    let ended = run(&program(&escape(&memory()), &body), input, &mut host);
    assert_eq!(ended.status, ProgramStatus::Revert);

    let mut recorded = host.recorded.expect("it was asked for").into_iter();
    let entry = recorded.next().expect("the entry");
    assert_eq!((entry.name, &entry.args[..]), ("user_entrypoint", &[0, 0, 0, 2][..]));
    let mut left = entry.start_ink;
    for (_, name, args, outs) in &rows {
        let HostCall { name: recorded_name, args: recorded_args, outs: recorded_outs, start_ink, end_ink } =
            recorded.next().unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(recorded_name, *name);
        assert_eq!((&recorded_args[..], &recorded_outs[..]), (&args[..], &outs[..]), "{name}");
        assert!(start_ink < left, "the operators in front of {name} cost ink");
        assert!(end_ink < start_ink || *name == "exit_early", "{name} costs ink");
        left = end_ink;
    }
    let exit = recorded.next().expect("the exit");
    assert_eq!((exit.name, &exit.outs[..]), ("user_returned", &[0, 0, 0, 7][..]));
    assert_eq!((exit.start_ink, exit.end_ink), (entry.start_ink, entry.start_ink));
    assert_eq!(recorded.next(), None);

    let covered: std::collections::HashSet<&str> = rows.iter().map(|(_, name, ..)| *name).collect();
    let apart = ["evm_gas_left", "evm_ink_left"];
    for hook in HOOKS.iter().filter(|hook| !apart.contains(&hook.name)) {
        assert!(covered.contains(hook.name), "{} has no row", hook.name);
    }
}

#[test]
fn gas_and_ink_left_are_recorded_as_the_program_sees_them() {
    let mut host = MockHost { recorded: Some(Vec::new()), ..MockHost::default() };
    let body = "(drop (call $evm_ink_left)) (drop (call $evm_gas_left))";
    run(&program("", body), call(PLENTY), &mut host);
    let recorded = host.recorded.expect("it was asked for");
    let [_, ink, gas, _] = &recorded[..] else { panic!("{recorded:?}") };
    assert_eq!((ink.name, &ink.outs[..]), ("evm_ink_left", &ink.end_ink.to_be_bytes()[..]));
    assert_eq!((gas.name, &gas.outs[..]), ("evm_gas_left", &(gas.end_ink / 10_000).to_be_bytes()[..]));
}

#[test]
fn what_fails_is_not_recorded() {
    let mut host = MockHost { recorded: Some(Vec::new()), ..MockHost::default() };
    let ended = run(&program("", "(call $msg_sender (i32.const -1))"), call(PLENTY), &mut host);
    assert_eq!(ended.status, ProgramStatus::Failure);
    let recorded = host.recorded.expect("it was asked for");
    assert_eq!(recorded.iter().map(|call| call.name).collect::<Vec<_>>(), ["user_entrypoint"]);
}
