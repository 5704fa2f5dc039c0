//! How much of a requested mint fits under a token's cap, and how fast a token may be minted.

use alloy_primitives::U256;

use crate::bucket::Limit;

/// What may be minted a day, in multiples of the emission rate: more than the factors on it can make of it. Fixed.
pub const MINT_MULTIPLE: u128 = 10;

/// How much of that may pile up, in days. Fixed.
pub const MINT_RESERVE_DAYS: u128 = 30;

/// How fast a token of this emission rate (base units a day) may be minted.
#[must_use]
pub const fn mint_limit(rate: u128) -> Limit {
    let per_day = rate.saturating_mul(MINT_MULTIPLE);
    Limit { per_day, capacity: per_day.saturating_mul(MINT_RESERVE_DAYS) }
}

/// The part of `requested` that may still be minted, in base units.
///
/// Source: `min(requested, cap − (supply + burned))`. Burned tokens count as minted: burning never makes room
/// under the cap. All sums saturate, so a token that is at or (by a corrupt state) beyond its cap mints
/// nothing.
#[must_use]
pub fn mintable(requested: U256, supply: U256, burned: U256, cap: U256) -> U256 {
    let minted = supply.saturating_add(burned);
    requested.min(cap.saturating_sub(minted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(value: u64) -> U256 {
        U256::from(value)
    }

    #[test]
    fn mintable_is_everything_up_to_the_cap_and_not_one_unit_more() {
        assert_eq!(mintable(n(5), n(90), n(0), n(100)), n(5));
        assert_eq!(mintable(n(10), n(90), n(0), n(100)), n(10));
        assert_eq!(mintable(n(11), n(90), n(0), n(100)), n(10));
        assert_eq!(mintable(n(1), n(100), n(0), n(100)), n(0));
    }

    #[test]
    fn mintable_counts_burned_tokens_as_minted() {
        assert_eq!(mintable(n(50), n(40), n(50), n(100)), n(10));
        assert_eq!(mintable(n(50), n(0), n(100), n(100)), n(0));
    }

    #[test]
    fn mintable_is_zero_when_the_sum_overflows() {
        assert_eq!(mintable(n(1), U256::MAX, n(1), U256::MAX), n(0));
    }

    #[test]
    fn mint_limit_is_thirty_days_of_ten_times_the_rate() {
        assert_eq!(mint_limit(7), Limit { per_day: 70, capacity: 2_100 });
        assert_eq!(mint_limit(0), Limit { per_day: 0, capacity: 0 });
        assert_eq!(mint_limit(u128::MAX), Limit { per_day: u128::MAX, capacity: u128::MAX });
    }

    proptest! {
        #[test]
        fn mintable_never_exceeds_request_or_room(requested: [u8; 32], supply: [u8; 32], burned: [u8; 32], cap: [u8; 32]) {
            let [requested, supply, burned, cap] = [requested, supply, burned, cap].map(U256::from_be_bytes);
            let minted = mintable(requested, supply, burned, cap);
            prop_assert!(minted <= requested);
            match supply.checked_add(burned).and_then(|so_far| cap.checked_sub(so_far)) {
                Some(room) => {
                    prop_assert!(minted <= room);
                    // Clamped by exactly one of the two, never by more than needed.
                    prop_assert!(minted == requested || minted == room);
                }
                None => prop_assert_eq!(minted, U256::ZERO),
            }
        }

        #[test]
        fn minting_step_by_step_ends_exactly_at_the_cap(cap in 1u64.., steps in prop::collection::vec(any::<u64>(), 1..20)) {
            let cap = n(cap);
            let mut supply = U256::ZERO;
            for step in &steps {
                supply += mintable(n(*step), supply, U256::ZERO, cap);
                prop_assert!(supply <= cap);
            }
            let asked = steps.iter().fold(U256::ZERO, |sum, step| sum + n(*step));
            prop_assert_eq!(supply, asked.min(cap));
        }
    }
}
