//! How much a token's minter may mint now, in one word of storage.

use math::{
    bucket::{Bucket, Pace},
    supply::mint_limit,
};

/// Bits of a time, in Unix seconds.
const TIME_BITS: u32 = 40;
/// Bits of an emission rate.
const RATE_BITS: u32 = 72;
/// Bits of `since` that are in the high half, below `shares`.
const SINCE_HIGH_BITS: u32 = 24;
/// Bits of `since` that are in the low half, above `high`.
const SINCE_LOW_BITS: u32 = 16;

/// The bucket that mints come out of, and what of its pace the emission rate itself doesn't say.
///
/// | bits | 104 | 40 | 72 | 40 |
/// |---|---|---|---|---|
/// | | content, in shares | when that was | rate that counts until a fall does | when the rate was last changed; 0: never |
///
/// Rates are base units a day, times Unix seconds. The greatest content is thirty days of ten times the greatest rate,
/// 2⁷² · 300 · 86 400 < 2⁹⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Minting {
    bucket: Bucket,
    high: u128,
    changed_at: u64,
}

impl Minting {
    /// That of a new token: one day's refill.
    pub(crate) fn new(rate: u128, now: u64) -> Self {
        Self { bucket: Bucket::with(mint_limit(rate).per_day, now), high: rate, changed_at: 0 }
    }

    /// When the rate was last changed; `None` if it is the first one.
    pub(crate) fn changed_at(self) -> Option<u64> {
        (self.changed_at != 0).then_some(self.changed_at)
    }

    /// Base units that can be minted.
    pub(crate) const fn units(self) -> u128 {
        self.bucket.units()
    }

    /// What it is at the time `now`, if the emission rate is `rate`.
    pub(crate) fn filled(self, rate: u128, now: u64) -> Self {
        Self { bucket: self.pace(rate).fill(self.bucket, mint_limit, now), ..self }
    }

    /// What it is after `units` were minted, of which there were as many.
    pub(crate) fn without(self, units: u128) -> Self {
        Self { bucket: self.bucket.without(units).unwrap_or(Bucket { shares: 0, ..self.bucket }), ..self }
    }

    /// What it is after the emission rate, `rate` so far, became `new_rate` at the time `now`.
    pub(crate) fn changed(self, rate: u128, new_rate: u128, now: u64) -> Self {
        let Pace { high, changed_at, .. } = self.pace(rate).changed(new_rate, now);
        Self { high, changed_at, ..self.filled(rate, now) }
    }

    /// The halves of its word.
    pub(crate) fn halves(self) -> [u128; 2] {
        let Self { bucket: Bucket { shares, since }, high, changed_at } = self;
        let since = u128::from(since);
        [
            (shares << SINCE_HIGH_BITS) | (since >> SINCE_LOW_BITS),
            (since << (RATE_BITS + TIME_BITS)) | (high << TIME_BITS) | u128::from(changed_at),
        ]
    }

    fn pace(self, rate: u128) -> Pace {
        Pace { rate, high: self.high, changed_at: self.changed_at }
    }
}

impl From<[u128; 2]> for Minting {
    fn from([top, bottom]: [u128; 2]) -> Self {
        let since = (low(top, SINCE_HIGH_BITS) << SINCE_LOW_BITS)
            | u128::from(time(bottom >> (RATE_BITS + TIME_BITS)));
        Self {
            bucket: Bucket { shares: top >> SINCE_HIGH_BITS, since: time(since) },
            high: low(bottom >> TIME_BITS, RATE_BITS),
            changed_at: time(low(bottom, TIME_BITS)),
        }
    }
}

/// The low `bits` of `number`.
const fn low(number: u128, bits: u32) -> u128 {
    number & !(u128::MAX << bits)
}

/// A number that is a time.
fn time(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn halves_keep_everything(
            shares in 0..1u128 << 104, since in 0..1u64 << 40, high in 0..1u128 << 72, changed_at in 0..1u64 << 40,
        ) {
            let minting = Minting { bucket: Bucket { shares, since }, high, changed_at };
            prop_assert_eq!(Minting::from(minting.halves()), minting);
        }

        /// The word has room for whatever the greatest rates lead to.
        #[test]
        fn contents_fit_their_bits(rate in 0..1u128 << 72, new_rate in 0..1u128 << 72, wait in 0..1u64 << 39) {
            let now = 1_800_000_000;
            let minting = Minting::new(rate, now).changed(rate, new_rate, now).filled(new_rate, now + wait);
            prop_assert!(minting.bucket.shares < 1 << 104);
            prop_assert_eq!(Minting::from(minting.halves()), minting);
        }
    }
}
