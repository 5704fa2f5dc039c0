//! The upgradeable proxy (ERC-1967): EVM code that delegates everything, except that its admin can change what to.
//!
//! Nothing in the upgrade path is a Stylus program, because a program can become unusable (it expires, or a new Stylus
//! version refuses it) and must not take the way out with it. Of the two functions that the proxy has, only the admin
//! sees anything: from anyone else their calldata is delegated like all other. The selector is compared before any slot
//! is read, so ordinary calls pay only for that.
//!
//! Trusts its admin with everything. Invariants: X1 the implementation was an active program when it was set; X2 nobody
//! but the admin changes the implementation or the admin; X3 a proxy exists only after its initialisation data was called
//! with success. Whether that call initialises is the creator's matter: who deploys checks the `Initialized` event.
//!
//! Offsets have to be as every ABI encoder writes them; padding and what follows the arguments are not looked at.

use abi::{
    arbwasm::{ARB_WASM, IArbWasm::programVersionCall},
    proxy::IProxy::{
        AdminChanged, ERC1967InvalidAdmin, ERC1967InvalidImplementation, ERC1967NonPayable,
        ERC1967ProxyUninitialized, ProxyMalformedCall, Upgraded, changeAdminCall, upgradeToAndCallCall,
    },
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, b256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};

use crate::evm::{Code, Label, op::*};

/// Where the implementation is: `keccak256("eip1967.proxy.implementation") - 1`.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// Where the admin is: `keccak256("eip1967.proxy.admin") - 1`.
pub const ADMIN_SLOT: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// The code of a proxy.
pub const RUNTIME: [u8; runtime().len()] = runtime().finish();

/// The code that creates a proxy, up to its arguments: `abi.encode(implementation, admin, initData)` follows.
pub const CREATION: [u8; CONSTRUCTOR.len() + RUNTIME.len()] = {
    let mut code = [0; CONSTRUCTOR.len() + RUNTIME.len()];
    let (constructor, runtime) = code.split_at_mut(CONSTRUCTOR.len());
    constructor.copy_from_slice(&CONSTRUCTOR);
    runtime.copy_from_slice(&RUNTIME);
    code
};

/// The whole code that creates a proxy of `implementation` for `admin`, initialised by the call `init_data`.
#[must_use]
pub fn creation(implementation: Address, admin: Address, init_data: &[u8]) -> Vec<u8> {
    let args =
        (implementation, admin, alloy_primitives::Bytes::copy_from_slice(init_data)).abi_encode_params();
    [CREATION.as_slice(), &args].concat()
}

/// What runs once, before [`RUNTIME`] is returned.
const CONSTRUCTOR: [u8; constructor(0).len()] = constructor(constructor(0).len()).finish();

// Where code jumps to. Both pieces have the failures; the others are the runtime's.
const FAILED: Label = Label::new(0);
const NON_PAYABLE: Label = Label::new(1);
const MALFORMED: Label = Label::new(2);
const BAD_IMPLEMENTATION: Label = Label::new(3);
const BAD_ADMIN: Label = Label::new(4);
const UNINITIALIZED: Label = Label::new(5);
const DELEGATE: Label = Label::new(6);
const SUCCEEDED: Label = Label::new(7);
const UPGRADE: Label = Label::new(8);
const CHANGE_ADMIN: Label = Label::new(9);
const DONE: Label = Label::new(10);

/// Length of a selector, and so the offset of the first argument in calldata.
const SELECTOR_BYTES: u8 = 4;
/// Length of a word.
const WORD_BYTES: u8 = 32;
/// Bits of a word beside a selector.
const SELECTOR_SHIFT: u8 = 224;
/// Bits of an address.
const ADDRESS_BITS: u8 = 160;

