//! Checklist: code and activation.

use alloy_primitives::{Address, B256, Bytes, U256, b256, hex};
use alloy_sol_types::SolCall;
use serde_json::json;
use stylus_devnode::vm::{Activation, Engine, Rules};

use crate::{
    chain::{ARB_WASM, ArbWasm, BASE_FEE, Chain, NOBODY, Receipt, Refusal, on_chain, tx},
    execution::padded,
    wasm::{self, classic, compress, init_code, parse, silent},
};

const OVERHEAD_51: u64 = 1_747_826;
const OVERHEAD_60: u64 = 1_748_626;

fn measured(wasm: &[u8], arbos_version: u64) -> Activation {
    let stylus_version = if arbos_version >= 60 { 3 } else { 2 };
    let rules = Rules { arbos_version, stylus_version, debug_chain: true };
    Engine::new().activate(wasm, rules, 128).expect("valid")
}

/// Gas of the precompile's frame.
fn activation_gas(program: Address, receipt: &Receipt) -> u64 {
    receipt.gas_used - Chain::activation(program).intrinsic()
}

#[test]
fn classic_code_is_accepted_by_every_create_and_ef_plus_anything_else_is_refused() {
    // A contract that CREATEs, or CREATE2s, what its calldata is, and answers the address.
    let create = hex!("365f5f37365f5ff05f5260205ff3");
    let create2 = hex!("365f5f375f365f5ff55f5260205ff3");
    on_chain(51, |chain| {
        let [create, create2] = [&create[..], &create2[..]].map(|code| chain.deploy(code));
        let made = |code: &[u8]| {
            let init = init_code(code);
            let by = |factory: Address| {
                let address = chain.call(&tx(factory, init.clone())).expect("it answers zero at worst");
                !Address::from_word(B256::from_slice(&address)).is_zero()
            };
            [chain.create(init.clone()).success, by(create), by(create2)]
        };
        assert_eq!(made(&classic(&parse(&silent()))), [true; 3]);
        // Whether the rest is a program is a matter of its activation.
        assert_eq!(made(&hex!("eff00000")), [true; 3]);
        for refused in
            [&hex!("ef")[..], &hex!("eff000"), &hex!("ef0001ff"), &hex!("eff10000"), &hex!("eff00300")]
        {
            assert_eq!(made(refused), [false; 3], "{}", hex::encode(refused));
        }
    });
}

#[test]
fn fragments_and_roots_can_be_created_from_arbos_60_only() {
    for (arbos, expected) in [(51, false), (60, true), (61, true)] {
        on_chain(arbos, |chain| {
            let root = [&hex!("eff0020000000001")[..], NOBODY.as_slice()].concat();
            for code in [&hex!("eff00101")[..], &root] {
                assert_eq!(chain.create(init_code(code)).success, expected, "{arbos}: {}", hex::encode(code));
            }
            assert!(!chain.create(init_code(&hex!("eff001"))).success, "a prefix alone is no code");
        });
    }
}

#[test]
fn brotli_without_dictionary_activates_oversize_is_refused_and_trailing_bytes_are_ignored() {
    on_chain(51, |chain| {
        let module = parse(&silent());
        let trailing = [&classic(&module)[..], b"and then some"].concat();
        assert!(chain.activate(chain.deploy(&trailing)).success);

        let limit =
            |size: usize| chain.activate(chain.deploy(&classic(&padded(module.clone(), size)))).success;
        assert!(limit(131_072));
        assert!(!limit(131_073));

        // The other dictionary is Nitro's own and not to be had: such code is refused as a failed decompression is.
        for dictionary in [1, 2, 255] {
            let code = [&hex!("eff000")[..], &[dictionary], &compress(&module)].concat();
            let refusal = chain.call(&Chain::activation(chain.deploy(&code))).expect_err("refused");
            let plain = Refusal { code: 3, message: "execution reverted".into(), data: Some(Bytes::new()) };
            assert_eq!(refusal, plain, "dictionary {dictionary}");
        }
    });
}

