//! `cargo xtask compat`

mod entry;
mod text;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use xtask::artifacts::{self, Artifacts};
use xtask::repo;

use self::entry::Entry;
use self::text::{Contract, Row, State};
use crate::report::{self, Outcome, table};

/// What the earlier system's contracts answer to.
const EARLIER: &str = "tests/peers/abi.md";
/// What became of each line.
const LIST: &str = "docs/compat.md";
/// The folders in `contracts/` with the programs that answer for a contract of the earlier system.
const FOLDERS: [(&str, &[&str]); 6] = [
    ("CredentialTokenFactory", &["token-factory"]),
    ("CredentialToken", &["credential-token"]),
    ("PoolFactory", &["pool-factory"]),
    ("CredentialPool", &["pool", "pool-extension"]),
    ("PassiveTokenGenerator", &["generator"]),
    ("ReputationOracle", &["oracle"]),
];

/// Compares the list with the earlier ABI and with what the contracts here answer to.
pub(crate) fn run() -> Result<Outcome> {
    let root = repo::root()?;
    let read =
        |path: &str| fs::read_to_string(root.join(path)).with_context(|| format!("{path} can't be read"));
    let earlier = text::contracts(&read(EARLIER)?).context(EARLIER)?;
    let rows = text::rows(&read(LIST)?).context(LIST)?;
    let artifacts = artifacts::ensure()?;
    let mut here = Here::new();
    for contract in &earlier {
        if let Some(entries) = entries(&artifacts, &contract.name)? {
            here.insert(contract.name.clone(), entries);
        }
    }
    let outcome = tell(&earlier, &verdicts(&earlier, &rows, &here));
    Ok(match artifacts.programs().values().next() {
        Some(program) => outcome.with_toolchain(program.rustc.clone()),
        None => outcome,
    })
}

/// The same as a step of `ci`.
pub(super) fn check() -> Result<()> {
    let Outcome { verdict, text, .. } = run()?;
    match verdict {
        report::Verdict::Ok => Ok(()),
        report::Verdict::Failed(reason) | report::Verdict::Impossible(reason) => bail!("{reason}\n{text}"),
    }
}

/// What the contracts answer to that are here, by their names in the earlier system.
type Here = BTreeMap<String, Vec<Entry>>;

/// What a contract answers to, by all its programs together; nothing if none of them is here.
fn entries(artifacts: &Artifacts, contract: &str) -> Result<Option<Vec<Entry>>> {
    let (_, folders) = FOLDERS.into_iter().find(|(name, _)| *name == contract).with_context(|| {
        format!("{EARLIER} has a contract {contract}, and nothing says which program it is")
    })?;
    let mut entries = None;
    for folder in folders.iter().filter(|folder| artifacts.programs().contains_key(**folder)) {
        let path = artifacts.abi_path(folder);
        let context = || format!("{} can't be read", path.display());
        let abi: Vec<Value> =
            serde_json::from_str(&fs::read_to_string(&path).with_context(context)?).with_context(context)?;
        for item in &abi {
            entries.get_or_insert_with(Vec::new).extend(Entry::of_json(item).with_context(context)?);
        }
    }
    Ok(entries)
}

/// What there is to say about a line of the earlier ABI, or about a row that belongs to none.
struct Verdict<'a> {
    contract: &'a str,
    entry: &'a Entry,
    row: Option<&'a Row>,
    problem: Option<String>,
}

fn verdicts<'a>(earlier: &'a [Contract], rows: &'a [Row], here: &Here) -> Vec<Verdict<'a>> {
    let mut verdicts = Vec::new();
    for contract in earlier {
        for entry in &contract.entries {
            let of_entry: Vec<_> =
                rows.iter().filter(|row| row.contract == contract.name && row.entry == *entry).collect();
            let (row, problem) = match of_entry[..] {
                [] => (None, Some(format!("has no row in {LIST}"))),
                [row] => (Some(row), problem(row, here.get(&contract.name).map(Vec::as_slice))),
                [row, ..] => (Some(row), Some(format!("has {} rows in {LIST}", of_entry.len()))),
            };
            verdicts.push(Verdict { contract: &contract.name, entry, row, problem });
        }
    }
    let is_earlier = |row: &Row| {
        earlier.iter().any(|contract| contract.name == row.contract && contract.entries.contains(&row.entry))
    };
    verdicts.extend(rows.iter().filter(|row| !is_earlier(row)).map(|row| Verdict {
        contract: &row.contract,
        entry: &row.entry,
        row: Some(row),
        problem: Some(format!("is no line of {EARLIER}")),
    }));
    verdicts
}

