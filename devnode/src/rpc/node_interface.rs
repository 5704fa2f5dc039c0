//! `NodeInterface` at `0xc8`: no contract, but questions that the node answers when a call or an estimate asks exactly
//! that address (spec §9.9). Contracts find an empty account there.

use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};
use alloy_sol_types::{SolCall, sol};

use super::{Rpc, error::RpcError};
use crate::{
    chain::{CALL_GAS_CAP, Context},
    evm::TxInput,
};

/// Where it seems to be.
pub(super) const ADDRESS: Address = address!("00000000000000000000000000000000000000c8");

/// Gas of asking: the intrinsic gas, and words in and out as any precompile counts them.
const BASE_GAS: u64 = 21_000;
const OPEN_GAS: u64 = 800;
const WORD_GAS: u64 = 3;

sol! {
    /// What the node answers.
    interface NodeInterface {
        function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable
            returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function nitroGenesisBlock() external pure returns (uint256);
        function blockL1Num(uint64 l2BlockNum) external view returns (uint64);
        function l2BlockRangeForL1(uint64 blockNum) external view returns (uint64 first, uint64 last);
        function findBatchContainingBlock(uint64 blockNum) external view returns (uint64);
        function getL1Confirmations(bytes32 blockHash) external view returns (uint64);
    }
}

/// Whether a call is a question to the node.
pub(super) fn is_asked(tx: &TxInput) -> bool {
    tx.to == TxKind::Call(ADDRESS)
}

/// What a call returns.
pub(super) fn call(rpc: &Rpc, context: &Context, tx: &TxInput) -> Result<Bytes, RpcError> {
    let question = Question { rpc, context, tx };
    let selector = tx.input.first_chunk::<4>().ok_or_else(refusal)?;
    match *selector {
        NodeInterface::gasEstimateComponentsCall::SELECTOR => question.answer(components),
        NodeInterface::gasEstimateL1ComponentCall::SELECTOR => question.answer(l1_component),
        NodeInterface::nitroGenesisBlockCall::SELECTOR => {
            question.answer(|_, _: NodeInterface::nitroGenesisBlockCall| Ok(U256::ZERO))
        }
        NodeInterface::blockL1NumCall::SELECTOR => question.answer(block_l1_number),
        NodeInterface::l2BlockRangeForL1Call::SELECTOR => question.answer(block_range),
        // Nobody posts batches here.
        NodeInterface::findBatchContainingBlockCall::SELECTOR => question
            .answer(|_, _: NodeInterface::findBatchContainingBlockCall| -> Result<u64, _> { Err(refusal()) }),
        NodeInterface::getL1ConfirmationsCall::SELECTOR => question.answer(confirmations),
        _ => Err(refusal()),
    }
}

/// What a transaction to this address would seem to need; mined, it would find an empty account.
pub(super) fn estimate(rpc: &Rpc, context: &Context, tx: &TxInput) -> Result<u64, RpcError> {
    let output = call(rpc, context, tx)?;
    let words = |bytes: usize| WORD_GAS * bytes.div_ceil(32) as u64;
    let calldata: u64 = tx.input.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum();
    Ok(BASE_GAS + calldata + OPEN_GAS + words(tx.input.len().saturating_sub(4)) + words(output.len()))
}

struct Question<'a> {
    rpc: &'a Rpc,
    context: &'a Context,
    tx: &'a TxInput,
}

impl Question<'_> {
    fn answer<C: SolCall, R>(&self, body: fn(&Self, C) -> Result<R, RpcError>) -> Result<Bytes, RpcError>
    where
        C::Return: From<R>,
    {
        let call = C::abi_decode(&self.tx.input).map_err(|_| refusal())?;
        let result = body(self, call)?;
        Ok(C::abi_encode_returns(&result.into()).into())
    }

    /// The transaction that the sender asks about.
    fn about(&self, to: Address, creation: bool, data: Bytes) -> TxInput {
        TxInput {
            to: if creation { TxKind::Create } else { TxKind::Call(to) },
            input: data,
            gas_limit: CALL_GAS_CAP,
            ..self.tx.clone()
        }
    }
}

/// A revert without data.
fn refusal() -> RpcError {
    RpcError::Reverted(Bytes::new(), None)
}

fn components(
    question: &Question<'_>,
    call: NodeInterface::gasEstimateComponentsCall,
) -> Result<(u64, u64, U256, U256), RpcError> {
    let tx = question.about(call.to, call.contractCreation, call.data);
    let total = question.rpc.chain.estimate(question.context, &tx)?;
    let l1 = question.rpc.chain.estimate_l1(question.context, &tx);
    Ok((total, l1.gas, l1.base_fee, l1.price_per_byte))
}

fn l1_component(
    question: &Question<'_>,
    call: NodeInterface::gasEstimateL1ComponentCall,
) -> Result<(u64, U256, U256), RpcError> {
    let tx = question.about(call.to, call.contractCreation, call.data);
    let l1 = question.rpc.chain.estimate_l1(question.context, &tx);
    Ok((l1.gas, l1.base_fee, l1.price_per_byte))
}

fn block_l1_number(question: &Question<'_>, call: NodeInterface::blockL1NumCall) -> Result<u64, RpcError> {
    let history = question.rpc.chain.history();
    let block = history.block(call.l2BlockNum).ok_or_else(refusal)?;
    Ok(block.info.l1_block_number)
}

/// The first and the last block made while the parent chain was at a block: blocks are in order of those numbers.
fn block_range(
    question: &Question<'_>,
    call: NodeInterface::l2BlockRangeForL1Call,
) -> Result<(u64, u64), RpcError> {
    let history = question.rpc.chain.history();
    let blocks = history.head().header.number + 1;
    // The first block whose L1 number isn't below `wanted`, by halving.
    let first_from = |wanted: u64| {
        let (mut low, mut high) = (0, blocks);
        while low < high {
            let middle = low.midpoint(high);
            let known = history.block(middle).map_or(u64::MAX, |block| block.info.l1_block_number);
            if known < wanted { low = middle + 1 } else { high = middle }
        }
        low
    };
    let first = first_from(call.blockNum);
    let end = call.blockNum.checked_add(1).map_or(blocks, first_from);
    if first < end { Ok((first, end - 1)) } else { Err(refusal()) }
}

/// Nothing is confirmed by a parent chain that doesn't exist.
fn confirmations(
    question: &Question<'_>,
    call: NodeInterface::getL1ConfirmationsCall,
) -> Result<u64, RpcError> {
    let hash = B256::from(call.blockHash);
    question.rpc.chain.history().block_by_hash(&hash).map(|_| 0).ok_or_else(refusal)
}
