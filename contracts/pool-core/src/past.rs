//! What a pool remembers of its past, and the questions about it.

use abi::pool::ICredentialPool::{PoolHistoryTooShort, PoolInvalidWindow};
use alloc::vec::Vec;
use alloy_primitives::U256;
use kit::word::{halves, joined};
use math::history::{DailyMean, Observation, Point, Ring, Standing, View, WINDOW_MAX, Window};

use crate::{book::Book, error::PoolError, market::Market};

impl Market {
    /// Keeps the observations of an hour and of a day that have ended.
    pub(crate) fn observe_end(&mut self, hour: Option<(u32, Observation)>, day: Option<(u32, Observation)>) {
        if let Some((place, observation)) = hour {
            self.hours.put(index(place), joined(observation.halves()));
        }
        if let Some((place, observation)) = day {
            self.days.put(index(place), joined(observation.halves()));
        }
    }

    /// What happened in the last `window` seconds.
    ///
    /// Errors: [`PoolInvalidWindow`] if it is empty or longer than 30 days; [`PoolHistoryTooShort`] if it is longer than the
    /// pool exists; `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    #[inline(never)]
    pub fn window(&self, window: u64) -> Result<Window, PoolError> {
        let book = self.open_settled()?;
        check(window, 1)?;
        self.view(&book).window(window).ok_or_else(|| too_short(&book, window))
    }

    /// The totals at each of `seconds_ago`, less those at the earliest.
    ///
    /// Errors: [`PoolInvalidWindow`] beyond 30 days; [`PoolHistoryTooShort`] before the pool existed;
    /// `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    #[inline(never)]
    pub fn observe(&self, seconds_ago: &[u64]) -> Result<Vec<Point>, PoolError> {
        let book = self.open_settled()?;
        let origin = seconds_ago.iter().copied().max().unwrap_or_default();
        check(origin, 0)?;
        let view = self.view(&book);
        let mut points = Vec::new();
        for seconds in seconds_ago {
            points.push(view.observe(*seconds, origin).ok_or_else(|| too_short(&book, origin))?);
        }
        Ok(points)
    }

    /// Up to 30 finished days, the newest last.
    ///
    /// Errors: `ReentrancyGuardReentrantCall` while prices are about to change; `PoolNotClone` on the program itself.
    #[inline(never)]
    pub fn daily_means(&self) -> Result<Vec<DailyMean>, PoolError> {
        let book = self.open_settled()?;
        let mut means = Vec::new();
        self.view(&book).daily_means(|mean| means.push(mean));
        Ok(means)
    }

    fn view(&self, book: &Book) -> View<'_, Self> {
        let [token, ether] = book.reserves;
        View {
            ring: self,
            live: book.live,
            standing: Standing::new(token, ether),
            opening: book.opening(),
            last: book.last,
            now: book.now,
        }
    }
}

impl Ring for Market {
    fn hour(&self, place: u32) -> Observation {
        halves(self.hours.get(index(place))).into()
    }

    fn day(&self, place: u32) -> Observation {
        halves(self.days.get(index(place))).into()
    }
}

/// Refuses windows out of bounds.
fn check(window: u64, minimum: u64) -> Result<(), PoolError> {
    if window < minimum || window > WINDOW_MAX {
        let [window, maximum] = [window, WINDOW_MAX].map(U256::from);
        return Err(PoolInvalidWindow { window, maximum }.into());
    }
    Ok(())
}

fn too_short(book: &Book, window: u64) -> PoolError {
    let available = U256::from(book.now.saturating_sub(book.args.created_at));
    PoolHistoryTooShort { window: U256::from(window), available }.into()
}

/// The place in a ring, of which there are few.
fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