/// What is wrong with a row, given what its contract answers to.
fn problem(row: &Row, here: Option<&[Entry]>) -> Option<String> {
    let Some(here) = here else {
        return (row.state != State::Later)
            .then(|| "is of a contract that isn't here yet: `later`".to_owned());
    };
    let as_it_was = here.iter().any(|entry| row.entry.fits(entry));
    let namesakes: Vec<_> =
        here.iter().filter(|entry| row.entry.is_called_as(entry)).map(|entry| format!("`{entry}`")).collect();
    match row.state {
        State::Later => Some("is of a contract that is here now: kept, changed or dropped?".to_owned()),
        State::Kept if !as_it_was && namesakes.is_empty() => Some("is kept, and isn't there".to_owned()),
        State::Kept if !as_it_was => Some(format!("is kept, and there is {}", namesakes.join(" and "))),
        State::Changed if as_it_was => Some("is changed, and is there as it was".to_owned()),
        State::Changed if row.now.is_empty() => {
            Some("is changed, and the row doesn't name what stands there now".to_owned())
        }
        State::Changed => {
            let absent = row.now.iter().find(|now| !here.iter().any(|entry| now.fits(entry)))?;
            Some(format!("is changed, and there is no `{absent}`"))
        }
        State::Dropped if !namesakes.is_empty() => {
            Some(format!("is dropped, and there is {}", namesakes.join(" and ")))
        }
        State::Kept | State::Dropped => (!row.now.is_empty())
            .then(|| format!("is {}, so that nothing else can stand there now", row.state)),
    }
}

