//! What gas costs: the base fee that follows the backlog (§8.5), the L1 part (§8.8), and their parameters.

use super::{
    L1_FUND_POOL, Ledger,
    gas::Meter,
    genesis::GenesisConfig,
    storage::{self, Slot, Store},
    version::Version,
};
use alloy_primitives::{Address, U256};

/// One, where ratios are kept in units of 1/10 000.
const ONE_IN_BIPS: u64 = 10_000;
/// Terms of the exponential's series in the base fee.
const BASE_FEE_ACCURACY: u64 = 4;

/// Gas of one non-zero calldata byte: the unit of L1 data.
pub(super) const L1_UNIT_GAS: u64 = 16;
/// Bytes that a simple transaction is taken to have when its L1 price is quoted.
pub(super) const SIMPLE_TX_BYTES: u64 = 140;
/// Gas of storing a word, as quoted by `ArbGasInfo`.
pub(super) const STORAGE_ARB_GAS: u64 = 20_000;

/// `e^x` in basis points by the first `accuracy` terms of its series; `x` in basis points.
///
/// Rounding: down in every term, as the chain does it.
pub(super) fn exp_bips(x: u64, accuracy: u64) -> u64 {
    let mut result = ONE_IN_BIPS + x / accuracy;
    for i in (1..accuracy).rev() {
        result = ONE_IN_BIPS.saturating_add(result.saturating_mul(x) / (i * ONE_IN_BIPS));
    }
    result
}

/// `value · ratio`, the ratio in basis points.
pub(super) fn mul_bips(value: U256, ratio: u64) -> U256 {
    value.saturating_mul(U256::from(ratio)) / U256::from(ONE_IN_BIPS)
}

/// The fields of the L2 gas price.
pub(super) mod l2 {
    use super::{Slot, storage::L2_PRICING};

    /// Gas per second that the chain is meant to bear.
    pub(in crate::arbos) const SPEED_LIMIT: Slot = L2_PRICING.field(0);
    /// Compute gas of a block.
    pub(in crate::arbos) const BLOCK_GAS_LIMIT: Slot = L2_PRICING.field(1);
    /// Base fee of the next block, wei.
    pub(in crate::arbos) const BASE_FEE: Slot = L2_PRICING.field(2);
    /// Least base fee, wei.
    pub(in crate::arbos) const MIN_BASE_FEE: Slot = L2_PRICING.field(3);
    /// Gas used beyond the speed limit and not yet forgotten.
    pub(in crate::arbos) const BACKLOG: Slot = L2_PRICING.field(4);
    /// Seconds of speed limit that raise the fee by a factor e.
    pub(in crate::arbos) const INERTIA: Slot = L2_PRICING.field(5);
    /// Seconds of speed limit that don't raise the fee.
    pub(in crate::arbos) const TOLERANCE: Slot = L2_PRICING.field(6);
    /// Compute gas of a transaction (ArbOS 50 on).
    pub(in crate::arbos) const TX_GAS_LIMIT: Slot = L2_PRICING.field(7);

    /// Default of [`SPEED_LIMIT`].
    pub(in crate::arbos) const INITIAL_SPEED_LIMIT: u64 = 7_000_000;
    /// Default of [`BLOCK_GAS_LIMIT`] and [`TX_GAS_LIMIT`].
    pub(in crate::arbos) const INITIAL_GAS_LIMIT: u64 = 32_000_000;
    /// Default of [`BASE_FEE`] and [`MIN_BASE_FEE`]: 0.1 gwei.
    pub(in crate::arbos) const INITIAL_BASE_FEE: u64 = 100_000_000;
    /// Default of [`INERTIA`].
    pub(in crate::arbos) const INITIAL_INERTIA: u64 = 102;
    /// Default of [`TOLERANCE`].
    pub(in crate::arbos) const INITIAL_TOLERANCE: u64 = 10;
}

/// The fields of the L1 fee.
pub(super) mod l1 {
    use super::{
        Slot,
        storage::{BATCH_POSTERS, L1_PRICING},
    };

