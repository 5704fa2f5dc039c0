//! Snapshots: a handle on the history and the clock at that moment.

use std::sync::Arc;

use super::{clock::Clock, history::History};

/// The chain at one moment.
pub(super) struct Snapshot {
    pub(super) history: Arc<History>,
    pub(super) clock: Clock,
}

/// Snapshots in the order they were taken.
#[derive(Default)]
pub(super) struct Snapshots {
    taken: Vec<(u64, Snapshot)>,
    last: u64,
}

impl Snapshots {
    /// Remembers the chain; numbers start at 1 and are never used twice.
    pub(super) fn take(&mut self, history: Arc<History>, clock: Clock) -> u64 {
        self.last += 1;
        self.taken.push((self.last, Snapshot { history, clock }));
        self.last
    }

    /// Hands a snapshot back, and forgets it and all that came after it.
    pub(super) fn restore(&mut self, number: u64) -> Option<Snapshot> {
        let position = self.taken.iter().position(|(taken, _)| *taken == number)?;
        self.taken.drain(position..).next().map(|(_, snapshot)| snapshot)
    }
}
