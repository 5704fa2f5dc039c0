//! Checklist: execution.

use alloy_primitives::{Address, B256, Bytes, U256, hex};

use crate::{
    chain::{ARB_WASM, ARBOS_TEST, ArbOwner, ArbWasm, Chain, NOBODY, Receipt, on_chain, tx},
    measure::{escape, ink_of_calls},
    wasm::{self, FORWARDER, STATIC_FORWARDER, caller, delegator, program, program_with, through},
};

/// A module with exactly these figures: 60 functions with 150 parameters and results, 24 000 bytes, 3 globals of its own,
/// 4 300 encoded bytes of segments, 2 pages.
fn specified_example() -> Vec<u8> {
    specified_example_of("", "")
}

/// The same with imports, and an entry point that does something.
fn specified_example_of(imports: &str, body: &str) -> Vec<u8> {
    const LENGTH: usize = 24_000;
    const DATA: usize = 4_300 - 6; // flags, offset of three bytes, length of two
    let three = "(func (param i32 i32 i32))".repeat(30);
    let two = "(func (param i32 i32))".repeat(29);
    let data = escape(&vec![7; DATA]);
    let module = wasm::parse(&format!(
        r#"(module {imports} (memory (export "memory") 2 2)
            (global i32 (i32.const 0)) (global i32 (i32.const 0)) (global i32 (i32.const 0))
            (data (i32.const 0) "{data}")
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0)
            {three} {two})"#
    ));
    padded(module, LENGTH)
}

/// A module with a custom section that brings it to a length.
pub(crate) fn padded(mut module: Vec<u8>, length: usize) -> Vec<u8> {
    // id, size in three bytes, name of no bytes
    let payload = length - module.len() - 4;
    let size = [payload as u8 | 0x80, (payload >> 7) as u8 | 0x80, (payload >> 14) as u8];
    module.push(0);
    module.extend(size);
    module.resize(length, 0);
    module
}

#[test]
fn init_and_cached_gas_example_is_16216_and_3645() {
    on_chain(51, |chain| {
        let program = chain.wasm_program(&specified_example());
        assert_eq!(chain.entry_gas(program), (16_216, 3_645));
        let codehash = chain.code_hash(program);
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::codehashAsmSizeCall { codehash }), 723_968);
        assert_eq!(chain.ask(ARB_WASM, &ArbWasm::programMemoryFootprintCall { program }), 2);
        // Nothing but the entry point's 2 452 ink runs, which is one gas.
        let call = tx(program, vec![1, 2, 3, 4]);
        assert_eq!(chain.send(&call).gas_used, call.intrinsic() + 16_216 + 1);
    });
}

#[test]
fn the_worked_total_of_a_transaction_is_37404() {
    on_chain(51, |chain| {
        // 1 234 567 ink: two blocks of 6 252 and 2 452 around an answer of 32 bytes for 41 162, and what fills the second.
        let (popcounts, nops) = (445, 1_234_567 - 6_252 - 41_162 - 2_452 - 445 * 2_660);
        let body = format!(
            "(call $write_result (i32.const 0) (i32.const 32)) {} {}",
            "(drop (i32.popcnt (i32.const 0)))".repeat(popcounts),
            "nop ".repeat(nops),
        );
        let import = r#"(import "vm_hooks" "write_result" (func $write_result (param i32 i32)))"#;
        let program = chain.wasm_program(&specified_example_of(import, &body));
        assert_eq!(chain.entry_gas(program), (16_216, 3_645));
        let call = tx(program, vec![1, 2, 3, 4]).gas(100_000);
        assert_eq!(chain.call(&call), Ok(vec![7; 32].into()));
        assert_eq!(chain.send(&call).gas_used, 37_404);
        // 5 433 ink of a gas are left over.
        let longer = format!("{body} {}", "nop ".repeat(5_434));
        let longer = chain.wasm_program(&specified_example_of(import, &longer));
        assert_eq!(chain.send(&tx(longer, vec![1, 2, 3, 4]).gas(100_000)).gas_used, 37_405);
    });
}

