//! The tables of `docs/gas.md`: between two comments lies what was measured, the rest is written by people.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::rows::{Breakdown, Case, Measured, PEERS_OF_MARKETS, PEERS_OF_TOKENS};
use super::sizes::Size;
use crate::report::grouped;

pub(super) const PATH: &str = "docs/gas.md";

/// Parts of a transaction below this are added up.
const SMALL_PART: f64 = 100.0;

/// The document with the tables of this measurement.
pub(super) struct Document {
    text: String,
    /// Whether it was like this before.
    pub(super) is_current: bool,
}

impl Document {
    pub(super) fn write(&self, root: &Path) -> Result<()> {
        fs::write(root.join(PATH), &self.text).with_context(|| format!("{PATH} can't be written"))
    }
}

pub(super) fn filled(root: &Path, measured: &Measured, sizes: &[Size]) -> Result<Document> {
    let before = fs::read_to_string(root.join(PATH)).with_context(|| format!("{PATH} can't be read"))?;
    let mut text = before.clone();
    for (name, table) in tables(measured, sizes) {
        text = replaced(&text, &name, &table)?;
    }
    let is_current = text == before;
    Ok(Document { text, is_current })
}

fn tables(measured: &Measured, sizes: &[Size]) -> Vec<(String, String)> {
    let cases = measured.cases();
    let mut tables = vec![
        ("budgets".to_owned(), budgets(&cases)),
        ("peers of tokens".to_owned(), peers(&cases, false, PEERS_OF_TOKENS)),
        ("peers of markets".to_owned(), peers(&cases, true, PEERS_OF_MARKETS)),
        ("sizes".to_owned(), table_of_sizes(sizes)),
        ("data".to_owned(), data(sizes)),
    ];
    for breakdown in &measured.breakdowns {
        tables.push((breakdown.operation.clone(), parts(breakdown)));
    }
    for contract in measured.contracts() {
        tables.push((contract.to_owned(), functions(contract, &cases)));
    }
    tables
}

fn start(name: &str) -> String {
    format!("<!-- made by `cargo xtask gas`: {name} -->\n")
}

const END: &str = "<!-- end -->\n";

/// `text` with `table` between the two comments of that name.
fn replaced(text: &str, name: &str, table: &str) -> Result<String> {
    let start = start(name);
    let Some((before, rest)) = text.split_once(&start) else {
        bail!(
            "{PATH} has no place for the table `{name}`: it is between the lines `{}` and `{}`",
            start.trim(),
            END.trim()
        )
    };
    let (_, after) =
        rest.split_once(END).with_context(|| format!("{PATH}: the table `{name}` has no end"))?;
    Ok(format!("{before}{start}{table}{END}{after}"))
}

