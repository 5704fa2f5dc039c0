//! Properties that hold whatever happens, looked for on random histories of the real programs.
//!
//! Histories play on an [`Arena`], where each starts as the first did. What fails is shrunk,
//! and printed with the seed that brings it back: proptest writes it to `proptest-regressions/`, from where it is tried
//! first, and `PROPTEST_RNG_SEED` starts a run from a number. `PROPTEST_CASES` makes runs longer.
//!
//! A property that is never put to the test holds of anything: each has an id, and a [`Tally`] counts how often it was.

mod arena;
mod bucket;
mod contract_signers;
mod erc20;
mod market;
mod permit;
mod signatures;

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug, future::Future};

use alloy::primitives::U256;
use arena::Arena;
use ecosystem_tests::run;
use proptest::{prelude::*, test_runner::TestRunner};

/// How long a history that fails is made shorter, in milliseconds.
const SHRINKING_MS: u32 = 60_000;

/// How often each property was put to the test.
#[derive(Default)]
struct Tally(RefCell<BTreeMap<&'static str, u32>>);

impl Tally {
    /// The property is put to the test once more, and holds if `holds`.
    fn test(&self, id: &'static str, holds: bool, what: &impl Debug) -> Result<(), TestCaseError> {
        *self.0.borrow_mut().entry(id).or_default() += 1;
        prop_assert!(holds, "{id} doesn't hold: {what:?}");
        Ok(())
    }

    /// Fails unless each of these properties, and no other, was tested so many times at least.
    fn assert_each(self, ids: &[&'static str], times: u32) {
        let counts = self.0.into_inner();
        let shown =
            || counts.iter().map(|(id, count)| format!("{id}: {count}")).collect::<Vec<_>>().join(", ");
        for id in ids {
            let count = counts.get(id).copied().unwrap_or_default();
            assert!(count >= times, "{id} was tested {count} times only, of {times}; {}", shown());
        }
        assert_eq!(counts.len(), ids.len(), "a property that isn't listed: {}", shown());
    }
}

/// Plays histories drawn from `strategy`, each on the arena as it is now.
#[track_caller]
fn play<S: Strategy, F: Future<Output = Result<(), TestCaseError>>>(
    file: &'static str,
    cases: u32,
    arena: &Arena,
    strategy: &S,
    history: impl Fn(S::Value) -> F,
) {
    let defaults = ProptestConfig::with_source_file(file);
    // A longer run was asked for by the variable that proptest reads, or it is this one.
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { defaults.cases } else { cases };
    let mut runner = TestRunner::new(ProptestConfig { cases, max_shrink_time: SHRINKING_MS, ..defaults });
    let result = runner.run(strategy, |value| run(arena.afresh(history(value))));
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// A part of a whole, in 2⁻³²s of it: down.
fn part(of: U256, share: u32) -> U256 {
    let product: alloy::primitives::U512 = of.widening_mul(U256::from(share));
    U256::from(product >> 32)
}

#[test]
#[should_panic(expected = "A-2 was tested 0 times only")]
fn a_tally_fails_for_what_was_never_tested() {
    let tally = Tally::default();
    tally.test("A-1", true, &()).expect("it holds");
    tally.assert_each(&["A-1", "A-2"], 1);
}

#[test]
fn a_tally_fails_for_what_does_not_hold() {
    assert!(Tally::default().test("A-1", false, &()).is_err());
}
