//! The upgradeable proxy (ERC-1967): EVM code that delegates everything, except that its admin can change what to.
//!
//! Nothing in the upgrade path is a Stylus program, because a program can become unusable (it expires, or a new Stylus
//! version refuses it) and must not take the way out with it. Of the five functions that the proxy has, only the admin
//! sees anything: from anyone else their calldata is delegated like all other. The selector is compared before any slot
//! is read, so ordinary calls pay only for that, and no more for five functions than for one.
//!
//! Until [`lockUpgrades()`](lockUpgradesCall) the admin upgrades and hands over at once. From then on it does only what it
//! announced by [`announceProxyCall()`](announceProxyCallCall): the same calldata byte for byte, from [`DELAY_SECS`] after
//! the announcement until [`WINDOW_SECS`] later, once. One announcement is pending at a time: a new one replaces it and
//! starts its own clock, and [`cancelProxyCall()`](cancelProxyCallCall) or a change of admin voids it. What can be
//! announced is not judged: a call that the proxy would refuse is refused when it is made.
//!
//! Trusts its admin with everything until it is locked, and then with what users had two days to leave from. The
//! implementation is trusted with everything always: its code can write each slot here. Invariants: X1 the implementation
//! was an active program when it was set; X2 nobody but the admin changes the implementation or the admin; X3 a proxy
//! exists only after its initialisation data was called with success; X4 of a locked proxy neither changes otherwise than
//! announced. Whether the call of X3 initialises is the creator's matter: who deploys checks the `Initialized` event.
//!
//! ```text
//! word := calldataload(0)
//! if calldatasize < 4 or word >> 224 is no selector of ours or caller != admin:
//!     calldatacopy(0, 0, calldatasize)
//!     ok := delegatecall(gas, implementation, 0, calldatasize, 0, 0)
//!     returndatacopy(0, 0, returndatasize)
//!     if ok { return(0, returndatasize) } else { revert(0, returndatasize) }
//! if callvalue: revert ERC1967NonPayable()
//!
//! announceProxyCall(call):
//!     from := timestamp + DELAY_SECS
//!     gate := from | lock of gate
//!     pending := keccak(call)
//!     log ProxyCallAnnounced(call, from, from + WINDOW_SECS)
//! cancelProxyCall():
//!     if pending == 0: revert ProxyNothingAnnounced()
//!     log ProxyCallCancelled(pending); void
//! lockUpgrades():
//!     if lock of gate: revert ProxyAlreadyLocked()
//!     gate |= lock
//!     log UpgradesLocked()
//! the others:
//!     hash := keccak(calldata)
//!     if hash != pending:
//!         if lock of gate: revert ProxyCallNotAnnounced(hash)
//!     else:
//!         if lock of gate:
//!             if timestamp < from of gate: revert ProxyCallTooEarly(hash, from)
//!             if timestamp > from of gate + WINDOW_SECS: revert ProxyCallTooLate(hash, from + WINDOW_SECS)
//!         void
//! changeAdmin(newAdmin):
//!     admin := newAdmin; log AdminChanged(…); void
//! upgradeToAndCall(implementation, data):
//!     if ArbWasm.programVersion(implementation) fails: revert ERC1967InvalidImplementation(implementation)
//!     implementation := implementation; log Upgraded(implementation)
//!     if length of data: delegatecall, whose failure is the call's
//!
//! void: pending := 0, gate := lock of gate
//! ```
//!
//! Offsets have to be as every ABI encoder writes them; padding and what follows the arguments are not looked at.
//!
//! `docs/evm.md` has what is assembled here, opcode by opcode.

use abi::{
    arbwasm::{ARB_WASM, IArbWasm::programVersionCall},
    proxy::IProxy::{
        AdminChanged, ERC1967InvalidAdmin, ERC1967InvalidImplementation, ERC1967NonPayable,
        ERC1967ProxyUninitialized, ProxyAlreadyLocked, ProxyCallAnnounced, ProxyCallCancelled,
        ProxyCallNotAnnounced, ProxyCallTooEarly, ProxyCallTooLate, ProxyMalformedCall,
        ProxyNothingAnnounced, Upgraded, UpgradesLocked, announceProxyCallCall, cancelProxyCallCall,
        changeAdminCall, lockUpgradesCall, upgradeToAndCallCall,
    },
};
use alloc::vec::Vec;
use alloy_primitives::{Address, B256, b256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolValue};

