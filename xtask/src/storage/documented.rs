//! What the documentation says of storage: slot tables of structs, and tables of what a word is divided into.
//!
//! A slot table has the columns slot, field, content; several slots are written `1, 2` or `1 … 9`, and the keys of a
//! mapping stand before the content, each with an arrow behind it. A content that is divided lists its parts from the
//! highest bits on, each with how many bits it has and, if need be, its unit:
//! `16 bits free, created at (40, Unix seconds), cap (200): and remarks`. Or it names a record whose own table has a column
//! for each part, headed by how many bytes or bits it has.

use anyhow::{Context, Result, bail, ensure};

use super::Part;

const BITS_OF_A_BYTE: u64 = 8;
const BITS_OF_A_WORD: u64 = 256;
const FREE: &str = "free";

/// A row of a slot table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) slots: Vec<u64>,
    pub(super) field: String,
    /// How many keys find a word of it.
    pub(super) keys: usize,
    pub(super) content: String,
}

/// The rows of the slot table in a documentation; none if there is no table.
pub(super) fn rows(doc: &str) -> Result<Vec<Row>> {
    let table = table(doc, |header| header == ["slot", "field", "content"]);
    table.into_iter().skip(1).map(|cells| row(&cells).with_context(|| format!("row {cells:?}"))).collect()
}

fn row(cells: &[String]) -> Result<Row> {
    let [slots, field, content] = cells else { bail!("{} cells instead of 3", cells.len()) };
    let number = |slot: &str| slot.trim().parse::<u64>().context("a slot is a number");
    let range = |range: &str| match range.split_once('…') {
        Some((first, last)) => Ok(number(first)?..=number(last)?),
        None => number(range).map(|slot| slot..=slot),
    };
    let ranges: Vec<_> = slots.split(',').map(range).collect::<Result<_>>()?;
    let mut levels: Vec<_> = content.split('→').map(str::trim).collect();
    let content = levels.pop().unwrap_or_default().to_owned();
    Ok(Row {
        slots: ranges.into_iter().flatten().collect(),
        field: field.trim_matches('`').to_owned(),
        keys: levels.len(),
        content,
    })
}

/// What a content is divided into, and what it names a record as.
pub(super) enum Content {
    /// One value.
    Whole,
    Parts(Vec<Part>),
    Record(String),
}

impl Content {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let items = items(text);
        if items.iter().any(|item| sized(item).is_some()) {
            let mut sizes = Vec::new();
            for item in &items {
                let size =
                    sized(item).with_context(|| format!("`{item}` doesn't say how many bits it has"))?;
                sizes.push(size);
            }
            return parts(sizes).map(Self::Parts).with_context(|| format!("`{text}`"));
        }
        // The first name of a type, in backticks.
        let names = text.split('`').skip(1).step_by(2).filter_map(|path| path.rsplit("::").next());
        let record = names.into_iter().find(|name| name.starts_with(char::is_uppercase));
        Ok(record.map_or(Self::Whole, |name| Self::Record(name.to_owned())))
    }
}