fn tell(earlier: &[Contract], verdicts: &[Verdict<'_>]) -> Outcome {
    let count = |contract: Option<&str>, counts: &dyn Fn(&Verdict<'_>) -> bool| {
        let of_contract = |verdict: &&Verdict<'_>| contract.is_none_or(|name| name == verdict.contract);
        verdicts.iter().filter(of_contract).filter(|verdict| counts(verdict)).count()
    };
    let line = |contract: Option<&str>| {
        let [kept, changed, dropped, later] = State::ALL.map(|state| {
            count(contract, &|verdict| verdict.row.is_some_and(|row| row.state == state)).to_string()
        });
        let problems = count(contract, &|verdict| verdict.problem.is_some()).to_string();
        [contract.unwrap_or("all").to_owned(), kept, changed, dropped, later, problems]
    };
    let names = earlier.iter().map(|contract| Some(contract.name.as_str()));
    let headings = ["earlier contract", ">kept", ">changed", ">dropped", ">later", ">disagreements"];
    let mut text = table(headings, names.chain([None]).map(line));
    for verdict in verdicts {
        if let Some(problem) = &verdict.problem {
            text += &format!("\n{}: `{}` {problem}", verdict.contract, verdict.entry);
        }
    }
    let report = verdicts
        .iter()
        .map(|verdict| {
            json!({
                "contract": verdict.contract,
                "entry": verdict.entry.to_string(),
                "state": verdict.row.map(|row| row.state.to_string()),
                "now": verdict.row.map(|row| row.now.iter().map(ToString::to_string).collect::<Vec<_>>()),
                "reason": verdict.row.map(|row| &row.reason),
                "ok": verdict.problem.is_none(),
                "problem": verdict.problem,
            })
        })
        .collect();
    let problems = count(None, &|verdict| verdict.problem.is_some());
    let reason = (problems > 0).then(|| format!("{problems} of {} lines disagree", verdicts.len()));
    Outcome::new(report, text).failed_if(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: &str = "function mint(address to, uint256 amount)";
    const MINTED: &str = "function mint(address to, uint256 amount) → (uint256 minted)";
    const OWNER: &str = "function owner() view → (address)";

    /// The outcome for an earlier token of two functions, of which `here` says what is here.
    fn outcome(list: &[(&str, &str, &str)], here: Option<&[&str]>) -> Outcome {
        let earlier = text::contracts(&format!("## Token\n```\n{MINT}\n{OWNER}\n```\n")).unwrap();
        let rows: String = list
            .iter()
            .map(|(entry, state, now)| {
                let now = if now.is_empty() { String::new() } else { format!("`{now}`") };
                format!("| `{entry}` | {state} | {now} | because |\n")
            })
            .collect();
        let rows = text::rows(&format!("## Token\n{rows}")).unwrap();
        let entries = |lines: &[&str]| lines.iter().map(|line| Entry::parse(line).unwrap()).collect();
        let here = here.map(|lines| ("Token".to_owned(), entries(lines))).into_iter().collect();
        tell(&earlier, &verdicts(&earlier, &rows, &here))
    }

    /// What is said about the only thing that is wrong.
    fn wrong(list: &[(&str, &str, &str)], here: Option<&[&str]>) -> String {
        let outcome = outcome(list, here);
        let problems: Vec<_> = outcome.rows.iter().filter_map(|row| row["problem"].as_str()).collect();
        let [problem] = problems[..] else { panic!("{problems:?}") };
        assert!(outcome.text.ends_with(problem), "{}", outcome.text);
        assert!(matches!(outcome.verdict, report::Verdict::Failed(_)));
        problem.to_owned()
    }

    #[test]
    fn a_true_list_is_counted() {
        let outcome =
            outcome(&[(MINT, "changed", MINTED), (OWNER, "dropped", "")], Some(&[MINTED, "error Other()"]));
        assert!(matches!(outcome.verdict, report::Verdict::Ok), "{}", outcome.text);
        assert_eq!(outcome.rows.len(), 2);
        assert_eq!(outcome.rows[0]["now"][0], MINTED);
        assert!(matches!(
            self::outcome(&[(MINT, "kept", ""), (OWNER, "kept", "")], Some(&[OWNER, MINT])).verdict,
            report::Verdict::Ok
        ));
        assert!(matches!(
            self::outcome(&[(MINT, "later", ""), (OWNER, "later", "")], None).verdict,
            report::Verdict::Ok
        ));
    }

    #[test]
    fn every_line_has_one_row_and_every_row_a_line() {
        let kept = [(MINT, "kept", ""), (OWNER, "kept", ""), (OWNER, "dropped", ""), (MINTED, "kept", "")];
        let here = Some(&[MINT, OWNER][..]);
        assert!(wrong(&kept[..1], here).starts_with("has no row"));
        assert!(wrong(&kept[..3], here).starts_with("has 2 rows"));
        assert!(wrong(&[kept[0], kept[1], kept[3]], here).starts_with("is no line"));
    }

    #[test]
    fn what_a_row_says_is_held_against_the_contract() {
        let owner = (OWNER, "kept", "");
        assert_eq!(wrong(&[(MINT, "kept", ""), owner], Some(&[OWNER])), "is kept, and isn't there");
        assert!(wrong(&[(MINT, "kept", ""), owner], Some(&[MINTED, OWNER])).contains(MINTED));
        assert!(wrong(&[(MINT, "kept", MINTED), owner], Some(&[MINT, OWNER])).contains("nothing else"));
        assert!(wrong(&[(MINT, "changed", MINTED), owner], Some(&[MINT, OWNER])).contains("as it was"));
        assert!(wrong(&[(MINT, "changed", ""), owner], Some(&[MINTED, OWNER])).contains("doesn't name"));
        assert!(wrong(&[(MINT, "changed", MINTED), owner], Some(&[OWNER])).contains("there is no"));
        assert!(wrong(&[(MINT, "dropped", ""), owner], Some(&[MINTED, OWNER])).contains("is dropped"));
        assert!(wrong(&[(MINT, "later", ""), owner], Some(&[MINT, OWNER])).contains("is here now"));
        assert!(wrong(&[(MINT, "later", ""), owner], None).contains("isn't here yet"));
    }
}
