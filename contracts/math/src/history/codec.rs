//! The words that a history is kept in.

use crate::log;

/// Bits of the total of logarithms.
const LOG_BITS: u32 = 54;
/// Bits of the number of trades.
const TRADES_BITS: u32 = 21;
/// Bits of the total of reserves.
const DEPTH_BITS: u32 = 57;
/// Bits of the total of volume.
const VOLUME_BITS: u32 = 46;
/// Bits of a standing reserve.
const STANDING_BITS: u32 = 24;
/// Bits of an hour, and of the number of daily observations.
const HOUR_BITS: u32 = 21;
/// Bits of the number of hourly observations.
const HOURS_BITS: u32 = 24;

/// Bits of a logarithm.
const RATIO_BITS: u32 = 32;
/// Bits of the totals in the high half of a word.
const HIGH_BITS: u32 = LOG_BITS + TRADES_BITS;

/// Bits that a reserve loses: it is counted in 2⁴⁰ wei.
const DEPTH_UNIT: u32 = 40;
/// Bits that a volume loses: it is counted in 2³⁴ wei.
const VOLUME_UNIT: u32 = 34;
/// Bits of a reserve in its unit; what is more counts as all ones.
const RESERVE_BITS: u32 = 35;
/// Bits of a reserve that count: the highest ones.
const MANTISSA_BITS: u32 = 19;

/// What stands while nothing happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// log2 of the price in wei of Ether per base unit of the token, with 24 fractional bits.
    pub log: i32,
    /// The Ether reserve in 2⁴⁰ wei, with 19 digits that count (relative error less than 2⁻¹⁸, rounded down): exponent (5
    /// bits), mantissa (19).
    depth: u32,
}

impl Standing {
    /// What stands with these reserves, of the token and of Ether. Units: base units, wei.
    #[must_use]
    pub fn new(token: u128, ether: u128) -> Self {
        let units = u64::try_from(ether >> DEPTH_UNIT).unwrap_or(u64::MAX).min(mask(RESERVE_BITS));
        let length = u64::BITS.wrapping_sub(units.leading_zeros());
        let exponent = length.saturating_sub(MANTISSA_BITS);
        let mantissa = units.wrapping_shr(exponent);
        let depth = u32::try_from(mantissa).unwrap_or_default() | (exponent << MANTISSA_BITS);
        Self { log: log::log2_ratio(ether, token), depth }
    }

    /// The Ether reserve. Units: 2⁴⁰ wei.
    fn depth(self) -> u64 {
        let mantissa = u64::from(self.depth) & mask(MANTISSA_BITS);
        mantissa.wrapping_shl(self.depth >> MANTISSA_BITS)
    }
}

/// Running totals since the pool's creation, each modulo its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// log2(price) · seconds, with 24 fractional bits.
    log: u64,
    /// Ether reserve · seconds. Units: 2⁴⁰ wei · seconds.
    depth: u64,
    /// Ether that changed hands. Units: 2³⁴ wei.
    volume: u64,
    /// Number of trades.
    trades: u64,
}

/// Differences of two totals, the later one less the earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// log2(price) · seconds, with 24 fractional bits.
    pub(super) log: i64,
    /// Ether reserve · seconds. Units: 2⁴⁰ wei · seconds.
    pub(super) depth: u64,
    /// Units: 2³⁴ wei.
    pub(super) volume: u64,
    /// Number of trades.
    pub(super) trades: u64,
}

impl Change {
    /// Ether reserve · seconds. Units: wei · seconds.
    pub(super) fn depth_seconds(self) -> u128 {
        u128::from(self.depth) << DEPTH_UNIT
    }

    /// Units: wei.
    pub(super) fn volume_wei(self) -> u128 {
        u128::from(self.volume) << VOLUME_UNIT
    }
}

impl Totals {
    /// The totals after `seconds` in which `standing` stood.
    #[must_use]
    pub fn advanced(self, standing: Standing, seconds: u64) -> Self {
        let log = i64::from(standing.log).cast_unsigned().wrapping_mul(seconds);
        let depth = standing.depth().wrapping_mul(seconds);
        Self {
            log: self.log.wrapping_add(log) & mask(LOG_BITS),
            depth: self.depth.wrapping_add(depth) & mask(DEPTH_BITS),
            ..self
        }
    }

