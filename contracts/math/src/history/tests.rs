//! A history against a model that keeps every interaction.

extern crate std;

use super::*;
use crate::log;
use proptest::prelude::*;
use std::{collections::BTreeMap, vec, vec::Vec};

/// The last second of the year 2026, so that creations near it begin and end hours and days.
const NEW_YEAR: u64 = 1_798_761_600;

/// What happens to a pool.
#[derive(Clone, Debug)]
struct Event {
    /// Seconds since the event before.
    after: u64,
    /// Reserves from then on.
    token: u128,
    ether: u128,
    /// Ether that changes hands, if it is a trade.
    traded: Option<u128>,
}

/// A pool's past as the contract keeps it.
#[derive(Default)]
struct Kept {
    hours: BTreeMap<u32, [u128; 2]>,
    days: BTreeMap<u32, [u128; 2]>,
}

impl Ring for Kept {
    fn hour(&self, place: u32) -> Observation {
        assert!(place < HOURS);
        self.hours.get(&place).copied().unwrap_or_default().into()
    }

    fn day(&self, place: u32) -> Observation {
        assert!(place < DAYS);
        self.days.get(&place).copied().unwrap_or_default().into()
    }
}

/// A moment of the model: from `time` on, `standing` stands.
#[derive(Clone, Copy)]
struct Moment {
    time: u64,
    standing: Standing,
    ether: u128,
    traded: Option<u128>,
}

/// The pool as it is kept, and every interaction, the creation first.
struct World {
    kept: Kept,
    live: Live,
    opening: Opening,
    past: Vec<Moment>,
}

impl World {
    fn new(created_at: u64, token: u128, ether: u128, events: &[Event]) -> Self {
        let opening = Opening { time: created_at, token, ether };
        let creation = Moment { time: created_at, standing: opening.standing(), ether, traded: None };
        let mut world = Self { kept: Kept::default(), live: Live::default(), opening, past: vec![creation] };
        for event in events {
            world.apply(event);
        }
        world
    }

    fn apply(&mut self, event: &Event) {
        let Moment { time: last, standing, .. } = self.newest();
        let now = last + event.after;
        let Step { mut live, hour, day } = self.live.advanced(&self.opening, standing, last, now);
        if let Some((place, observation)) = hour {
            self.kept.hours.insert(place, observation.halves());
        }
        if let Some((place, observation)) = day {
            self.kept.days.insert(place, observation.halves());
        }
        if let Some(ether) = event.traded {
            live.totals = live.totals.traded(ether);
        }
        self.live = Live::from(live.halves());
        let standing = Standing::new(event.token, event.ether);
        self.past.push(Moment { time: now, standing, ether: event.ether, traded: event.traded });
    }

    fn newest(&self) -> Moment {
        *self.past.last().unwrap()
    }

    fn view(&self, now: u64) -> View<'_, Kept> {
        let Moment { time: last, standing, .. } = self.newest();
        View { ring: &self.kept, live: self.live, standing, opening: self.opening, last, now }
    }

    /// What stood from `start` to `end`: each piece's moment and length.
    fn pieces(&self, start: u64, end: u64) -> Vec<(Moment, u64)> {
        let ends = self.past.iter().skip(1).map(|moment| moment.time).chain([u64::MAX]);
        let pieces = self.past.iter().zip(ends).map(|(moment, until)| {
            let (from, until) = (moment.time.max(start), until.min(end));
            (*moment, until.saturating_sub(from))
        });
        pieces.filter(|(_, length)| *length > 0).collect()
    }

    /// log2(price) · seconds, and its value by floating point.
    fn logs(&self, start: u64, end: u64) -> i64 {
        let pieces = self.pieces(start, end);
        pieces.iter().map(|(m, length)| i64::from(m.standing.log) * i64::try_from(*length).unwrap()).sum()
    }

    fn ether_seconds(&self, start: u64, end: u64) -> f64 {
        self.pieces(start, end).iter().map(|(m, length)| m.ether as f64 * *length as f64).sum()
    }

    /// Volume and number of the trades from `start` until before `end`.
    fn trades(&self, start: u64, end: u64) -> (u128, u64) {
        let trades = self.past.iter().filter(|moment| (start..end).contains(&moment.time));
        trades.filter_map(|m| m.traded).fold((0, 0), |(volume, count), ether| (volume + ether, count + 1))
    }

    /// The last moment up to `time` that lies in no hour with interactions, or begins one.
    fn known(&self, time: u64) -> u64 {
        let hour = start_of(time, HOUR_SECS);
        // What the pool was opened with is known.
        let busy = self.past.iter().skip(1).any(|moment| start_of(moment.time, HOUR_SECS) == hour);
        if busy && time < self.newest().time { hour.max(self.past[0].time) } else { time }
    }
}