    /// Who gets the reward for posting data.
    pub(in crate::arbos) const REWARD_RECIPIENT: Slot = L1_PRICING.field(0);
    /// Units of data over which a surplus is to vanish.
    pub(in crate::arbos) const EQUILIBRATION_UNITS: Slot = L1_PRICING.field(1);
    /// How slowly the price follows.
    pub(in crate::arbos) const INERTIA: Slot = L1_PRICING.field(2);
    /// Wei of reward per unit.
    pub(in crate::arbos) const REWARD_RATE: Slot = L1_PRICING.field(3);
    /// Second of the last report of posted data.
    pub(in crate::arbos) const LAST_UPDATE: Slot = L1_PRICING.field(4);
    /// Wei of reward not yet paid.
    pub(in crate::arbos) const REWARDS_DUE: Slot = L1_PRICING.field(5);
    /// Units charged since that report.
    pub(in crate::arbos) const UNITS_SINCE_UPDATE: Slot = L1_PRICING.field(6);
    /// Wei per unit; zero disables the L1 part.
    pub(in crate::arbos) const PRICE_PER_UNIT: Slot = L1_PRICING.field(7);
    /// Surplus at the last report, wei, signed.
    pub(in crate::arbos) const LAST_SURPLUS: Slot = L1_PRICING.field(8);
    /// Gas that a batch is taken to cost beside its data.
    pub(in crate::arbos) const PER_BATCH_GAS: Slot = L1_PRICING.field(9);
    /// Cap of the cost of posting, basis points; 0 is none.
    pub(in crate::arbos) const AMORTIZED_COST_CAP: Slot = L1_PRICING.field(10);
    /// Wei collected and not paid out.
    pub(in crate::arbos) const FEES_AVAILABLE: Slot = L1_PRICING.field(11);
    /// Wei owed to all batch posters together.
    pub(in crate::arbos) const POSTERS_DUE: Slot = BATCH_POSTERS.field(0);

    /// Default of [`EQUILIBRATION_UNITS`].
    pub(in crate::arbos) const INITIAL_EQUILIBRATION_UNITS: u64 = 160_000_000;
    /// Default of [`INERTIA`].
    pub(in crate::arbos) const INITIAL_INERTIA: u64 = 10;
    /// Default of [`REWARD_RATE`].
    pub(in crate::arbos) const INITIAL_REWARD_RATE: u64 = 10;
    /// Default of [`PER_BATCH_GAS`].
    pub(in crate::arbos) const INITIAL_PER_BATCH_GAS: u64 = 210_000;
}

/// Writes the fields that a chain of that version starts with.
pub(super) fn initialise<M: Meter>(store: &mut Store<'_, M>, config: &GenesisConfig) -> Result<(), M::Stop> {
    store.write_u64(l2::SPEED_LIMIT, l2::INITIAL_SPEED_LIMIT)?;
    store.write_u64(l2::BLOCK_GAS_LIMIT, config.gas_limit)?;
    store.write_u64(l2::BASE_FEE, config.base_fee)?;
    store.write_u64(l2::MIN_BASE_FEE, config.base_fee)?;
    store.write_u64(l2::INERTIA, l2::INITIAL_INERTIA)?;
    store.write_u64(l2::TOLERANCE, l2::INITIAL_TOLERANCE)?;
    if config.version.has_tx_gas_limit() {
        store.write_u64(l2::TX_GAS_LIMIT, config.gas_limit)?;
    }
    store.write_u64(l1::EQUILIBRATION_UNITS, l1::INITIAL_EQUILIBRATION_UNITS)?;
    store.write_u64(l1::INERTIA, l1::INITIAL_INERTIA)?;
    store.write_u64(l1::REWARD_RATE, l1::INITIAL_REWARD_RATE)?;
    store.write_u64(l1::PER_BATCH_GAS, l1::INITIAL_PER_BATCH_GAS)?;
    store.write_uint(l1::PRICE_PER_UNIT, config.l1_price)
}

