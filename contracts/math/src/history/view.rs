//! Questions to a history.

use alloy_primitives::U256;

use super::{
    DAYS, HOUR_SECS, HOURS, Live, MEANS_MAX, Observation, Opening, Standing, Totals, WINDOW_MAX,
    codec::Change, end_of, place, start_of,
};
use crate::{bounds::DAY_SECS, log};

/// Base units of a whole token.
const WHOLE: u64 = 1_000_000_000_000_000_000;

/// Where the observations are.
pub trait Ring {
    /// The hourly observation at this place.
    fn hour(&self, place: u32) -> Observation;
    /// The daily observation at this place.
    fn day(&self, place: u32) -> Observation;
}

/// A history at one moment.
#[derive(Clone, Copy, Debug)]
pub struct View<'a, R> {
    /// The observations.
    pub ring: &'a R,
    /// The totals at the last interaction.
    pub live: Live,
    /// What stands since then.
    pub standing: Standing,
    /// What the pool was opened with.
    pub opening: Opening,
    /// When the last interaction was. Units: Unix seconds.
    pub last: u64,
    /// The moment of asking. Units: Unix seconds.
    pub now: u64,
}

/// What a window saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    change: Change,
    /// Its real length. Units: seconds; at least what was asked for, and less than an hour more.
    pub seconds: u64,
}

impl Window {
    /// The geometric mean over time of the price. Units: wei of Ether per whole token. Rounded down.
    #[must_use]
    pub fn price(self) -> U256 {
        log::exp2(mean_log(self.change, self.seconds), WHOLE)
    }

    /// The mean over time of the Ether reserve. Units: wei. Rounded down.
    #[must_use]
    pub fn ether(self) -> u128 {
        self.change.depth_seconds().checked_div(self.seconds.into()).unwrap_or_default()
    }

    /// Ether that changed hands. Units: wei.
    #[must_use]
    pub fn volume(self) -> u128 {
        self.change.volume_wei()
    }
}

/// The totals at one moment, less those at the earliest that was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// log2(price) · seconds, with 24 fractional bits.
    pub log: i64,
    /// Ether reserve · seconds. Units: wei · seconds.
    pub depth: u128,
    /// Ether that changed hands. Units: wei.
    pub volume: u128,
}

/// One finished day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyMean {
    /// The day, counted since 1970.
    pub day: u64,
    /// The mean of log2(price in wei of Ether per base unit), with 32 fractional bits. Rounded down.
    pub log: i64,
    /// The mean Ether reserve. Units: wei.
    pub ether: u128,
    /// Ether that changed hands. Units: wei.
    pub volume: u128,
    /// Number of trades.
    pub trades: u64,
}

/// A moment at which the totals are known.
#[derive(Clone, Copy)]
struct Known {
    time: u64,
    totals: Totals,
}