/// The items of a list, up to a remark behind a colon or semicolon.
fn items(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            ':' | ';' if depth == 0 => {
                items.push(text[start..at].trim());
                return items;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items
}

/// Bits, label and unit of an item such as `96 bits free`, `owner (160)` or `fee (96, wei)`.
fn sized(item: &str) -> Option<(u64, String, Option<String>)> {
    if let Some(bits) = item.strip_suffix(" bits free") {
        return Some((bits.parse().ok()?, FREE.to_owned(), None));
    }
    let (label, size) = item.strip_suffix(')')?.rsplit_once(" (")?;
    let (bits, unit) = match size.split_once(", ") {
        Some((bits, unit)) => (bits, Some(unit.to_owned())),
        None => (size, None),
    };
    Some((bits.parse().ok()?, label.to_owned(), unit))
}

/// The parts of a record by the table in its documentation; `None` if there is none.
pub(super) fn record(doc: &str) -> Result<Option<Vec<Part>>> {
    let is_sized = |header: &[String]| header.first().is_some_and(|unit| unit == "bytes" || unit == "bits");
    let found = table(doc, is_sized);
    let [header, labels, ..] = &found[..] else { return Ok(None) };
    ensure!(header.len() == labels.len(), "a part without a size, or a size without a part");
    let bits_of_one = if header[0] == "bits" { 1 } else { BITS_OF_A_BYTE };
    let mut sizes = Vec::new();
    for (size, label) in header.iter().zip(labels).skip(1) {
        let size: u64 = size.parse().with_context(|| format!("`{size}` is no number of {}", header[0]))?;
        sizes.push((size * bits_of_one, label.replace('`', ""), None));
    }
    parts(sizes).map(Some)
}

/// Places parts from the highest bits on.
fn parts(sizes: Vec<(u64, String, Option<String>)>) -> Result<Vec<Part>> {
    let sum: u64 = sizes.iter().map(|(bits, ..)| bits).sum();
    ensure!(sum == BITS_OF_A_WORD, "the parts have {sum} bits together, and a word has 256");
    let mut above = 0;
    let mut parts = Vec::new();
    for (bits, label, unit) in sizes {
        above += bits;
        if label != FREE {
            parts.push(Part { shift: BITS_OF_A_WORD - above, bits, label, unit });
        }
    }
    Ok(parts)
}

/// The cells of the first table whose header is wanted: header first, without the line below it.
fn table(doc: &str, wanted: impl Fn(&[String]) -> bool) -> Vec<Vec<String>> {
    let mut lines = doc.lines().map(cells).skip_while(|cells| !wanted(cells));
    let header = lines.next();
    let rest = lines.take_while(|cells| !cells.is_empty()).skip(1);
    header.into_iter().chain(rest).collect()
}

/// The cells of a line of a table; none of another line.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(shift: u64, bits: u64, label: &str, unit: Option<&str>) -> Part {
        Part { shift, bits, label: label.to_owned(), unit: unit.map(str::to_owned) }
    }

    fn divided(text: &str) -> Vec<Part> {
        match Content::parse(text).unwrap() {
            Content::Parts(parts) => parts,
            _ => panic!("{text} isn't divided"),
        }
    }

    #[test]
    fn a_slot_table_is_read_row_by_row() {
        let doc = " Layout v1:\n\n | slot | field | content |\n |---|---|---|\n | 0 | `owner` | owner (160) |\n \
                   | 1, 2 | `held` | holder → number, from 0 → id |\n\n | 9 | `no` | more |\n";
        let found = rows(doc).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].field.as_str(), found[0].keys, &found[0].slots[..]), ("owner", 0, &[0][..]));
        assert_eq!((found[1].keys, found[1].content.as_str()), (2, "id"));
        assert_eq!(found[1].slots, [1, 2]);
        let slots = |cell: &str| rows(&doc.replace("| 1, 2 |", cell)).unwrap()[1].slots.clone();
        assert_eq!(slots("| 1 … 5 |"), [1, 2, 3, 4, 5]);
        assert_eq!(slots("| 1, 3 … 4 |"), [1, 3, 4]);
        assert!(rows(&doc.replace("| 1, 2 |", "| 1 … |")).is_err());
        assert!(rows(&doc.replace("| 0 |", "| first |")).is_err());
        assert!(rows("no table at all").unwrap().is_empty());
    }

    #[test]
    fn parts_are_placed_from_the_highest_bits_on() {
        assert_eq!(
            divided("16 bits free, created (40, Unix seconds), b (200): and (8) remarks"),
            [part(200, 40, "created", Some("Unix seconds")), part(0, 200, "b", None)]
        );
    }

    #[test]
    fn a_content_without_sizes_is_one_value_or_names_a_record() {
        for text in ["its last key", "1 once the set-up has ended", "fees (wei)", "256 nonces, a bit each"] {
            assert!(matches!(Content::parse(text).unwrap(), Content::Whole), "{text}");
        }
        let content = Content::parse("[`Change`]; as many as the `standing` says").unwrap();
        assert!(matches!(content, Content::Record(name) if name == "Change"));
        let content = Content::parse("ring of `math::history::Observation`, one an hour").unwrap();
        assert!(matches!(content, Content::Record(name) if name == "Observation"));
    }

    #[test]
    fn a_record_has_a_column_for_each_part() {
        let doc = " | bytes | 5 | 7 | 20 |\n |---|---|---|---|\n | | `at` | free | `by` |\n";
        let expected = vec![part(216, 40, "at", None), part(0, 160, "by", None)];
        assert_eq!(record(doc).unwrap(), Some(expected));
        assert_eq!(record("nothing").unwrap(), None);
        let bits = " | bits | 135 | 121 |\n |---|---|---|\n | | high | low |\n";
        assert_eq!(
            record(bits).unwrap(),
            Some(vec![part(121, 135, "high", None), part(0, 121, "low", None)])
        );
    }

    #[test]
    fn words_that_are_too_long_or_too_short_are_refused() {
        let error = |text: &str| match Content::parse(text) {
            Err(error) => format!("{error:#}"),
            Ok(_) => panic!("{text} passes"),
        };
        assert!(error("a (96), b (152)").contains("248 bits together"));
        assert!(error("a (96), b (168)").contains("264 bits together"));
        assert!(error("a (96), the rest").contains("`the rest` doesn't say"));
        assert!(record(" | bytes | 5 | 20 |\n |---|---|---|\n | | a | b |\n").is_err());
        assert!(record(" | bytes | 32 |\n |---|---|\n | | a | b |\n").is_err());
    }
}
