//! A chain for the tests of EVM code: an EVM, and contracts that tell what reached them.

use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, address};
use revm::{
    Context, Database, ExecuteCommitEvm, MainBuilder, MainContext,
    context::{
        TxEnv,
        result::ExecutionResult,
        transaction::{AccessList, AccessListItem},
    },
    database::InMemoryDB,
    state::{AccountInfo, Bytecode},
};
use std::vec::Vec;

use super::{Code, Label, op::*};

/// Somebody with Ether.
pub(crate) const EVE: Address = address!("00000000000000000000000000000000000000ee");
/// Calldata whose first byte makes an [`echo`] revert.
pub(crate) const REFUSED: [u8; 5] = [0xfe, 1, 2, 3, 4];
/// Where an [`echo`] notes that it ran.
pub(crate) const NOTE: U256 = U256::from_limbs([7, 0, 0, 0]);

/// A contract that notes its `mark` in storage and returns it with the value and the calldata that it got; reverts with the
/// same if the calldata starts with 0xfe.
const fn echo(mark: u8) -> Code {
    const REVERTS: Label = Label::new(0);
    let code = Code::new().push1(mark).push1(7).ops([SSTORE]);
    let code = code.push1(mark).ops([PUSH0, MSTORE, CALLVALUE]).push1(32).ops([MSTORE]);
    let code = code.ops([CALLDATASIZE, PUSH0]).push1(64).ops([CALLDATACOPY]);
    let code = code.ops([PUSH0, CALLDATALOAD]).push1(248).ops([SHR]).push1(0xfe).ops([EQ]).jump_if(REVERTS);
    let code = code.push1(64).ops([CALLDATASIZE, ADD, PUSH0, RETURN]);
    code.label(REVERTS).push1(64).ops([CALLDATASIZE, ADD, PUSH0, REVERT])
}

/// What an echo answers.
pub(crate) fn echoed(mark: u8, value: u64, calldata: &[u8]) -> Bytes {
    [&U256::from(mark).to_be_bytes::<32>(), &U256::from(value).to_be_bytes::<32>(), calldata].concat().into()
}

/// A chain that keeps its state from one transaction to the next.
pub(crate) struct Chain {
    db: InMemoryDB,
    /// Time of the next block, in Unix seconds.
    pub(crate) now: u64,
    /// Slots that the next transactions find warm.
    pub(crate) warm: Vec<(Address, B256)>,
    /// Gas that the last transaction took, no refund taken off and no floor applied.
    pub(crate) spent: u64,
}

/// How a transaction ended.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// With this data and these logs.
    Returned(Bytes, Vec<Log>),
    /// With this error.
    Reverted(Bytes),
}

impl Chain {
    /// A chain on which only `EVE` has Ether.
    pub(crate) fn new() -> Self {
        let mut db = InMemoryDB::default();
        db.insert_account_info(EVE, AccountInfo::from_balance(U256::from(1_000_000)));
        Self { db, now: 1_800_000_000, warm: Vec::new(), spent: 0 }
    }

    /// Puts `code` at `account`; none removes it.
    pub(crate) fn put(&mut self, account: Address, code: &[u8]) {
        let code = Bytecode::new_raw(Bytes::copy_from_slice(code));
        let hash = code.hash_slow();
        self.db.insert_account_info(account, AccountInfo::default().with_code_and_hash(code, hash));
    }

    /// Puts an echo of `mark` at `account`: a contract that notes the mark, and returns mark, value and calldata, or reverts
    /// with them if the calldata starts with 0xfe.
    pub(crate) fn put_echo(&mut self, account: Address, mark: u8) {
        const BYTES: usize = echo(1).len();
        self.put(account, &echo(mark).finish::<BYTES>());
    }

    /// Gives `account` Ether.
    pub(crate) fn enrich(&mut self, account: Address) {
        self.db.insert_account_info(account, AccountInfo::from_balance(U256::from(1_000_000)));
    }

    /// Writes a word of `account`'s storage.
    pub(crate) fn set_word(&mut self, account: Address, slot: U256, value: U256) {
        self.db.insert_account_storage(account, slot, value).unwrap();
    }

    /// Reads a word of `account`'s storage.
    pub(crate) fn word(&mut self, account: Address, slot: U256) -> U256 {
        self.db.storage(account, slot).unwrap()
    }

    /// Creates a contract as `EVE`; the outcome's data is its code.
    pub(crate) fn create(&mut self, value: u64, creation: &[u8]) -> (Outcome, Option<Address>) {
        self.transact(EVE, TxKind::Create, value, creation)
    }

    /// Calls a contract.
    pub(crate) fn call(&mut self, caller: Address, to: Address, value: u64, data: &[u8]) -> Outcome {
        self.transact(caller, TxKind::Call(to), value, data).0
    }

    fn transact(
        &mut self,
        caller: Address,
        to: TxKind,
        value: u64,
        data: &[u8],
    ) -> (Outcome, Option<Address>) {
        let db = core::mem::take(&mut self.db);
        let mut evm = Context::mainnet()
            .with_db(db)
            .modify_cfg_chained(|cfg| cfg.disable_nonce_check = true)
            .modify_block_chained(|block| block.timestamp = U256::from(self.now))
            .build_mainnet();
        let tx = TxEnv::builder()
            .caller(caller)
            .kind(to)
            .value(U256::from(value))
            .data(Bytes::copy_from_slice(data))
            .gas_limit(10_000_000)
            .access_list(AccessList(
                self.warm
                    .iter()
                    .map(|&(address, slot)| AccessListItem { address, storage_keys: [slot].into() })
                    .collect(),
            ))
            .build()
            .unwrap();
        let result = evm.transact_commit(tx).unwrap();
        self.db = evm.ctx.journaled_state.database;
        self.spent = result.gas().total_gas_spent();
        match result {
            ExecutionResult::Success { logs, output, .. } => {
                (Outcome::Returned(output.data().clone(), logs), output.address().copied())
            }
            ExecutionResult::Revert { output, .. } => (Outcome::Reverted(output), None),
            halted @ ExecutionResult::Halt { .. } => panic!("{halted:?}"),
        }
    }
}