fn reserves() -> impl Strategy<Value = (u128, u128)> {
    // 50 tokens to a billion, 0.05 to 30 000 Ether.
    (50_u128..1_000_000_000, 50_u128..30_000_000, any::<u64>()).prop_map(|(token, ether, dust)| {
        (token * 10_u128.pow(18) + u128::from(dust), ether * 10_u128.pow(15))
    })
}

fn event() -> impl Strategy<Value = Event> {
    let after = prop_oneof![
        3 => 0_u64..60,
        4 => 60_u64..HOUR_SECS,
        1 => Just(HOUR_SECS),
        2 => HOUR_SECS..DAY_SECS,
        1 => DAY_SECS..5 * DAY_SECS,
    ];
    (after, reserves(), prop::option::weighted(0.7, 1_u128 << 40..1 << 72))
        .prop_map(|(after, (token, ether), traded)| Event { after, token, ether, traded })
}

fn world() -> impl Strategy<Value = World> {
    let events = prop::collection::vec(event(), 0..60);
    (NEW_YEAR - DAY_SECS..=NEW_YEAR + HOUR_SECS, reserves(), events)
        .prop_map(|(created_at, (token, ether), events)| World::new(created_at, token, ether, &events))
}

impl core::fmt::Debug for World {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let past = self.past.iter().map(|m| (m.time - self.past[0].time, m.standing, m.traded));
        write!(f, "created at {}: ", self.past[0].time)?;
        f.debug_list().entries(past).finish()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn windows_equal_the_model(world in world(), wait in 0..40 * DAY_SECS, seconds in 1..=WINDOW_MAX) {
        let now = world.newest().time + wait;
        let window = world.view(now).window(seconds);
        if now - seconds < world.past[0].time {
            prop_assert_eq!(window, None);
            return Ok(());
        }
        let window = window.unwrap();
        let start = world.known(now - seconds);
        prop_assert_eq!(window.seconds, now - start);
        prop_assert!((seconds..seconds + HOUR_SECS).contains(&window.seconds));

        let mean = (world.logs(start, now) << 8).div_euclid(i64::try_from(now - start).unwrap());
        prop_assert_eq!(window.price(), log::exp2(mean, 10_u64.pow(18)));
        let expected = world.ether_seconds(start, now) / (now - start) as f64;
        let ether = window.ether() as f64;
        prop_assert!(ether <= expected * (1.0 + 1e-12) && ether >= expected * (1.0 - 2e-5) - 1.2e12, "{ether} {expected}");
        // From the last interaction on, what happened in its second is past.
        let trades = if start < world.newest().time { world.trades(start, now + 1) } else { (0, 0) };
        prop_assert!(window.volume() <= trades.0);
        prop_assert!(trades.0 - window.volume() <= u128::from(trades.1) << 34);
    }

    #[test]
    fn observations_equal_the_model_where_it_is_known(world in world(), wait in 0..40 * DAY_SECS, origin in 0..=WINDOW_MAX) {
        let now = world.newest().time + wait;
        let view = world.view(now);
        for seconds in [0, origin / 3, origin / 2, origin] {
            let point = view.observe(seconds, origin);
            if now - origin < world.past[0].time {
                prop_assert_eq!(point, None);
                continue;
            }
            let point = point.unwrap();
            let (start, time) = (now - origin, now - seconds);
            if world.known(start) == start && world.known(time) == time {
                prop_assert_eq!(point.log, world.logs(start, time));
                let volume = if start < world.newest().time { world.trades(start, time + 1) } else { (0, 0) };
                // What happens in the second that begins an hour is that hour's.
                let later = world.trades(time, time + 1);
                prop_assert!(point.volume <= volume.0);
                prop_assert!(volume.0 - later.0 - point.volume.min(volume.0 - later.0) <= u128::from(volume.1) << 34);
            }
        }
    }

    /// Interpolated or not: later is more, and hours with nothing in them are flat.
    #[test]
    fn observations_never_fall(world in world(), wait in 0..2 * DAY_SECS, origin in 1..=WINDOW_MAX, parts in 1_u64..50) {
        let now = world.newest().time + wait;
        let origin = origin.min(now - world.past[0].time);
        let mut before = Point::default();
        for part in 0..=parts {
            let point = world.view(now).observe(origin - origin * part / parts, origin).unwrap();
            prop_assert!(point.depth >= before.depth && point.volume >= before.volume, "{point:?} {before:?}");
            before = point;
        }
    }

