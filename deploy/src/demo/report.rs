//! What the demo tells: a table for people, one JSON object for scripts.

use std::{
    collections::BTreeMap,
    fmt::Display,
    io::{self, Write},
};

use alloy::primitives::Address;
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;

use crate::steps::Step;

/// Version of the JSON object; a change that breaks readers raises it.
const SCHEMA: u32 = 1;

/// One value read back from the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadBack {
    /// What was read.
    pub what: String,
    /// What has to be there.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// Whether the two agree.
    pub ok: bool,
}

impl ReadBack {
    pub(super) fn compare<T: PartialEq + Display>(what: &str, expected: &T, actual: &T) -> Self {
        let ok = expected == actual;
        Self { what: what.to_owned(), expected: expected.to_string(), actual: actual.to_string(), ok }
    }
}

/// Gas of the same operation with its programs outside and inside the chain's cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GasRow {
    /// The operation.
    pub operation: String,
    /// Gas of the whole transaction with no program cached.
    pub uncached: u64,
    /// Gas of the whole transaction with all its programs cached.
    pub cached: u64,
}

/// Everything that a run of the demo has to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this object.
    pub schema: u32,
    /// The chain.
    pub chain_id: u64,
    /// Contracts and accounts by name.
    pub addresses: BTreeMap<String, Address>,
    /// What was done, in order.
    pub steps: Vec<Step>,
    /// What caching saves; empty where the key may not cache.
    pub gas: Vec<GasRow>,
    /// What was read back.
    pub read_back: Vec<ReadBack>,
    /// Whether every read-back matched.
    pub ok: bool,
}

impl Report {
    /// A report, which is `ok` if there are read-backs and all of them match.
    #[must_use]
    pub fn new(
        chain_id: u64,
        addresses: BTreeMap<String, Address>,
        steps: Vec<Step>,
        gas: Vec<GasRow>,
        read_back: Vec<ReadBack>,
    ) -> Self {
        let ok = !read_back.is_empty() && read_back.iter().all(|row| row.ok);
        Self { schema: SCHEMA, chain_id, addresses, steps, gas, read_back, ok }
    }

    /// Writes the object as JSON.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// Writes the tables. `explorer` is where the chain's addresses can be looked at.
    pub fn write_tables(&self, out: &mut impl Write, explorer: Option<&str>) -> io::Result<()> {
        let mut addresses = table(&["who or what", "address"]);
        for (name, address) in &self.addresses {
            let shown = explorer.map_or(address.to_string(), |base| format!("{base}/address/{address}"));
            addresses.add_row([name.clone(), shown]);
        }
        writeln!(out, "{addresses}\n")?;

        let mut steps = table(&["step", "gas", "ms"]);
        for step in &self.steps {
            steps.add_row([step.name.clone(), grouped(step.gas), grouped(step.millis)]);
        }
        let total = |of: fn(&Step) -> u64| grouped(self.steps.iter().map(of).sum());
        steps.add_row(["all steps".to_owned(), total(|step| step.gas), total(|step| step.millis)]);
        numbers_right(&mut steps);
        writeln!(out, "{steps}\n")?;

        if !self.gas.is_empty() {
            let mut gas = table(&["gas of", "uncached", "cached"]);
            for row in &self.gas {
                gas.add_row([row.operation.clone(), grouped(row.uncached), grouped(row.cached)]);
            }
            numbers_right(&mut gas);
            writeln!(out, "{gas}\n")?;
        }

        let mut read = table(&["read back", "value", ""]);
        for row in &self.read_back {
            let value = if row.ok {
                row.actual.clone()
            } else {
                format!("{} instead of {}", row.actual, row.expected)
            };
            read.add_row([row.what.as_str(), value.as_str(), if row.ok { "ok" } else { "WRONG" }]);
        }
        writeln!(out, "{read}")?;

        let wrong = self.read_back.iter().filter(|row| !row.ok).count();
        match (self.ok, wrong) {
            (true, _) => writeln!(out, "demo: ok, all {} values read back are right", self.read_back.len()),
            (false, _) => {
                writeln!(out, "demo: FAILED, {wrong} of {} values read back are wrong", self.read_back.len())
            }
        }
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(header);
    table
}

/// Aligns every column but the first to the right.
fn numbers_right(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// Digits in groups of three: 1 234 567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ok: bool) -> ReadBack {
        let actual = if ok { "1" } else { "2" };
        ReadBack { what: "supply".to_owned(), expected: "1".to_owned(), actual: actual.to_owned(), ok }
    }

    fn report(read_back: Vec<ReadBack>) -> Report {
        Report::new(1, BTreeMap::new(), Vec::new(), Vec::new(), read_back)
    }

    #[test]
    fn report_is_ok_only_if_everything_was_read_back_right() {
        assert!(report(vec![row(true), row(true)]).ok);
        assert!(!report(vec![row(true), row(false)]).ok);
        assert!(!report(Vec::new()).ok);
    }

    #[test]
    fn tables_show_what_is_wrong() {
        let mut out = Vec::new();
        report(vec![row(true), row(false)]).write_tables(&mut out, None).expect("a vector takes everything");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("2 instead of 1"), "{text}");
        assert!(text.ends_with("demo: FAILED, 1 of 2 values read back are wrong\n"), "{text}");
    }

    #[test]
    fn grouped_splits_thousands() {
        let shown = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1 000", "1 234 567"]);
    }
}