#[test]
fn page_table_rows_are_paid_at_entry() {
    on_chain(51, |chain| {
        for (pages, cost) in [(1, 0), (2, 0), (3, 1_000), (17, 15_008), (128, 31_999_998)] {
            let program = chain.program(&program_with(pages, "", "i32.const 0"));
            let call = tx(program, vec![]).gas(45_000_000);
            // Only a call may use more than 32 million.
            let needed = call.intrinsic() + chain.entry_gas(program).0 + cost + 1;
            assert!(chain.call(&call.clone().gas(needed)).is_ok(), "{pages} pages");
            assert!(chain.call(&call.gas(needed - 1)).is_err(), "{pages} pages");
        }
    });
}

/// A program that calls the one named by its calldata twice and answers what each call took, in ink.
fn twice(pages: u32) -> String {
    let call = "(drop (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 32) (i64.const -1) (i32.const 100)))";
    let body = format!(
        "(call $read_args (i32.const 0))
        (local.set $before (call $evm_ink_left)) {call} (local.set $after (call $evm_ink_left))
        (i64.store (i32.const 200) (i64.sub (local.get $before) (local.get $after)))
        (local.set $before (call $evm_ink_left)) {call} (local.set $after (call $evm_ink_left))
        (i64.store (i32.const 208) (i64.sub (local.get $before) (local.get $after)))
        (call $write_result (i32.const 200) (i32.const 16)) i32.const 0"
    );
    program_with(pages, "", &body)
}

/// Gas of two calls of `inner` by `outer`, a program as [`twice`] makes.
fn costs_of_two(chain: &Chain, outer: Address, inner: Address) -> (u64, u64) {
    let output = chain.call(&tx(outer, inner.to_vec())).expect("it succeeds");
    let figure = |at: usize| u64::from_le_bytes(output[at..at + 8].try_into().expect("eight"));
    (figure(0) / 10_000, figure(8) / 10_000)
}

#[test]
fn nested_and_sequential_programs_share_pages_and_the_maximum_stays() {
    on_chain(51, |chain| {
        let inner = chain.program(&program_with(16, "", "i32.const 0"));
        let costs = |outer| costs_of_two(chain, outer, inner);
        // Warm from the first call on: 2 500 gas less than that, which was cold.
        let (first, second) = costs(chain.program(&twice(1)));
        assert_eq!(first - second, 2_500 + 15_008 - 15_000);
        let (nested, again) = costs(chain.program(&twice(17)));
        assert_eq!(nested - again, 2_500 + 16_076 - 16_000);
        assert_eq!(again - second, 1_000);
    });
}

/// Ends as the first byte of its calldata says, after writing a result.
fn outcomes() -> String {
    program_with(
        1,
        "(func $deeper (call $deeper))",
        "(call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (i32.const 3))
        (local.set $i (i32.load8_u (i32.const 0)))
        (if (i32.eq (local.get $i) (i32.const 2)) (then unreachable))
        (if (i32.eq (local.get $i) (i32.const 3)) (then (loop $on (br $on))))
        (if (i32.eq (local.get $i) (i32.const 4)) (then (call $deeper)))
        (if (i32.eq (local.get $i) (i32.const 5)) (then (call $exit_early (i32.const 0))))
        (if (i32.eq (local.get $i) (i32.const 6)) (then (call $exit_early (i32.const 77))))
        (if (i32.eq (local.get $i) (i32.const 7)) (then (call $read_args (i32.const -1))))
        (local.get $i)",
    )
}

