//! A market's past that forgets nothing, and what windows on it have to tell.

use num_bigint::BigUint;

/// Seconds in an hour.
const HOUR: u64 = 3_600;

/// What reserves lose by being kept in few bits: relative, and absolute in wei.
const RESERVE_LOSS: (f64, f64) = (2e-5, 2.2e12);
/// What a price loses by being kept as a logarithm with 24 fractional bits, relative, with room for a double's own.
const PRICE_LOSS: f64 = 1e-7;
/// The greatest reserve that pools count, and the greatest volume in a window, in wei: 2³⁵ · 2⁴⁰, 2⁴⁶ · 2³⁴.
const RESERVE_MAX: f64 = 37_778_931_862_957_161_709_568.0;
const VOLUME_MAX: f64 = 1_208_925_819_614_629_174_706_176.0;
/// Wei that a trade's volume can lose.
const VOLUME_UNIT: f64 = 17_179_869_184.0;

/// What a window told: the price in wei per whole token, the mean Ether reserve and the volume in wei.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Its real length. Units: seconds.
    pub elapsed: u64,
    /// Wei per whole token.
    pub price: f64,
    /// Wei.
    pub ether: f64,
    /// Wei.
    pub volume: f64,
}

/// One interaction, after which these reserves stand.
#[derive(Clone, Copy, Debug)]
struct Moment {
    time: u64,
    /// log2 of the price, in Ether per token.
    log: f64,
    ether: f64,
    volume: f64,
}

/// Every interaction, the opening first.
#[derive(Clone, Debug, Default)]
pub struct Past(Vec<Moment>);

impl Past {
    /// One more interaction at `time` (Unix seconds), after which these reserves stand; `volume` wei changed hands.
    pub fn note(&mut self, time: u64, reserves: &[BigUint; 2], volume: &BigUint) {
        let [token, ether] = reserves.each_ref().map(float);
        self.0.push(Moment { time, log: (ether / token).log2(), ether, volume: float(volume) });
    }

    /// How long it has been, in seconds.
    #[must_use]
    pub fn age(&self, now: u64) -> u64 {
        self.0.first().map_or(0, |opening| now - opening.time)
    }

    /// Compares what a window of `seconds` told at the time `now`. Whether all of it could be compared: pools count reserves
    /// and volumes up to a limit each.
    ///
    /// # Panics
    /// It told something else than what happened.
    pub fn check(&self, now: u64, seconds: u64, told: &Told) -> bool {
        let (asked, start) = (now - seconds, now - told.elapsed);
        // What the pool was opened with is known.
        let busy = self.0.iter().skip(1).any(|moment| moment.time / HOUR == asked / HOUR);
        let last = self.0.last().map_or(0, |moment| moment.time);
        let opening = self.0.first().map_or(0, |moment| moment.time);
        // From the beginning of an hour with something in it, unless all of that is past.
        let expected = if busy && asked < last { (asked / HOUR * HOUR).max(opening) } else { asked };
        assert_eq!(start, expected, "{seconds} seconds at {now}");

        let ends = self.0.iter().skip(1).map(|moment| moment.time).chain([now]);
        let (mut log, mut ether) = (0.0, 0.0);
        for (moment, end) in self.0.iter().zip(ends) {
            let length = end.min(now).saturating_sub(moment.time.max(start)) as f64;
            log += moment.log * length;
            ether += moment.ether * length;
        }
        let length = told.elapsed as f64;
        let price = (log / length).exp2() * 1e18;
        assert!(
            (told.price / price - 1.0).abs() < PRICE_LOSS || (told.price - price).abs() < 2.0,
            "{told:?} {price}"
        );
        let mean = ether / length;
        let least = mean * (1.0 - RESERVE_LOSS.0) - RESERVE_LOSS.1;
        let small = self.0.iter().all(|moment| moment.ether < RESERVE_MAX);
        assert!(told.ether <= mean * (1.0 + 1e-12), "{told:?} {mean}");
        assert!(!small || told.ether >= least, "{told:?} {mean}");

        // What happens in the second in which a window begins may be in it or not.
        let after = self.0.iter().filter(|moment| moment.time > start);
        let (count, least) =
            after.fold((0.0, 0.0), |(count, sum), moment| (count + 1.0, sum + moment.volume));
        let most: f64 = self.0.iter().filter(|moment| moment.time >= start).map(|moment| moment.volume).sum();
        let few = most < VOLUME_MAX;
        assert!(told.volume <= most * (1.0 + 1e-12), "{told:?} {most}");
        assert!(!few || told.volume >= least * (1.0 - 1e-12) - count * VOLUME_UNIT, "{told:?} {least}");
        small && few
    }
}

/// As near as a double comes.
fn float(number: &BigUint) -> f64 {
    number.to_string().parse().expect("digits")
}
