//! Code for accounts: creation code, small EVM contracts, programs.

use alloy_primitives::{Selector, hex, keccak256};
use brotli::enc::BrotliEncoderParams;

/// The first bytes of calldata for a method.
pub(crate) fn selector(signature: &str) -> [u8; 4] {
    Selector::from_slice(&keccak256(signature)[..4]).0
}

/// Creation code that returns runtime code: PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN.
pub(crate) fn init(runtime: &[u8]) -> Vec<u8> {
    let [.., high, low] = runtime.len().to_be_bytes();
    [&[0x61, high, low][..], &hex!("80600a5f395ff3"), runtime].concat()
}

/// A program as accounts hold it: prefix, no dictionary, one stream of brotli. Compressed quickly, not well.
pub(crate) fn program(wasm: &[u8]) -> Vec<u8> {
    let params = BrotliEncoderParams { quality: 1, lgwin: 22, ..Default::default() };
    let mut code = hex!("eff00000").to_vec();
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).expect("memory doesn't fail");
    code
}

fn assembled(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is well-formed")
}

/// EVM contracts.
pub(crate) fn contracts() -> Vec<Vec<u8>> {
    let logs = hex!("365f5f375f35365fa160015f5554600101600155");
    // The first 20 bytes of calldata are called with the rest, and the answer is passed on.
    let forwards =
        hex!("601436036014" "5f37" "5f5f601436035f345f3560601c5af1" "3d5f5f3e" "6021573d5ffd5b3d5ff3");
    let delegates =
        hex!("601436036014" "5f37" "5f5f601436035f5f3560601c5af4" "3d5f5f3e" "6020573d5ffd5b3d5ff3");
    // CREATE of its calldata as creation code.
    let creates = hex!("365f5f37365f34f05f5260205ff3");
    let destroys = hex!("33ff");
    [&logs[..], &forwards, &delegates, &creates, &destroys].map(<[u8]>::to_vec).into()
}

/// Programs: one that answers its calldata, one that calls, one that stores and logs.
pub(crate) fn programs() -> Vec<Vec<u8>> {
    [ECHO, CALLER, KEEPER].iter().map(|text| program(&assembled(text))).collect()
}

/// A valid program that the base deploys and doesn't activate.
pub(crate) fn inactive_program() -> Vec<u8> {
    program(&assembled(
        r#"(module (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) i32.const 1))"#,
    ))
}

const ECHO: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $length i32) (result i32)
        (call $read_args (i32.const 0))
        (call $write_result (i32.const 0) (local.get $length))
        (i32.const 0)))"#;

const CALLER: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $length i32) (result i32) (local $status i32)
        (call $read_args (i32.const 0))
        (local.set $status (call $call
            (i32.const 0) (i32.const 20) (i32.sub (local.get $length) (i32.const 20))
            (i32.const 60000) (i64.const -1) (i32.const 50000)))
        (drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.load (i32.const 50000))))
        (call $write_result (i32.const 0) (i32.load (i32.const 50000)))
        (local.get $status)))"#;

const KEEPER: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
    (memory (export "memory") 1)
    (func (export "user_entrypoint") (param $length i32) (result i32)
        (call $read_args (i32.const 0))
        (call $cache (i32.const 0) (i32.const 32))
        (call $flush (i32.const 0))
        (drop (memory.grow (i32.and (i32.load (i32.const 0)) (i32.const 3))))
        (call $log (i32.const 0) (i32.const 64) (i32.const 1))
        (i32.const 0)))"#;
