//! Transactions and frames: revm's interpreter and journal under ArbOS rules.
//!
//! Frames recurse (`frames`), because a program calls from the middle of its execution: one native call per level, at
//! most 1 024, so execution needs a thread with a large stack. Code with a Stylus prefix goes to [`crate::vm`]
//! (`program`), ArbOS precompiles to [`crate::arbos`] (`ledger` gives them the journal), everything else to revm.

mod account;
mod errors;
mod frames;
mod host;
mod interpret;
mod ledger;
mod machine;
mod observer;
mod opcodes;
mod precompiles;
mod program;
mod recent;
pub mod trace;
mod transaction;

use alloy_consensus::TxType;
use alloy_eips::{eip2930::AccessList, eip7702::SignedAuthorization};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use revm::state::EvmState;
use std::sync::Arc;

pub use errors::TxError;
pub use observer::{End, Observer, Run};
pub use recent::RecentPrograms;

use crate::{
    arbos::{self, Version, genesis::GenesisConfig},
    state::State,
    vm::Engine,
};
use machine::{Machine, TxFacts};
use trace::{Recorder, Recording, Wanted};

/// Longest code that can be deployed, prefix included, bytes (spec §1.2).
pub const MAX_CODE_SIZE: usize = 24_576;

/// Longest init code of a creation transaction and of CREATE and CREATE2, bytes; creates by programs have no limit.
pub const MAX_INIT_CODE_SIZE: usize = 2 * MAX_CODE_SIZE;

/// Whether calls of an address run a precompile at an ArbOS version, Ethereum's or ArbOS's.
#[must_use]
pub fn is_precompile(address: Address, arbos_version: u64) -> bool {
    arbos::precompiles::is_precompile(address, arbos_version)
        || precompiles::of(Version::in_force(arbos_version)).contains(&address)
}

/// Hash of an L2 block by number, if the chain still knows it.
pub type BlockHashes = Arc<dyn Fn(u64) -> Option<B256> + Send + Sync>;

/// The block that a transaction runs in.
#[derive(Clone)]
pub struct BlockCtx {
    /// L2 block number.
    pub number: u64,
    /// L1 block number that ArbOS knows: what opcode NUMBER answers.
    pub l1_number: u64,
    /// Unix seconds.
    pub timestamp: u64,
    /// Base fee of this block, wei.
    pub base_fee: U256,
    /// Who opcode COINBASE names.
    pub coinbase: Address,
    /// What opcode GASLIMIT answers.
    pub gas_limit: u64,
    /// For `ArbSys.arbBlockHash`.
    pub hash_of: BlockHashes,
    /// Programs called earlier in this block (spec §5.3).
    pub recent_programs: RecentPrograms,
    /// The state before this block: what counts as committed code.
    pub committed: State,
}

/// Whether a transaction is mined or only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nonce, fees and per-transaction limits are enforced.
    Mine,
    /// `eth_call` and estimates: no nonce, no per-transaction compute limit.
    Call {
        /// True if the request named a price: then the balance must cover it and BASEFEE is the block's.
        charge_fees: bool,
    },
}

/// A transaction whose signature has been checked, or a call.
#[derive(Clone, Debug, Default)]
pub struct TxInput {
    /// EIP-2718 type.
    pub tx_type: u8,
    /// Sender.
    pub from: Address,
    /// Callee, or creation.
    pub to: TxKind,
    /// Wei.
    pub value: U256,
    /// Calldata or init code.
    pub input: Bytes,
    /// Gas limit.
    pub gas_limit: u64,
    /// Fee cap, wei per gas (the price itself for types 0 and 1).
    pub max_fee_per_gas: u128,
    /// Tip cap, wei per gas (the price itself for types 0 and 1).
    pub max_priority_fee_per_gas: u128,
    /// `None` takes the account's next nonce.
    pub nonce: Option<u64>,
    /// EIP-2930 list.
    pub access_list: AccessList,
    /// EIP-7702 list.
    pub authorization_list: Vec<SignedAuthorization>,
    /// Length of brotli(raw signed transaction) at level 1, for the L1 part (spec §8.8).
    pub compressed_len: u64,
    /// The sender may be a contract: the node sends in its name.
    pub any_sender: bool,
}

/// What a transaction did.
#[derive(Clone, Debug, Default)]
pub struct TxOutcome {
    /// Receipt status.
    pub success: bool,
    /// Returned or revert data.
    pub output: Bytes,
    /// What RPC says about a failure that isn't a plain revert, e.g. `out of gas`.
    pub error: Option<String>,
    /// Whether what failed was that the gas ran out.
    pub out_of_gas: bool,
    /// What RPC adds to `execution reverted`: an ArbOS precompile's error, e.g. `error ProgramUpToDate()`.
    pub revert_text: Option<String>,
    /// Gas used, refund deducted, L1 part included.
    pub gas_used: u64,
    /// Gas refunded.
    pub gas_refunded: u64,
    /// The L1 part of `gas_used`.
    pub gas_used_for_l1: u64,
    /// Logs of a successful transaction.
    pub logs: Vec<Log>,
    /// Address of a creation, whether or not it succeeded.
    pub created: Option<Address>,
    /// Wei per gas that was paid: the base fee, unless tips are collected.
    pub effective_gas_price: u128,
    /// The accounts that changed.
    pub changes: EvmState,
    /// How it went, if that was asked for.
    pub recording: Option<Box<Recording>>,
}