/// The proxy.
const fn runtime() -> Code {
    // Offsets in the calldata of `upgradeToAndCall(address implementation, bytes data)`.
    const IMPLEMENTATION: u8 = SELECTOR_BYTES;
    const DATA_OFFSET: u8 = IMPLEMENTATION + WORD_BYTES;
    const DATA_LENGTH: u8 = DATA_OFFSET + WORD_BYTES;
    const DATA: u8 = DATA_LENGTH + WORD_BYTES;
    // Offset in the calldata of `changeAdmin(address newAdmin)`.
    const NEW_ADMIN: u8 = SELECTOR_BYTES;

    let mut code = Code::new();

    // if calldatasize < 4 or the selector is none of ours: delegate
    code = code.push1(SELECTOR_BYTES).ops([CALLDATASIZE, LT]).jump_if(DELEGATE);
    code = code.ops([PUSH0, CALLDATALOAD]).push1(SELECTOR_SHIFT).ops([SHR]); // selector
    code = code.ops([DUP1]).push(upgradeToAndCallCall::SELECTOR).ops([EQ]).jump_if(UPGRADE);
    code = code.push(changeAdminCall::SELECTOR).ops([EQ]).jump_if(CHANGE_ADMIN);

    // delegate: give back what the implementation gives
    code = code.label(DELEGATE);
    code = code.ops([CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY]);
    code = code.ops([PUSH0, PUSH0, CALLDATASIZE, PUSH0]);
    code = code.push(IMPLEMENTATION_SLOT.0).ops([SLOAD, GAS, DELEGATECALL]).jump_if(SUCCEEDED);
    code = code.label(FAILED);
    code = code.ops([RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).ops([RETURNDATASIZE, PUSH0, REVERT]);
    code = code.label(SUCCEEDED);
    code = code.ops([RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).ops([RETURNDATASIZE, PUSH0, RETURN]);

    // upgradeToAndCall
    code = code.label(UPGRADE).ops([POP]);
    code = only_admin(code);
    code = code.push1(DATA).ops([CALLDATASIZE, LT]).jump_if(MALFORMED);
    code = code
        .push1(DATA_OFFSET)
        .ops([CALLDATALOAD])
        .push1(DATA_LENGTH - SELECTOR_BYTES)
        .ops([XOR])
        .jump_if(MALFORMED);
    code = code.push1(DATA_LENGTH).ops([CALLDATALOAD]); // length
    code = code.push1(DATA).ops([CALLDATASIZE, SUB, DUP2, GT]).jump_if(MALFORMED);
    code = code.push1(IMPLEMENTATION).ops([CALLDATALOAD]); // implementation, length
    code = address(code);
    code = set_implementation(code);
    code = code.ops([DUP2, ISZERO]).jump_if(DONE);
    code = code.ops([DUP2]).push1(DATA).ops([PUSH0, CALLDATACOPY]);
    code = code.ops([PUSH0, PUSH0, DUP4, PUSH0, DUP5, GAS, DELEGATECALL, ISZERO]).jump_if(FAILED);
    code = code.label(DONE).ops([STOP]);

    // changeAdmin
    code = code.label(CHANGE_ADMIN);
    code = only_admin(code);
    code = code.push1(NEW_ADMIN + WORD_BYTES).ops([CALLDATASIZE, LT]).jump_if(MALFORMED);
    code = code.push1(NEW_ADMIN).ops([CALLDATALOAD]); // newAdmin
    code = address(code);
    code = set_admin(code);
    code = code.ops([STOP]);

    failures(code)
}

/// The constructor, whose code has `length` bytes; the runtime and the arguments follow it.
const fn constructor(length: usize) -> Code {
    let runtime_length = runtime().len();
    // Cannot overflow: both are lengths of `Code`, which has a maximum.
    let args = length.wrapping_add(runtime_length);
    // Offsets of the arguments in memory.
    const IMPLEMENTATION: [u8; 1] = [PUSH0];
    const ADMIN: u8 = WORD_BYTES;
    const DATA_OFFSET: u8 = ADMIN + WORD_BYTES;
    const DATA_LENGTH: u8 = DATA_OFFSET + WORD_BYTES;
    const DATA: u8 = DATA_LENGTH + WORD_BYTES;

    let mut code = Code::new();
    code = code.ops([CALLVALUE]).jump_if(NON_PAYABLE);

    // memory = the arguments
    code = code.push2(args).ops([CODESIZE, SUB]); // size
    code = code.ops([DUP1]).push2(args).ops([PUSH0, CODECOPY]);
    code = code.push1(DATA).ops([DUP2, LT]).jump_if(MALFORMED);
    code = code.push1(DATA_OFFSET).ops([MLOAD]).push1(DATA_LENGTH).ops([XOR]).jump_if(MALFORMED);
    code = code.push1(ADMIN).ops([MLOAD]); // admin, size
    code = address(code);
    code = code.push1(DATA_LENGTH).ops([MLOAD]); // length, admin, size
    code = code.ops([DUP1, ISZERO]).jump_if(UNINITIALIZED);
    code = code.push1(DATA).ops([DUP4, SUB, DUP2, GT]).jump_if(MALFORMED);
    code = code.ops(IMPLEMENTATION).ops([MLOAD]); // implementation, length, admin, size
    code = address(code);

    code = set_implementation(code);
    code = code.ops([DUP3]);
    code = set_admin(code);
    code = code.ops([PUSH0, PUSH0, DUP4]).push1(DATA).ops([DUP5, GAS, DELEGATECALL, ISZERO]).jump_if(FAILED);
    code = code.push2(runtime_length).push2(length).ops([PUSH0, CODECOPY]);
    code = code.push2(runtime_length).ops([PUSH0, RETURN]);

    code = code.label(FAILED);
    code = code.ops([RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).ops([RETURNDATASIZE, PUSH0, REVERT]);
    code = fail(code.label(UNINITIALIZED), ERC1967ProxyUninitialized::SELECTOR);
    failures(code)
}

/// Delegates unless the admin calls, and refuses Ether. Stack: unchanged, empty.
const fn only_admin(code: Code) -> Code {
    code.push(ADMIN_SLOT.0).ops([SLOAD, CALLER, XOR]).jump_if(DELEGATE).ops([CALLVALUE]).jump_if(NON_PAYABLE)
}

/// Refuses a word that is no address. Stack: word → word.
const fn address(code: Code) -> Code {
    code.ops([DUP1]).push1(ADDRESS_BITS).ops([SHR]).jump_if(MALFORMED)
}

/// Sets the implementation, if it is an active program. Stack: implementation → implementation. Uses the first 36 bytes
/// of memory.
const fn set_implementation(mut code: Code) -> Code {
    // success and 32 bytes: an account without code would answer with success alone
    code = code.push(programVersionCall::SELECTOR).push1(SELECTOR_SHIFT).ops([SHL, PUSH0, MSTORE]);
    code = code.ops([DUP1]).push1(SELECTOR_BYTES).ops([MSTORE]);
    code = code.push1(WORD_BYTES).ops([PUSH0]).push1(SELECTOR_BYTES + WORD_BYTES).ops([PUSH0]);
    code = code.push(ARB_WASM.0.0).ops([GAS, STATICCALL, RETURNDATASIZE]).push1(WORD_BYTES).ops([EQ, AND]);
    code = code.ops([ISZERO]).jump_if(BAD_IMPLEMENTATION);

    code = code.ops([DUP1]).push(IMPLEMENTATION_SLOT.0).ops([SSTORE]);
    code.ops([DUP1]).push(Upgraded::SIGNATURE_HASH.0).ops([PUSH0, PUSH0, LOG2])
}

/// Sets the admin, if it isn't zero. Stack: admin → nothing. Uses the first 64 bytes of memory.
const fn set_admin(mut code: Code) -> Code {
    code = code.ops([DUP1, ISZERO]).jump_if(BAD_ADMIN);
    code = code.push(ADMIN_SLOT.0).ops([SLOAD, PUSH0, MSTORE, DUP1]).push1(WORD_BYTES).ops([MSTORE]);
    code = code.push(ADMIN_SLOT.0).ops([SSTORE]);
    code.push(AdminChanged::SIGNATURE_HASH.0).push1(WORD_BYTES + WORD_BYTES).ops([PUSH0, LOG1])
}

/// The failures that both pieces of code have.
const fn failures(mut code: Code) -> Code {
    code = fail(code.label(NON_PAYABLE), ERC1967NonPayable::SELECTOR);
    code = fail(code.label(MALFORMED), ProxyMalformedCall::SELECTOR);
    code = fail_with(code.label(BAD_IMPLEMENTATION), ERC1967InvalidImplementation::SELECTOR);
    fail_with(code.label(BAD_ADMIN), ERC1967InvalidAdmin::SELECTOR)
}

/// Reverts with an error that has no argument.
const fn fail(code: Code, selector: [u8; 4]) -> Code {
    let code = code.push(selector).push1(SELECTOR_SHIFT).ops([SHL, PUSH0, MSTORE]);
    code.push1(SELECTOR_BYTES).ops([PUSH0, REVERT])
}

/// Reverts with an error whose argument is the top of the stack.
const fn fail_with(code: Code, selector: [u8; 4]) -> Code {
    let code = code.push(selector).push1(SELECTOR_SHIFT).ops([SHL, PUSH0, MSTORE]);
    let code = code.push1(SELECTOR_BYTES).ops([MSTORE]);
    code.push1(SELECTOR_BYTES + WORD_BYTES).ops([PUSH0, REVERT])
}

#[cfg(test)]
mod tests;