/// The slot of the limit of a transaction's compute gas.
pub(super) fn tx_gas_limit(version: &Version) -> Slot {
    if version.has_tx_gas_limit() { l2::TX_GAS_LIMIT } else { l2::BLOCK_GAS_LIMIT }
}

/// Forgets backlog for the seconds that passed and works out the base fee of the next block, wei.
pub(super) fn update_base_fee<M: Meter>(store: &mut Store<'_, M>, seconds: u64) -> Result<U256, M::Stop> {
    let speed_limit = store.read_u64(l2::SPEED_LIMIT)?;
    let backlog = store.read_u64(l2::BACKLOG)?.saturating_sub(seconds.saturating_mul(speed_limit));
    store.write_u64(l2::BACKLOG, backlog)?;
    let tolerated = store.read_u64(l2::TOLERANCE)?.saturating_mul(speed_limit);
    let inertia = store.read_u64(l2::INERTIA)?;
    let minimum = store.read_uint(l2::MIN_BASE_FEE)?;
    let fee = base_fee(minimum, backlog.saturating_sub(tolerated), inertia.saturating_mul(speed_limit));
    store.write_uint(l2::BASE_FEE, fee)?;
    Ok(fee)
}

/// `minimum · e^(excess / inertia)`.
fn base_fee(minimum: U256, excess: u64, inertia: u64) -> U256 {
    if excess == 0 {
        return minimum;
    }
    let exponent = excess.saturating_mul(ONE_IN_BIPS) / inertia.max(1);
    mul_bips(minimum, exp_bips(exponent, BASE_FEE_ACCURACY))
}

/// Adds a transaction's compute gas, its L1 part deducted, to the backlog.
pub(super) fn add_to_backlog<M: Meter>(store: &mut Store<'_, M>, gas: u64) -> Result<(), M::Stop> {
    let backlog = store.read_u64(l2::BACKLOG)?.saturating_add(gas);
    store.write_u64(l2::BACKLOG, backlog)
}

/// Books the L1 part of a transaction's fee: `wei` into the pool, `units` of data since the last report.
pub(super) fn collect_l1_fee(ledger: &mut dyn Ledger, wei: U256, units: u64) {
    ledger.add_balance(L1_FUND_POOL, wei);
    let mut store = Store::free(ledger);
    let Ok(available) = store.read_uint(l1::FEES_AVAILABLE);
    let Ok(()) = store.write_uint(l1::FEES_AVAILABLE, available.saturating_add(wei));
    let Ok(counted) = store.read_u64(l1::UNITS_SINCE_UPDATE);
    let Ok(()) = store.write_u64(l1::UNITS_SINCE_UPDATE, counted.saturating_add(units));
}

/// Who gets what the network earns.
pub(super) fn network_fee_account<M: Meter>(store: &mut Store<'_, M>) -> Result<Address, M::Stop> {
    store.read_address(storage::NETWORK_FEE_ACCOUNT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_matches_the_examples_of_the_specification() {
        assert_eq!(exp_bips(10_000, 4), 27_083);
        assert_eq!([338, 468, 773, 936].map(|x| exp_bips(x, 12)), [10_343, 10_479, 10_803, 10_981]);
        assert_eq!(exp_bips(0, 4), 10_000);
    }

    #[test]
    fn exponential_saturates() {
        assert_eq!(exp_bips(u64::MAX, 4), u64::MAX / 10_000 + 10_000);
    }

    #[test]
    fn base_fee_matches_the_example_of_the_specification() {
        let minimum = U256::from(100_000_000);
        let inertia = 102 * 7_000_000;
        let fee = |backlog: u64| base_fee(minimum, backlog.saturating_sub(70_000_000), inertia);
        assert_eq!(fee(784_000_000), U256::from(270_830_000));
        assert_eq!(fee(70_000_000), minimum);
        assert_eq!(fee(0), minimum);
    }
}