fn table(headings: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n", headings.join(" | ").replace('>', ""));
    let rules: Vec<_> =
        headings.iter().map(|heading| if heading.starts_with('>') { "---:" } else { "---" }).collect();
    let _ = writeln!(text, "|{}|", rules.join("|"));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn number(gas: Option<u64>) -> String {
    gas.map(grouped).unwrap_or_default()
}

/// Function and case in one cell.
fn operation(case: &Case<'_>) -> String {
    if case.case().is_empty() {
        format!("`{}`", case.name())
    } else {
        format!("`{}`, {}", case.name(), case.case())
    }
}

fn budgets(cases: &[Case<'_>]) -> String {
    let limited = |case: &&Case<'_>| case.cached.budget.is_some() || case.uncached.budget.is_some();
    let rows = cases.iter().filter(limited).map(|case| {
        let gas = [Some(case.cached.gas), case.cached.budget, Some(case.uncached.gas), case.uncached.budget];
        let kept =
            [case.cached, case.uncached].iter().all(|row| row.budget.is_none_or(|budget| row.gas <= budget));
        let mut row = vec![operation(case)];
        row.extend(gas.map(number));
        row.push(if kept { "yes" } else { "**no**" }.to_owned());
        row
    });
    table(&["operation", ">cached", ">budget", ">uncached", ">ceiling", "kept"], rows)
}

fn peers(cases: &[Case<'_>], of_the_market: bool, names: [&str; 3]) -> String {
    let shown = cases.iter().filter(|case| case.is_of_the_market() == of_the_market);
    let rows = shown.filter(|case| !case.peers().is_empty()).map(|case| {
        let mut row = vec![operation(case), grouped(case.uncached.gas), grouped(case.cached.gas)];
        row.extend(names.map(|peer| number(case.peers().get(peer).copied())));
        row
    });
    let [one, two, three] = names.map(|peer| format!(">{peer}"));
    table(&["operation", ">uncached", ">cached", &one, &two, &three], rows)
}

fn functions(contract: &str, cases: &[Case<'_>]) -> String {
    let of_contract = cases.iter().filter(|case| case.contract() == contract);
    let rows =
        of_contract.map(|case| vec![operation(case), grouped(case.uncached.gas), grouped(case.cached.gas)]);
    table(&["function", ">uncached", ">cached"], rows)
}

fn table_of_sizes(sizes: &[Size]) -> String {
    let rows = sizes.iter().map(|size| {
        let bytes =
            [size.raw_bytes, size.compressed_bytes, size.limit_bytes - size.compressed_bytes, size.data.all];
        let mut row = vec![format!("`{}`", size.program)];
        row.extend(bytes.map(|bytes| grouped(bytes as u64)));
        row
    });
    table(&["program", ">wasm, bytes", ">deployed, bytes", ">left of 24 576", ">data section, bytes"], rows)
}

fn data(sizes: &[Size]) -> String {
    let rows = sizes.iter().map(|size| {
        let data = &size.data;
        let kinds = [
            data.constants,
            data.texts,
            data.source_paths,
            data.panic_places,
            data.utf8_widths,
            data.function_tables,
            data.headers,
            data.all,
        ];
        let mut row = vec![format!("`{}`", size.program)];
        row.extend(kinds.map(|bytes| grouped(bytes as u64)));
        row
    });
    let headings = [
        "program",
        ">constants",
        ">texts",
        ">source paths",
        ">panics' places",
        ">UTF-8 widths",
        ">function tables",
        ">headers",
        ">all",
    ];
    table(&headings, rows)
}

fn parts(breakdown: &Breakdown) -> String {
    let (large, small): (Vec<_>, Vec<_>) = breakdown.parts.iter().partition(|part| part.gas >= SMALL_PART);
    let mut rows: Vec<_> = large
        .iter()
        .map(|part| {
            vec![
                part.who.clone(),
                part.what.clone(),
                part.count.to_string(),
                grouped(part.gas.round() as u64),
            ]
        })
        .collect();
    // Rounded parts needn't add up to the whole by themselves; the rest makes them.
    let shown: u64 = large.iter().map(|part| part.gas.round() as u64).sum();
    let count: u64 = small.iter().map(|part| part.count).sum();
    let rest = grouped(breakdown.gas.saturating_sub(shown));
    rows.push(vec!["all".to_owned(), "the rest".to_owned(), count.to_string(), rest]);
    rows.push(vec![
        "**all**".to_owned(),
        String::new(),
        String::new(),
        format!("**{}**", grouped(breakdown.gas)),
    ]);
    table(&["who", "what", ">times", ">gas"], rows)
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::{measured, parsed};
    use super::*;

    #[test]
    fn a_table_goes_between_its_comments_and_nothing_else_changes() {
        let text = format!("# Gas\n\n{}old\n{END}\nProse.\n", start("peers"));
        let filled = replaced(&text, "peers", "| new |\n").unwrap();
        assert_eq!(filled, text.replace("old\n", "| new |\n"));
        assert_eq!(replaced(&filled, "peers", "| new |\n").unwrap(), filled);
        assert!(replaced(&text, "sizes", "").unwrap_err().to_string().contains("no place"));
        assert!(replaced(&start("peers"), "peers", "").unwrap_err().to_string().contains("no end"));
    }

    #[test]
    fn tables_show_what_was_measured() {
        let measured = parsed(measured());
        let tables = tables(&measured, &[]);
        let table = |name: &str| &tables.iter().find(|(other, _)| other == name).unwrap().1;
        assert_eq!(
            table("budgets"),
            "| operation | cached | budget | uncached | ceiling | kept |\n|---|---:|---:|---:|---:|---|\n\
             | `send`, later | 34 000 | 34 000 | 50 000 |  | yes |\n"
        );
        assert!(
            table("peers of tokens").contains("| `send`, first | 70 000 | 54 000 |  |  | 30 000 |"),
            "{}",
            table("peers of tokens")
        );
        assert!(!table("peers of markets").contains("send"));
        assert!(table("token").contains("| `send`, later | 50 000 | 34 000 |"));
    }

    #[test]
    fn the_parts_of_a_transaction_add_up() {
        let measured = parsed(measured());
        let text = parts(&measured.breakdowns[0]);
        assert!(text.contains("| token | own code | 2 | 12 990 |"), "{text}");
        assert!(text.contains("| all | the rest | 3 | 10 |"), "{text}");
        assert!(text.ends_with("| **all** |  |  | **34 000** |\n"), "{text}");
    }
}
