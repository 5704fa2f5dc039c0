//! One transaction's world: journal, block, counters.

use super::{
    BlockCtx, Executor, Observer,
    account::Db,
    opcodes, precompiles,
    trace::{Recorder, Recording},
};
use crate::{
    arbos::{self, BlockInfo, TxInfo, Version},
    state::{State, StateLedger},
    vm::{Engine, Pages},
};
use alloy_primitives::{Address, U256, map::AddressMap};
use revm::{
    context::{JournalEntry, JournalInner},
    context_interface::cfg::GasParams,
    interpreter::{GasTable, InstructionTable, instructions::gas_table_spec, interpreter::EthInterpreter},
    precompile::Precompiles,
    primitives::hardfork::SpecId,
    state::EvmState,
};
use std::rc::Rc;

/// What frames may ask about their transaction.
#[derive(Clone, Debug, Default)]
pub(super) struct TxFacts {
    /// ORIGIN.
    pub(super) origin: Address,
    /// GASPRICE: what is paid per gas, wei.
    pub(super) gas_price: U256,
    /// What the host function `tx_gas_price` answers: with the tip that is dropped, wei.
    pub(super) offered_price: U256,
    /// BASEFEE: zero in a call without a price.
    pub(super) base_fee: U256,
    /// Fee for the L1 part, wei.
    pub(super) poster_fee: U256,
    /// Gas of the L1 part.
    pub(super) poster_gas: u64,
    /// It is only tried, not mined.
    pub(super) is_call: bool,
}

impl TxFacts {
    /// Of the start-block transaction and of genesis: nobody pays.
    pub(super) fn system() -> Self {
        Self::default()
    }
}

/// What EVM frames run on; shared, so that a frame can hold it while it lends the machine to its opcodes.
pub(super) struct Tables<'a> {
    pub(super) instructions: InstructionTable<EthInterpreter, Machine<'a>>,
    pub(super) gas: GasTable,
}

impl Tables<'_> {
    fn of(spec: SpecId) -> Self {
        Self { instructions: opcodes::table(), gas: gas_table_spec(spec) }
    }
}

/// Journal and environment of one transaction, and the tables that its EVM frames run on.
pub(super) struct Machine<'a> {
    pub(super) journal: JournalInner<JournalEntry>,
    pub(super) db: Db<'a>,
    pub(super) engine: &'a Engine,
    pub(super) block: &'a mut BlockCtx,
    pub(super) tx: TxFacts,
    pub(super) chain_id: u64,
    pub(super) version: &'static Version,
    pub(super) gas_params: GasParams,
    pub(super) tables: Rc<Tables<'a>>,
    pub(super) precompiles: &'static Precompiles,
    /// Open frames by acting address, delegate calls apart (spec §5.7).
    pub(super) open_frames: AddressMap<u32>,
    pub(super) pages: Pages,
    /// Why the outermost frame failed, where its result alone doesn't tell.
    pub(super) failure_text: Option<String>,
    /// There if somebody wants to know how it goes.
    pub(super) recorder: Option<Box<Recorder>>,
    /// Is told of each frame that ends.
    pub(super) observer: Option<&'a dyn Observer>,
}

impl<'a> Machine<'a> {
    /// A machine at the state's own ArbOS version.
    pub(super) fn new(
        executor: &'a Executor,
        state: &'a State,
        block: &'a mut BlockCtx,
        tx: TxFacts,
    ) -> Self {
        let version = Version::in_force(arbos::block::version(&mut StateLedger(state.clone())));
        let mut journal = JournalInner::new();
        journal.set_spec_id(version.evm);
        journal.warm_addresses.set_precompile_addresses(precompiles::warm(version));
        journal.warm_addresses.set_coinbase(block.coinbase);
        Self {
            journal,
            db: revm::database_interface::WrapDatabaseRef(state),
            engine: &executor.engine,
            block,
            tx,
            chain_id: executor.chain_id,
            version,
            gas_params: GasParams::new_spec(version.evm),
            tables: Rc::new(Tables::of(version.evm)),
            precompiles: precompiles::of(version),
            open_frames: AddressMap::default(),
            pages: Pages::default(),
            failure_text: None,
            recorder: None,
            observer: executor.observer.as_deref(),
        }
    }

    /// How it went, if that was recorded.
    pub(super) fn recording(&mut self) -> Option<Box<Recording>> {
        self.recorder.take().map(|recorder| Box::new(recorder.finish()))
    }

    /// The accounts that changed.
    pub(super) fn finish(mut self) -> EvmState {
        self.journal.finalize()
    }

    pub(super) fn block_info(&self) -> BlockInfo {
        BlockInfo {
            l2_number: self.block.number,
            l1_number: self.block.l1_number,
            timestamp: self.block.timestamp,
            base_fee: self.block.base_fee,
            chain_id: self.chain_id,
            hash_of: self.block.hash_of.clone(),
        }
    }

    pub(super) fn tx_info(&self) -> TxInfo {
        TxInfo { poster_fee: self.tx.poster_fee, gas_price: self.tx.gas_price, is_call: self.tx.is_call }
    }
}
