//! Running what isn't mined: calls, and the search for a sufficient gas limit.

use alloy_primitives::{Address, TxKind, U256};
use std::sync::Arc;

use super::{
    Chain,
    block::{Block, GAS_LIMIT, SEQUENCER},
    history::{History, NoState},
};
use crate::{
    arbos::block as arbos,
    evm::{self, BlockCtx, Mode, TxError, TxInput, TxOutcome},
    state::{State, StateLedger},
};

/// Most gas that a call or an estimate may use, and what it gets unless it names less (spec §8.6).
pub const CALL_GAS_CAP: u64 = 50_000_000;

/// Gas of a transaction that only moves ether.
const TRANSFER_GAS: u64 = 21_000;

/// What a call that carries value hands the callee on top; the search leaves room for it.
const CALL_STIPEND: u64 = 2_300;

/// The search ends when the bounds are this close, in thousandths of the upper one.
const TOLERANCE_PER_MILLE: u64 = 15;

/// Where a call runs: a state and the block it pretends to be in.
pub struct Context {
    /// May be edited before the call (state overrides).
    pub state: State,
    pub(super) block: BlockCtx,
}

/// What a call's block shall have instead of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockOverride {
    /// L2 block number.
    pub number: Option<u64>,
    /// Unix seconds.
    pub time: Option<u64>,
    /// What opcode GASLIMIT answers.
    pub gas_limit: Option<u64>,
    /// Who opcode COINBASE names.
    pub coinbase: Option<Address>,
    /// Wei per gas.
    pub base_fee: Option<U256>,
}

impl Context {
    /// Whether calls of an address run a precompile, Ethereum's or ArbOS's.
    #[must_use]
    pub fn is_precompile(&self, address: Address) -> bool {
        evm::is_precompile(address, arbos::version(&mut StateLedger(self.state.clone())))
    }

    /// Makes the block another one.
    pub fn override_block(&mut self, with: BlockOverride) {
        let block = &mut self.block;
        block.number = with.number.unwrap_or(block.number);
        block.timestamp = with.time.unwrap_or(block.timestamp);
        block.gas_limit = with.gas_limit.unwrap_or(block.gas_limit);
        block.coinbase = with.coinbase.unwrap_or(block.coinbase);
        block.base_fee = with.base_fee.unwrap_or(block.base_fee);
    }
}

/// Why there is no estimate.
#[derive(Debug)]
pub enum EstimateError {
    /// With this much gas the transaction isn't even valid.
    Unfit {
        /// Gas limit that was tried.
        gas: u64,
        /// What is wrong with it.
        error: TxError,
    },
    /// It fails even with all the gas there is.
    Fails(Box<TxOutcome>),
    /// It runs out of gas with all that it may have; more might have helped.
    Allowance(u64),
    /// The value is more than the sender has.
    Value,
}

impl Chain {
    /// The context of a call in a block that exists.
    ///
    /// # Errors
    /// If the state after it isn't known.
    pub fn context(&self, history: &Arc<History>, block: &Block) -> Result<Context, NoState> {
        let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
        let state = history.state_after(block)?.clone();
        let (number, timestamp) = (block.header.number, block.header.timestamp);
        Ok(self.context_of(history, state, block, number, timestamp, base_fee))
    }

    /// The context of a call in the block that would be made now.
    #[must_use]
    pub fn pending_context(&self, history: &Arc<History>) -> Context {
        let head = history.head();
        let time = self.clock().peek(head.header.timestamp);
        let number = head.header.number + 1;
        self.context_of(history, history.state().clone(), head, number, time, history.next_base_fee())
    }

    fn context_of(
        &self,
        history: &Arc<History>,
        state: State,
        known: &Block,
        number: u64,
        timestamp: u64,
        base_fee: u64,
    ) -> Context {
        let block = BlockCtx {
            number,
            l1_number: known.info.l1_block_number,
            timestamp,
            base_fee: U256::from(base_fee),
            coinbase: SEQUENCER,
            gas_limit: GAS_LIMIT,
            hash_of: history.hashes(),
            recent_programs: Default::default(),
            committed: state.clone(),
        };
        Context { state, block }
    }

    /// Runs a call and forgets what it changed.
    ///
    /// # Errors
    /// If it isn't valid, e.g. without the balance for its value.
    pub fn call(&self, context: &Context, tx: &TxInput) -> Result<TxOutcome, TxError> {
        // Programs that earlier calls of this context ran are no discount for this one.
        let mut block = context.block.clone();
        self.executor.transact(
            &context.state,
            &mut block,
            tx,
            Mode::Call { charge_fees: tx.max_fee_per_gas > 0 },
        )
    }

    /// A gas limit that suffices, by Nitro's search (spec §8.10): not the least one, but the same one.
    ///
    /// # Errors
    /// If it fails with any gas.
    pub fn estimate(&self, context: &Context, tx: &TxInput) -> Result<u64, EstimateError> {
        let tx = &TxInput { compressed_len: self.padded_len(context, tx), ..tx.clone() };
        let run = |gas: u64| self.call(context, &TxInput { gas_limit: gas, ..tx.clone() });
        let suffices = |gas: u64| match run(gas) {
            Ok(outcome) => Ok(outcome.success),
            Err(TxError::IntrinsicGas { .. } | TxError::FloorDataGas { .. }) => Ok(false),
            Err(error) => Err(EstimateError::Unfit { gas, error }),
        };

        let mut high =
            if tx.gas_limit < TRANSFER_GAS { CALL_GAS_CAP } else { tx.gas_limit.min(CALL_GAS_CAP) };
        if tx.max_fee_per_gas > 0 {
            high = high.min(affordable(&context.state, tx)?);
        }
        if is_plain_transfer(&context.state, tx) && suffices(TRANSFER_GAS)? {
            return Ok(TRANSFER_GAS);
        }

        let outcome = match run(high) {
            Ok(outcome) if outcome.success => outcome,
            Ok(outcome) if outcome.out_of_gas => return Err(EstimateError::Allowance(high)),
            Ok(outcome) => return Err(EstimateError::Fails(Box::new(outcome))),
            Err(TxError::IntrinsicGas { .. } | TxError::FloorDataGas { .. }) => {
                return Err(EstimateError::Allowance(high));
            }
            Err(error) => return Err(EstimateError::Unfit { gas: high, error }),
        };

        let mut low = outcome.gas_used.saturating_sub(1);
        let likely = (outcome.gas_used + outcome.gas_refunded + CALL_STIPEND) * 64 / 63;
        if likely < high {
            if suffices(likely)? {
                high = likely;
            } else {
                low = likely;
            }
        }
        while low + 1 < high && (high - low) * 1_000 >= high * TOLERANCE_PER_MILLE {
            let middle = low.midpoint(high).min(low.saturating_mul(2));
            if suffices(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(high)
    }
}

fn is_plain_transfer(state: &State, tx: &TxInput) -> bool {
    match tx.to {
        TxKind::Call(to) => tx.input.is_empty() && state.code(to).is_empty(),
        TxKind::Create => false,
    }
}

/// The gas that the sender can pay for at its fee cap, beside the value.
fn affordable(state: &State, tx: &TxInput) -> Result<u64, EstimateError> {
    let balance = state.balance(tx.from);
    if !tx.value.is_zero() && tx.value >= balance {
        return Err(EstimateError::Value);
    }
    Ok(((balance - tx.value) / U256::from(tx.max_fee_per_gas)).saturating_to())
}
