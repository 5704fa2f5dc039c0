//! Token buckets: how much may happen in a time, with a reserve that fills up while nothing does.
//!
//! A bucket's level is counted in [`SHARES`]ths of a unit, so that a refill of `per_day` units a day adds exactly
//! `per_day` shares a second: nothing is ever rounded, and however often a bucket is looked at, it fills as fast.

/// Shares that make one unit: as many as a day has seconds.
pub const SHARES: u128 = 86_400;

/// How long a lower [`Pace`] takes to count, in seconds: 30 days.
pub const FALL_SECS: u64 = 2_592_000;

/// How fast a bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Units that flow in per day.
    pub per_day: u128,
    /// Units that fit in.
    pub capacity: u128,
}

/// A bucket as it was left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bucket {
    /// What was in it, in [`SHARES`]ths of a unit.
    pub shares: u128,
    /// When that was, in Unix seconds.
    pub since: u64,
}

impl Bucket {
    /// A bucket with `units` in it at the time `now`.
    #[must_use]
    pub const fn with(units: u128, now: u64) -> Self {
        Self { shares: units.saturating_mul(SHARES), since: now }
    }

    /// The bucket at the time `now`, after it filled under `limit`.
    ///
    /// Source: `min(shares + seconds · per_day, capacity · SHARES)`. What no longer fits, because the limit fell, is lost.
    /// A time before the last is taken for the last.
    #[must_use]
    pub fn filled(self, limit: Limit, now: u64) -> Self {
        let seconds = u128::from(now.saturating_sub(self.since));
        let inflow = limit.per_day.saturating_mul(seconds);
        let full = limit.capacity.saturating_mul(SHARES);
        Self { shares: self.shares.saturating_add(inflow).min(full), since: self.since.max(now) }
    }

    /// Whole units in the bucket.
    ///
    /// Rounding: down; the part stays in the bucket.
    #[must_use]
    pub const fn units(self) -> u128 {
        // Never zero: a constant.
        match self.shares.checked_div(SHARES) {
            Some(units) => units,
            None => 0,
        }
    }

    /// The bucket without `units`, or `None` if there are fewer.
    #[must_use]
    pub fn without(self, units: u128) -> Option<Self> {
        let shares = self.shares.checked_sub(units.checked_mul(SHARES)?)?;
        Some(Self { shares, ..self })
    }

    /// When a bucket with too little for `units` will have them under `limit`, in Unix seconds; `None` if never.
    #[must_use]
    pub fn ready_at(self, limit: Limit, units: u128) -> Option<u64> {
        if units > limit.capacity {
            return None;
        }
        let missing = units.checked_mul(SHARES)?.saturating_sub(self.shares);
        if missing == 0 {
            return Some(self.since);
        }
        let seconds = missing.checked_add(limit.per_day.checked_sub(1)?)?.checked_div(limit.per_day)?;
        self.since.checked_add(u64::try_from(seconds).ok()?)
    }
}

/// A rate that a limit follows with caution: a rise counts at once, a fall [`FALL_SECS`] after the last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The rate as it was last set.
    pub rate: u128,
    /// The rate that counts until the fall.
    pub high: u128,
    /// When `rate` was set, in Unix seconds.
    pub changed_at: u64,
}

impl Pace {
    /// A rate that never changed.
    #[must_use]
    pub const fn steady(rate: u128, now: u64) -> Self {
        Self { rate, high: rate, changed_at: now }
    }

    /// First second in which a fall counts.
    #[must_use]
    pub const fn falls_at(self) -> u64 {
        self.changed_at.saturating_add(FALL_SECS)
    }

    /// The rate that counts at the time `now`.
    #[must_use]
    pub const fn at(self, now: u64) -> u128 {
        if now >= self.falls_at() { self.rate } else { self.high }
    }

    /// The pace after `rate` was set at the time `now`.
    #[must_use]
    pub fn changed(self, rate: u128, now: u64) -> Self {
        Self { rate, high: self.at(now).max(rate), changed_at: now }
    }