#[test]
fn outcomes_differ_in_gas_left_and_return_data_at_top_level() {
    on_chain(51, |chain| {
        let program = chain.program(&outcomes());
        let gas = 200_000;
        let run = |how: u8| {
            let call = tx(program, vec![how, 0xaa, 0xbb]).gas(gas);
            (chain.call(&call), chain.send(&call))
        };
        for how in [0, 5] {
            let (answer, receipt) = run(how);
            assert_eq!(answer, Ok(Bytes::from(vec![how, 0xaa, 0xbb])));
            assert!(receipt.success && receipt.gas_used < gas);
        }
        for how in [1, 6] {
            let (answer, receipt) = run(how);
            let refusal = answer.expect_err("it reverts");
            assert_eq!((refusal.code, refusal.data), (3, Some(vec![how, 0xaa, 0xbb].into())));
            assert!(!receipt.success && receipt.gas_used < gas);
        }
        for how in [2, 7] {
            let (answer, receipt) = run(how);
            let refusal = answer.expect_err("it fails");
            assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())), "a failure is a revert");
            assert!(!receipt.success && receipt.gas_used < gas);
        }
        for how in [3, 4] {
            let (answer, receipt) = run(how);
            assert_eq!(answer.expect_err("it halts").code, -32_000);
            assert_eq!((receipt.success, receipt.gas_used), (false, gas));
        }
    });
}

#[test]
fn outcomes_differ_in_gas_left_and_return_data_when_nested() {
    // Answers the call's status, the length of its return data, and the gas it took.
    let nest = "(call $read_args (i32.const 0))
        (local.set $before (call $evm_gas_left))
        (i64.store (i32.const 200) (i64.extend_i32_u (call $call_contract
            (i32.const 0) (i32.const 20) (i32.const 3) (i32.const 60000) (i64.const 100000) (i32.const 100))))
        (local.set $after (call $evm_gas_left))
        (i64.store (i32.const 208) (i64.extend_i32_u (call $return_data_size)))
        (i64.store (i32.const 216) (i64.sub (local.get $before) (local.get $after)))
        (call $write_result (i32.const 200) (i32.const 24)) i32.const 0";
    on_chain(51, |chain| {
        let inner = chain.program(&outcomes());
        let outer = chain.program(&program(nest));
        for (how, status, length, all) in [
            (0, 0, 3, false),
            (1, 2, 3, false),
            (2, 2, 0, false),
            (3, 2, 0, true),
            (4, 2, 0, true),
            (5, 0, 3, false),
            (6, 2, 3, false),
            (7, 2, 0, false),
        ] {
            let output =
                chain.call(&tx(outer, through(inner, &[how, 1, 1]))).expect("the outer one succeeds");
            let figure = |at: usize| u64::from_le_bytes(output[at..at + 8].try_into().expect("eight"));
            assert_eq!((figure(0), figure(8)), (status, length), "outcome {how}");
            assert_eq!(figure(16) >= 100_000, all, "outcome {how} took {}", figure(16));
        }
    });
}

#[test]
fn return_data_floor_shows_with_large_outputs_only() {
    on_chain(51, |chain| {
        let returning = |pages: u32, bytes: u32| {
            let body = format!("(call $write_result (i32.const 0) (i32.const {bytes})) i32.const 0");
            chain.program(&program_with(pages, "", &body))
        };
        let used = |program: Address| {
            let call = tx(program, vec![]);
            chain.send(&call).gas_used - call.intrinsic()
        };
        // 10 000 bytes: 1 130 gas, less than entering takes; what is paid is the entry, the call and its block.
        let small = returning(1, 10_000);
        let ink = 8_400 + 2 * (16_381 + 55 * (10_000 - 32)) + 2 + 3_800 + 2_450 + 1 + 1 + 2_450;
        assert_eq!(used(small), chain.entry_gas(small).0 + ink_to_gas(ink));
        // A MiB: 32 768 words.
        assert_eq!(used(returning(16, 1 << 20)), 3 * 32_768 + 32_768 * 32_768 / 512);
    });
}

/// Gas that vanishes when so much ink was taken.
fn ink_to_gas(ink: u64) -> u64 {
    ink.div_ceil(10_000)
}

