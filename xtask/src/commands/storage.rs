//! `cargo xtask storage`

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use xtask::repo;
use xtask::storage::{self, Change, Layout, Safety};

use crate::report::{Outcome, Verdict, table};

/// Compares the layouts with those recorded; without `check` it records what changed.
pub(crate) fn run(check: bool) -> Result<Outcome> {
    let root = repo::root()?;
    let contracts = root.join("contracts");
    let mut findings = Vec::new();
    let mut missing = BTreeSet::new();
    for folder in recorded(&root)? {
        if !contracts.join(&folder).join("Stylus.toml").is_file() {
            missing.insert(folder);
        }
    }
    for folder in repo::contract_folders(&root)? {
        let now = Layout::of(&contracts, &folder)?;
        let before = Layout::recorded(&root, &folder)?;
        match (&before, &now) {
            (None, None) => continue,
            (Some(_), None) => {
                missing.insert(folder);
                continue;
            }
            (_, Some(now)) if !check && before.as_ref() != Some(now) => now.record(&root, &folder)?,
            _ => {}
        }
        findings.push(Finding::new(folder, before.as_ref(), now.as_ref()));
    }
    for folder in missing {
        if !check {
            let path = storage::snapshot(&root, &folder);
            fs::remove_file(&path).with_context(|| format!("{} can't be removed", path.display()))?;
        }
        findings.push(Finding {
            folder,
            state: State::Gone,
            fields: 0,
            upgradeable: false,
            changes: Vec::new(),
        });
    }
    Ok(tell(&findings, check))
}

/// The same, comparing, as a step of `ci`.
pub(super) fn check() -> Result<()> {
    let Outcome { verdict, text, .. } = run(true)?;
    match verdict {
        Verdict::Ok => Ok(()),
        Verdict::Failed(reason) | Verdict::Impossible(reason) => bail!("{reason}\n{text}"),
    }
}

/// The folders that there are records of.
fn recorded(root: &Path) -> Result<Vec<String>> {
    let folder = storage::folder_of_snapshots(root);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{} can't be read", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        found.extend(name.strip_suffix(".json").map(str::to_owned));
    }
    Ok(found)
}

/// What there is to say about one contract.
struct Finding {
    folder: String,
    state: State,
    fields: usize,
    upgradeable: bool,
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As recorded.
    Same,
    /// Otherwise than recorded.
    Changed,
    /// Never recorded.
    New,
    /// Recorded, and there is no such contract, or it stores nothing.
    Gone,
}

impl Finding {
    fn new(folder: String, before: Option<&Layout>, now: Option<&Layout>) -> Self {
        let changes = match (before, now) {
            (Some(before), Some(now)) => storage::changes(before, now),
            _ => Vec::new(),
        };
        let state = match before {
            None => State::New,
            Some(before) if Some(before) == now => State::Same,
            Some(_) => State::Changed,
        };
        let fields = now.map_or(0, |now| now.storage.len());
        let upgradeable = before.or(now).is_some_and(|layout| layout.upgradeable);
        Self { folder, state, fields, upgradeable, changes }
    }

    /// What a change needs here: where nothing is ever upgraded, nothing that is stored meets other code.
    fn safety(&self, change: &Change) -> Safety {
        if self.upgradeable { change.kind.safety() } else { Safety::Safe }
    }

    fn advice(&self, change: &Change) -> &'static str {
        if self.upgradeable {
            change.kind.advice()
        } else {
            "safe: instances keep the layout of the code that they run"
        }
    }

    fn row(&self) -> Value {
        let changes = self.changes.iter().map(|change| {
            json!({
                "kind": change.kind.to_string(), "what": change.what, "detail": change.detail,
                "safety": self.safety(change).to_string(), "advice": self.advice(change),
            })
        });
        json!({
            "contract": self.folder, "state": self.state.word(), "upgradeable": self.upgradeable, "fields": self.fields,
            "changes": changes.collect::<Vec<_>>(),
        })
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Same => "as recorded",
            Self::Changed => "changed",
            Self::New => "not recorded",
            Self::Gone => "gone",
        }
    }
}