use crate::{
    evm::{Code, Label, op::*, selectors},
    schedule,
};

/// Where the implementation is: `keccak256("eip1967.proxy.implementation") - 1`.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// Where the admin is: `keccak256("eip1967.proxy.admin") - 1`.
pub const ADMIN_SLOT: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// Where the keccak of the announced call is, zero if there is none: `keccak256("air.proxy.pending") - 1`.
pub const PENDING_SLOT: B256 = b256!("8289804afec350c92a76db97f2074568992852ef606f499a2307244e0cea3078");

/// Where the lock and the announcement's time are, the slot after [`PENDING_SLOT`]. Bit 255: whether upgrades are locked;
/// the others: first second at which the announced call can be made, zero if there is none.
pub const GATE_SLOT: B256 = b256!("8289804afec350c92a76db97f2074568992852ef606f499a2307244e0cea3079");

/// How long a call has to be announced before it can be made, in seconds: 48 hours, as all [delays](schedule). Fixed.
pub const DELAY_SECS: u64 = schedule::DELAY_SECS;

/// For how long an announced call can be made once it is due, in seconds: 14 days, as all [windows](schedule). Fixed.
pub const WINDOW_SECS: u64 = schedule::WINDOW_SECS;

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
const CHANGE_ADMIN: Label = Label::new(8);
const DONE: Label = Label::new(9);
const ANNOUNCE: Label = Label::new(10);
const CANCEL: Label = Label::new(11);
const LOCK: Label = Label::new(12);
const ANNOUNCED: Label = Label::new(13);
const USED: Label = Label::new(14);
const AUTHORIZED: Label = Label::new(15);
const NOT_ANNOUNCED: Label = Label::new(16);
const TOO_EARLY: Label = Label::new(17);
const TOO_LATE: Label = Label::new(18);
const NOTHING_ANNOUNCED: Label = Label::new(19);
const ALREADY_LOCKED: Label = Label::new(20);

/// Length of a selector, and so the offset of the first argument in calldata.
const SELECTOR_BYTES: u8 = 4;
/// Length of a word.
const WORD_BYTES: u8 = 32;
/// Bits of a word beside a selector.
const SELECTOR_SHIFT: u8 = 224;
/// Bits of an address.
const ADDRESS_BITS: u8 = 160;
/// The bit of the gate's slot that is the lock.
const LOCK_BIT: u8 = 255;

/// The functions that the proxy has, for its admin.
const SELECTORS: [[u8; 4]; 5] = [
    upgradeToAndCallCall::SELECTOR,
    changeAdminCall::SELECTOR,
    announceProxyCallCall::SELECTOR,
    cancelProxyCallCall::SELECTOR,
    lockUpgradesCall::SELECTOR,
];

