//! What libFuzzer writes: its counters, and what it found.

use std::fmt::{Display, Formatter, Result as FmtResult};

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Inputs run.
    pub(super) executions: u64,
    /// Edges of the control flow that were taken.
    pub(super) edges: u64,
    /// Edges, how often they were taken, and comparisons.
    pub(super) features: u64,
    /// Inputs kept, because each led somewhere new.
    pub(super) corpus: u64,
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        let Self { executions, edges, features, corpus } = self;
        write!(f, "{executions} executions, {edges} edges, {features} features, {corpus} inputs kept")
    }
}

/// An input that breaks something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crash {
    /// What it breaks.
    pub(super) what: String,
    /// Where it lies, from the root; none if libFuzzer couldn't write it.
    pub(super) file: Option<String>,
}

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) counts: Counts,
    pub(super) crashes: Vec<Crash>,
    /// Seeds and corpus are read, and new inputs are being made.
    pub(super) fuzzes: bool,
    /// The run was ended from outside, rightly.
    pub(super) ended: bool,
    /// The last line that isn't empty.
    pub(super) last: String,
    /// What the panic or libFuzzer said, until the file is named.
    why: Option<String>,
    /// The line before was the place of a panic; this one is its message.
    panicked: Option<String>,
}

impl Output {
    /// Reads one line.
    pub(super) fn read(&mut self, line: &str) {
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        self.last = line.to_owned();
        if let Some(place) = self.panicked.take() {
            self.why = Some(format!("{line} ({place})"));
        } else if let Some((_, place)) = line.split_once(" panicked at ") {
            self.panicked = Some(place.trim_end_matches(':').to_owned());
        } else if let Some((_, error)) = line.split_once("ERROR: libFuzzer: ") {
            // A panic has said more than "deadly signal".
            self.why.get_or_insert_with(|| error.to_owned());
        } else if let Some((_, file)) = line.split_once("Test unit written to ") {
            let what = self.why.take().unwrap_or_else(|| "nothing was said".to_owned());
            self.crashes.push(Crash { what, file: Some(file.to_owned()) });
        } else if let Some(counted) = line.strip_prefix("stat::number_of_executed_units:") {
            self.counts.executions = counted.trim().parse().unwrap_or(self.counts.executions);
        } else {
            self.read_pulse(line);
        }
    }

    /// `#1234 NEW    cov: 56 ft: 78 corp: 9/10b lim: 11 exec/s: 12 rss: 13Mb …`
    fn read_pulse(&mut self, line: &str) {
        let Some((executions, rest)) = line.strip_prefix('#').and_then(|line| line.split_once('\t')) else {
            return;
        };
        let Ok(executions) = executions.parse() else { return };
        self.fuzzes |= rest.starts_with("INITED");
        let mut words = rest.split_whitespace();
        let mut counts = Counts { executions, ..self.counts };
        while let Some(word) = words.next() {
            let number = |text: Option<&str>| text?.split('/').next()?.parse().ok();
            match word {
                "cov:" => counts.edges = number(words.next()).unwrap_or(counts.edges),
                "ft:" => counts.features = number(words.next()).unwrap_or(counts.features),
                "corp:" => counts.corpus = number(words.next()).unwrap_or(counts.corpus),
                _ => {}
            }
        }
        self.counts = counts;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Output {
        let mut output = Output::default();
        text.lines().for_each(|line| output.read(line));
        output
    }

    #[test]
    fn counters_are_those_of_the_last_line_and_the_final_statistics() {
        let output = read(
            "INFO: Seed: 1\n#2\tINITED cov: 120 ft: 130 corp: 1/1b exec/s: 0 rss: 41Mb\n\
             #900\tNEW    cov: 200 ft: 310 corp: 15/2Kb lim: 4 exec/s: 90 rss: 60Mb L: 3/4 MS: 1 ChangeBit-\n\
             #1024\tDONE   cov: 201 ft: 311 corp: 16/2Kb lim: 4 exec/s: 90 rss: 60Mb\n\
             stat::number_of_executed_units: 1025\n",
        );
        let counts = Counts { executions: 1_025, edges: 201, features: 311, corpus: 16 };
        assert_eq!(output.counts, counts);
        assert!(output.fuzzes && output.crashes.is_empty());
        assert!(!read("#2\tpulse  cov: 1 ft: 1 corp: 1/1b exec/s: 0 rss: 41Mb").fuzzes);
    }

    #[test]
    fn a_panic_is_told_with_its_place_and_its_file() {
        let output = read(
            "thread '<unnamed>' (7) panicked at devnode/src/chain/block.rs:10:5:\nattempt to add with overflow\n\
             note: run with `RUST_BACKTRACE=1`\n==7== ERROR: libFuzzer: deadly signal\n\
             artifact_prefix='target/fuzz-artifacts/rpc/'; Test unit written to target/fuzz-artifacts/rpc/crash-1\n",
        );
        let what = "attempt to add with overflow (devnode/src/chain/block.rs:10:5)".to_owned();
        assert_eq!(output.crashes, [Crash { what, file: Some("target/fuzz-artifacts/rpc/crash-1".into()) }]);
    }

    #[test]
    fn without_a_panic_libfuzzer_says_why() {
        let output =
            read("==7== ERROR: libFuzzer: timeout after 26 seconds\nx; Test unit written to a/timeout-1\n");
        assert_eq!(output.crashes[0].what, "timeout after 26 seconds");
    }
}
