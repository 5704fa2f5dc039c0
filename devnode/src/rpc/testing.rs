//! A chain with contracts that call each other, for tests of what looks into transactions.

use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, U256, address, hex};
use serde_json::{Value, json};

use crate::replay::{
    Failure, LocalNode, Node,
    wallet::{Sent, Wallet, quantity},
};

const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const ACTIVATE_PROGRAM: [u8; 4] = hex!("58c780c2");
const GAS: u64 = 10_000_000;
const ACTIVATION_WEI: u64 = 10_000_000_000_000_000;

/// Calls the address in the first word with the gas in the second and what follows as calldata; returns whether that
/// worked, the gas it took, and what it returned. The bytes are those of a recorded contract.
const EVM_RELAY: [u8; 40] =
    hex!("604036038060405f375a5f5f835f345f35602035f15a82036020525f523d5f60403e3d6040015ff3");

/// Stores its first word in slot 0.
pub(super) const EVM_STORE: [u8; 5] = hex!("5f355f5500");

/// Logs the topic 0x1234, then ends as `code` says.
pub(super) fn logs_and(code: &[u8]) -> Vec<u8> {
    [&hex!("6112345f5fa1"), code].concat()
}

/// Reverts with its calldata.
pub(super) const EVM_REVERT_ECHO: [u8; 7] = hex!("365f5f37365ffd");

/// Adds one to slot 0 and returns it.
const COUNTER: &str = r#"(module
    (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "write_result" (func $result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $load (i32.const 0) (i32.const 32))
        (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
        (call $cache (i32.const 0) (i32.const 32))
        (call $flush (i32.const 1))
        (call $result (i32.const 32) (i32.const 32))
        (i32.const 0)))"#;

/// Calls the address in the first 20 bytes with the rest as calldata and returns what that returned.
const PROGRAM_RELAY: &str = r#"(module
    (import "vm_hooks" "read_args" (func $args (param i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "read_return_data" (func $returned (param i32 i32 i32) (result i32)))
    (import "vm_hooks" "write_result" (func $result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $length i32) (result i32)
        (local $read i32)
        (call $args (i32.const 0))
        (drop (call $call (i32.const 0) (i32.const 20) (i32.sub (local.get $length) (i32.const 20))
            (i32.const 2048) (i64.const -1) (i32.const 2080)))
        (local.set $read (call $returned (i32.const 1024) (i32.const 0) (i32.const 512)))
        (call $result (i32.const 1024) (local.get $read))
        (i32.const 0)))"#;

/// Creates a contract of its calldata, which is init code.
const CREATOR: &str = r#"(module
    (import "vm_hooks" "read_args" (func $args (param i32)))
    (import "vm_hooks" "create1" (func $create (param i32 i32 i32 i32 i32)))
    (import "vm_hooks" "write_result" (func $result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $length i32) (result i32)
        (call $args (i32.const 0))
        (call $create (i32.const 0) (local.get $length) (i32.const 2048) (i32.const 1024) (i32.const 1060))
        (call $result (i32.const 1024) (i32.const 20))
        (i32.const 0)))"#;

/// A fresh chain with its contracts.
pub(super) struct Stage {
    pub(super) node: LocalNode,
    pub(super) user: Wallet,
    pub(super) counter: Address,
    pub(super) evm_relay: Address,
    pub(super) program_relay: Address,
    pub(super) creator: Address,
}

impl Stage {
    pub(super) fn new() -> Self {
        let none = Address::ZERO;
        let mut stage = Self {
            node: LocalNode::at(61),
            user: Wallet::user(),
            counter: none,
            evm_relay: none,
            program_relay: none,
            creator: none,
        };
        stage.counter = stage.program(COUNTER);
        stage.program_relay = stage.program(PROGRAM_RELAY);
        stage.creator = stage.program(CREATOR);
        stage.evm_relay = stage.deploy(&EVM_RELAY);
        stage
    }

    /// Runs a test on a stage, on a thread whose stack is large enough.
    pub(super) fn play(test: impl FnOnce(&mut Self) + Send) {
        LocalNode::on_large_stack(|| test(&mut Self::new()));
    }

    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        self.node.request(method, params).unwrap_or_else(|failure| panic!("{method}: {failure:?}"))
    }

    pub(super) fn refusal(&mut self, method: &str, params: Value) -> Failure {
        match self.node.request(method, params) {
            Ok(answer) => panic!("{method} must be refused: {answer}"),
            Err(failure) => failure,
        }
    }

    /// Sends a transaction and answers its receipt.
    pub(super) fn send(&mut self, to: Address, data: impl Into<Bytes>) -> Value {
        self.send_listing(to, data, AccessList::default())
    }

    pub(super) fn send_listing(
        &mut self,
        to: Address,
        data: impl Into<Bytes>,
        access_list: AccessList,
    ) -> Value {
        let sent = Sent { to: Some(to), data: data.into(), gas: GAS, access_list, ..Sent::default() };
        self.user.send(&mut self.node, &sent).expect("it is taken")
    }

    pub(super) fn deploy(&mut self, runtime: &[u8]) -> Address {
        let sent = Sent { data: init_code(runtime).into(), gas: GAS, ..Sent::default() };
        let receipt = self.user.send(&mut self.node, &sent).expect("it is taken");
        receipt["contractAddress"].as_str().and_then(|text| text.parse().ok()).expect("a creation has one")
    }

    fn program(&mut self, wat: &str) -> Address {
        let wasm = wat::parse_str(wat).expect("well-formed");
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        let mut code = hex!("eff00000").to_vec();
        brotli::BrotliCompress(&mut &*wasm, &mut code, &params).expect("memory takes it");
        let program = self.deploy(&code);
        let activation = Sent {
            to: Some(ARB_WASM),
            data: [&ACTIVATE_PROGRAM[..], program.into_word().as_slice()].concat().into(),
            value: U256::from(ACTIVATION_WEI),
            gas: GAS,
            ..Sent::default()
        };
        let receipt = self.user.send(&mut self.node, &activation).expect("it is taken");
        assert_eq!(receipt["status"], "0x1", "the program is valid");
        program
    }

    /// Sends from the user through the program relay and the EVM relay to the counter: wasm, EVM, wasm.
    pub(super) fn count(&mut self) -> Value {
        let data = self.count_calldata();
        self.send(self.program_relay, data)
    }

    pub(super) fn count_calldata(&self) -> Bytes {
        [self.evm_relay.as_slice(), &relayed(self.counter, &[])].concat().into()
    }

    pub(super) fn trace(&mut self, receipt: &Value, config: Value) -> Value {
        self.request("debug_traceTransaction", json!([receipt["transactionHash"], config]))
    }
}

/// Calldata of the EVM relay.
pub(super) fn relayed(to: Address, data: &[u8]) -> Vec<u8> {
    let gas = B256::from(U256::from(1_u64 << 40));
    [to.into_word().as_slice(), gas.as_slice(), data].concat()
}

/// Init code that returns what follows its first ten bytes.
pub(super) fn init_code(runtime: &[u8]) -> Vec<u8> {
    let length = u16::try_from(runtime.len()).expect("short code").to_be_bytes();
    // PUSH2 length, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
    [&[0x61, length[0], length[1]][..], &hex!("80600a5f395ff3"), runtime].concat()
}

/// A quantity of an answer.
pub(super) fn number(value: &Value) -> u64 {
    quantity(value).unwrap_or_else(|| panic!("{value} is no quantity"))
}
