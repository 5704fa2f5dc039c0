//! The two texts that are compared: the earlier system's ABI, and what became of each of its lines.

use std::fmt;

use anyhow::{Context, Result, bail};

use super::entry::Entry;

/// The ABI of one contract of the earlier system.
#[derive(Debug)]
pub(super) struct Contract {
    pub(super) name: String,
    pub(super) entries: Vec<Entry>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is there as it was.
    Kept,
    /// Something else stands there.
    Changed,
    /// It isn't there.
    Dropped,
    /// The contract isn't there yet.
    Later,
}

/// A row of the list.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) contract: String,
    pub(super) entry: Entry,
    pub(super) state: State,
    /// What stands there now.
    pub(super) now: Vec<Entry>,
    pub(super) reason: String,
}

impl State {
    pub(super) const ALL: [Self; 4] = [Self::Kept, Self::Changed, Self::Dropped, Self::Later];

    fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Dropped => "dropped",
            Self::Later => "later",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.word())
    }
}

/// Reads the earlier ABI: headings name contracts, each line of a code block is an entry.
pub(super) fn contracts(text: &str) -> Result<Vec<Contract>> {
    let mut contracts = Vec::<Contract>::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            let contract =
                contracts.last_mut().with_context(|| format!("line {number} is of no contract"))?;
            contract.entries.push(Entry::parse(line).with_context(|| format!("line {number}"))?);
        } else if let Some(name) = line.strip_prefix("## ") {
            contracts.push(Contract { name: name.trim().to_owned(), entries: Vec::new() });
        }
    }
    if contracts.is_empty() {
        bail!("no contract is in it");
    }
    Ok(contracts)
}

/// Reads the list: headings name contracts, and rows are ``| `entry` | state | `what is there now` | reason |``.
pub(super) fn rows(text: &str) -> Result<Vec<Row>> {
    let mut contract = None;
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(name) = line.strip_prefix("## ") {
            contract = Some(name.trim());
        } else if line.starts_with("| `") {
            let row = contract.context("it is of no contract").and_then(|contract| row(contract, line));
            rows.push(row.with_context(|| format!("line {number}"))?);
        }
    }
    Ok(rows)
}

fn row(contract: &str, line: &str) -> Result<Row> {
    let cells = line.trim().trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>();
    let [entry, state, now, reason] = cells[..] else { bail!("{} cells instead of four", cells.len()) };
    let [entry] = &code(entry)?[..] else { bail!("one entry is expected in the first cell") };
    let state = State::ALL
        .into_iter()
        .find(|known| known.word() == state)
        .with_context(|| format!("`{state}` is none of kept, changed, dropped and later"))?;
    if reason.is_empty() {
        bail!("there is no reason");
    }
    Ok(Row {
        contract: contract.to_owned(),
        entry: entry.clone(),
        state,
        now: code(now)?,
        reason: reason.to_owned(),
    })
}

/// The entries between backticks.
fn code(cell: &str) -> Result<Vec<Entry>> {
    cell.split('`').skip(1).step_by(2).map(Entry::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_abi_is_read_by_contract() {
        let text = "# ABI\n\nfunction in prose\n\n## Token\n\n```\nfunction burn(uint256 amount)\n\
                    error OnlyMinter()\n```\n\n## Pool\n\n```\nevent Sync(uint256 reserve0)\n```\n";
        let contracts = contracts(text).unwrap();
        let read: Vec<_> =
            contracts.iter().map(|contract| (contract.name.as_str(), contract.entries.len())).collect();
        assert_eq!(read, [("Token", 2), ("Pool", 1)]);
        assert_eq!(contracts[0].entries[1].to_string(), "error OnlyMinter()");
    }

    #[test]
    fn a_line_of_the_earlier_abi_that_is_no_entry_is_named() {
        let error = |text: &str| format!("{:#}", contracts(text).unwrap_err());
        assert!(error("## Token\n```\nfunction burn(\n```\n").starts_with("line 3: "));
        assert!(error("```\nfunction burn()\n```\n").contains("line 2 is of no contract"));
        assert!(error("nothing\n").contains("no contract"));
    }

    #[test]
    fn rows_are_read_with_all_their_cells() {
        let text = "# List\n\n## Token\n\n| earlier | state | now | reason |\n|---|---|---|---|\n\
                    | `function mint(address to)` | changed | `function mint(address to) → (uint256 minted)` | it clamps |\n\
                    | `function owner() view → (address)` | dropped | | nobody owns a token |\n";
        let rows = rows(text).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].contract.as_str(), rows[0].state), ("Token", State::Changed));
        assert_eq!(rows[0].now[0].to_string(), "function mint(address to) → (uint256 minted)");
        assert_eq!((rows[1].state, rows[1].now.len()), (State::Dropped, 0));
        assert_eq!(rows[1].reason, "nobody owns a token");
    }

    #[test]
    fn a_row_that_is_no_row_is_named() {
        let error = |row: &str| format!("{:#}", rows(&format!("## Token\n{row}\n")).unwrap_err());
        assert!(error("| `function f()` | kept | because |").contains("line 2: 3 cells"));
        assert!(error("| `function f()` | kept | | |").contains("no reason"));
        assert!(error("| `function f()` | gone | | because |").contains("`gone` is none of"));
        assert!(error("| `f()` | kept | | because |").contains("`f()` is no function"));
        assert!(error("| `function f()` `function g()` | kept | | because |").contains("one entry"));
        assert!(rows("| `function f()` | kept | | because |\n").is_err());
    }
}
