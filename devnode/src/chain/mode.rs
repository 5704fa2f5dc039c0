//! When blocks are made.

use std::time::Duration;

/// When blocks are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MiningMode {
    /// One for each transaction, as soon as it is there.
    #[default]
    Automatic,
    /// When a control method asks for one.
    Manual,
    /// Again and again, with what waits by then.
    Interval(Duration),
}

impl MiningMode {
    /// A block every so many seconds; none at all if zero.
    #[must_use]
    pub fn every(seconds: u64) -> Self {
        if seconds == 0 { Self::Manual } else { Self::Interval(Duration::from_secs(seconds)) }
    }
}
