//! Receipts: what a transaction did, and how the block commits to it.

use alloy_consensus::{Receipt as ConsensusReceipt, RlpEncodableReceipt};
use alloy_primitives::{Address, Bloom, Log};

use serde::{Deserialize, Serialize};

use crate::evm::TxOutcome;

/// What a transaction of a block did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    /// EIP-2718 type of the transaction.
    pub ty: u8,
    /// Whether its changes were kept.
    pub success: bool,
    /// Gas used by it, L1 part included.
    pub gas_used: u64,
    /// Gas used by the block up to and with it.
    pub cumulative_gas_used: u64,
    /// The L1 part of `gas_used`.
    pub gas_used_for_l1: u64,
    /// Wei per gas that was paid.
    pub effective_gas_price: u128,
    /// Address of a creation, whether or not it succeeded.
    pub contract_address: Option<Address>,
    /// Its logs.
    pub logs: Vec<Log>,
    /// Index in the block of the first of them.
    pub first_log: u64,
    /// Addresses and topics of its logs.
    pub bloom: Bloom,
}

impl Receipt {
    /// The start-block transaction's: it uses no gas and cannot fail.
    pub(super) fn start_block(ty: u8, base_fee: u128) -> Self {
        Self {
            ty,
            success: true,
            gas_used: 0,
            cumulative_gas_used: 0,
            gas_used_for_l1: 0,
            effective_gas_price: base_fee,
            contract_address: None,
            logs: Vec::new(),
            first_log: 0,
            bloom: Bloom::ZERO,
        }
    }

    /// The receipt of a transaction that comes after `before` in its block.
    pub(super) fn new(ty: u8, outcome: TxOutcome, before: &Self) -> Self {
        Self {
            ty,
            success: outcome.success,
            gas_used: outcome.gas_used,
            cumulative_gas_used: before.cumulative_gas_used + outcome.gas_used,
            gas_used_for_l1: outcome.gas_used_for_l1,
            effective_gas_price: outcome.effective_gas_price,
            contract_address: outcome.created,
            bloom: outcome.logs.iter().collect(),
            first_log: before.first_log + before.logs.len() as u64,
            logs: outcome.logs,
        }
    }

    /// Appends the EIP-2718 encoding that the block's receipts root commits to.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        if self.ty != 0 {
            out.push(self.ty);
        }
        let receipt = ConsensusReceipt {
            status: self.success.into(),
            cumulative_gas_used: self.cumulative_gas_used,
            logs: self.logs.clone(),
        };
        receipt.rlp_encode_with_bloom(&self.bloom, out);
    }
}
