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

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{B256, U256};
    use revm::{
        Context, MainBuilder, MainContext, SystemCallCommitEvm, bytecode::Bytecode,
        context::result::ExecutionResult, database::InMemoryDB, state::AccountInfo,
    };

    /// What the stand-in for `ArbSys` costs: three pushes, a store, a return; the real one takes 803.
    const STAND_IN_GAS: u64 = 16;
    const STRANGER: Address = Address::repeat_byte(0x0f);

    /// The contract on a chain whose `ArbSys` answers `number`.
    fn chain(db: &mut InMemoryDB, number: u64) {
        let mut arb_sys = vec![0x67];
        arb_sys.extend(number.to_be_bytes());
        arb_sys.extend([0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3]);
        let account = |code: Bytes| AccountInfo::from_bytecode(Bytecode::new_raw(code));
        db.insert_account_info(address!("0000000000000000000000000000000000000064"), account(arb_sys.into()));
        db.insert_account_info(ADDRESS, account(code()));
    }

    fn call(db: &mut InMemoryDB, caller: Address, data: &[u8]) -> ExecutionResult {
        let mut evm = Context::mainnet().with_db(db).build_mainnet();
        evm.system_call_with_caller_commit(caller, ADDRESS, Bytes::copy_from_slice(data)).expect("it runs")
    }

    fn ask(db: &mut InMemoryDB, number: U256) -> Option<B256> {
        let result = call(db, STRANGER, &number.to_be_bytes::<32>());
        result.is_success().then(|| B256::from_slice(result.output().expect("a word")))
    }

    #[test]
    fn storing_a_hash_costs_what_it_costs_on_nitro() {
        let mut db = InMemoryDB::default();
        chain(&mut db, 27);
        let result = call(&mut db, SYSTEM, B256::repeat_byte(0xaa).as_slice());
        assert!(result.is_success());
        assert_eq!(result.tx_gas_used() - STAND_IN_GAS + 803, 25_592);
    }

    #[test]
    fn hashes_are_answered_for_the_window_only() {
        let mut db = InMemoryDB::default();
        let newest = 3 * WINDOW;
        for number in [newest - WINDOW, newest - 1] {
            chain(&mut db, number + 1);
            assert!(call(&mut db, SYSTEM, B256::from(U256::from(number)).as_slice()).is_success());
        }
        chain(&mut db, newest);
        for number in [newest - WINDOW, newest - 1] {
            assert_eq!(ask(&mut db, U256::from(number)), Some(U256::from(number).into()), "{number}");
        }
        // A block of the window whose hash was never stored.
        assert_eq!(ask(&mut db, U256::from(newest - 2)), Some(B256::ZERO));
        for number in [newest - WINDOW - 1, newest, newest + 1] {
            assert_eq!(ask(&mut db, U256::from(number)), None, "{number}");
        }
        assert_eq!(ask(&mut db, U256::MAX), None);
    }

    #[test]
    fn questions_must_be_one_word() {
        let mut db = InMemoryDB::default();
        chain(&mut db, 27);
        for length in [0, 31, 33] {
            assert!(!call(&mut db, STRANGER, &vec![0; length]).is_success(), "{length}");
        }
        assert_eq!(ask(&mut db, U256::ZERO), Some(B256::ZERO));
    }
}
