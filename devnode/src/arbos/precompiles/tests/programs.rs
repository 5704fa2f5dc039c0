//! `ArbWasm`: activation step by step, keepalive, what is known of a program (§2, §9.3).

use super::*;
use crate::{
    arbos::{Ledger, precompiles::abi::ArbWasm, programs::enter},
    vm::Rules,
};
use alloy_primitives::{b256, keccak256};
use alloy_sol_types::SolEvent;
use brotli::enc::BrotliEncoderParams;

const PROGRAM: Address = Address::repeat_byte(0x51);
const VALUE: u64 = 10_u64.pow(17);
/// Everything that an activation costs beside the work on the wasm, at ArbOS 51.
const OVERHEAD: u64 = 1_747_826;
/// What a refused activation has cost when its code is looked at: 803, the start, parameters, record.
const LOOKED_AT: u64 = 803 + 1_659_168 + 100 + 800;

/// A program that returns at once.
fn wasm() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
            (memory (export "memory") 1)
            (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#,
    )
    .expect("it is valid text")
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).expect("memory doesn't fail");
    compressed
}

fn classic(wasm: &[u8]) -> Vec<u8> {
    [&[0xef, 0xf0, 0x00, 0x00], brotli(wasm).as_slice()].concat()
}

fn activate(program: Address) -> ArbWasm::activateProgramCall {
    ArbWasm::activateProgramCall { program }
}

/// Activates with plenty of value, which the test's ledger moves as the EVM would have.
fn try_activate(chain: &mut Chain, program: Address, value: u64) -> PrecompileOutcome {
    chain.ledger.add_balance(ARB_WASM, U256::from(value));
    chain.run(&PrecompileCall { value: U256::from(value), ..plain(ARB_WASM, &activate(program)) })
}

/// Deploys and activates a program; its code hash.
pub(super) fn activated(chain: &mut Chain, program: Address) -> B256 {
    let code_hash = chain.ledger.deploy(program, classic(&wasm()));
    assert_eq!(try_activate(chain, program, VALUE).status, Status::Success);
    code_hash
}

/// Gas of the work on the wasm.
fn work(chain: &Chain, arbos: u64, stylus: u16) -> u64 {
    let rules = Rules { arbos_version: arbos, stylus_version: stylus, debug_chain: true };
    chain.engine.activate(&wasm(), rules, 128).expect("it is valid").charges.iter().sum()
}

#[test]
fn activation_costs_its_overhead_and_the_work_on_the_wasm() {
    for (arbos, stylus, overhead) in [(40, 2, OVERHEAD), (51, 2, OVERHEAD), (60, 3, 1_748_626)] {
        let mut chain = Chain::new(arbos);
        chain.ledger.deploy(PROGRAM, classic(&wasm()));
        let outcome = try_activate(&mut chain, PROGRAM, VALUE);
        assert_eq!(GAS - outcome.gas_left, overhead + work(&chain, arbos, stylus), "ArbOS {arbos}");
        let result = ArbWasm::activateProgramCall::abi_decode_returns(&outcome.output).expect("two words");
        assert_eq!(result.version, stylus);
    }
}

#[test]
fn extra_gas_is_burned_where_the_owner_wants_it() {
    let mut chain = Chain::new(60);
    let extra = crate::arbos::precompiles::abi::ArbOwner::setWasmActivationGasCall { gas: 12_345 };
    chain.ok(DEV_ACCOUNT, ARB_OWNER, &extra);
    chain.ledger.deploy(PROGRAM, classic(&wasm()));
    let outcome = try_activate(&mut chain, PROGRAM, VALUE);
    assert_eq!(GAS - outcome.gas_left, 1_748_626 + 12_345 + work(&chain, 60, 3));
}

