//! `ArbGasInfo` (`0x6c`): prices and limits.

use super::{Failure, Frame, abi::ArbGasInfo, method::Methods};
use crate::arbos::{
    pricing::{L1_UNIT_GAS, SIMPLE_TX_BYTES, STORAGE_ARB_GAS, l1, l2},
    storage::Slot,
};
use alloy_primitives::{I256, U256};

type Three = (U256, U256, U256);
type Six = (U256, U256, U256, U256, U256, U256);

pub(super) fn methods() -> Methods {
    l2_methods(l1_methods(
        Methods::default()
            .view(|frame, _: ArbGasInfo::getPricesInWeiCall| prices_in_wei(frame))
            .view(|frame, _: ArbGasInfo::getPricesInWeiWithAggregatorCall| prices_in_wei(frame))
            .view(|frame, _: ArbGasInfo::getPricesInArbGasCall| prices_in_arb_gas(frame))
            .view(|frame, _: ArbGasInfo::getPricesInArbGasWithAggregatorCall| prices_in_arb_gas(frame)),
    ))
}

fn l1_methods(methods: Methods) -> Methods {
    methods
        .view(|frame, _: ArbGasInfo::getL1BaseFeeEstimateCall| uint(frame, l1::PRICE_PER_UNIT))
        .view(|frame, _: ArbGasInfo::getL1GasPriceEstimateCall| uint(frame, l1::PRICE_PER_UNIT))
        .view(|frame, _: ArbGasInfo::getCurrentTxL1GasFeesCall| Ok(frame.context.tx.poster_fee))
        .view(surplus)
        .view(|frame, _: ArbGasInfo::getPerBatchGasChargeCall| {
            let gas = I256::from_raw(uint(frame, l1::PER_BATCH_GAS)?);
            Ok(i64::try_from(gas).unwrap_or(i64::MAX))
        })
        .view(|frame, _: ArbGasInfo::getAmortizedCostCapBipsCall| number(frame, l1::AMORTIZED_COST_CAP))
        .view(|frame, _: ArbGasInfo::getL1RewardRateCall| number(frame, l1::REWARD_RATE))
        .view(|frame, _: ArbGasInfo::getL1RewardRecipientCall| {
            Ok(frame.store().read_address(l1::REWARD_RECIPIENT)?)
        })
        .view(|frame, _: ArbGasInfo::getL1PricingEquilibrationUnitsCall| uint(frame, l1::EQUILIBRATION_UNITS))
        .view(|frame, _: ArbGasInfo::getLastL1PricingUpdateTimeCall| number(frame, l1::LAST_UPDATE))
        .view(|frame, _: ArbGasInfo::getL1PricingFundsDueForRewardsCall| uint(frame, l1::REWARDS_DUE))
        .view(|frame, _: ArbGasInfo::getL1PricingUnitsSinceUpdateCall| number(frame, l1::UNITS_SINCE_UPDATE))
        .view(|frame, _: ArbGasInfo::getLastL1PricingSurplusCall| {
            Ok(I256::from_raw(uint(frame, l1::LAST_SURPLUS)?))
        })
}

fn l2_methods(methods: Methods) -> Methods {
    methods
        .view(accounting_params)
        .view(|frame, _: ArbGasInfo::getMinimumGasPriceCall| uint(frame, l2::MIN_BASE_FEE))
        .view(|frame, _: ArbGasInfo::getGasBacklogCall| number(frame, l2::BACKLOG))
        .view(|frame, _: ArbGasInfo::getPricingInertiaCall| number(frame, l2::INERTIA))
        .view(|frame, _: ArbGasInfo::getGasBacklogToleranceCall| number(frame, l2::TOLERANCE))
        .since(50)
        .view(|frame, _: ArbGasInfo::getMaxTxGasLimitCall| uint(frame, l2::TX_GAS_LIMIT))
        .view(|frame, _: ArbGasInfo::getMaxBlockGasLimitCall| number(frame, l2::BLOCK_GAS_LIMIT))
}

fn uint(frame: &mut Frame<'_, '_>, slot: Slot) -> Result<U256, Failure> {
    Ok(frame.store().read_uint(slot)?)
}

fn number(frame: &mut Frame<'_, '_>, slot: Slot) -> Result<u64, Failure> {
    Ok(frame.store().read_u64(slot)?)
}

/// Wei per L1 transaction, per L1 byte, per storage word; per gas: base, congestion, total.
fn prices_in_wei(frame: &mut Frame<'_, '_>) -> Result<Six, Failure> {
    let base_fee = frame.context.block.base_fee;
    let per_byte = price_per_l1_byte(frame)?;
    let minimum = uint(frame, l2::MIN_BASE_FEE)?.min(base_fee);
    let per_tx = per_byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    let per_word = base_fee.saturating_mul(U256::from(STORAGE_ARB_GAS));
    Ok((per_tx, per_byte, per_word, minimum, base_fee - minimum, base_fee))
}

/// Gas per L1 transaction, per L1 byte, per storage word.
fn prices_in_arb_gas(frame: &mut Frame<'_, '_>) -> Result<Three, Failure> {
    let base_fee = frame.context.block.base_fee;
    let per_byte = price_per_l1_byte(frame)?;
    let per_tx = per_byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    let in_gas = |wei: U256| wei.checked_div(base_fee).unwrap_or_default();
    Ok((in_gas(per_tx), in_gas(per_byte), U256::from(STORAGE_ARB_GAS)))
}

fn price_per_l1_byte(frame: &mut Frame<'_, '_>) -> Result<U256, Failure> {
    Ok(uint(frame, l1::PRICE_PER_UNIT)?.saturating_mul(U256::from(L1_UNIT_GAS)))
}

/// Speed limit per second, and the block's compute limit twice: pool and block were once different things.
fn accounting_params(
    frame: &mut Frame<'_, '_>,
    _: ArbGasInfo::getGasAccountingParamsCall,
) -> Result<Three, Failure> {
    let speed_limit = uint(frame, l2::SPEED_LIMIT)?;
    let limit = uint(frame, l2::BLOCK_GAS_LIMIT)?;
    Ok((speed_limit, limit, limit))
}

/// Wei collected for L1 data beyond what is owed to posters and for rewards.
fn surplus(frame: &mut Frame<'_, '_>, _: ArbGasInfo::getL1PricingSurplusCall) -> Result<I256, Failure> {
    let due = uint(frame, l1::POSTERS_DUE)?;
    let rewards = uint(frame, l1::REWARDS_DUE)?;
    let available = uint(frame, l1::FEES_AVAILABLE)?;
    Ok(I256::from_raw(available.wrapping_sub(due).wrapping_sub(rewards)))
}
