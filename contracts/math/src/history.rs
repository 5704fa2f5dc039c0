//! A pool's past in few words: running totals, an observation of them for each hour and each day with a trade or a change
//! of liquidity, and the questions that these answer.
//!
//! While nothing happens, price and reserve stand, and volume is flat: so the totals are known for every moment, but for
//! the inside of an hour in which something happened. There the totals at its beginning and at its end are known; a
//! [`View::window`] that would begin inside begins with that hour, and [`View::observe`] interpolates. Until the first
//! interaction stands what the pool was opened with, which its code tells: no observation is kept of that.
//!
//! Totals wrap around; the differences that are asked for, over 30 days and an hour at most, don't:
//!
//! | total | unit | bits | what it could count in 30 days |
//! |---|---|---|---|
//! | log2(price) · time | 2⁻²⁴ · seconds | 54 | everything: the logarithm is between −112 and 112 |
//! | reserve · time | 2⁴⁰ wei · seconds | 57 | 37 778 Ether at all times; a reserve counts as no more than that |
//! | volume | 2³⁴ wei | 46 | 1.2 million Ether |
//! | trades | | 21 | 2 million |

mod codec;
mod view;

pub use codec::{Live, Observation, Standing, Totals};
pub use view::{DailyMean, Point, Ring, View, Window};

use crate::bounds::DAY_SECS;

/// How many hourly observations are kept: those of 31 days, when every hour has one.
pub const HOURS: u32 = 744;

/// How many daily observations are kept: the 30 that are asked for, the one before, and one to spare.
pub const DAYS: u32 = 32;

/// Longest window. Units: seconds.
pub const WINDOW_MAX: u64 = 2_592_000;

/// Most days that [`View::daily_means`] tells.
pub const MEANS_MAX: u64 = 30;

/// Seconds in an hour.
pub const HOUR_SECS: u64 = 3_600;

/// What an interaction writes: the live word, and the observations that it closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The live word from now on.
    pub live: Live,
    /// The observation of the last hour in which something happened, if that has ended, and its place in the ring.
    pub hour: Option<(u32, Observation)>,
    /// The same of the last day.
    pub day: Option<(u32, Observation)>,
}

/// What a pool was opened with.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// When. Units: Unix seconds.
    pub time: u64,
    /// The reserve of the token. Units: base units.
    pub token: u128,
    /// The reserve of Ether. Units: wei.
    pub ether: u128,
}

impl Opening {
    /// What stood from then on until the first interaction.
    fn standing(&self) -> Standing {
        Standing::new(self.token, self.ether)
    }
}

impl Live {
    /// What an interaction at the time `now` makes of it, where `standing` stood since the interaction before, at the time
    /// `last`, which is that of the `opening` if there was none. Observations are valued at the end of their own hour or
    /// day. Units: Unix seconds.
    #[must_use]
    pub fn advanced(self, opening: &Opening, standing: Standing, last: u64, now: u64) -> Step {
        // What happened in the second of the opening has left totals, or another price or reserve.
        let untouched =
            last == opening.time && self.totals == Totals::default() && standing == opening.standing();
        let closed = |length: u64| {
            let end = end_of(last, length);
            (end <= now && !untouched).then(|| {
                let hour = (end / HOUR_SECS).saturating_sub(1);
                let totals = self.totals.advanced(standing, end.saturating_sub(last));
                Observation { hour, standing, totals }
            })
        };
        let totals = self.totals.advanced(standing, now.saturating_sub(last));
        let mut live = Self { totals, ..self };
        let hour = closed(HOUR_SECS).map(|observation| {
            live.hours = self.hours.wrapping_add(1);
            (place(self.hours, HOURS), observation)
        });
        let day = closed(DAY_SECS).map(|observation| {
            live.days = self.days.wrapping_add(1);
            (place(self.days, DAYS), observation)
        });
        Step { live, hour, day }
    }
}

/// When the hour or day of `length` seconds that `time` belongs to ends. Units: Unix seconds.
fn end_of(time: u64, length: u64) -> u64 {
    start_of(time, length).saturating_add(length)
}

/// When it began.
fn start_of(time: u64, length: u64) -> u64 {
    // No division by zero: lengths are constants.
    time.saturating_sub(time.checked_rem(length).unwrap_or_default())
}

/// Where observation `number` is in a ring of `length`.
fn place(number: u32, length: u32) -> u32 {
    number.checked_rem(length).unwrap_or_default()
}

#[cfg(test)]
mod tests;
