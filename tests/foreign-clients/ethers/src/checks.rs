//! Comparisons that are counted and named, so that a run which checked nothing can't pass for a good one.

use std::fmt::Debug;

use crate::Result;

/// What was compared so far, all of it as it should be.
#[derive(Default)]
pub(crate) struct Checks(Vec<String>);

impl Checks {
    /// Compares, and counts the comparison under its name.
    pub(crate) fn same<A: Debug + PartialEq<B>, B: Debug>(
        &mut self,
        what: &str,
        actual: A,
        expected: B,
    ) -> Result<()> {
        if actual != expected {
            return Err(format!("{what}: {actual:?} instead of {expected:?}").into());
        }
        eprintln!("  {what}");
        self.0.push(what.to_owned());
        Ok(())
    }

    /// Holds a condition, and counts it under its name.
    pub(crate) fn holds(&mut self, what: &str, condition: bool) -> Result<()> {
        self.same(what, condition, true)
    }

    /// The names of all comparisons.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }
}