#[test]
fn activation_pays_the_network_and_hands_back_the_rest() {
    let mut chain = Chain::new(51);
    let code_hash = activated(&mut chain, PROGRAM);
    let [(address, topics, data)] = chain.ledger.logs.as_slice() else { panic!("one log") };
    assert_eq!(*address, ARB_WASM);
    let topic = b256!("c0e812780707128d9a180db8ee4d1c1f1300b6dd0626d577b5d9ac759b76253c");
    assert_eq!(topics.as_slice(), [topic, code_hash]);
    let (module_hash, program, fee, version) =
        ArbWasm::ProgramActivated::abi_decode_data(data).expect("it is that event's data");
    assert_eq!((program, version), (PROGRAM, 2));
    assert!(fee > U256::ZERO && fee < U256::from(VALUE));
    assert_eq!(chain.ledger.balance(Address::ZERO), fee);
    assert_eq!(chain.ledger.balance(USER), U256::from(VALUE) - fee);
    assert_eq!(chain.ledger.balance(ARB_WASM), U256::ZERO);
    let program = enter(&mut chain.ledger, code_hash, NOW).expect("it is active");
    assert_eq!(program.module_hash, module_hash);
    assert_eq!(program.record.footprint, 1);
}

#[test]
fn too_little_value_is_found_out_last() {
    let mut chain = Chain::new(51);
    chain.ledger.deploy(PROGRAM, classic(&wasm()));
    let outcome = try_activate(&mut chain, PROGRAM, 1_000);
    assert_eq!(outcome.output[..4], [0x09, 0x78, 0x1a, 0xb7]);
    assert_eq!(outcome.output[4..36], B256::from(U256::from(1_000))[..]);
    // Neither the fee account's read, nor the event, nor the result; the error's three words instead.
    let used = OVERHEAD - 800 - 2_149 - 6 + 9 + work(&chain, 51, 2);
    assert_eq!(GAS - outcome.gas_left, used);
}

#[test]
fn a_current_program_is_up_to_date_whoever_holds_its_code() {
    let mut chain = Chain::new(51);
    activated(&mut chain, PROGRAM);
    let twin = Address::repeat_byte(0x52);
    chain.ledger.deploy(twin, classic(&wasm()));
    for program in [PROGRAM, twin] {
        let outcome = try_activate(&mut chain, program, VALUE);
        let error = ArbWasm::ProgramUpToDate {};
        assert_reverts_with(&outcome, &error, "error ProgramUpToDate()", LOOKED_AT + 3);
    }
}

#[test]
fn an_expired_program_is_activated_again_and_keeps_its_flag() {
    use crate::arbos::precompiles::abi::ArbWasmCache;
    let mut chain = Chain::new(51);
    let codehash = activated(&mut chain, PROGRAM);
    chain.ok(DEV_ACCOUNT, ARB_WASM_CACHE, &ArbWasmCache::cacheProgramCall { program: PROGRAM });
    chain.block.timestamp += 366 * 86_400;
    let outcome = try_activate(&mut chain, PROGRAM, VALUE);
    // One read more, of the old module's hash.
    assert_eq!(GAS - outcome.gas_left, OVERHEAD + 800 + work(&chain, 51, 2));
    assert!(chain.ok(USER, ARB_WASM_CACHE, &ArbWasmCache::codehashIsCachedCall { codehash }).1);
}

#[test]
fn what_is_no_program_is_refused_by_kind() {
    let not_wasm = ArbWasm::ProgramNotWasm {};
    let mut chain = Chain::new(51);
    let outcome = try_activate(&mut chain, PROGRAM, VALUE);
    assert_reverts_with(&outcome, &not_wasm, "error ProgramNotWasm()", LOOKED_AT + 3);
    let mut refused = |code: &[u8]| {
        chain.ledger.deploy(PROGRAM, code.to_vec());
        try_activate(&mut chain, PROGRAM, VALUE)
    };
    for code in
        [&[0x5f, 0x5f, 0xfd][..], &[0xef, 0xf0, 0, 0], &[0xef, 0xf0, 0, 9, 1, 2], &[0xef, 0xf0, 0, 0, 0, 0]]
    {
        assert_plain_revert(&refused(code), LOOKED_AT);
    }
    assert_plain_revert(&refused(&[0xef, 0xf0, 1, 1, 2]), LOOKED_AT);

    let mut chain = Chain::new(60);
    chain.ledger.deploy(PROGRAM, vec![0x5f, 0x5f, 0xfd]);
    let outcome = try_activate(&mut chain, PROGRAM, VALUE);
    assert_reverts_with(&outcome, &not_wasm, "error ProgramNotWasm()", LOOKED_AT + 800 + 3);
    chain.ledger.deploy(PROGRAM, vec![0xef, 0xf0, 1, 1, 2]);
    assert_plain_revert(&try_activate(&mut chain, PROGRAM, VALUE), LOOKED_AT + 800);
}