#[test]
fn activation_takes_its_overhead_and_six_native_lines() {
    for (arbos, overhead) in [(51, OVERHEAD_51), (60, OVERHEAD_60)] {
        on_chain(arbos, |chain| {
            let module =
                parse(&wasm::program_with(2, "(table 1 funcref) (elem (i32.const 0) func 0)", "i32.const 0"));
            let program = chain.deploy(&classic(&module));
            let receipt = chain.activate(program);
            assert!(receipt.success);
            let lines: u64 = measured(&module, arbos).charges.iter().sum();
            assert_eq!(activation_gas(program, &receipt), overhead + lines, "ArbOS {arbos}");
        });
    }
}

/// 60 functions, 24 000 bytes, 4 200 bytes of data, 50 of elements, 2 pages, 30 000 instrumented operators.
fn specified_example() -> Vec<u8> {
    let data = "\\07".repeat(4_200);
    let elements = "0 ".repeat(45); // and flags, an offset of three bytes, a count
    // A void function has 30 operators, the entry point 31 and these: 26 a loop, 1 a nop.
    let loops = "(loop)".repeat(1_084);
    let nops = "nop ".repeat(15);
    let module = parse(&format!(
        r#"(module (memory (export "memory") 2 2) (table 45 funcref)
            (elem (i32.const 0) func {elements}) (data (i32.const 0) "{data}")
            (func (export "user_entrypoint") (param i32) (result i32) {loops} {nops} i32.const 0)
            {functions})"#,
        functions = "(func)".repeat(59),
    ));
    padded(module, 24_000)
}

#[test]
fn the_example_of_the_specification_takes_807_688() {
    let module = specified_example();
    assert_eq!(measured(&module, 51).charges, [213_220, 280, 20_412, 224, 124_152, 449_400]);
    on_chain(51, |chain| {
        let program = chain.deploy(&classic(&module));
        let receipt = chain.activate(program);
        assert_eq!(activation_gas(program, &receipt), 2_555_514);
    });
}

#[test]
fn custom_errors_have_their_selectors() {
    on_chain(60, |chain| {
        let selector = |tx: &crate::chain::Tx| {
            let data = chain.call(tx).expect_err("refused").data.expect("a revert");
            hex::encode(&data[..4.min(data.len())])
        };
        assert_eq!(selector(&Chain::activation(NOBODY)), "27f38212", "ProgramNotWasm");
        let version = ArbWasm::programVersionCall { program: NOBODY }.abi_encode();
        assert_eq!(selector(&tx(ARB_WASM, version)), "6f809c4e", "ProgramNotActivated");
        let fresh = chain.deploy(&classic(&parse(&silent())));
        let poor = Chain::activation(fresh).value(1_u64);
        assert_eq!(selector(&poor), "09781ab7", "ProgramInsufficientValue");
        assert!(chain.activate(fresh).success);
        assert_eq!(selector(&Chain::activation(fresh)), "cc944bf2", "ProgramUpToDate");
        let codehash = chain.code_hash(fresh);
        let keepalive = tx(ARB_WASM, ArbWasm::codehashKeepaliveCall { codehash }.abi_encode());
        assert_eq!(selector(&keepalive), "16bd0cf8", "ProgramKeepaliveTooSoon");
        chain.wait(366 * 86_400);
        let version = ArbWasm::programVersionCall { program: fresh }.abi_encode();
        assert_eq!(selector(&tx(ARB_WASM, version)), "c9b12e52", "ProgramExpired");
    });
    on_chain(51, |chain| {
        let program = chain.program(&silent());
        chain.as_owner(&crate::chain::ArbOwner::scheduleArbOSUpgradeCall { version: 61, timestamp: 0 });
        chain.wait(1);
        let version = ArbWasm::programVersionCall { program }.abi_encode();
        let data = chain.call(&tx(ARB_WASM, version)).expect_err("refused").data.expect("a revert");
        let words = [B256::with_last_byte(2), B256::with_last_byte(3)].concat();
        assert_eq!(data, [&hex!("637d968f")[..], &words].concat(), "ProgramNeedsUpgrade(2, 3)");
    });
}