    /// The totals after a trade in which `ether` changed hands, rounded down. Units: wei.
    #[must_use]
    pub fn traded(self, ether: u128) -> Self {
        let volume = u64::try_from(ether >> VOLUME_UNIT).unwrap_or(u64::MAX).min(mask(VOLUME_BITS));
        Self {
            volume: self.volume.wrapping_add(volume) & mask(VOLUME_BITS),
            trades: self.trades.wrapping_add(1) & mask(TRADES_BITS),
            ..self
        }
    }

    /// What came to them since they were `earlier`.
    pub(super) fn since(self, earlier: Self) -> Change {
        let difference = |later: u64, earlier: u64, bits| later.wrapping_sub(earlier) & mask(bits);
        // The sign bit of 54 becomes that of 64.
        let sign = u64::BITS.wrapping_sub(LOG_BITS);
        let log = difference(self.log, earlier.log, LOG_BITS).wrapping_shl(sign).cast_signed();
        Change {
            log: log.wrapping_shr(sign),
            depth: difference(self.depth, earlier.depth, DEPTH_BITS),
            volume: difference(self.volume, earlier.volume, VOLUME_BITS),
            trades: difference(self.trades, earlier.trades, TRADES_BITS),
        }
    }

    /// Their bits in the two halves of a word: the lowest 75 of the high one, and the low one but for its lowest 24.
    fn halves(self) -> [u128; 2] {
        let Self { log, depth, volume, trades } = self;
        [
            (u128::from(log) << TRADES_BITS) | u128::from(trades),
            (u128::from(depth) << (VOLUME_BITS + STANDING_BITS)) | (u128::from(volume) << STANDING_BITS),
        ]
    }

    fn from_halves([high, low]: [u128; 2]) -> Self {
        Self {
            log: bits(high >> TRADES_BITS, LOG_BITS),
            depth: bits(low >> (VOLUME_BITS + STANDING_BITS), DEPTH_BITS),
            volume: bits(low >> STANDING_BITS, VOLUME_BITS),
            trades: bits(high, TRADES_BITS),
        }
    }
}

/// The totals at the end of an hour, and what stood then.
///
/// From the highest bit, where the hour counts since 1970:
///
/// | bits | 21 | 32 | 54 | 21 | 1 | 57 | 46 | 24 |
/// |---|---|---|---|---|---|---|---|---|
/// | | hour | log2(price) | log2(price) · time | trades | free | reserve · time | volume | reserve |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The hour, counted since 1970.
    pub hour: u64,
    /// What stood at its end, and until the next interaction.
    pub standing: Standing,
    /// The totals at its end.
    pub totals: Totals,
}

impl Observation {
    /// The halves of its word.
    #[must_use]
    pub fn halves(self) -> [u128; 2] {
        let [high, low] = self.totals.halves();
        let hour = u128::from(self.hour & mask(HOUR_BITS)) << (RATIO_BITS + HIGH_BITS);
        let log = u128::from(self.standing.log.cast_unsigned()) << HIGH_BITS;
        [hour | log | high, low | u128::from(self.standing.depth)]
    }
}

impl From<[u128; 2]> for Observation {
    fn from([high, low]: [u128; 2]) -> Self {
        let log = u32::try_from(bits(high >> HIGH_BITS, RATIO_BITS)).unwrap_or_default().cast_signed();
        let depth = u32::try_from(bits(low, STANDING_BITS)).unwrap_or_default();
        Self {
            hour: bits(high >> (RATIO_BITS + HIGH_BITS), HOUR_BITS),
            standing: Standing { log, depth },
            totals: Totals::from_halves([high, low]),
        }
    }
}

/// The totals at the last interaction, how many observations there have been, and a byte that the pool may use.
///
/// From the highest bit:
///
/// | bits | 8 | 24 | 21 | 54 | 21 | 1 | 57 | 46 | 24 |
/// |---|---|---|---|---|---|---|---|---|---|
/// | | flags | hourly observations | daily observations | log2(price) · time | trades | free | reserve · time | volume | free |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// The pool's.
    pub flags: u8,
    /// Hourly observations so far.
    pub hours: u32,
    /// Daily observations so far.
    pub days: u32,
    /// The totals at the last interaction.
    pub totals: Totals,
}