#[test]
fn a_destroyed_program_is_refused_before_it_is_looked_at() {
    let mut chain = Chain::new(51);
    chain.ledger.deploy(PROGRAM, classic(&wasm()));
    chain.ledger.destroyed.push(PROGRAM);
    assert_plain_revert(&try_activate(&mut chain, PROGRAM, VALUE), 803 + 1_659_168);
}

#[test]
fn invalid_wasm_halts_with_a_text() {
    let mut chain = Chain::new(51);
    chain.ledger.deploy(PROGRAM, classic(b"not wasm at all"));
    let outcome = try_activate(&mut chain, PROGRAM, VALUE);
    assert_halts(&outcome);
    assert!(outcome.error_text.is_some_and(|text| text.starts_with("program activation failed: ")));

    chain.ledger.deploy(PROGRAM, classic(&wasm()));
    chain.pages.open = 128;
    assert_halts(&try_activate(&mut chain, PROGRAM, VALUE));
}

#[test]
fn gas_that_runs_out_takes_everything_by_revert_or_by_halt() {
    let mut chain = Chain::new(51);
    chain.ledger.deploy(PROGRAM, classic(&wasm()));
    let with =
        |gas: u64| PrecompileCall { gas, value: U256::from(VALUE), ..plain(ARB_WASM, &activate(PROGRAM)) };
    assert_takes_all(&chain.run(&with(1_600_000)));
    // Everything in front of the work on the wasm is paid, the work isn't.
    assert_halts(&chain.run(&with(LOOKED_AT + 1)));
}

/// A program whose compressed bytes lie in two accounts.
fn fragmented(chain: &mut Chain, declared: u32, warm: bool) -> [usize; 2] {
    let stream = brotli(&wasm());
    let (head, tail) = stream.split_at(stream.len() / 2);
    let pieces = [Address::repeat_byte(0xa1), Address::repeat_byte(0xa2)];
    let codes = [head, tail].map(|piece| [&[0xef, 0xf0, 0x01], piece].concat());
    let lengths = [codes[0].len(), codes[1].len()];
    for (address, code) in pieces.iter().zip(codes) {
        chain.ledger.deploy(*address, code);
    }
    if warm {
        chain.ledger.warm.extend(pieces);
    }
    let mut root = vec![0xef, 0xf0, 0x02, 0];
    root.extend(declared.to_be_bytes());
    root.extend(pieces.iter().flat_map(|address| address.0.0));
    chain.ledger.deploy(PROGRAM, root);
    lengths
}

#[test]
fn fragments_are_put_together_at_the_price_of_their_accounts() {
    for (warm, access) in [(false, 2_600), (true, 100)] {
        let mut chain = Chain::new(61);
        let lengths = fragmented(&mut chain, wasm().len() as u32, warm);
        let outcome = try_activate(&mut chain, PROGRAM, VALUE);
        assert_eq!(outcome.status, Status::Success, "{outcome:?}");
        let loads: u64 = lengths.iter().map(|length| access + 3 * length.div_ceil(32) as u64).sum();
        assert_eq!(GAS - outcome.gas_left, 1_748_626 + loads + work(&chain, 61, 3));
        let code = chain.ledger.code(PROGRAM);
        let whole = crate::arbos::programs::active_wasm(&mut chain.ledger, &code);
        assert_eq!(whole, Ok(wasm()));
        assert_eq!(chain.ledger.warm.len(), 2);
    }
}

#[test]
fn fragments_must_add_up_and_be_few() {
    let size = wasm().len() as u32;
    let mut chain = Chain::new(61);
    for declared in [size - 1, size + 1, 300_000] {
        fragmented(&mut chain, declared, true);
        assert_eq!(try_activate(&mut chain, PROGRAM, VALUE).status, Status::Revert, "{declared}");
    }
    fragmented(&mut chain, size, true);
    chain.set_params(|params| params.max_fragments = 1);
    assert_plain_revert(&try_activate(&mut chain, PROGRAM, VALUE), LOOKED_AT + 800);
    chain.set_params(|params| params.max_fragments = 2);
    assert_eq!(try_activate(&mut chain, PROGRAM, VALUE).status, Status::Success);

    let mut chain = Chain::new(51);
    fragmented(&mut chain, size, true);
    assert_plain_revert(&try_activate(&mut chain, PROGRAM, VALUE), LOOKED_AT);
}

