//! The edges of every host function: pointers at and beyond the end of memory, nothing at all to read or write, ink that
//! runs out in the middle.

use alloy_primitives::Bytes;

use crate::{
    chain::{ArbOwner, Chain, on_chain, tx},
    measure::ink_of_calls,
    wasm::{host_functions, program},
};

/// Bytes of memory that the programs have.
const MEMORY: i64 = 65_536;

/// An argument of a host function.
#[derive(Clone, Copy)]
enum Arg {
    /// A pointer to so many bytes.
    Pointer(i64),
    /// Any other number.
    Number(i64),
}

use Arg::{Number, Pointer};

/// Every host function that takes pointers, with arguments that ask for as little as possible.
const POINTERS: &[(&str, &[Arg])] = &[
    ("read_args", &[Pointer(0)]),
    ("write_result", &[Pointer(0), Number(0)]),
    ("storage_load_bytes32", &[Pointer(32), Pointer(32)]),
    ("storage_cache_bytes32", &[Pointer(32), Pointer(32)]),
    ("transient_load_bytes32", &[Pointer(32), Pointer(32)]),
    ("transient_store_bytes32", &[Pointer(32), Pointer(32)]),
    ("call_contract", &[Pointer(20), Pointer(0), Number(0), Pointer(32), Number(0), Pointer(4)]),
    ("delegate_call_contract", &[Pointer(20), Pointer(0), Number(0), Number(0), Pointer(4)]),
    ("static_call_contract", &[Pointer(20), Pointer(0), Number(0), Number(0), Pointer(4)]),
    ("create1", &[Pointer(0), Number(0), Pointer(32), Pointer(20), Pointer(4)]),
    ("create2", &[Pointer(0), Number(0), Pointer(32), Pointer(32), Pointer(20), Pointer(4)]),
    ("emit_log", &[Pointer(0), Number(0), Number(0)]),
    ("account_balance", &[Pointer(20), Pointer(32)]),
    ("account_code", &[Pointer(20), Number(0), Number(0), Pointer(0)]),
    ("account_code_size", &[Pointer(20)]),
    ("account_codehash", &[Pointer(20), Pointer(32)]),
    ("block_basefee", &[Pointer(32)]),
    ("block_coinbase", &[Pointer(20)]),
    ("contract_address", &[Pointer(20)]),
    ("msg_sender", &[Pointer(20)]),
    ("msg_value", &[Pointer(32)]),
    ("tx_gas_price", &[Pointer(32)]),
    ("tx_origin", &[Pointer(20)]),
    ("native_keccak256", &[Pointer(0), Number(0), Pointer(32)]),
    ("math_div", &[Pointer(32), Pointer(32)]),
    ("math_mod", &[Pointer(32), Pointer(32)]),
    ("math_pow", &[Pointer(32), Pointer(32)]),
    ("math_add_mod", &[Pointer(32), Pointer(32), Pointer(32)]),
    ("math_mul_mod", &[Pointer(32), Pointer(32), Pointer(32)]),
];

/// Those that take none. `exit_early` ends the program and `pay_for_memory_grow` of a page within the free ones is free.
const PLAIN: &[(&str, &[Arg])] = &[
    ("exit_early", &[Number(0)]),
    ("storage_flush_cache", &[Number(0)]),
    ("return_data_size", &[]),
    ("evm_gas_left", &[]),
    ("evm_ink_left", &[]),
    ("block_gas_limit", &[]),
    ("block_number", &[]),
    ("block_timestamp", &[]),
    ("chainid", &[]),
    ("msg_reentrant", &[]),
    ("tx_ink_price", &[]),
    ("pay_for_memory_grow", &[Number(0)]),
    // Its pointer isn't looked at where nothing is to be read.
    ("read_return_data", &[Number(MEMORY + 1), Number(0), Number(100)]),
];

