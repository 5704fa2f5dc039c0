//! As deep as calls go: 1 024 of them, programs and EVM code by turns, on the machine's own stack.

use alloy_consensus::TxEip1559;
use alloy_primitives::{Address, TxKind, U256, hex};
use stylus_devnode::Config;

use crate::{
    chain::{CHAIN_ID, Receipt, on_chain_of, signed},
    wasm::program,
};

/// Every call keeps a 64th of the gas back, so the deepest needs the first to have ten million times as much.
const GAS: u64 = 1 << 45;

/// Programs at the same time at most: each has a page of memory open, and from the 129th page on no gas would pay.
const PROGRAMS: u8 = 120;

/// EVM code that calls, with the number in its calldata plus one, `program` while that number is below twice
/// [`PROGRAMS`], and itself from there on; it answers what the call answers, or its own number if there was none.
fn climber(program: Address) -> Vec<u8> {
    #[rustfmt::skip]
    let code = [
        // mem[0] = n + 1, mem[32] = n
        &hex!("5f35 80 6001 01 5f 52 80 6020 52")[..],
        // out 32..64, in 0..32, value 0
        &hex!("6020 6020 6020 5f 5f"),
        // n < limit
        &[0x60, 2 * PROGRAMS], &hex!("86 10"),
        // (n < limit) * program + !(n < limit) * self
        &hex!("80 73"), program.as_slice(), &hex!("02 90 15 30 02 01"),
        // call with all gas, return mem[32]
        &hex!("5a f1 50 6020 6020 f3"),
    ];
    code.concat()
}

/// A program that calls whoever called it with the number in its calldata plus one, and answers what that answers, or
/// its own number. Numbers stay below 65 536.
fn program_that_calls_back() -> String {
    program(
        "(call $read_args (i32.const 0))
        (call $msg_sender (i32.const 32))
        (call $read_args (i32.const 64))
        (local.set $i (i32.add (i32.const 1)
            (i32.or (i32.shl (i32.load8_u (i32.const 30)) (i32.const 8)) (i32.load8_u (i32.const 31)))))
        (i32.store8 (i32.const 30) (i32.shr_u (local.get $i) (i32.const 8)))
        (i32.store8 (i32.const 31) (local.get $i))
        (drop (call $call_contract
            (i32.const 32) (i32.const 0) (i32.const 32) (i32.const 128) (i64.const -1) (i32.const 160)))
        (drop (call $read_return_data (i32.const 64) (i32.const 0) (i32.const 32)))
        (call $write_result (i32.const 64) (i32.const 32))
        (i32.const 0)",
    )
}

#[test]
fn programs_and_evm_code_call_each_other_down_to_the_last_of_1024_levels() {
    for arbos_version in [40, 51, 61] {
        let config = Config { arbos_version, base_fee: 1, gas_limit: 2 * GAS, ..Config::test() };
        on_chain_of(&config, |chain| {
            let called_back = chain.program(&program_that_calls_back());
            let climber = chain.deploy(&climber(called_back));
            // Asks the climber and logs its answer: call(gas, climber, 0, 0, 32, 0, 32), log0(0, 32).
            let asks = [&hex!("60205f60205f5f73")[..], climber.as_slice(), &hex!("5af15060205fa0")];
            let asks = chain.deploy(&asks.concat());
            let unsigned = TxEip1559 {
                chain_id: CHAIN_ID,
                nonce: chain.nonce(chain.user.address),
                gas_limit: GAS,
                // As many wei as keep the whole below the cap on fees.
                max_fee_per_gas: 10_000,
                max_priority_fee_per_gas: 0,
                to: TxKind::Call(asks),
                value: U256::ZERO,
                access_list: Default::default(),
                input: Default::default(),
            };
            let Receipt { success, logs, .. } = chain.publish(&signed(chain.user, unsigned));
            assert!(success);
            // Number 0 runs one level below the transaction's own frame, and level 1 024 is the last.
            assert_eq!(U256::from_be_slice(&logs[0].data), U256::from(1_023), "ArbOS {arbos_version}");
        });
    }
}