/// Without calldata it answers whether it is re-entered; otherwise it calls on as [`caller`] does.
fn reentrant() -> String {
    let body = format!(
        "(if (i32.eqz (local.get $args)) (then
            (i32.store8 (i32.const 0) (call $msg_reentrant))
            (call $write_result (i32.const 0) (i32.const 1))
            (return (i32.const 0))))
        {}",
        wasm::CALLER_BODY
    );
    program(&body)
}

#[test]
fn msg_reentrant_is_judged_by_the_acting_address_via_direct_delegate_and_create_paths() {
    on_chain(51, |chain| {
        let program = chain.program(&reentrant());
        let forwarder = chain.deploy(&FORWARDER);
        let proxy = chain.deploy(&delegator(program));
        let other_proxy = chain.deploy(&delegator(program));
        let answer = |to: Address, data: Vec<u8>| chain.call(&tx(to, data)).expect("it succeeds")[0];

        assert_eq!(answer(program, vec![]), 0);
        assert_eq!(answer(program, through(program, &[])), 1, "by itself");
        assert_eq!(answer(program, through(forwarder, program.as_slice())), 1, "through EVM code");
        assert_eq!(answer(proxy, vec![]), 0, "a delegate frame doesn't count");
        assert_eq!(answer(proxy, through(forwarder, proxy.as_slice())), 1, "the proxy is re-entered");
        assert_eq!(answer(proxy, through(other_proxy, &[])), 0, "the same code under another address");
        assert_eq!(answer(proxy, through(program, &[])), 0);

        // Init code that delegates to the program and deploys its answer, one byte.
        let created = chain.create(delegator(program)).contract.expect("creations have one");
        assert_eq!(chain.code(created).as_ref(), [0]);
    });
}

#[test]
fn all_figures_of_the_conformance_table_hold() {
    on_chain(51, |chain| {
        let mut data = vec![0; 256];
        data[31] = 1; // key at 0
        data[32 + 31] = 7; // value at 32
        data[64..84].copy_from_slice(Address::repeat_byte(0x77).as_slice()); // cold account at 64
        data[96 + 31] = 3; // exponents at 96, 128, 160, 192
        data[128 + 30] = 1;
        data[160 + 22] = 1;
        data[192] = 1;
        let ink = |calls: &[&str]| ink_of_calls(chain, &data, calls);

        assert_eq!(ink(&["transient_load_bytes32 0 512"]), [1_078_153]);
        assert_eq!(ink(&["transient_store_bytes32 0 32"]), [1_078_153]);
        assert_eq!(
            ink(&[
                "storage_load_bytes32 0 512",
                "storage_load_bytes32 0 512",
                "storage_flush_cache 1",
                "storage_load_bytes32 0 512",
            ]),
            [21_068_480, 18_480, 68_073, 1_068_480]
        );
        assert_eq!(
            ink(&[
                "storage_cache_bytes32 0 32",
                "storage_flush_cache 0",
                "storage_cache_bytes32 0 96",
                "storage_flush_cache 0"
            ]),
            [18_480, 221_068_073, 18_480, 1_068_073]
        );
        assert_eq!(ink(&["account_balance 64 512", "account_balance 64 512"]), [26_078_153, 1_078_153]);
        assert_eq!(ink(&["account_codehash 64 512"]), [26_078_153]);
        assert_eq!(ink(&["account_code_size 64"]), [33_068_073]);
        let powers = ["math_pow 0 96", "math_pow 0 128", "math_pow 0 160", "math_pow 0 192"];
        assert_eq!(ink(&powers), [61_520, 79_020, 219_020, 604_020]);
        assert_eq!(
            ink(&[
                "emit_log 0 0 0",
                "emit_log 0 10 0",
                "emit_log 0 100 0",
                "emit_log 0 132 1",
                "emit_log 0 228 4",
            ]),
            [3_834_454, 4_634_454, 11_838_194, 15_589_954, 26_845_234]
        );
        let hashes =
            ["native_keccak256 0 10 512", "native_keccak256 0 100 512", "native_keccak256 0 1000 512"];
        assert_eq!(ink(&hashes), [121_800, 163_800, 751_800]);
        assert_eq!(ink(&["write_result 0 0"]), [41_162]);
        assert_eq!(ink(&["pay_for_memory_grow 0"]), [8_400]);
        assert_eq!(ink(&["pay_for_memory_grow 100"]), [9_320_660_000]);
    });
}