#[test]
fn both_lists_together_are_all_host_functions() {
    let mut listed: Vec<&str> = POINTERS.iter().chain(PLAIN).map(|(name, _)| *name).collect();
    let mut all: Vec<&str> = host_functions().map(|(name, _)| name).collect();
    listed.sort_unstable();
    all.sort_unstable();
    assert_eq!(all.len(), 42);
    assert_eq!(listed, all);
}

/// A host call as `name argument…`: pointers at the very end of memory, but for one.
fn line(name: &str, arguments: &[Arg], moved: Option<(usize, i64)>) -> String {
    let mut line = name.to_owned();
    for (index, argument) in arguments.iter().enumerate() {
        let value = match (argument, moved) {
            (Pointer(bytes), Some((at, by))) if at == index => MEMORY - bytes + by,
            (Pointer(bytes), _) => MEMORY - bytes,
            (Number(number), _) => *number,
        };
        // As text, 32 bits without a sign.
        line += &format!(" {value}");
    }
    line
}

/// A program that makes one host call.
fn body(line: &str) -> String {
    let mut words = line.split_whitespace();
    let name = words.next().expect("a name");
    let (_, ty) = host_functions().find(|(known, _)| *known == name).expect("a host function");
    let types = ty.split([' ', '(', ')']).filter(|word| ["i32", "i64"].contains(word));
    let pushed: String = words.zip(types).map(|(word, ty)| format!("({ty}.const {word}) ")).collect();
    let call = format!("(call ${name} {pushed})");
    let call = if ty.contains("result") { format!("(drop {call})") } else { call };
    program(&format!("{call} i32.const 0"))
}

#[test]
fn pointers_reach_to_the_last_byte_and_not_beyond() {
    on_chain(61, |chain| {
        for (name, arguments) in POINTERS {
            let at_the_end = chain.program(&body(&line(name, arguments, None)));
            let answer = chain.call(&tx(at_the_end, vec![]));
            assert!(answer.is_ok(), "{name}: {answer:?}");
            for (index, argument) in arguments.iter().enumerate() {
                let Pointer(bytes) = argument else { continue };
                // Over the edge by a byte; far out; around the end of 32 bits.
                for by in [1, 1 << 30, bytes - MEMORY + (1 << 32) - 1] {
                    let text = line(name, arguments, Some((index, by)));
                    let beyond = chain.program(&body(&text));
                    let refusal = chain.call(&tx(beyond, vec![])).expect_err(&text);
                    assert_eq!((refusal.code, refusal.data), (3, Some(Bytes::new())), "{text}");
                }
            }
        }
    });
}

#[test]
fn a_failed_host_call_leaves_the_gas_that_it_did_not_take() {
    on_chain(61, |chain| {
        for (name, arguments) in POINTERS {
            let program = chain.program(&body(&line(name, arguments, Some((0, 1)))));
            let receipt = chain.send(&tx(program, vec![]).gas(10_000_000));
            assert!(!receipt.success && receipt.gas_used < 200_000, "{name}: {}", receipt.gas_used);
        }
    });
}

/// Calls a program at one ink per gas with so much for its body.
fn with_ink(chain: &Chain, program: alloy_primitives::Address, ink: u64) -> Result<Bytes, String> {
    let call = tx(program, vec![]);
    let gas = call.intrinsic() + chain.entry_gas(program).0 + ink;
    chain.call(&call.gas(gas)).map_err(|refusal| refusal.message)
}

