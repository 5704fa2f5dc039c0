//! What changed between two layouts, and whether what a proxy has stored survives it.

use std::fmt;

use super::{Entry, Layout, Part, SLOT};

/// A difference between a recorded layout and the present one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// To what: its namespace, if it has one, and its label.
    pub what: String,
    /// From what to what.
    pub detail: String,
}

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A field behind all others of its namespace, or a new namespace.
    Appended,
    /// Bits that were free have a meaning.
    Filled,
    /// A field is kept as `_retired_…`.
    Retired,
    /// The same place has another name.
    Renamed,
    /// A field, or a part of a word, lies elsewhere.
    Moved,
    /// A field, or a part of a word, is of another type or size.
    Retyped,
    /// A field, or a part of a word, is gone, and its bits look free.
    Removed,
    /// A field lies where another was.
    Inserted,
    /// What stood behind a proxy no longer does, or the other way round.
    Housed,
}

/// What a change needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Nothing: what is stored keeps its meaning.
    Safe,
    /// Somebody has to look: it is safe if only the name changed.
    Review,
    /// Another layout: what is stored would be taken for something else.
    Breaks,
}

impl Kind {
    /// What a change of this kind does to a proxy that has stored by the earlier layout.
    #[must_use]
    pub fn safety(self) -> Safety {
        match self {
            Self::Appended | Self::Filled | Self::Retired => Safety::Safe,
            Self::Renamed => Safety::Review,
            Self::Moved | Self::Retyped | Self::Removed | Self::Inserted | Self::Housed => Safety::Breaks,
        }
    }

    /// What to do about a change of this kind.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Appended => "safe: earlier code never touched it, so it reads as zero",
            Self::Filled => "safe: earlier code left these bits zero",
            Self::Retired => "safe: what is stored stays where it is, and nothing else takes its place",
            Self::Renamed => "safe if the meaning stays: look at every use",
            Self::Moved => "put it back: add new fields behind all others",
            Self::Retyped => "keep the old field as `_retired_…` and add another for the new type",
            Self::Removed => "keep it as `_retired_…`, so that nothing takes its place",
            Self::Inserted => "add new fields behind all others",
            Self::Housed => "an instance can't move in or out of a proxy: deploy another contract",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Appended => "appended",
            Self::Filled => "filled",
            Self::Retired => "retired",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Retyped => "retyped",
            Self::Removed => "removed",
            Self::Inserted => "inserted",
            Self::Housed => "housed otherwise",
        })
    }
}

impl fmt::Display for Safety {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Safe => "safe",
            Self::Review => "to review",
            Self::Breaks => "breaks proxies",
        })
    }
}

/// All changes from one layout to another, in the order of the earlier one, new fields last.
#[must_use]
pub fn changes(before: &Layout, after: &Layout) -> Vec<Change> {
    let mut found = Vec::new();
    if before.upgradeable != after.upgradeable {
        let house = |layout: &Layout| if layout.upgradeable { "behind a proxy" } else { "without a proxy" };
        found.push(Change {
            kind: Kind::Housed,
            what: after.contract.clone(),
            detail: format!("{}, now {}", house(before), house(after)),
        });
    }
    // New names, less those that an earlier field turns out to have taken.
    let mut new: Vec<_> = after.storage.iter().filter(|now| before.named(now).is_none()).collect();
    for old in &before.storage {
        let Some(now) = after.named(old) else {
            found.push(gone(old, &mut new));
            continue;
        };
        if place(old) != place(now) {
            found.push(change(Kind::Moved, old, format!("{}, now {}", where_is(old), where_is(now))));
        }
        if shape(old) != shape(now) {
            found.push(change(Kind::Retyped, old, format!("{}, now {}", old.of_type, now.of_type)));
        } else {
            found.extend(parts(old, now));
        }
    }
    for now in new {
        let other = before.storage.iter().find(|old| overlap(old, now));
        found.push(match other {
            Some(other) => {
                change(Kind::Inserted, now, format!("{}, where `{}` was", where_is(now), other.label))
            }
            None => change(Kind::Appended, now, format!("{}, {}", where_is(now), now.of_type)),
        });
    }
    found
}