/// The proxy.
const fn runtime() -> Code {
    let mut code = Code::new();

    // if calldatasize < 4 or the selector is none of ours: delegate
    code = code.push1(SELECTOR_BYTES).ops([CALLDATASIZE, LT]).jump_if(DELEGATE);
    code = code.ops([PUSH0, CALLDATALOAD]); // word
    code = selectors::none_of(code, SELECTORS).jump_if(DELEGATE);

    // ours, if the admin calls
    code = only_admin(code);
    code = code.push1(SELECTOR_SHIFT).ops([SHR]); // selector
    code = code.ops([DUP1]).push(announceProxyCallCall::SELECTOR).ops([EQ]).jump_if(ANNOUNCE);
    code = code.ops([DUP1]).push(cancelProxyCallCall::SELECTOR).ops([EQ]).jump_if(CANCEL);
    code = code.ops([DUP1]).push(lockUpgradesCall::SELECTOR).ops([EQ]).jump_if(LOCK);
    code = authorize(code);
    code = code.push(changeAdminCall::SELECTOR).ops([EQ]).jump_if(CHANGE_ADMIN);
    code = upgrade_to_and_call(code);
    code = change_admin(code.label(CHANGE_ADMIN));
    code = announce(code.label(ANNOUNCE));
    code = cancel(code.label(CANCEL));
    code = lock(code.label(LOCK));

    // delegate: give back what the implementation gives
    code = code.label(DELEGATE);
    code = code.ops([CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY]);
    code = code.ops([PUSH0, PUSH0, CALLDATASIZE, PUSH0]);
    code = code.push(IMPLEMENTATION_SLOT.0).ops([SLOAD, GAS, DELEGATECALL]).jump_if(SUCCEEDED);
    code = code.label(FAILED);
    code = code.ops([RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).ops([RETURNDATASIZE, PUSH0, REVERT]);
    code = code.label(SUCCEEDED);
    code = code.ops([RETURNDATASIZE, PUSH0, PUSH0, RETURNDATACOPY]).ops([RETURNDATASIZE, PUSH0, RETURN]);

    code = fail_with(code.label(NOT_ANNOUNCED).ops([POP]), ProxyCallNotAnnounced::SELECTOR);
    code = fail_untimely(code.label(TOO_EARLY), ProxyCallTooEarly::SELECTOR);
    code = fail_untimely(code.label(TOO_LATE), ProxyCallTooLate::SELECTOR);
    code = fail(code.label(NOTHING_ANNOUNCED), ProxyNothingAnnounced::SELECTOR);
    code = fail(code.label(ALREADY_LOCKED), ProxyAlreadyLocked::SELECTOR);
    failures(code)
}

/// `upgradeToAndCall(address implementation, bytes data)`. Stack: empty.
const fn upgrade_to_and_call(mut code: Code) -> Code {
    const IMPLEMENTATION: u8 = SELECTOR_BYTES;
    const DATA_OFFSET: u8 = IMPLEMENTATION + WORD_BYTES;
    const DATA_LENGTH: u8 = DATA_OFFSET + WORD_BYTES;
    const DATA: u8 = DATA_LENGTH + WORD_BYTES;

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
    code.label(DONE).ops([STOP])
}

/// `changeAdmin(address newAdmin)`. Stack: empty.
const fn change_admin(mut code: Code) -> Code {
    const NEW_ADMIN: u8 = SELECTOR_BYTES;

    code = code.push1(NEW_ADMIN + WORD_BYTES).ops([CALLDATASIZE, LT]).jump_if(MALFORMED);
    code = code.push1(NEW_ADMIN).ops([CALLDATALOAD]); // newAdmin
    code = address(code);
    code = set_admin(code);
    code = void(code.push(GATE_SLOT.0).ops([SLOAD]));
    code.ops([STOP])
}

/// `announceProxyCall(bytes call)`. Stack: anything.
const fn announce(mut code: Code) -> Code {
    const CALL_OFFSET: u8 = SELECTOR_BYTES;
    const CALL_LENGTH: u8 = CALL_OFFSET + WORD_BYTES;
    const CALL: u8 = CALL_LENGTH + WORD_BYTES;
    // Offsets in memory, in the event's data: where the call is, from, until, and the call.
    const FROM: u8 = WORD_BYTES;
    const UNTIL: u8 = FROM + WORD_BYTES;
    const LENGTH: u8 = UNTIL + WORD_BYTES;
    const BYTES: u8 = LENGTH + WORD_BYTES;
    // A word has this many bits of offset.
    const WORD_SHIFT: u8 = 5;

    code = code.push1(CALL).ops([CALLDATASIZE, LT]).jump_if(MALFORMED);
    code = code
        .push1(CALL_OFFSET)
        .ops([CALLDATALOAD])
        .push1(CALL_LENGTH - SELECTOR_BYTES)
        .ops([XOR])
        .jump_if(MALFORMED);
    code = code.push1(CALL_LENGTH).ops([CALLDATALOAD]); // length
    code = code.push1(CALL).ops([CALLDATASIZE, SUB, DUP2, GT]).jump_if(MALFORMED);

    code = code.push1(LENGTH).ops([PUSH0, MSTORE]);
    code = code.ops([TIMESTAMP]).push(seconds(DELAY_SECS)).ops([ADD]); // from, length
    code = code.ops([DUP1]).push1(FROM).ops([MSTORE]);
    code = code.ops([DUP1]).push(seconds(WINDOW_SECS)).ops([ADD]).push1(UNTIL).ops([MSTORE]);
    code = code.ops([DUP2]).push1(LENGTH).ops([MSTORE]);
    code = code.ops([DUP2]).push1(CALL).push1(BYTES).ops([CALLDATACOPY]);

    code = lock_alone(code.push(GATE_SLOT.0).ops([SLOAD])).ops([OR]); // gate, length
    code = code.push(GATE_SLOT.0).ops([SSTORE]);
    code = code.ops([DUP1]).push1(BYTES).ops([KECCAK256]).push(PENDING_SLOT.0).ops([SSTORE]); // length
    code = code.push(ProxyCallAnnounced::SIGNATURE_HASH.0).ops([SWAP1]); // length, topic
    // The data's length, in whole words: memory behind the call is still zero.
    code = code.push1(BYTES + WORD_BYTES - 1).ops([ADD]);
    code = code.push1(WORD_SHIFT).ops([SHR]).push1(WORD_SHIFT).ops([SHL]);
    code.ops([PUSH0, LOG1, STOP])
}

/// `cancelProxyCall()`. Stack: anything.
const fn cancel(mut code: Code) -> Code {
    code = code.push(PENDING_SLOT.0).ops([SLOAD, DUP1, ISZERO]).jump_if(NOTHING_ANNOUNCED); // hash
    code = void(code.push(GATE_SLOT.0).ops([SLOAD]));
    code = code.ops([PUSH0, MSTORE]);
    code.push(ProxyCallCancelled::SIGNATURE_HASH.0).push1(WORD_BYTES).ops([PUSH0, LOG1, STOP])
}

/// `lockUpgrades()`. Stack: anything.
const fn lock(mut code: Code) -> Code {
    code = code.push(GATE_SLOT.0).ops([SLOAD, DUP1]).push1(LOCK_BIT).ops([SHR]).jump_if(ALREADY_LOCKED);
    code = code.push1(1).push1(LOCK_BIT).ops([SHL, OR]).push(GATE_SLOT.0).ops([SSTORE]);
    code.push(UpgradesLocked::SIGNATURE_HASH.0).ops([PUSH0, PUSH0, LOG1, STOP])
}

/// Refuses a call that isn't announced or not for now, if upgrades are locked, and uses up its announcement in any case:
/// what was done before the lock needs to be announced again after it. Stack: unchanged. Leaves memory dirty.
const fn authorize(mut code: Code) -> Code {
    code = code.ops([CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY, CALLDATASIZE, PUSH0, KECCAK256]); // hash
    code = code.push(GATE_SLOT.0).ops([SLOAD, DUP1]).push1(LOCK_BIT).ops([SHR]); // locked, gate, hash
    code = code.ops([DUP3]).push(PENDING_SLOT.0).ops([SLOAD, EQ]).jump_if(ANNOUNCED);
    code = code.jump_if(NOT_ANNOUNCED).jump(AUTHORIZED);

    code = code.label(ANNOUNCED).ops([ISZERO]).jump_if(USED); // gate, hash
    code = code.ops([DUP1]).push1(1).ops([SHL]).push1(1).ops([SHR]); // from, gate, hash
    code = code.ops([DUP1, TIMESTAMP, LT]).jump_if(TOO_EARLY);
    code = code.push(seconds(WINDOW_SECS)).ops([ADD]); // until, gate, hash
    code = code.ops([DUP1, TIMESTAMP, GT]).jump_if(TOO_LATE);
    code = code.ops([POP]);
    code = void(code.label(USED).ops([DUP1]));
    code.label(AUTHORIZED).ops([POP, POP])
}

/// Forgets what is announced. Stack: gate → nothing.
const fn void(code: Code) -> Code {
    lock_alone(code).push(GATE_SLOT.0).ops([SSTORE, PUSH0]).push(PENDING_SLOT.0).ops([SSTORE])
}

/// Takes the time out of the gate. Stack: gate → gate.
const fn lock_alone(code: Code) -> Code {
    code.push1(LOCK_BIT).ops([SHR]).push1(LOCK_BIT).ops([SHL])
}

/// A time span as code pushes it.
const fn seconds(span: u64) -> [u8; 3] {
    assert!(span < 1 << 24, "too long for three bytes");
    let [_, _, _, _, _, bytes @ ..] = span.to_be_bytes();
    bytes
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

/// Delegates unless the admin calls, and refuses Ether. Stack: unchanged.
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

/// Reverts with an error of a call's hash and a time. Stack: time, anything, hash.
const fn fail_untimely(code: Code, selector: [u8; 4]) -> Code {
    let code = code.push(selector).push1(SELECTOR_SHIFT).ops([SHL, PUSH0, MSTORE]);
    let code = code.push1(SELECTOR_BYTES + WORD_BYTES).ops([MSTORE, POP]).push1(SELECTOR_BYTES).ops([MSTORE]);
    code.push1(SELECTOR_BYTES + WORD_BYTES + WORD_BYTES).ops([PUSH0, REVERT])
}

#[cfg(test)]
mod listing;
#[cfg(test)]
mod tests;