fn tell(findings: &[Finding], check: bool) -> Outcome {
    let contracts = findings.iter().map(|finding| {
        let kind = if finding.upgradeable { "by its proxy" } else { "never" };
        let kind = if finding.state == State::Gone { "" } else { kind };
        [finding.folder.clone(), finding.fields.to_string(), kind.to_owned(), finding.state.word().to_owned()]
    });
    let mut text = table(["contract", ">fields", "upgraded", "layout"], contracts);
    let changes: Vec<_> = findings
        .iter()
        .flat_map(|finding| finding.changes.iter().map(move |change| (finding, change)))
        .collect();
    if !changes.is_empty() {
        let rows = changes.iter().map(|(finding, change)| {
            [
                finding.folder.clone(),
                finding.safety(change).to_string(),
                change.kind.to_string(),
                change.what.clone(),
                change.detail.clone(),
                finding.advice(change).to_owned(),
            ]
        });
        text += "\n\n";
        text += &table(["contract", "", "change", "field", "from what to what", "what to do"], rows);
    }
    let outcome = Outcome::new(findings.iter().map(Finding::row).collect(), text);
    let unrecorded = findings.iter().filter(|finding| finding.state != State::Same).count();
    if !check || unrecorded == 0 {
        return outcome;
    }
    let worst = changes.iter().map(|(finding, change)| finding.safety(change)).max();
    let verdict = match worst {
        Some(Safety::Breaks) => "a change breaks deployed proxies: undo it, see docs/storage.md",
        Some(Safety::Review) => "look at what was renamed, then record it by `cargo xtask storage`",
        _ => "nothing breaks: record it by `cargo xtask storage` and commit it with the change",
    };
    outcome.failed_if(Some(format!("{unrecorded} layouts aren't as recorded; {verdict}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use xtask::storage::Entry;

    use super::*;

    fn layout(upgradeable: bool, labels: &[&str]) -> Layout {
        let entry = |(slot, label): (usize, &&str)| Entry {
            namespace: upgradeable.then(|| "air.storage.X".to_owned()),
            slot: slot as u64,
            offset: 0,
            bytes: 32,
            label: (*label).to_owned(),
            of_type: "word".to_owned(),
            parts: Vec::new(),
        };
        let storage = labels.iter().enumerate().map(entry).collect();
        Layout { contract: "X".to_owned(), upgradeable, namespaces: BTreeMap::new(), storage }
    }

    fn verdict(upgradeable: bool, before: &[&str], now: &[&str]) -> (Verdict, String) {
        let (before, now) = (layout(upgradeable, before), layout(upgradeable, now));
        let Outcome { verdict, text, .. } =
            tell(&[Finding::new("x".to_owned(), Some(&before), Some(&now))], true);
        (verdict, text)
    }

    fn reason(verdict: Verdict) -> String {
        match verdict {
            Verdict::Failed(reason) => reason,
            _ => panic!("a layout that isn't recorded passes"),
        }
    }

    #[test]
    fn what_is_as_recorded_passes() {
        assert!(matches!(verdict(true, &["a", "b"], &["a", "b"]).0, Verdict::Ok));
    }

    #[test]
    fn a_safe_change_has_to_be_recorded() {
        let (verdict, text) = verdict(true, &["a"], &["a", "b"]);
        assert!(reason(verdict).contains("nothing breaks: record it"));
        assert!(text.contains("appended") && text.contains("air.storage.X b"), "{text}");
    }

    #[test]
    fn a_change_that_breaks_says_so_and_what_to_do() {
        let (moved, text) = verdict(true, &["a", "b"], &["b", "a"]);
        assert!(reason(moved).contains("breaks deployed proxies"));
        assert!(text.contains("slot 0, now slot 1") && text.contains("put it back"), "{text}");
        assert!(reason(verdict(true, &["a", "b"], &["a"]).0).contains("breaks deployed proxies"));
        assert!(reason(verdict(true, &["a"], &["b"]).0).contains("look at what was renamed"));
    }

    #[test]
    fn a_clone_breaks_nothing_and_is_still_recorded() {
        let (moved, text) = verdict(false, &["a", "b"], &["b", "a"]);
        assert!(reason(moved).contains("nothing breaks: record it"));
        assert!(text.contains("instances keep the layout"), "{text}");
    }

    #[test]
    fn a_contract_without_record_and_a_record_without_contract_fail() {
        let new = Finding::new("x".to_owned(), None, Some(&layout(true, &["a"])));
        let Outcome { verdict, text, rows, .. } = tell(&[new], true);
        assert!(reason(verdict).contains("1 layouts aren't as recorded"));
        assert!(text.contains("not recorded"), "{text}");
        assert_eq!((rows[0]["state"].as_str(), rows[0]["fields"].as_u64()), (Some("not recorded"), Some(1)));
        let gone = |check| {
            let folder = "y".to_owned();
            tell(
                &[Finding { folder, state: State::Gone, fields: 0, upgradeable: true, changes: Vec::new() }],
                check,
            )
        };
        assert!(reason(gone(true).verdict).contains("1 layouts"));
        assert!(matches!(gone(false).verdict, Verdict::Ok), "removed");
    }
}