    /// `bucket` at the time `now`, after it filled under the limit that `limit` gives each rate, second by second.
    #[must_use]
    pub fn fill(self, bucket: Bucket, limit: impl Fn(u128) -> Limit, now: u64) -> Bucket {
        let fall = self.falls_at();
        let high = bucket.filled(limit(self.high), now.min(fall));
        // Once the fall counts, the smaller capacity does, too.
        if now >= fall { high.filled(limit(self.rate), now) } else { high }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::DAY_SECS;
    use proptest::prelude::*;

    const NOW: u64 = 1_800_000_000;
    const DAY: u64 = DAY_SECS;
    const FIVE: Limit = Limit { per_day: 5, capacity: 5 };

    /// The limit of a token's mints: ten times the rate a day, thirty days of them.
    fn tenfold(rate: u128) -> Limit {
        Limit { per_day: rate * 10, capacity: rate * 300 }
    }

    #[test]
    fn a_bucket_gives_what_is_in_it_and_not_one_unit_more() {
        let full = Bucket::with(5, NOW);
        assert_eq!(full.units(), 5);
        assert_eq!(full.without(6), None);
        let empty = full.without(5).unwrap();
        assert_eq!((empty.units(), empty.without(1), empty.without(0)), (0, None, Some(empty)));
    }

    #[test]
    fn a_bucket_of_five_a_day_gives_one_each_17_280_seconds() {
        let empty = Bucket::with(0, NOW);
        assert_eq!(empty.filled(FIVE, NOW + 17_279).units(), 0);
        assert_eq!(empty.filled(FIVE, NOW + 17_280).units(), 1);
        assert_eq!(empty.filled(FIVE, NOW + DAY).units(), 5);
        assert_eq!(empty.filled(FIVE, NOW + 100 * DAY).units(), 5, "it holds no more");
        assert_eq!(empty.ready_at(FIVE, 1), Some(NOW + 17_280));
        assert_eq!(empty.ready_at(FIVE, 0), Some(NOW));
        assert_eq!(empty.ready_at(FIVE, 6), None);
        assert_eq!(empty.ready_at(Limit { per_day: 0, capacity: 5 }, 1), None);
    }

    #[test]
    fn a_larger_capacity_fills_nothing_and_a_smaller_one_empties() {
        let bucket = Bucket::with(5, NOW);
        assert_eq!(bucket.filled(Limit { capacity: 500, ..FIVE }, NOW).units(), 5);
        assert_eq!(bucket.filled(Limit { capacity: 2, ..FIVE }, NOW).units(), 2);
    }

    #[test]
    fn time_never_runs_backwards() {
        let bucket = Bucket::with(1, NOW);
        assert_eq!(bucket.filled(FIVE, NOW - 1), bucket);
        assert_eq!(bucket.filled(FIVE, 0), bucket);
    }

    #[test]
    fn a_rise_counts_at_once_and_a_fall_thirty_days_later() {
        let pace = Pace::steady(10, NOW).changed(20, NOW + DAY);
        assert_eq!(pace.at(NOW + DAY), 20);
        let pace = pace.changed(1, NOW + 2 * DAY);
        assert_eq!(pace.at(NOW + 2 * DAY + FALL_SECS - 1), 20);
        assert_eq!(pace.at(NOW + 2 * DAY + FALL_SECS), 1);
        // Another change in between starts the thirty days anew, at what still counts.
        let again = pace.changed(2, NOW + 20 * DAY);
        assert_eq!(again.at(NOW + 20 * DAY + FALL_SECS - 1), 20);
        assert_eq!(again.at(NOW + 20 * DAY + FALL_SECS), 2);
    }

    #[test]
    fn a_bucket_fills_at_the_old_pace_until_the_fall() {
        let pace = Pace::steady(10, NOW).changed(1, NOW);
        let empty = Bucket::with(0, NOW);
        let before = pace.fill(empty, tenfold, NOW + FALL_SECS - DAY);
        assert_eq!(before.units(), 29 * 100);
        // At the fall the bucket shrinks to thirty days of the new pace.
        assert_eq!(pace.fill(empty, tenfold, NOW + FALL_SECS).units(), 300);
        assert_eq!(pace.fill(empty, tenfold, NOW + FALL_SECS + 7 * DAY).units(), 300);
        let drained = Bucket::with(0, NOW + FALL_SECS - DAY);
        assert_eq!(pace.fill(drained, tenfold, NOW + FALL_SECS + DAY).units(), 100 + 10);
    }

    #[test]
    fn a_day_fills_in_a_days_units_exactly() {
        assert_eq!(SHARES, u128::from(DAY_SECS));
        assert_eq!(FALL_SECS, 30 * DAY_SECS);
        assert_eq!(Bucket::with(0, NOW).filled(FIVE, NOW + DAY).shares, 5 * SHARES);
    }

    #[test]
    fn extremes_saturate() {
        let limit = Limit { per_day: u128::MAX, capacity: u128::MAX };
        let full = Bucket::with(u128::MAX, 0).filled(limit, u64::MAX);
        assert_eq!((full.shares, full.since), (u128::MAX, u64::MAX));
        assert_eq!(full.without(u128::MAX), None);
        assert_eq!(Bucket::with(0, u64::MAX).ready_at(FIVE, 5), None);
        assert_eq!(Pace::steady(1, u64::MAX).at(u64::MAX - 1), 1);
    }

    proptest! {
        #[test]
        fn looking_often_or_rarely_fills_the_same(
            per_day in 0..1u128 << 70,
            capacity in 0..1u128 << 80,
            start in 0..1u128 << 80,
            steps in prop::collection::vec(0..3 * DAY, 1..30),
        ) {
            let limit = Limit { per_day, capacity };
            let first = Bucket::with(start, NOW).filled(limit, NOW);
            let (mut often, mut now) = (first, NOW);
            for step in steps {
                now += step;
                often = often.filled(limit, now);
            }
            prop_assert_eq!(often, first.filled(limit, now));
        }

        /// However it is drawn from, no more comes out than was in it and flowed in, and nothing is refused that is there.
        #[test]
        fn no_more_comes_out_than_went_in(
            per_day in 1..1_000u128,
            days in 1..60u128,
            steps in prop::collection::vec((0..2 * DAY, 0..3_000u128), 1..40),
        ) {
            let limit = Limit { per_day, capacity: per_day * days };
            let mut bucket = Bucket::with(per_day, NOW);
            let (mut now, mut taken) = (NOW, 0);
            for (wait, want) in steps {
                now += wait;
                bucket = bucket.filled(limit, now);
                match bucket.without(want) {
                    Some(rest) => {
                        taken += want;
                        bucket = rest;
                    }
                    None => {
                        prop_assert!(want > bucket.units());
                        if let Some(ready) = bucket.ready_at(limit, want) {
                            prop_assert!(bucket.filled(limit, ready).without(want).is_some());
                            prop_assert!(bucket.filled(limit, ready - 1).without(want).is_none());
                        } else {
                            prop_assert!(want > limit.capacity);
                        }
                    }
                }
                let elapsed = u128::from(now - NOW);
                prop_assert!(taken * SHARES + bucket.shares <= per_day * SHARES + per_day * elapsed);
                prop_assert!(bucket.units() <= limit.capacity);
            }
        }

        /// Filling through changes of pace agrees with filling second by second (an hour each, here).
        #[test]
        fn a_change_of_pace_counts_second_by_second(
            rate in 1..1_000u128,
            changed in 1..1_000u128,
            start in 0..300_000u128,
            hours in 0..60 * 24u64,
        ) {
            let pace = Pace::steady(rate, NOW).changed(changed, NOW);
            let start = Bucket::with(start, NOW);
            let mut stepwise = start;
            for hour in 0..=hours {
                let now = NOW + hour * 3_600;
                // Up to the fall the higher rate counts, that second included.
                stepwise = stepwise.filled(tenfold(pace.at(now.saturating_sub(1).max(NOW))), now);
                stepwise = stepwise.filled(tenfold(pace.at(now)), now);
            }
            prop_assert_eq!(pace.fill(start, tenfold, NOW + hours * 3_600), stepwise);
        }
    }
}