impl Live {
    /// The halves of its word.
    #[must_use]
    pub fn halves(self) -> [u128; 2] {
        let [high, low] = self.totals.halves();
        let counts = (u64::from(self.hours) & mask(HOURS_BITS)) << HOUR_BITS;
        let counts = counts | (u64::from(self.days) & mask(HOUR_BITS));
        let flags = u128::from(self.flags) << (HOURS_BITS + HOUR_BITS + HIGH_BITS);
        [flags | (u128::from(counts) << HIGH_BITS) | high, low]
    }
}

impl From<[u128; 2]> for Live {
    fn from([high, low]: [u128; 2]) -> Self {
        let count = |bits: u64| u32::try_from(bits).unwrap_or_default();
        let flags = bits(high >> (HOURS_BITS + HOUR_BITS + HIGH_BITS), u8::BITS);
        Self {
            flags: u8::try_from(flags).unwrap_or_default(),
            hours: count(bits(high >> (HOUR_BITS + HIGH_BITS), HOURS_BITS)),
            days: count(bits(high >> HIGH_BITS, HOUR_BITS)),
            totals: Totals::from_halves([high, low]),
        }
    }
}

/// `bits` ones.
const fn mask(bits: u32) -> u64 {
    !u64::MAX.wrapping_shl(bits)
}

/// The low `bits` of `number`.
fn bits(number: u128, bits: u32) -> u64 {
    u64::try_from(number & u128::from(mask(bits))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn totals() -> impl Strategy<Value = Totals> {
        (0..1_u64 << 54, 0..1_u64 << 57, 0..1_u64 << 46, 0..1_u64 << 21)
            .prop_map(|(log, depth, volume, trades)| Totals { log, depth, volume, trades })
    }

    #[test]
    fn reserves_count_up_to_their_greatest_and_by_their_first_digits() {
        let units = |ether: u128| Standing::new(1, ether).depth();
        assert_eq!([0, (1 << 40) - 1].map(units), [0, 0]);
        for exact in [1_u128, 5, (1 << 19) - 1, 1 << 30, ((1 << 19) - 1) << 16] {
            assert_eq!(u128::from(units(exact << 40)), exact);
        }
        assert_eq!(units(((1 << 20) + 1) << 40), 1 << 20);
        assert_eq!(units(u128::MAX >> 16), ((1 << 19) - 1) << 16);
    }

    proptest! {
        #[test]
        fn words_keep_everything(
            totals in totals(), hour in 0..1_u64 << 21, log: i32, depth in 0..1_u32 << 24,
            flags: u8, hours in 0..1_u32 << 24, days in 0..1_u32 << 21,
        ) {
            let observation = Observation { hour, standing: Standing { log, depth }, totals };
            prop_assert_eq!(Observation::from(observation.halves()), observation);
            let live = Live { flags, hours, days, totals };
            prop_assert_eq!(Live::from(live.halves()), live);
        }

        #[test]
        fn reserves_lose_little(ether in 1_u128 << 60..1 << 75) {
            let counted = u128::from(Standing::new(1, ether).depth()) << 40;
            prop_assert!(counted <= ether);
            prop_assert!((ether - counted) < (ether >> 18) + (1 << 40));
        }

        /// Whatever the totals were, over 30 days and an hour the differences are right.
        #[test]
        fn differences_survive_wrapping(
            start in totals(), token in 1..1_u128 << 112, ether in 1..1_u128 << 112, seconds in 0..=2_595_600_u64,
            trades in prop::collection::vec(0..1_u128 << 75, 0..20),
        ) {
            let standing = Standing::new(token, ether);
            let mut end = start.advanced(standing, seconds);
            let mut volume = 0;
            for ether in &trades {
                end = end.traded(*ether);
                volume += ether >> 34;
            }
            let change = end.since(start);
            prop_assert_eq!(change.log, i64::from(standing.log) * i64::try_from(seconds).unwrap());
            prop_assert_eq!(change.depth, standing.depth() * seconds);
            prop_assert_eq!(u128::from(change.volume), volume % (1 << 46));
            prop_assert_eq!(change.trades, u64::try_from(trades.len()).unwrap());
        }
    }
}
