//! Contracts that misbehave, each named for its fault.

use abi::token::ICredentialToken::CredentialTokenNotClone;
use alloy::{
    primitives::{Address, Bytes, hex},
    sol_types::SolError,
};
use ecosystem::program::Program;

use crate::Stage;

/// Passes every call with calldata, and its value, on to `target`, and the answer back. Refuses plain Ether.
#[must_use]
pub fn refuses_ether(target: Address) -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 44 }
        &hex!("36 15 60 2c 57")[..],
        // calldatacopy(0, 0, calldatasize)
        &hex!("36 5f 5f 37"),
        // call(gas, target, callvalue, 0, calldatasize, 0, 0)
        &hex!("5f 5f 36 5f 34 73"), target.as_slice(), &hex!("5a f1"),
        // returndatacopy(0, 0, returndatasize); if success { goto 48 }
        &hex!("3d 5f 5f 3e 60 30 57"),
        // 44: revert(0, returndatasize)
        &hex!("5b 3d 5f fd"),
        // 48: return(0, returndatasize)
        &hex!("5b 3d 5f f3"),
    ];
    code.concat().into()
}

/// As [`refuses_ether`], but takes plain Ether, and uses the occasion to make `call` to `target`. Logs what that
/// returned.
#[must_use]
pub fn reenters(target: Address, call: &[u8]) -> Bytes {
    let length = u16::try_from(call.len()).expect("a call of ordinary length").to_be_bytes();
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 44 }
        &hex!("36 15 60 2c 57")[..],
        // calldatacopy(0, 0, calldatasize)
        &hex!("36 5f 5f 37"),
        // call(gas, target, callvalue, 0, calldatasize, 0, 0)
        &hex!("5f 5f 36 5f 34 73"), target.as_slice(), &hex!("5a f1"),
        // returndatacopy(0, 0, returndatasize); return(0, returndatasize)
        &hex!("3d 5f 5f 3e 3d 5f f3"),
        // 44: codecopy(0, 91, length): the call lies behind this code
        &hex!("5b 61"), &length, &hex!("60 5b 5f 39"),
        // call(gas, target, 0, 0, length, 0, 0)
        &hex!("5f 5f 61"), &length, &hex!("5f 5f 73"), target.as_slice(), &hex!("5a f1 50"),
        // returndatacopy(0, 0, returndatasize); log0(0, returndatasize); stop
        &hex!("3d 5f 5f 3e 3d 5f a0 00"),
        call,
    ];
    code.concat().into()
}

/// A program that always reverts as a token program does which is asked itself: it passes for one until it is used.
#[must_use]
pub fn poses_as_token_program() -> Program {
    let selector = CredentialTokenNotClone::SELECTOR.map(|byte| format!("\\{byte:02x}")).concat();
    let text = format!(
        r#"(module
            (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
            (memory (export "memory") 1 1)
            ;; The selector and a word: 12 zeros and an address.
            (data (i32.const 0) "{selector}")
            (func (export "user_entrypoint") (param i32) (result i32)
                i32.const 16 call $contract_address
                i32.const 0 i32.const 36 call $write_result
                i32.const 1)
            (func (export "never_called") i32.const 0 call $pay_for_memory_grow))"#
    );
    let module = wat::parse_str(text).expect("a module");
    Program::from_wasm("poses-as-token-program", &module).expect("a program")
}

impl Stage {
    /// Creates an account with this code.
    pub async fn account_with(&self, code: Bytes) -> Address {
        // The prelude that puts programs on the chain does it for any code.
        let creation = Program { name: String::new(), code }.creation_code();
        let (address, _) =
            self.chain().create(&self.owner, creation, "an account with code").await.expect("created");
        address
    }
}
