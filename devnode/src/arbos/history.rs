//! The contract that keeps the hashes of past blocks: EIP-2935 as Arbitrum has it.
//!
//! It differs from Ethereum's in two ways: the window is 393 168 blocks, and since opcode NUMBER answers the parent
//! chain's number here, the contract asks `ArbSys` for its own.

use alloy_primitives::{Address, Bytes, address, bytes};

/// Where the contract stands.
pub const ADDRESS: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");

/// Who may store a hash, at the start of every block.
pub const SYSTEM: Address = address!("fffffffffffffffffffffffffffffffffffffffe");

/// Blocks whose hashes it keeps.
pub const WINDOW: u64 = 393_168;

/// The runtime code.
///
/// Called by [`SYSTEM`] with a hash, it stores it under the previous block's number modulo [`WINDOW`]; called by anybody
/// else with a number it answers that block's hash and reverts unless the block is one of the last [`WINDOW`] before
/// this one. Storing costs what it does on Nitro, 25 592 gas for a new slot.
///
/// ```text
/// 00  CALLER PUSH20 <SYSTEM> EQ PUSH1 set JUMPI
/// 1a  PUSH1 32 CALLDATASIZE SUB PUSH1 fail JUMPI
/// 21  PUSH4 <arbBlockNumber()> PUSH0 MSTORE PUSH1 32 PUSH0 PUSH1 4 PUSH1 28 PUSH1 0x64 GAS STATICCALL
/// 33  ISZERO PUSH1 fail JUMPI
/// 37  PUSH0 CALLDATALOAD DUP1 PUSH1 1 PUSH0 MLOAD SUB SUB      number, blocks between it and the previous one
/// 40  PUSH3 <WINDOW> GT ISZERO PUSH1 fail JUMPI                too far back or, wrapped around, not past yet
/// 49  PUSH3 <WINDOW> SWAP1 MOD SLOAD PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
/// 56  fail: JUMPDEST PUSH0 PUSH0 REVERT
/// 5a  set:  JUMPDEST PUSH0 CALLDATALOAD PUSH3 <WINDOW> PUSH1 1
/// 63        PUSH4 <arbBlockNumber()> PUSH0 MSTORE PUSH1 32 PUSH0 PUSH1 4 PUSH1 28 PUSH1 0x64 GAS STATICCALL
/// 75        ISZERO PUSH1 fail JUMPI
/// 79        PUSH0 MLOAD SUB MOD SSTORE STOP
/// ```
#[must_use]
pub const fn code() -> Bytes {
    bytes!(
        "3373fffffffffffffffffffffffffffffffffffffffe14605a576020360360565763a3b1b31d5f5260205f6004601c60"
        "645afa156056575f358060015f5103036205ffd011156056576205ffd09006545f5260205ff35b5f5ffd5b5f356205ff"
        "d0600163a3b1b31d5f5260205f6004601c60645afa156056575f5103065500"
    )
}