#[test]
fn figure_of_a_storage_slot_that_changes_is_2900_and_the_access() {
    on_chain(51, |chain| {
        // Stores the calldata's word in slot 0, and answers what flushing it took.
        let program = chain.program(&program(
            "(call $read_args (i32.const 32))
            (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
            (local.set $before (call $evm_ink_left))
            (call $storage_flush_cache (i32.const 0))
            (local.set $after (call $evm_ink_left))
            (i64.store (i32.const 200) (i64.sub (local.get $before) (local.get $after)))
            (call $write_result (i32.const 200) (i32.const 8)) i32.const 0",
        ));
        let word = |n: u8| B256::repeat_byte(n).to_vec();
        assert!(chain.send(&tx(program, word(1))).success);
        let output = chain.call(&tx(program, word(2))).expect("it succeeds");
        let ink = u64::from_le_bytes(output[..8].try_into().expect("eight"));
        // Around the host call: two local.set are outside, one operand, two calls, their blocks, the second question.
        let around = 210 + 1 + 3_800 + 2_450 + 3_800 + 2_450 + 8_400;
        assert_eq!(ink - around, 50_068_073);
    });
}

#[test]
fn figures_of_calls_and_return_data_hold() {
    on_chain(51, |chain| {
        let mut data = vec![0; 128];
        data[..20].copy_from_slice(ARBOS_TEST.as_slice());
        data[32..36].copy_from_slice(&hex!("bb3480f9")); // burnArbGas(0)
        let call = "call_contract 0 32 36 96 -1 512";
        assert_eq!(ink_of_calls(chain, &data, &[call]), [1_146_395]);

        for (available, ink) in [(10, 73_113), (100, 75_153), (1_000, 102_153), (10_000, 372_153)] {
            // PUSH2 length, PUSH0, RETURN
            let length = u16::try_from(available).expect("short").to_be_bytes();
            let returner = chain.deploy(&[0x61, length[0], length[1], 0x5f, 0xf3]);
            let mut data = vec![0; 64];
            data[..20].copy_from_slice(returner.as_slice());
            let calls = ["call_contract 0 0 0 32 -1 512", "read_return_data 1024 0 20000"];
            assert_eq!(ink_of_calls(chain, &data, &calls)[1], ink, "{available} bytes");
        }
    });
}

/// Refund of a run: what it costs more when it reverts, before and after which all is the same. The first byte of the
/// calldata says how to end; the rest is there to be paid for, so that the refund isn't cut to a fifth.
fn refund(chain: &Chain, contract: Address, burn: usize) -> u64 {
    let run = |ending: u8| -> Receipt {
        let data = [vec![ending], vec![0xff; burn]].concat();
        chain.send(&tx(contract, data))
    };
    let (reverted, kept) = (run(2), run(1));
    assert!(!reverted.success && kept.success);
    reverted.gas_used - kept.gas_used
}

#[test]
fn storage_refunds_through_flush_equal_those_of_sstore_sequences() {
    const BURN: usize = 6_000;
    // Values of slot 0 one after the other; what the slot holds before; the refund.
    let cases: [(u8, &[u8], u64); 5] =
        [(5, &[0], 4_800), (5, &[0, 5], 2_800), (5, &[6, 5], 2_800), (0, &[5, 0], 19_900), (5, &[6, 7], 0)];
    on_chain(51, |chain| {
        for (original, values, expected) in cases {
            let original = U256::from(original);
            let stores: String = values
                .iter()
                .map(|value| {
                    format!(
                        "(i32.store8 (i32.const 20031) (i32.const {value}))
                        (call $storage_cache_bytes32 (i32.const 20100) (i32.const 20000))
                        (call $storage_flush_cache (i32.const 0))"
                    )
                })
                .collect();
            let program = chain.program(&program(&format!(
                "(call $read_args (i32.const 0)) {stores}
                (i32.sub (i32.load8_u (i32.const 0)) (i32.const 1))"
            )));
            // SSTOREs, then STOP or REVERT by the byte.
            let mut code: Vec<u8> = values.iter().flat_map(|value| [0x60, *value, 0x5f, 0x55]).collect();
            let target = u8::try_from(code.len() + 14).expect("short code");
            code.extend([0x5f, 0x35, 0x60, 0xf8, 0x1c, 0x60, 0x01, 0x14, 0x60, target, 0x57]);
            // Both endings cost four gas.
            code.extend([0x5f, 0x5f, 0xfd, 0x5b, 0x60, 0x00, 0x00]);
            let contract = chain.deploy(&code);
            for account in [program, contract] {
                let slot = serde_json::json!([account, "0x0", B256::from(original)]);
                chain.rpc("anvil_setStorageAt", slot);
                assert_eq!(refund(chain, account, BURN), expected, "{original} → {values:?}");
            }
        }
    });
}

#[test]
fn static_context_table() {
    on_chain(51, |chain| {
        let forwarder = chain.deploy(&STATIC_FORWARDER);
        let run = |body: &str| {
            let program = chain.program(&program(&format!("{body} i32.const 0")));
            let plain = chain.call(&tx(program, vec![])).is_ok();
            (plain, chain.call(&tx(forwarder, through(program, &[]))))
        };
        let zero = "(i32.const 0) (i32.const 0)";
        for refused in [
            "(call $create1 (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 64) (i32.const 96))",
            "(call $create2 (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 32) (i32.const 64) (i32.const 96))",
            &format!("(call $emit_log {zero} (i32.const 0))"),
            &format!("(call $transient_store_bytes32 {zero})"),
            "(i32.store (i32.const 0) (i32.const 1))
            (call $storage_cache_bytes32 (i32.const 0) (i32.const 0)) (call $storage_flush_cache (i32.const 0))",
        ] {
            let (plain, statically) = run(refused);
            let refusal = statically.expect_err("a static frame refuses it");
            assert!(plain, "{refused}");
            assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())), "{refused}");
        }
        for allowed in [
            &format!("(call $storage_cache_bytes32 {zero})"),
            "(call $storage_flush_cache (i32.const 1))",
            &format!("(call $storage_load_bytes32 {zero})"),
            "(call $pay_for_memory_grow (i32.const 1))",
        ] {
            let (plain, statically) = run(allowed);
            assert!(plain && statically.is_ok(), "{allowed}: {statically:?}");
        }
        // A call that carries value answers 2 and goes on.
        let paying = "(i32.store8 (i32.const 63) (i32.const 1))
            (i32.store8 (i32.const 100) (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 32) (i64.const -1) (i32.const 200)))
            (call $write_result (i32.const 100) (i32.const 1))";
        let (_, statically) = run(paying);
        assert_eq!(statically, Ok(Bytes::from(vec![2])));
    });
}

