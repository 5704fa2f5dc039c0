//! The chain's clock. Block times come from here and nothing else reads the wall clock, so that a test can hold time
//! still or move it.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Where seconds come from.
pub trait TimeSource: Send + Sync + fmt::Debug {
    /// Seconds since 1970.
    fn unix_seconds(&self) -> u64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl TimeSource for WallClock {
    fn unix_seconds(&self) -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
    }
}

/// A time source with an adjustable distance to it.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Arc<dyn TimeSource>,
    /// Seconds that the chain is ahead of its source.
    ahead: i64,
    /// The next block's time, if it was dictated.
    next: Option<u64>,
    /// Seconds from each block to the next, if they were dictated.
    interval: Option<u64>,
}

impl Clock {
    /// A clock that shows its source's time.
    #[must_use]
    pub fn new(source: Arc<dyn TimeSource>) -> Self {
        Self { source, ahead: 0, next: None, interval: None }
    }

    /// The time a block would get now: never before its parent's.
    #[must_use]
    pub fn peek(&self, parent: u64) -> u64 {
        // Block 0 lies at the beginning of time, from where no interval leads to the present.
        let spaced = self.interval.filter(|_| parent > 0).map(|seconds| parent.saturating_add(seconds));
        self.next.or(spaced).unwrap_or_else(|| self.now()).max(parent)
    }

    /// The time of the block that is being made; a dictated time is used up.
    pub(super) fn tick(&mut self, parent: u64) -> u64 {
        let time = self.peek(parent);
        self.next = None;
        time
    }

    /// Moves the clock forward; answers how many seconds it is ahead of its source.
    pub(super) fn advance(&mut self, seconds: u64) -> i64 {
        self.ahead = self.ahead.saturating_add_unsigned(seconds);
        self.next = self.next.map(|next| next.saturating_add(seconds));
        self.ahead
    }

    /// Sets the clock; answers how many seconds it is ahead of its source.
    pub(super) fn set(&mut self, time: u64) -> i64 {
        let source = self.source.unix_seconds();
        self.ahead = i64::try_from(i128::from(time) - i128::from(source)).unwrap_or(i64::MAX);
        self.next = None;
        self.ahead
    }

    /// Dictates the seconds from each block to the next, or no longer; answers those before.
    pub(super) fn set_interval(&mut self, seconds: Option<u64>) -> Option<u64> {
        std::mem::replace(&mut self.interval, seconds)
    }

    /// Shows its source's time again.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.source.clone());
    }

    /// Dictates the next block's time; the clock goes on from there.
    pub(super) fn set_next(&mut self, time: u64) {
        self.set(time);
        self.next = Some(time);
    }

    fn now(&self) -> u64 {
        self.source.unix_seconds().saturating_add_signed(self.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Debug, Default)]
    struct ByHand(AtomicU64);

    impl TimeSource for ByHand {
        fn unix_seconds(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn at(seconds: u64) -> (Arc<ByHand>, Clock) {
        let source = Arc::new(ByHand(seconds.into()));
        (source.clone(), Clock::new(source))
    }

    #[test]
    fn time_never_runs_backwards_even_if_its_source_does() {
        let (source, mut clock) = at(1_000);
        assert_eq!(clock.tick(0), 1_000);
        source.0.store(900, Ordering::Relaxed);
        assert_eq!(clock.tick(1_000), 1_000);
    }

    #[test]
    fn advancing_adds_up_and_stays() {
        let (source, mut clock) = at(1_000);
        assert_eq!(clock.advance(60), 60);
        assert_eq!(clock.advance(40), 100);
        assert_eq!(clock.tick(0), 1_100);
        source.0.store(1_010, Ordering::Relaxed);
        assert_eq!(clock.tick(1_100), 1_110);
    }

    #[test]
    fn a_dictated_time_is_used_once_and_the_clock_goes_on_from_it() {
        let (source, mut clock) = at(1_000);
        clock.set_next(5_000);
        assert_eq!(clock.peek(0), 5_000);
        source.0.store(1_003, Ordering::Relaxed);
        assert_eq!(clock.tick(0), 5_000);
        assert_eq!(clock.tick(5_000), 5_003);
    }
}