    #[test]
    fn daily_means_equal_the_model(world in world(), wait in 0..40 * DAY_SECS) {
        let (now, created_at) = (world.newest().time + wait, world.past[0].time);
        let mut means = Vec::new();
        world.view(now).daily_means(|mean| means.push(mean));
        let days: Vec<u64> = means.iter().map(|mean| mean.day).collect();
        let today = now / DAY_SECS;
        let expected: Vec<u64> = (created_at / DAY_SECS..today).rev().take(30).collect();
        prop_assert!(days.iter().rev().eq(&expected), "{days:?} {expected:?}");
        for mean in means {
            let (start, end) = ((mean.day * DAY_SECS).max(created_at), (mean.day + 1) * DAY_SECS);
            let seconds = end - start;
            prop_assert_eq!(mean.log, (world.logs(start, end) << 8).div_euclid(i64::try_from(seconds).unwrap()));
            let expected = world.ether_seconds(start, end) / seconds as f64;
            let ether = mean.ether as f64;
            prop_assert!(ether <= expected * (1.0 + 1e-12) && ether >= expected * (1.0 - 2e-5) - 1.2e12);
            let (volume, count) = world.trades(start, end);
            prop_assert_eq!(mean.trades, count);
            prop_assert!(mean.volume <= volume && volume - mean.volume <= u128::from(count) << 34);
        }
    }
}

/// More hours than the ring has places: the oldest windows still begin where they should.
#[test]
fn rings_hold_what_the_longest_window_needs() {
    let event = |hour: u64| Event {
        after: HOUR_SECS,
        token: 10_u128.pow(21),
        ether: 10_u128.pow(17) * u128::from(1 + hour % 7),
        traded: Some(1 << 60),
    };
    let events: Vec<Event> = (0..2 * u64::from(HOURS) + 5).map(event).collect();
    let world = World::new(NEW_YEAR + 17, 10_u128.pow(21), 10_u128.pow(17), &events);
    let now = world.newest().time + HOUR_SECS - 18;
    for seconds in [1, HOUR_SECS, DAY_SECS, WINDOW_MAX - 1, WINDOW_MAX] {
        let window = world.view(now).window(seconds).unwrap();
        assert_eq!(window.seconds, now - world.known(now - seconds), "{seconds}");
        let (volume, _) = world.trades(world.known(now - seconds), now);
        assert_eq!(window.volume(), volume, "{seconds}");
    }
    let mut days = 0;
    world.view(now).daily_means(|mean| {
        assert_eq!(mean.trades, 24);
        days += 1;
    });
    assert_eq!(days, MEANS_MAX);
}

/// Who trades first in a pool's life fills no slot for what its code tells.
#[test]
fn no_observation_is_kept_of_what_a_pool_was_opened_with() {
    let (token, ether) = (10_u128.pow(21), 10_u128.pow(17));
    let later = |traded| Event { after: 3 * DAY_SECS, token, ether: 2 * ether, traded };
    let world = World::new(NEW_YEAR + 17, token, ether, &[later(Some(1 << 60))]);
    assert!(world.kept.hours.is_empty() && world.kept.days.is_empty());
    // The next closes the first one's, as ever.
    let world = World::new(NEW_YEAR + 17, token, ether, &[later(None), later(None)]);
    assert_eq!((world.kept.hours.len(), world.kept.days.len()), (1, 1));
    // Liquidity or a trade in the second of the opening is not what it was opened with.
    let now = |ether, traded| Event { after: 0, token, ether, traded };
    for first in [now(2 * ether, None), now(ether, Some(1 << 60))] {
        let world = World::new(NEW_YEAR + 17, token, ether, &[first, later(None)]);
        assert_eq!((world.kept.hours.len(), world.kept.days.len()), (1, 1));
    }
}

/// Old observations are overwritten: what they would have answered is refused, not invented.
#[test]
fn windows_that_are_not_kept_are_refused() {
    let world = World::new(NEW_YEAR, 10_u128.pow(21), 10_u128.pow(17), &[]);
    let view = world.view(NEW_YEAR + 100);
    assert_eq!(view.window(0), None);
    assert_eq!(view.window(WINDOW_MAX + 1), None);
    assert_eq!(view.window(101), None);
    assert_eq!(view.window(100).map(|window| window.seconds), Some(100));
    assert_eq!(view.observe(101, 101), None);
    assert_eq!(view.observe(50, 20), None);
    assert_eq!(view.observe(0, 0), Some(Point::default()));
    assert_eq!(View { now: 0, ..view }.window(100), None);
}
