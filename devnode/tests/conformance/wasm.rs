//! Code: programs in text form, their deployed form, and small EVM contracts.

use alloy_primitives::{Address, hex};
use brotli::enc::BrotliEncoderParams;

pub(crate) fn parse(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap_or_else(|error| panic!("{wat}: {error}"))
}

pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut stream, &params).expect("memory doesn't fail");
    stream
}

/// A program as deployed: prefix, no dictionary, one stream.
pub(crate) fn classic(wasm: &[u8]) -> Vec<u8> {
    [&hex!("eff00000")[..], &compress(wasm)].concat()
}

/// Init code that returns runtime code: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
pub(crate) fn init_code(runtime: &[u8]) -> Vec<u8> {
    let length = u16::try_from(runtime.len()).expect("short code").to_be_bytes();
    [&[0x61, length[0], length[1]][..], &hex!("80600a5f395ff3"), runtime].concat()
}

/// All host functions that tests use.
const IMPORTS: &[(&str, &str)] = &[
    ("read_args", "(param i32)"),
    ("write_result", "(param i32 i32)"),
    ("exit_early", "(param i32)"),
    ("storage_load_bytes32", "(param i32 i32)"),
    ("storage_cache_bytes32", "(param i32 i32)"),
    ("storage_flush_cache", "(param i32)"),
    ("transient_load_bytes32", "(param i32 i32)"),
    ("transient_store_bytes32", "(param i32 i32)"),
    ("call_contract", "(param i32 i32 i32 i32 i64 i32) (result i32)"),
    ("delegate_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
    ("static_call_contract", "(param i32 i32 i32 i64 i32) (result i32)"),
    ("create1", "(param i32 i32 i32 i32 i32)"),
    ("create2", "(param i32 i32 i32 i32 i32 i32)"),
    ("read_return_data", "(param i32 i32 i32) (result i32)"),
    ("return_data_size", "(result i32)"),
    ("emit_log", "(param i32 i32 i32)"),
    ("account_balance", "(param i32 i32)"),
    ("account_code", "(param i32 i32 i32 i32) (result i32)"),
    ("account_code_size", "(param i32) (result i32)"),
    ("account_codehash", "(param i32 i32)"),
    ("evm_gas_left", "(result i64)"),
    ("evm_ink_left", "(result i64)"),
    ("block_basefee", "(param i32)"),
    ("block_coinbase", "(param i32)"),
    ("block_gas_limit", "(result i64)"),
    ("block_number", "(result i64)"),
    ("block_timestamp", "(result i64)"),
    ("chainid", "(result i64)"),
    ("contract_address", "(param i32)"),
    ("msg_sender", "(param i32)"),
    ("msg_value", "(param i32)"),
    ("msg_reentrant", "(result i32)"),
    ("tx_gas_price", "(param i32)"),
    ("tx_ink_price", "(result i32)"),
    ("tx_origin", "(param i32)"),
    ("native_keccak256", "(param i32 i32 i32)"),
    ("math_div", "(param i32 i32)"),
    ("math_mod", "(param i32 i32)"),
    ("math_pow", "(param i32 i32)"),
    ("math_add_mod", "(param i32 i32 i32)"),
    ("math_mul_mod", "(param i32 i32 i32)"),
    ("pay_for_memory_grow", "(param i32)"),
];

/// Names of all host functions.
pub(crate) fn host_functions() -> impl Iterator<Item = (&'static str, &'static str)> {
    IMPORTS.iter().copied()
}

/// A program whose entry point has this body and which imports the host functions that it mentions.
pub(crate) fn program(body: &str) -> String {
    program_with(1, "", body)
}

/// The same with so many pages of memory, at most as many, and more fields.
pub(crate) fn program_with(pages: u32, fields: &str, body: &str) -> String {
    let used = |name: &str| {
        let name = format!("${name}");
        [body, fields].iter().any(|text| text.split([' ', '(', ')', '\n']).any(|word| word == name))
    };
    let imports: String = IMPORTS
        .iter()
        .filter(|(name, _)| used(name))
        .map(|(name, ty)| format!("(import \"vm_hooks\" \"{name}\" (func ${name} {ty}))\n"))
        .collect();
    format!(
        r#"(module {imports}
            (memory (export "memory") {pages} {pages})
            {fields}
            (func (export "user_entrypoint") (param $args i32) (result i32)
                (local $i i32) (local $before i64) (local $after i64)
                {body}))"#
    )
}

/// A program that answers nothing and succeeds.
pub(crate) fn silent() -> String {
    program("i32.const 0")
}

/// A program that calls the address in the first 20 bytes of its calldata with the rest of them, and answers what that
/// answers; its own status is the call's.
pub(crate) fn caller() -> String {
    program(CALLER_BODY)
}

pub(crate) const CALLER_BODY: &str = "
    (call $read_args (i32.const 0))
    (local.set $i (call $call_contract
        (i32.const 0) (i32.const 20) (i32.sub (local.get $args) (i32.const 20))
        (i32.const 60000) (i64.const -1) (i32.const 50000)))
    (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.load (i32.const 50000))))
    (call $write_result (i32.const 0) (i32.load (i32.const 50000)))
    (local.get $i)";

/// EVM code that hands its calldata to `to` by DELEGATECALL and ends as that ends.
pub(crate) fn delegator(to: Address) -> Vec<u8> {
    [&hex!("365f5f375f5f365f73")[..], to.as_slice(), &hex!("5af43d5f5f3e6029573d5ffd5b3d5ff3")].concat()
}

/// EVM code that calls the address in the first 20 bytes of its calldata with the rest of them and with its value, and
/// ends as that ends.
pub(crate) const FORWARDER: [u8; 37] =
    hex!("601436036014" "5f37" "5f5f601436035f345f3560601c5af1" "3d5f5f3e" "6021573d5ffd5b3d5ff3");

/// The same by STATICCALL.
pub(crate) const STATIC_FORWARDER: [u8; 36] =
    hex!("601436036014" "5f37" "5f5f601436035f5f3560601c5afa" "3d5f5f3e" "6020573d5ffd5b3d5ff3");

/// Calldata for a forwarder or for [`caller`].
pub(crate) fn through(to: Address, data: &[u8]) -> Vec<u8> {
    [to.as_slice(), data].concat()
}