/// What became of a field whose name is gone. If it lives on under another, that one is no longer new.
fn gone(old: &Entry, new: &mut Vec<&Entry>) -> Change {
    if let Some(index) = new.iter().position(|now| place(now) == place(old)) {
        let now = new.remove(index);
        if shape(now) != shape(old) || now.parts != old.parts {
            let detail = format!("{}, now `{}`: {}", old.of_type, now.label, now.of_type);
            return change(Kind::Retyped, old, detail);
        }
        let retired = now.label.rsplit('.').next() == Some(&format!("_retired_{}", last(&old.label)));
        let kind = if retired { Kind::Retired } else { Kind::Renamed };
        return change(kind, old, format!("now `{}`", now.label));
    }
    if let Some(index) = new.iter().position(|now| now.label == old.label && shape(now) == shape(old)) {
        let now = new.remove(index);
        return change(Kind::Moved, old, format!("{}, now {}", whole_place(old), whole_place(now)));
    }
    change(Kind::Removed, old, format!("{}, {}", where_is(old), old.of_type))
}

/// What changed within the words of a field that is where and of what type it was.
fn parts(old: &Entry, now: &Entry) -> Vec<Change> {
    let mut found = Vec::new();
    if old.parts.is_empty() != now.parts.is_empty() {
        let form = |entry: &Entry| if entry.parts.is_empty() { "one value" } else { "divided" };
        found.push(change(Kind::Retyped, old, format!("{}, now {}", form(old), form(now))));
        return found;
    }
    let of = |part: &Part| format!("{}: {}", old.name(), part.label);
    let bits = |part: &Part| {
        format!("bits {} to {} from below", part.shift, part.shift + part.bits.saturating_sub(1))
    };
    let named = |entry: &Entry, label: &str| entry.parts.iter().find(|part| part.label == label).cloned();
    let mut new: Vec<_> =
        now.parts.iter().filter(|part| named(old, &part.label).is_none()).cloned().collect();
    for part in &old.parts {
        let there = named(now, &part.label);
        let there = there.map(|there| (there, false)).or_else(|| {
            let index = new.iter().position(|now| (now.shift, now.bits) == (part.shift, part.bits))?;
            Some((new.remove(index), true))
        });
        let (kind, detail) = match there {
            None => (Kind::Removed, bits(part)),
            Some((there, _)) if there.unit != part.unit => {
                let unit = |part: &Part| part.unit.clone().unwrap_or_else(|| "no unit".to_owned());
                (Kind::Retyped, format!("in {}, now in {}", unit(part), unit(&there)))
            }
            Some((there, true)) => (Kind::Renamed, format!("now `{}`", there.label)),
            Some((there, _)) if there.bits != part.bits => {
                (Kind::Retyped, format!("{}, now {}", bits(part), bits(&there)))
            }
            Some((there, _)) if there.shift != part.shift => {
                (Kind::Moved, format!("{}, now {}", bits(part), bits(&there)))
            }
            Some(_) => continue,
        };
        found.push(Change { kind, what: of(part), detail });
    }
    for part in &new {
        let meets = |old: &&Part| old.shift < part.shift + part.bits && part.shift < old.shift + old.bits;
        let (kind, detail) = match old.parts.iter().find(meets) {
            Some(other) => (Kind::Inserted, format!("{}, where `{}` was", bits(part), other.label)),
            None => (Kind::Filled, bits(part)),
        };
        found.push(Change { kind, what: of(part), detail });
    }
    found
}

impl Layout {
    /// The field that has another's name in the same namespace.
    fn named(&self, other: &Entry) -> Option<&Entry> {
        let is_it = |entry: &&Entry| (&entry.namespace, &entry.label) == (&other.namespace, &other.label);
        self.storage.iter().find(is_it)
    }
}

fn change(kind: Kind, of: &Entry, detail: String) -> Change {
    Change { kind, what: of.name(), detail }
}

fn last(label: &str) -> &str {
    label.rsplit('.').next().unwrap_or(label)
}

fn place(entry: &Entry) -> (&Option<String>, u64, u64) {
    (&entry.namespace, entry.slot, entry.offset)
}

fn shape(entry: &Entry) -> (&str, u64) {
    (&entry.of_type, entry.bytes)
}

fn where_is(entry: &Entry) -> String {
    match (entry.offset, entry.bytes.is_multiple_of(SLOT)) {
        (0, true) => format!("slot {}", entry.slot),
        (offset, _) => format!("slot {} from byte {offset}", entry.slot),
    }
}

fn whole_place(entry: &Entry) -> String {
    match &entry.namespace {
        Some(namespace) => format!("{} of {namespace}", where_is(entry)),
        None => where_is(entry),
    }
}

/// Whether two fields share bytes.
fn overlap(one: &Entry, other: &Entry) -> bool {
    let range = |entry: &Entry| {
        let start = entry.slot * SLOT + entry.offset;
        start..start + entry.bytes
    };
    let (one_range, other_range) = (range(one), range(other));
    one.namespace == other.namespace && one_range.start < other_range.end && other_range.start < one_range.end
}