#[test]
fn calls_forward_63_64ths_and_value_calls_pay_the_stipend_that_is_used() {
    on_chain(51, |chain| {
        // GAS, MSTORE, RETURN: what a callee starts with, less the opcode's own two.
        let gas = chain.deploy(&hex!("5a5f5260205ff3"));
        let program = chain.program(&program(
            "(call $read_args (i32.const 0))
            (local.set $before (call $evm_ink_left))
            (drop (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 20)
                (i64.const -1) (i32.const 200)))
            (drop (call $read_return_data (i32.const 300) (i32.const 0) (i32.const 32)))
            (i64.store (i32.const 332) (local.get $before))
            (call $write_result (i32.const 300) (i32.const 40)) i32.const 0",
        ));
        chain.rpc("anvil_setBalance", serde_json::json!([program, "0x64"]));
        let ask = |target: Address, value: u8| {
            let data = [target.as_slice(), B256::with_last_byte(value).as_slice()].concat();
            let output = chain.call(&tx(program, data)).expect("it succeeds");
            let started = U256::from_be_slice(&output[..32]).to::<u64>() + 2;
            (started, u64::from_le_bytes(output[32..].try_into().expect("eight")))
        };
        // Between the question and the split: operators, the host call's base, and reading no calldata.
        let before_split = 210 + 6 + 3_800 + 2_450 + 83_193 + 2 * 16_381;
        for (value, base, stipend) in [(0, 2_600, 0), (1, 2_600 + 9_000, 2_300)] {
            let (started, ink) = ask(gas, value);
            let left = (ink - before_split) / 10_000 - base;
            assert_eq!(started, left * 63 / 64 + stipend, "value {value}");
        }
    });
}