#[test]
fn ink_that_runs_out_anywhere_in_a_host_call_takes_all_gas() {
    const STEPS: u64 = 9;
    on_chain(61, |chain| {
        chain.as_owner(&ArbOwner::setInkPriceCall { price: 1 });
        for (name, arguments) in POINTERS.iter().chain(PLAIN) {
            if *name == "exit_early" {
                continue;
            }
            let text = line(name, arguments, None);
            let operators = arguments.len() as u64
                + (3_800 + 2_450)
                + if body(&text).contains("drop") { 9 } else { 0 }
                + (1 + 1 + 2_450);
            let host = ink_of_calls(chain, &[], &[&text])[0];
            let program = chain.program(&body(&text));
            let needed = operators + host;
            assert!(with_ink(chain, program, needed).is_ok(), "{name} with {needed}");
            for step in 0..=STEPS {
                let ink = operators.min(needed - 1) - 1 + step * (needed - operators) / STEPS;
                let end = with_ink(chain, program, ink).expect_err(name);
                // A create that can't pay its base is the one exception (§7.2).
                let fails = name.starts_with("create") && end == "execution reverted";
                assert!(end == "out of gas" || fails, "{name} with {ink} of {needed}: {end}");
            }
        }
    });
}

#[test]
fn nothing_to_read_or_write_leaves_nothing_changed() {
    on_chain(61, |chain| {
        // Keccak of nothing; a result of nothing; arguments of nothing over a byte that stays.
        let program = chain.program(&program(
            "(i32.store8 (i32.const 100) (i32.const 9))
            (call $read_args (i32.const 100))
            (call $write_result (i32.const 100) (i32.const 1))
            (call $write_result (i32.const 100) (i32.const 0))
            (call $native_keccak256 (i32.const 0) (i32.const 0) (i32.const 0))
            (i32.store8 (i32.const 32) (i32.load8_u (i32.const 100)))
            (call $write_result (i32.const 0) (i32.const 33)) i32.const 0",
        ));
        let expected = [alloy_primitives::KECCAK256_EMPTY.as_slice(), &[9]].concat();
        assert_eq!(chain.call(&tx(program, vec![])), Ok(expected.into()));
    });
}

#[test]
fn logs_need_their_topics_and_take_four_at_most() {
    on_chain(61, |chain| {
        let log = |length: u32, topics: i32| {
            let call = format!(
                "(call $emit_log (i32.const 0) (i32.const {length}) (i32.const {topics})) i32.const 0"
            );
            chain.call(&tx(chain.program(&program(&call)), vec![])).is_ok()
        };
        assert!(log(128, 4) && log(32, 1) && log(0, 0));
        assert!(!log(127, 4) && !log(31, 1) && !log(160, 5) && !log(0, -1));
    });
}

#[test]
fn slices_of_code_and_return_data_end_where_those_end() {
    on_chain(61, |chain| {
        // Code of three bytes, which returns two: PUSH1 2 PUSH0 RETURN are four.
        let target = chain.deploy(&alloy_primitives::hex!("60025ff3"));
        let slice = |offset: u32, size: i64| {
            let body = format!(
                "(call $read_args (i32.const 0))
                (i64.store (i32.const 200) (i64.extend_i32_u (call $account_code
                    (i32.const 0) (i32.const {offset}) (i32.const {size}) (i32.const 300))))
                (drop (call $call_contract (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)
                    (i64.const -1) (i32.const 400)))
                (i64.store (i32.const 208) (i64.extend_i32_u (call $read_return_data
                    (i32.const 500) (i32.const {offset}) (i32.const {size}))))
                (call $write_result (i32.const 200) (i32.const 16)) i32.const 0"
            );
            let output =
                chain.call(&tx(chain.program(&program(&body)), target.to_vec())).expect("it succeeds");
            [&output[..8], &output[8..]].map(|figure| u64::from_le_bytes(figure.try_into().expect("eight")))
        };
        assert_eq!(slice(0, 2), [2, 2]);
        assert_eq!(slice(0, 100), [4, 2]);
        assert_eq!(slice(1, 0xffff_ffff), [3, 1]);
        assert_eq!(slice(2, 1), [1, 0]);
        assert_eq!(slice(4, 1), [0, 0]);
        assert_eq!(slice(u32::MAX, 0xffff_ffff), [0, 0]);
        assert_eq!(slice(0, 0), [0, 0]);
    });
}
