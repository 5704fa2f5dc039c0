//! The first block.

use alloy_primitives::{Address, B256};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

use super::{Chain, block::Draft, clock::Clock, history::History, mode::MiningMode, snapshots::Snapshots};
use crate::{arbos::genesis::GenesisConfig, evm::Executor, state::State};

impl Chain {
    /// A chain of one block.
    #[must_use]
    pub fn new(executor: Executor, genesis: &GenesisConfig, clock: Clock, mode: MiningMode) -> Self {
        let mut state = State::default();
        state.commit(executor.genesis(genesis, &state));
        let first = Draft {
            parent_hash: B256::ZERO,
            beneficiary: Address::ZERO,
            number: 0,
            // Nitro's genesis lies at the beginning of time, so block 1 comes half a century later.
            timestamp: 0,
            base_fee: genesis.base_fee,
            transactions: Vec::new(),
            receipts: Vec::new(),
            before: State::default(),
            state,
        };
        let first = Arc::new(first.seal());
        Self {
            chain_id: genesis.chain_id,
            executor,
            genesis: first.clone(),
            current: watch::Sender::new(Arc::new(History::new(first))),
            mode: watch::Sender::new(mode),
            clock: Mutex::new(clock),
            making: Mutex::new(Snapshots::default()),
        }
    }
}
