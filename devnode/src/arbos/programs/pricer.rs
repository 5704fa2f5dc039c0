//! What activation pays per byte of machine code: a price that demand drives up and time brings down (§2.5).

use crate::arbos::{
    gas::Meter,
    pricing::exp_bips,
    storage::{DATA_PRICER, Slot, Store},
};
use alloy_primitives::U256;

/// Bytes bought and not yet forgotten, u32.
const DEMAND: Slot = DATA_PRICER.field(0);
/// Bytes forgotten per second, u32.
const BYTES_PER_SECOND: Slot = DATA_PRICER.field(1);
/// Unix second of the last purchase.
const LAST_UPDATE: Slot = DATA_PRICER.field(2);
/// Wei per byte without demand, u32.
const MIN_PRICE: Slot = DATA_PRICER.field(3);
/// Bytes of demand that raise the price by a factor e, u32.
const INERTIA: Slot = DATA_PRICER.field(4);

const INITIAL_BYTES_PER_SECOND: u64 = 34_865;
const INITIAL_MIN_PRICE: u64 = 82_928_201;
const INITIAL_INERTIA: u64 = 21_360_419;
/// Terms of the exponential's series.
const ACCURACY: u64 = 12;
const ONE_IN_BIPS: u64 = 10_000;
const U32_MAX: u64 = u32::MAX as u64;

/// Writes what a chain starts with.
pub(in crate::arbos) fn initialise<M: Meter>(store: &mut Store<'_, M>) -> Result<(), M::Stop> {
    store.write_u64(BYTES_PER_SECOND, INITIAL_BYTES_PER_SECOND)?;
    store.write_u64(LAST_UPDATE, super::record::EPOCH)?;
    store.write_u64(MIN_PRICE, INITIAL_MIN_PRICE)?;
    store.write_u64(INERTIA, INITIAL_INERTIA)
}

/// Books `bytes` of machine code at Unix second `now`; the fee in wei.
pub(super) fn buy<M: Meter>(store: &mut Store<'_, M>, bytes: u32, now: u64) -> Result<U256, M::Stop> {
    let demand = store.read_u64(DEMAND)?;
    let per_second = store.read_u64(BYTES_PER_SECOND)?;
    let last_update = store.read_u64(LAST_UPDATE)?;
    let minimum = store.read_u64(MIN_PRICE)?;
    let inertia = store.read_u64(INERTIA)?;

    let passed = now.saturating_sub(last_update).min(U32_MAX);
    let credit = per_second.saturating_mul(passed).min(U32_MAX);
    let demand = demand.saturating_sub(credit).saturating_add(u64::from(bytes)).min(U32_MAX);
    store.write_u64(DEMAND, demand)?;
    store.write_u64(LAST_UPDATE, now)?;

    let exponent = demand * ONE_IN_BIPS / inertia.max(1);
    let per_byte = minimum.saturating_mul(exp_bips(exponent, ACCURACY)) / ONE_IN_BIPS;
    Ok(U256::from(per_byte.saturating_mul(u64::from(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{gas::Gas, test_ledger::TestLedger};

    const START: u64 = 1_750_000_000;

    fn fresh() -> TestLedger {
        let mut ledger = TestLedger::default();
        let Ok(()) = initialise(&mut Store::free(&mut ledger));
        ledger
    }

    fn fee(ledger: &mut TestLedger, bytes: u32, now: u64) -> u64 {
        let Ok(fee) = buy(&mut Store::free(ledger), bytes, now);
        fee.to()
    }

    #[test]
    fn fees_match_the_examples_of_the_specification() {
        let mut ledger = fresh();
        assert_eq!(fee(&mut ledger, 1_000_000, START), 86_900_461_000_000);
        assert_eq!(fee(&mut ledger, 1_000_000, START), 91_063_457_000_000);

        let mut ledger = fresh();
        fee(&mut ledger, 1_000_000, START);
        assert_eq!(fee(&mut ledger, 1_000_000, START + 10), 89_587_335_000_000);

        assert_eq!(fee(&mut fresh(), 723_828, START), 62_084_637_018_264);
    }

    #[test]
    fn buying_costs_five_reads_and_two_writes() {
        let mut ledger = fresh();
        let mut gas = Gas::new(44_000);
        buy(&mut Store { ledger: &mut ledger, meter: &mut gas }, 600_000, START).expect("it can pay");
        assert_eq!(gas.left(), 0);
    }

    #[test]
    fn an_absurd_demand_saturates_instead_of_wrapping() {
        let mut ledger = fresh();
        fee(&mut ledger, u32::MAX, START);
        assert_eq!(fee(&mut ledger, u32::MAX, START), u64::MAX);
    }
}