impl<R: Ring> View<'_, R> {
    /// What happened in the last `seconds`, from the last moment on at which the totals are known. `None` if the pool is
    /// younger, or the window is longer than [`WINDOW_MAX`] or empty.
    #[must_use]
    pub fn window(&self, seconds: u64) -> Option<Window> {
        if seconds == 0 || seconds > WINDOW_MAX {
            return None;
        }
        let (start, _) = self.around(self.now.checked_sub(seconds)?)?;
        let change = self.at_present().since(start.totals);
        Some(Window { change, seconds: self.now.saturating_sub(start.time) })
    }

    /// The totals `seconds` ago, less those `origin` ago. Inside an hour in which something happened they are
    /// interpolated. `None` as [`window`](Self::window), but for empty windows.
    #[must_use]
    pub fn observe(&self, seconds: u64, origin: u64) -> Option<Point> {
        let (time, start) = (self.now.checked_sub(seconds)?, self.now.checked_sub(origin)?);
        if seconds > origin || origin > WINDOW_MAX {
            return None;
        }
        let (first, then) = (self.estimate(start)?, self.estimate(time)?);
        let between = then.base.since(first.base);
        Some(Point {
            log: between.log.wrapping_add(then.log).wrapping_sub(first.log),
            depth: between.depth_seconds().wrapping_add(then.depth).wrapping_sub(first.depth),
            volume: between.volume_wei().wrapping_add(then.volume).wrapping_sub(first.volume),
        })
    }

    /// Calls `tell` with each of the last finished days, up to [`MEANS_MAX`], the newest last. The day of the pool's creation
    /// counts from then on.
    pub fn daily_means(&self, mut tell: impl FnMut(DailyMean)) {
        let today = self.now / DAY_SECS;
        let opening = self.opening;
        let first = today.saturating_sub(MEANS_MAX).max(opening.time / DAY_SECS);
        let mut number = self.live.days.saturating_sub(DAYS);
        // What the totals go on from; before the first observation, from nothing at the opening.
        let mut base = (opening.time, opening.standing(), Totals::default());
        let mut start = None;
        for day in first..=today {
            let time = day.saturating_mul(DAY_SECS).max(opening.time);
            while number < self.live.days {
                let observation = self.ring.day(place(number, DAYS));
                let end = end_of_hour(observation);
                if end > time {
                    break;
                }
                base = (end, observation.standing, observation.totals);
                number = number.saturating_add(1);
            }
            if self.last < time {
                base = (self.last, self.standing, self.live.totals);
            }
            let (since, standing, totals) = base;
            let totals = totals.advanced(standing, time.saturating_sub(since));
            if let Some(Known { time: began, totals: earlier }) = start {
                let (change, seconds) = (totals.since(earlier), time.saturating_sub(began));
                tell(DailyMean {
                    day: day.saturating_sub(1),
                    log: mean_log(change, seconds),
                    ether: change.depth_seconds().checked_div(seconds.into()).unwrap_or_default(),
                    volume: change.volume_wei(),
                    trades: change.trades,
                });
            }
            start = Some(Known { time, totals });
        }
    }

    /// The totals now.
    fn at_present(&self) -> Totals {
        self.live.totals.advanced(self.standing, self.now.saturating_sub(self.last))
    }

    /// The last moment up to `time` at which the totals are known, and, if that is before `time`, the first one after.
    fn around(&self, time: u64) -> Option<(Known, Option<Known>)> {
        let opening = self.opening;
        if time < opening.time {
            return None;
        }
        if time >= self.last {
            let totals = self.live.totals.advanced(self.standing, time.saturating_sub(self.last));
            return Some((Known { time, totals }, None));
        }
        let oldest = self.live.hours.saturating_sub(HOURS);
        let number = self.first_after(time, oldest);
        // What begins the hour, or the gap, that `time` is in: the observation before, or the opening.
        let (since, standing, totals) = match number.checked_sub(1) {
            Some(number) if number >= oldest => {
                let before = self.hour(number);
                (end_of_hour(before), before.standing, before.totals)
            }
            Some(_) => return None,
            None => (opening.time, opening.standing(), Totals::default()),
        };
        let known = |moment: u64| {
            let time = moment.max(since);
            Known { time, totals: totals.advanced(standing, time.saturating_sub(since)) }
        };
        // The hour that comes next: observed, or still going on.
        let (hour, end) = if number < self.live.hours {
            let next = self.hour(number);
            let end = end_of_hour(next);
            (end.saturating_sub(HOUR_SECS), Known { time: end, totals: next.totals })
        } else {
            (start_of(self.last, HOUR_SECS), Known { time: self.last, totals: self.live.totals })
        };
        if time < hour {
            return Some((known(time), None));
        }
        let start = known(hour);
        Some((start, (start.time < time).then_some(end)))
    }

    /// The number of the first hourly observation that ends after `time`; the number of all if none does.
    fn first_after(&self, time: u64, oldest: u32) -> u32 {
        let (mut low, mut high) = (oldest, self.live.hours);
        while low < high {
            let middle = low.midpoint(high);
            if end_of_hour(self.hour(middle)) <= time {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        low
    }

    fn hour(&self, number: u32) -> Observation {
        self.ring.hour(place(number, HOURS))
    }

    /// The totals at `time`, interpolated where they aren't known.
    fn estimate(&self, time: u64) -> Option<Estimate> {
        let (start, end) = self.around(time)?;
        let mut estimate = Estimate { base: start.totals, log: 0, depth: 0, volume: 0 };
        if let Some(end) = end {
            let change = end.totals.since(start.totals);
            let (part, whole) = (time.saturating_sub(start.time), end.time.saturating_sub(start.time));
            // An hour's change: 43 bits of logarithms, 57 + 40 of reserves, 46 + 34 of volume; and 12 bits of time.
            let share =
                |change: u128| change.wrapping_mul(part.into()).checked_div(whole.into()).unwrap_or_default();
            let log = i128::from(change.log).wrapping_mul(part.into()).checked_div(whole.into());
            estimate.log = log.and_then(|log| i64::try_from(log).ok()).unwrap_or_default();
            estimate.depth = share(change.depth_seconds());
            estimate.volume = share(change.volume_wei());
        }
        Some(estimate)
    }
}

/// Totals that are known, and what is to be added to them.
struct Estimate {
    base: Totals,
    log: i64,
    depth: u128,
    volume: u128,
}

/// The mean logarithm with 32 fractional bits, rounded down.
fn mean_log(change: Change, seconds: u64) -> i64 {
    // 54 + 8 bits: no overflow.
    let log = change.log.wrapping_shl(log::EXPONENT_BITS.wrapping_sub(log::RATIO_BITS));
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    log.checked_div_euclid(seconds).unwrap_or_default()
}

/// When an observation's hour ended. Units: Unix seconds.
fn end_of_hour(observation: Observation) -> u64 {
    end_of(observation.hour.saturating_mul(HOUR_SECS), HOUR_SECS)
}
