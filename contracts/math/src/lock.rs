//! The release of a pool's first shares: a quarter each on days 37, 44, 51 and 58 after the pool's creation.

use alloy_primitives::{U256, uint};

use crate::bounds::DAY_SECS;

/// How many parts the shares are released in.
pub const PARTS: usize = 4;

/// Days from the pool's creation to each release.
const DAYS: [u64; PARTS] = [37, 44, 51, 58];

/// When each part is released, for a pool created at `created_at`. Units: Unix seconds.
#[must_use]
pub fn times(created_at: u64) -> [u64; PARTS] {
    DAYS.map(|days| created_at.saturating_add(days.saturating_mul(DAY_SECS)))
}

/// When the last part is released. Units: Unix seconds.
#[must_use]
pub fn end(created_at: u64) -> u64 {
    let [.., last] = times(created_at);
    last
}

/// What each part is of `shares`: a quarter, rounded down, and in the last the rest, so that nothing is released early.
#[must_use]
pub fn parts(shares: U256) -> [U256; PARTS] {
    let quarter = shares.wrapping_shr(2);
    // Three quarters are no more than the whole.
    let rest = shares.wrapping_sub(quarter.wrapping_mul(uint!(3_U256)));
    [quarter, quarter, quarter, rest]
}

/// What of `shares` is still locked at the time `now`.
#[must_use]
pub fn locked(shares: U256, created_at: u64, now: u64) -> U256 {
    let parts = times(created_at).into_iter().zip(parts(shares));
    // Parts of `shares` add up to no more than it.
    parts.filter(|(time, _)| now < *time).fold(U256::ZERO, |sum, (_, part)| sum.wrapping_add(part))
}

/// From when on a holder of `shares` first shares may keep as little as `left`: the first release after which no more than
/// that is locked. Units: Unix seconds.
#[must_use]
pub fn free_at(shares: U256, created_at: u64, left: U256) -> u64 {
    let mut times = times(created_at).into_iter();
    times.find(|time| locked(shares, created_at, *time) <= left).unwrap_or_else(|| end(created_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CREATED_AT: u64 = 1_800_000_000;

    #[test]
    fn quarters_are_released_on_their_days() {
        let shares = U256::from(1_003);
        for (day, locked_then) in
            [(0, 1_003), (36, 1_003), (37, 753), (43, 753), (44, 503), (51, 253), (57, 253), (58, 0)]
        {
            let now = CREATED_AT + day * DAY_SECS;
            assert_eq!(locked(shares, CREATED_AT, now), U256::from(locked_then), "day {day}");
        }
        let first = CREATED_AT + 37 * DAY_SECS;
        assert_eq!(locked(shares, CREATED_AT, first - 1), shares);
        assert_eq!(end(CREATED_AT), CREATED_AT + 58 * DAY_SECS);
        assert_eq!(times(u64::MAX), [u64::MAX; PARTS]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_only_the_last_is_larger(shares: [u8; 32]) {
            let shares = U256::from_be_bytes(shares);
            let [first, second, third, last] = parts(shares);
            prop_assert_eq!(first + second + third + last, shares);
            prop_assert!(first == second && second == third && last >= first && last - first < uint!(4_U256));
        }

        #[test]
        fn from_free_at_on_as_little_is_locked(shares in 0..u128::MAX, kept in 0..u128::MAX) {
            let (shares, left) = (U256::from(shares), U256::from(kept));
            let time = free_at(shares, CREATED_AT, left);
            prop_assert!(locked(shares, CREATED_AT, time) <= left);
            if left < shares {
                prop_assert!(times(CREATED_AT).contains(&time));
                let earlier = times(CREATED_AT).into_iter().rfind(|other| *other < time);
                prop_assert!(locked(shares, CREATED_AT, earlier.unwrap_or(CREATED_AT)) > left);
            }
        }
    }
}