/// What the start-block transaction did (spec §8.4).
#[derive(Clone, Debug, Default)]
pub struct StartBlock {
    /// The accounts that changed.
    pub changes: EvmState,
    /// Base fee of the block after this one, wei.
    pub next_base_fee: U256,
    /// ArbOS version that the rest of the block runs with.
    pub arbos_version: u64,
    /// How it went, if that was asked for.
    pub recording: Option<Box<Recording>>,
}

/// Runs transactions on a state that it only reads; the caller commits the changes.
#[derive(Clone)]
pub struct Executor {
    engine: Engine,
    chain_id: u64,
    observer: Option<Arc<dyn Observer>>,
}

impl Executor {
    /// An executor for one chain; clones share the engine's compiled modules.
    #[must_use]
    pub fn new(engine: Engine, chain_id: u64) -> Self {
        Self { engine, chain_id, observer: None }
    }

    /// The same executor, which tells `observer` what runs; nobody without one.
    #[must_use]
    pub fn observed_by(self, observer: Option<Arc<dyn Observer>>) -> Self {
        Self { observer, ..self }
    }

    /// The changes that make the genesis state out of an empty one.
    #[must_use]
    pub fn genesis(&self, config: &GenesisConfig, empty: &State) -> EvmState {
        let mut block = BlockCtx::genesis(empty.clone());
        let mut machine = Machine::new(self, empty, &mut block, TxFacts::system());
        arbos::genesis::write(&mut ledger::MachineLedger::new(&mut machine), config);
        machine.finish()
    }

    /// The start-block transaction: history contract, fee update, scheduled upgrade; recorded if something is wanted.
    #[must_use]
    pub fn start_block(
        &self,
        state: &State,
        block: &mut BlockCtx,
        parent_hash: B256,
        seconds_since_parent: u64,
        wanted: Option<Wanted>,
    ) -> StartBlock {
        let (number, l1_number, timestamp) = (block.number, block.l1_number, block.timestamp);
        let mut machine = Machine::new(self, state, block, TxFacts::system());
        machine.recorder = wanted.map(Recorder::new).map(Box::new);
        // Nobody sent it.
        machine.observer = None;
        transaction::record_parent_hash(&mut machine, parent_hash);
        let mut ledger = ledger::MachineLedger::new(&mut machine);
        let next_base_fee =
            arbos::block::start(&mut ledger, number, l1_number, timestamp, seconds_since_parent);
        let arbos_version = arbos::block::version(&mut ledger);
        let recording = machine.recording();
        StartBlock { changes: machine.finish(), next_base_fee, arbos_version, recording }
    }

    /// Runs one transaction or call.
    ///
    /// # Errors
    /// What makes a transaction unfit for any block: nonce, fee, funds, intrinsic gas.
    pub fn transact(
        &self,
        state: &State,
        block: &mut BlockCtx,
        tx: &TxInput,
        mode: Mode,
    ) -> Result<TxOutcome, TxError> {
        transaction::run(self, state, block, tx, mode, None)
    }

    /// The same, recorded.
    ///
    /// # Errors
    /// As for [`Self::transact`].
    pub fn transact_recorded(
        &self,
        state: &State,
        block: &mut BlockCtx,
        tx: &TxInput,
        mode: Mode,
        wanted: Wanted,
    ) -> Result<TxOutcome, TxError> {
        transaction::run(self, state, block, tx, mode, Some(wanted))
    }
}

impl BlockCtx {
    fn genesis(empty: State) -> Self {
        Self {
            number: 0,
            l1_number: 0,
            timestamp: 0,
            base_fee: U256::ZERO,
            coinbase: Address::ZERO,
            gas_limit: 0,
            hash_of: Arc::new(|_| None),
            recent_programs: RecentPrograms::default(),
            committed: empty,
        }
    }
}

impl TxInput {
    /// Price that the sender is willing to pay at a base fee: `min(tip + base fee, fee cap)`, wei.
    #[must_use]
    pub fn willing_price(&self, base_fee: U256) -> U256 {
        let cap = U256::from(self.max_fee_per_gas);
        if self.tx_type < TxType::Eip1559 as u8 {
            return cap;
        }
        cap.min(base_fee.saturating_add(U256::from(self.max_priority_fee_per_gas)))
    }
}