#[test]
fn value_calls_to_new_accounts_and_beyond_the_balance() {
    on_chain(51, |chain| {
        let mut data = vec![0; 96];
        data[..20].copy_from_slice(NOBODY.as_slice());
        data[63] = 1;
        // The measured program owns nothing: the callee is never reached, but its account is paid for.
        let ink = ink_of_calls(chain, &data, &["call_contract 0 0 0 32 -1 512"]);
        let base = 83_193 + 2 * 16_381;
        assert_eq!(ink, [base + (2_600 + 25_000 + 9_000) * 10_000]);

        let pay = program(
            "(call $read_args (i32.const 0))
            (i32.store8 (i32.const 200) (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 20) (i64.const 0) (i32.const 100)))
            (call $write_result (i32.const 200) (i32.const 1)) i32.const 0",
        );
        let payer = chain.program(&pay);
        let data = |wei: u8| [NOBODY.as_slice(), B256::with_last_byte(wei).as_slice()].concat();
        chain.rpc("anvil_setBalance", serde_json::json!([payer, "0x5"]));
        assert_eq!(chain.call(&tx(payer, data(6))), Ok(Bytes::from(vec![2])));
        assert_eq!(chain.call(&tx(payer, data(5))), Ok(Bytes::from(vec![0])));
        assert!(chain.send(&tx(payer, data(5))).success);
        assert_eq!(chain.balance(NOBODY), U256::from(5));
    });
}

#[test]
fn transient_storage_is_shared_between_evm_and_program_frames_of_one_address() {
    on_chain(51, |chain| {
        let reader = chain.program(&program(
            "(call $transient_load_bytes32 (i32.const 0) (i32.const 32))
            (call $write_result (i32.const 32) (i32.const 32)) i32.const 0",
        ));
        // TSTORE(0, 42), then the delegator.
        let mut code = hex!("602a5f5d").to_vec();
        code.extend(delegator(reader));
        let jump = code.windows(2).rposition(|pair| pair == [0x60, 0x29]).expect("the jump");
        code[jump + 1] += 4;
        let proxy = chain.deploy(&code);
        let word = B256::with_last_byte(42);
        assert_eq!(chain.call(&tx(proxy, vec![])), Ok(word.to_vec().into()));
        assert_eq!(chain.call(&tx(reader, vec![])), Ok(B256::ZERO.to_vec().into()));
        // Gone with its transaction.
        assert!(chain.send(&tx(proxy, vec![])).success);
        assert_eq!(chain.call(&tx(reader, vec![])), Ok(B256::ZERO.to_vec().into()));
    });
}