#[test]
fn failed_activation_halts_with_the_reason_and_names_the_missing_import() {
    on_chain(51, |chain| {
        let growing = r#"(module (memory (export "memory") 1)
            (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
        let program = chain.deploy(&classic(&parse(growing)));
        let refusal = chain.call(&Chain::activation(program)).expect_err("refused");
        assert_eq!((refusal.code, refusal.data), (-32_000, None));
        let text = refusal.message;
        assert!(
            text.starts_with("program activation failed: ") && text.contains("pay_for_memory_grow"),
            "{text}"
        );
        let receipt = chain.send(&Chain::activation(program).gas(5_000_000));
        assert_eq!((receipt.success, receipt.gas_used), (false, 5_000_000));
    });
}

/// `e^(x / 10 000)` in basis points, as the data pricer approximates it.
fn exponential(x: u64) -> u64 {
    (1..12).rev().fold(10_000 + x / 12, |result, i| 10_000 + result * x / (i * 10_000))
}

fn fee_of(receipt: &Receipt) -> U256 {
    U256::from_be_slice(&receipt.logs[0].data[64..96])
}

#[test]
fn data_fee_follows_demand_and_forgets_with_time() {
    const INERTIA: u64 = 21_360_419;
    const MIN_PRICE: u64 = 82_928_201;
    const FORGOTTEN_PER_SECOND: u64 = 34_865;
    on_chain(51, |chain| {
        let mut demand = 0;
        let mut last = 0;
        for (wait, nops) in [(0, 1), (0, 2), (10, 3), (0, 4)] {
            let module = parse(&wasm::program(&format!("{} i32.const 0", "nop ".repeat(nops))));
            let program = chain.deploy(&classic(&module));
            chain.wait(wait);
            let receipt = chain.activate(program);
            let size = u64::from(measured(&module, 51).asm_estimate);
            let passed = if last == 0 { u64::MAX } else { chain.now() - last };
            last = chain.now();
            demand = u64::saturating_sub(demand, passed.saturating_mul(FORGOTTEN_PER_SECOND)) + size;
            let per_byte = MIN_PRICE * exponential(10_000 * demand / INERTIA) / 10_000;
            assert_eq!(fee_of(&receipt), U256::from(per_byte * size), "demand {demand}");
        }
    });
}

#[test]
fn excess_value_comes_back_and_the_fee_goes_to_the_network() {
    on_chain(51, |chain| {
        let program = chain.deploy(&classic(&parse(&silent())));
        let user = chain.user.address;
        let before = (chain.balance(user), chain.balance(Address::ZERO));
        let receipt = chain.activate(program);
        let gas = U256::from(receipt.gas_used) * U256::from(BASE_FEE);
        let fee = fee_of(&receipt);
        assert!(!fee.is_zero());
        assert_eq!(before.0 - chain.balance(user), fee + gas);
        assert_eq!(chain.balance(Address::ZERO) - before.1, fee + gas);
        assert_eq!(chain.balance(ARB_WASM), U256::ZERO);
    });
}

#[test]
fn second_activation_is_up_to_date_and_identical_code_elsewhere_is_active_already() {
    on_chain(51, |chain| {
        let program = chain.program(&silent());
        let twin = chain.deploy(&classic(&parse(&silent())));
        assert!(chain.call(&tx(twin, vec![])).is_ok());
        for account in [program, twin] {
            let refusal = chain.call(&Chain::activation(account)).expect_err("up to date");
            assert_eq!(refusal.message, "execution reverted: error ProgramUpToDate()");
            assert_eq!(refusal.data, Some(hex!("cc944bf2").to_vec().into()));
        }
    });
}

#[test]
fn keepalive_waits_31_days_and_a_call_after_365_days_halts() {
    const DAY: u64 = 86_400;
    on_chain(51, |chain| {
        let program = chain.program(&silent());
        let activated = chain.now() / 3_600 * 3_600;
        let age = |chain: &Chain| chain.now() - activated;
        let codehash = chain.code_hash(program);
        let keepalive = tx(ARB_WASM, ArbWasm::codehashKeepaliveCall { codehash }.abi_encode())
            .value(100_000_000_000_000_000_u64);
        let refusal = chain.call(&keepalive).expect_err("too soon");
        let age_now = age(chain);
        assert_eq!(refusal.message, format!("execution reverted: error ProgramKeepaliveTooSoon({age_now})"));

        chain.wait(364 * DAY);
        assert!(chain.call(&tx(program, vec![])).is_ok());
        chain.wait(2 * DAY);
        let refusal = chain.call(&tx(program, vec![])).expect_err("expired");
        assert_eq!((refusal.code, refusal.data.as_ref()), (-32_000, None));
        let expired = format!("error ProgramExpired({})", age(chain));
        assert_eq!(refusal.message, expired);
        let receipt = chain.send(&tx(program, vec![]).gas(100_000));
        assert_eq!((receipt.success, receipt.gas_used), (false, 100_000));
        let time_left = tx(ARB_WASM, ArbWasm::programTimeLeftCall { program }.abi_encode());
        let refusal = chain.call(&time_left).expect_err("no time is left");
        assert_eq!(refusal.data.expect("a revert")[..4], hex!("c9b12e52"));
    });
}

#[test]
fn events_have_their_topics_and_bytes() {
    on_chain(51, |chain| {
        let program = chain.deploy(&classic(&parse(&silent())));
        let codehash = chain.code_hash(program);
        let [activated] = &chain.activate(program).logs[..] else { panic!("one event") };
        let topic = b256!("c0e812780707128d9a180db8ee4d1c1f1300b6dd0626d577b5d9ac759b76253c");
        assert_eq!((activated.address, &activated.topics[..]), (ARB_WASM, &[topic, codehash][..]));
        assert_eq!(activated.data.len(), 128);
        assert_eq!(activated.data[32..64], program.into_word()[..]);
        assert_eq!(activated.data[96..], B256::with_last_byte(2)[..]);

        let [cached] =
            &chain.send_from(chain.dev, &tx(crate::chain::ARB_WASM_CACHE, cache(program))).logs[..]
        else {
            panic!("one event")
        };
        let topic = b256!("1bfaa29b4618e78f5b398027d530826dbb266dc976a5067f67fdad15434ecfab");
        assert_eq!(cached.topics, [topic, chain.dev.address.into_word(), codehash]);
        assert_eq!(cached.data.as_ref(), B256::with_last_byte(1).as_slice());

        chain.wait(32 * 86_400);
        let keepalive = tx(ARB_WASM, ArbWasm::codehashKeepaliveCall { codehash }.abi_encode())
            .value(100_000_000_000_000_000_u64);
        let receipt = chain.send(&keepalive);
        let topic = b256!("03802ba32e3bd489d2ab04abb93d10687e0b6883bcb091206ca75172d248f2ec");
        assert_eq!(receipt.logs[0].topics, [topic, codehash]);
        assert_eq!(receipt.logs[0].data.len(), 32);
        assert_eq!(receipt.gas_used - keepalive.intrinsic(), 67_884);
    });
}

fn cache(program: Address) -> Vec<u8> {
    [&hex!("e73ac9f2")[..], program.into_word().as_slice()].concat()
}

#[test]
fn the_fee_can_be_asked_for_by_a_call_with_overrides() {
    on_chain(61, |chain| {
        let code: Bytes = classic(&parse(&silent())).into();
        let target = Address::repeat_byte(0x99);
        let asker = Address::repeat_byte(0x98);
        let request = json!({ "from": asker, "to": ARB_WASM, "value": "0xde0b6b3a7640000",
            "data": Bytes::from(ArbWasm::activateProgramCall { program: target }.abi_encode()) });
        let overrides =
            json!({ target.to_string(): { "code": code }, asker.to_string(): { "balance": U256::MAX } });
        let answer = chain.rpc("eth_call", json!([request, "latest", overrides]));
        let output: Bytes = serde_json::from_value(answer).expect("bytes");
        let activated = ArbWasm::activateProgramCall::abi_decode_returns(&output).expect("two words");
        assert_eq!(activated.version, 3);
        assert!(!activated.dataFee.is_zero());
        assert!(chain.code(target).is_empty(), "overrides are for the call alone");
    });
}