#[test]
fn a_fragment_is_loaded_only_by_who_could_pay_for_the_largest() {
    let mut chain = Chain::new(61);
    fragmented(&mut chain, wasm().len() as u32, false);
    let gas = LOOKED_AT + 800 + 4_903;
    let short = PrecompileCall { gas, value: U256::from(VALUE), ..plain(ARB_WASM, &activate(PROGRAM)) };
    assert_takes_all(&chain.run(&short));
}

#[test]
fn keepalive_waits_a_month_and_costs_67_884() {
    let mut chain = Chain::new(51);
    let codehash = activated(&mut chain, PROGRAM);
    let keep = ArbWasm::codehashKeepaliveCall { codehash };
    let pay = |chain: &mut Chain, value: u64| {
        chain.ledger.add_balance(ARB_WASM, U256::from(value));
        chain.run(&PrecompileCall { value: U256::from(value), ..plain(ARB_WASM, &keep) })
    };
    let age = (NOW - 1_421_388_000) % 3_600;
    let error = ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: age };
    let text = format!("error ProgramKeepaliveTooSoon({age})");
    assert_reverts_with(&pay(&mut chain, VALUE), &error, &text, 1_709);

    chain.block.timestamp += 40 * 86_400;
    let outcome = pay(&mut chain, VALUE);
    assert_eq!((outcome.status, GAS - outcome.gas_left), (Status::Success, 67_884));
    let topic = b256!("03802ba32e3bd489d2ab04abb93d10687e0b6883bcb091206ca75172d248f2ec");
    let (_, topics, _) = chain.ledger.logs.last().expect("an event");
    assert_eq!(topics.as_slice(), [topic, codehash]);
    let time_left = ArbWasm::programTimeLeftCall { program: PROGRAM };
    assert_eq!(chain.ok(USER, ARB_WASM, &time_left), (4_306, 365 * 86_400 - age));

    chain.block.timestamp += 366 * 86_400;
    let expired = ArbWasm::ProgramExpired { ageInSeconds: 366 * 86_400 + age };
    let text = format!("error ProgramExpired({})", 366 * 86_400 + age);
    assert_reverts_with(&pay(&mut chain, VALUE), &expired, &text, 1_709);
}

#[test]
fn getters_answer_for_active_programs() {
    let mut chain = Chain::new(51);
    let codehash = activated(&mut chain, PROGRAM);
    let program = PROGRAM;
    let record = enter(&mut chain.ledger, codehash, NOW).expect("it is active");
    assert_eq!(chain.ok(USER, ARB_WASM, &ArbWasm::codehashVersionCall { codehash }), (1_706, 2));
    let (gas, size) = chain.ok(USER, ARB_WASM, &ArbWasm::codehashAsmSizeCall { codehash });
    assert_eq!((gas, size), (1_706, record.record.asm_size()));
    assert_eq!(chain.ok(USER, ARB_WASM, &ArbWasm::programVersionCall { program }), (4_306, 2));
    assert_eq!(chain.ok(USER, ARB_WASM, &ArbWasm::programMemoryFootprintCall { program }), (4_306, 1));
    let (gas, init) = chain.ok(USER, ARB_WASM, &ArbWasm::programInitGasCall { program });
    assert_eq!((gas, init.gas, init.gasWhenCached), (4_309, record.entry_gas(false), record.entry_gas(true)));
}

#[test]
fn getters_refuse_for_others() {
    let mut chain = Chain::new(51);
    let unknown = ArbWasm::programInitGasCall { program: USER };
    let error = ArbWasm::ProgramNotActivated {};
    let outcome = chain.call(USER, ARB_WASM, &unknown).1;
    assert_reverts_with(&outcome, &error, "error ProgramNotActivated()", 4_306);

    let codehash = activated(&mut chain, PROGRAM);
    chain.set_params(|params| params.version = 3);
    let outcome = chain.call(USER, ARB_WASM, &ArbWasm::programVersionCall { program: PROGRAM }).1;
    let error = ArbWasm::ProgramNeedsUpgrade { version: 2, stylusVersion: 3 };
    assert_reverts_with(&outcome, &error, "error ProgramNeedsUpgrade(2, 3)", 4_312);
    assert_ne!(codehash, keccak256([]));
}
