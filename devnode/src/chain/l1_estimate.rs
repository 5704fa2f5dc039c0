//! What the L1 part of a transaction will cost, for one that isn't signed yet (spec §8.8).

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Signature, U256, keccak256};

use super::{
    Chain,
    calls::{CALL_GAS_CAP, Context},
    poster,
};
use crate::{arbos::block as arbos, evm::TxInput, state::StateLedger};

/// Units of data per compressed byte.
const UNITS_PER_BYTE: u64 = 16;
/// Added to the units of a transaction whose real bytes aren't known.
const PADDING_UNITS: u64 = 256;

/// The L1 part of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct L1Estimate {
    /// Gas, generously: prices may rise and the real transaction may compress worse.
    pub gas: u64,
    /// Base fee that the gas is counted in, wei.
    pub base_fee: U256,
    /// Wei per byte of L1 data.
    pub price_per_byte: U256,
}

impl Chain {
    /// Estimates the L1 part of a transaction.
    #[must_use]
    pub fn estimate_l1(&self, context: &Context, tx: &TxInput) -> L1Estimate {
        let base_fee = context.block.base_fee;
        let mut ledger = StateLedger(context.state.clone());
        let price = arbos::l1_price_per_unit(&mut ledger);
        let price_per_byte = price.saturating_mul(U256::from(UNITS_PER_BYTE));
        if price.is_zero() {
            return L1Estimate { gas: 0, base_fee, price_per_byte };
        }
        let units = self.units(tx);
        let wei = price.saturating_mul(U256::from(units)).saturating_mul(U256::from(11)) / U256::from(10);
        let low_fee = base_fee.saturating_mul(U256::from(7)) / U256::from(8);
        let per_gas = low_fee.max(arbos::min_base_fee(&mut ledger));
        let gas = wei.checked_div(per_gas).unwrap_or_default().saturating_to();
        L1Estimate { gas, base_fee, price_per_byte }
    }

    /// Lets a call pay its L1 part as a transaction would, on top of the most gas that a call may have.
    pub fn charge_l1(&self, context: &Context, tx: &mut TxInput) {
        let price = arbos::l1_price_per_unit(&mut StateLedger(context.state.clone()));
        if price.is_zero() {
            return;
        }
        let units = self.units(tx);
        tx.compressed_len = units / UNITS_PER_BYTE;
        if tx.gas_limit == CALL_GAS_CAP {
            let wei = price.saturating_mul(U256::from(units));
            let gas = wei.checked_div(context.block.base_fee).unwrap_or_default().saturating_to();
            tx.gas_limit = tx.gas_limit.saturating_add(gas);
        }
    }

    /// Units of data of a transaction that isn't signed yet, with room for what isn't known.
    fn units(&self, tx: &TxInput) -> u64 {
        (poster::compressed_len(&self.lookalike(tx)) * UNITS_PER_BYTE + PADDING_UNITS) * 101 / 100
    }

    /// The compressed length that makes a transaction pay its estimate, padding included; 0 without L1 fees.
    pub(super) fn padded_len(&self, context: &Context, tx: &TxInput) -> u64 {
        let l1 = self.estimate_l1(context, tx);
        let wei = U256::from(l1.gas).saturating_mul(l1.base_fee);
        let bytes = wei.checked_div(l1.price_per_byte).unwrap_or_default().saturating_to::<u64>();
        if l1.gas == 0 { 0 } else { bytes + 1 }
    }

    /// A signed transaction of the same content; what isn't known yet is noise, which doesn't compress.
    fn lookalike(&self, tx: &TxInput) -> Vec<u8> {
        let noise = |name: &str| keccak256(name);
        let number = |name: &str| U256::from_be_bytes(noise(name).0);
        let unsigned = TxEip1559 {
            chain_id: self.chain_id(),
            nonce: number("nonce").wrapping_to(),
            gas_limit: u64::from(number("gas limit").wrapping_to::<u32>()),
            max_fee_per_gas: u128::from(number("fee cap").wrapping_to::<u32>()),
            max_priority_fee_per_gas: u128::from(number("tip cap").wrapping_to::<u32>()),
            to: tx.to,
            value: tx.value,
            access_list: tx.access_list.clone(),
            input: tx.input.clone(),
        };
        let signature = Signature::from_scalars_and_parity(B256::from(noise("r")), noise("s"), false);
        TxEnvelope::from(unsigned.into_signed(signature)).encoded_2718()
    }
}
