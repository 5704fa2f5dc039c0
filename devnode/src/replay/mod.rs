//! Replays what a real Nitro node did and tells every difference.
//!
//! Two kinds of recordings: programs (many small modules, one rule each) and histories (chains from their first
//! block). Both go through JSON-RPC on a fresh chain of the recording's ArbOS version, so the whole node is compared.

mod histories;
mod local;
mod programs;
pub(crate) mod wallet;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;
use std::{fmt, path::Path};

pub use local::LocalNode;

/// An error answer of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// JSON-RPC code.
    pub code: i64,
    /// Its text.
    pub message: String,
    /// Revert data or more about the error.
    pub data: Option<Value>,
}

/// A node that starts from its first block, at a given ArbOS version.
pub trait Node {
    /// One JSON-RPC call.
    ///
    /// # Errors
    /// The node's error answer.
    fn request(&mut self, method: &str, params: Value) -> Result<Value, Failure>;

    /// Lets at least so many seconds pass before the next block.
    fn wait(&mut self, seconds: u64);
}

/// Where a recording and a node part.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Which step.
    pub step: String,
    /// Which of its results.
    pub what: &'static str,
    /// What the recording says.
    pub recorded: String,
    /// What the node did.
    pub replayed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, what, recorded, replayed } = self;
        write!(f, "{step}: {what} recorded {}, replayed {}", shorten(recorded), shorten(replayed))
    }
}

fn shorten(text: &str) -> String {
    const LONGEST: usize = 160;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}… ({} characters)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}

/// One program or one history, replayed.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The program's or the history's name, and the ArbOS version it ran at.
    pub name: String,
    /// Empty if all is as recorded.
    pub differences: Vec<Difference>,
}

/// Replays a file of recordings, each on fresh chains that `node` makes for an ArbOS version.
///
/// # Errors
/// A sentence, if the file can't be read or isn't a recording.
pub fn replay<N: Node>(path: &Path, mut node: impl FnMut(u64) -> N) -> Result<Vec<Verdict>, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let unfit = |error: serde_json::Error| format!("{} is no recording: {error}", path.display());
    let kind: Kind = serde_json::from_str(&text).map_err(unfit)?;
    if kind.vectors.is_some() {
        let recording: programs::Recording = serde_json::from_str(&text).map_err(unfit)?;
        let mut at = |version| programs::replay(&recording, version, &mut node(version));
        return Ok(programs::merge(at(51), at(60)));
    }
    let recording: histories::Recording = serde_json::from_str(&text).map_err(unfit)?;
    let mut node = node(recording.first_version());
    Ok(vec![histories::replay(&recording, &mut node)])
}

/// Tells the two kinds of recordings apart.
#[derive(Deserialize)]
struct Kind {
    vectors: Option<IgnoredAny>,
}

/// Collects the differences of one step.
struct Comparison<'a> {
    step: String,
    found: &'a mut Vec<Difference>,
}

impl Comparison<'_> {
    fn equal<T: PartialEq + fmt::Debug>(&mut self, what: &'static str, recorded: &T, replayed: &T) {
        if recorded != replayed {
            self.found.push(Difference {
                step: self.step.clone(),
                what,
                recorded: format!("{recorded:?}"),
                replayed: format!("{replayed:?}"),
            });
        }
    }
}