#[test]
fn a_program_frame_charges_its_callers_as_an_evm_frame_would() {
    on_chain(51, |chain| {
        let inner = chain.program(&wasm::silent());
        let outer = chain.program(&caller());
        let call = tx(outer, through(inner, &[]));
        let direct = tx(inner, vec![]);
        let inside = chain.send(&direct).gas_used - direct.intrinsic();
        let whole = chain.send(&call).gas_used - call.intrinsic();
        // Cold access, the callee, and less than 40 gas of the caller's own.
        let own = whole - chain.entry_gas(outer).0 - 2_600 - inside;
        assert!(own < 40, "{own}");
    });
}

#[test]
fn a_program_that_the_block_has_called_counts_as_cached_from_arbos_60() {
    for (arbos, discount) in [(51, false), (61, true)] {
        on_chain(arbos, |chain| {
            let inner = chain.program(&wasm::silent());
            let outer = chain.program(&twice(1));
            let (first, second) = costs_of_two(chain, outer, inner);
            let (uncached, cached) = chain.entry_gas(inner);
            let saved = if discount { uncached - cached } else { 0 };
            assert_eq!(first - second, 2_500 + saved, "ArbOS {arbos}");
            // Every call starts with no memory of the others.
            assert_eq!(costs_of_two(chain, outer, inner), (first, second));
        });
    }
}

#[test]
fn open_pages_are_capped_at_entry_and_growth_from_arbos_60() {
    for (arbos, capped) in [(51, false), (61, true)] {
        on_chain(arbos, |chain| {
            let large = chain.program(&program_with(20, "", "i32.const 0"));
            let growing = |pages: u32| {
                program_with(1, "", &format!("(call $pay_for_memory_grow (i32.const {pages})) i32.const 0"))
            };
            let [few, many] = [9, 10].map(|pages| chain.program(&growing(pages)));
            // 65 536 pages look like none where only 16 bits are looked at.
            let wrapping = chain.program(&growing(65_536));
            chain.as_owner(&ArbOwner::setWasmPageLimitCall { limit: 10 });
            let runs = |program| chain.call(&tx(program, vec![])).is_ok();
            assert!(runs(few));
            assert_eq!([large, many, wrapping].map(runs), [!capped; 3], "ArbOS {arbos}");
        });
    }
}

#[test]
fn a_fill_takes_the_low_byte_of_its_value_from_stylus_3() {
    on_chain(61, |chain| {
        let program = chain.program(&program(
            "(memory.fill (i32.const 9) (i32.const 0x1fe) (i32.const 1))
            (call $write_result (i32.const 9) (i32.const 1)) i32.const 0",
        ));
        assert_eq!(chain.call(&tx(program, vec![])), Ok(Bytes::from(vec![0xfe])));
    });
}

#[test]
fn a_smaller_stack_and_the_flushs_ending_came_with_arbos_50() {
    // A flush that can't pay for its slot.
    let flushing = program(
        "(i32.store8 (i32.const 32) (i32.const 1))
        (call $storage_cache_bytes32 (i32.const 0) (i32.const 32))
        (call $storage_flush_cache (i32.const 0)) i32.const 0",
    );
    // 5 000 frames of six words and more: too deep for 22 000.
    let deep = program_with(
        1,
        "(func $down (param i32) (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))",
        "(call $down (i32.const 5000)) i32.const 0",
    );
    for (arbos, old) in [(40, true), (51, false)] {
        on_chain(arbos, |chain| {
            let program = chain.program(&flushing);
            let call = tx(program, vec![]);
            let gas = call.intrinsic() + chain.entry_gas(program).0 + 10_000;
            let code = chain.call(&call.gas(gas)).expect_err("20 000 are needed").code;
            assert_eq!(code == 3, old, "ArbOS {arbos}");
            assert_eq!(chain.call(&tx(chain.program(&deep), vec![])).is_ok(), old, "ArbOS {arbos}");
        });
    }
}
