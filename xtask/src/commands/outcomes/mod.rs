//! `cargo xtask outcomes`

mod docs;
mod interface;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::json;
use xtask::outcomes::{Called, End, FOLDER, Seen, hex};
use xtask::{artifacts, repo};

use self::interface::{ALL_OTHERS, Interface, PLAIN_ETHER};
use crate::report::{self, Outcome, table};

/// What the tests saw, unless the variable names another folder.
const DEFAULT_FOLDER: &str = "target/outcomes";
/// The only contract that isn't a program of its own folder.
const PROXY: &str = "proxy";

/// Compares what the last tests saw with what the contracts' documentation promises.
pub(crate) fn run() -> Result<Outcome> {
    let root = repo::root()?;
    let folder = env::var_os(FOLDER).map_or_else(|| default_folder(&root), PathBuf::from);
    compare(&root, &folder)
}

fn compare(root: &Path, folder: &Path) -> Result<Outcome> {
    let seen = seen(folder)?;
    let artifacts = artifacts::ensure()?;
    let mut contracts = Vec::new();
    for name in artifacts.programs().keys() {
        let path = artifacts.abi_path(name);
        let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
        let interface = Interface::of_json(&text).with_context(|| path.display().to_string())?;
        contracts.push(Contract::of_program(name, interface, &docs::of_program(root, name)?));
    }
    contracts.push(Contract::of_proxy(&docs::of_proxy(root)?)?);
    let outcome = tell(&contracts, &seen);
    Ok(match artifacts.programs().values().next() {
        Some(program) => outcome.with_toolchain(program.rustc.clone()),
        None => outcome,
    })
}

/// The same as a step of `test` and `ci`, of the tests that ran with [`fresh_folder`].
pub(super) fn check(root: &Path) -> Result<()> {
    let Outcome { verdict, text, .. } = compare(root, &default_folder(root))?;
    match verdict {
        report::Verdict::Ok => Ok(()),
        report::Verdict::Failed(reason) | report::Verdict::Impossible(reason) => bail!("{reason}\n{text}"),
    }
}

/// An empty folder for what the next tests see.
pub(super) fn fresh_folder(root: &Path) -> Result<PathBuf> {
    let folder = default_folder(root);
    let context = || format!("{} can't be emptied", folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(context)?;
    }
    fs::create_dir_all(&folder).with_context(context)?;
    Ok(folder)
}

fn default_folder(root: &Path) -> PathBuf {
    root.join(DEFAULT_FOLDER)
}

/// Everything that the files of the folder tell.
fn seen(folder: &Path) -> Result<BTreeSet<Seen>> {
    let context = || format!("{} can't be read: `cargo xtask test` fills it", folder.display());
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(context)?;
        // What follows the last line's end was cut off.
        let (whole, _) = text.rsplit_once('\n').unwrap_or_default();
        for line in whole.lines() {
            seen.insert(line.parse().with_context(|| path.display().to_string())?);
        }
    }
    if seen.is_empty() {
        bail!("{} is empty: `cargo xtask test` fills it", folder.display());
    }
    Ok(seen)
}

/// What can be called of a contract, and how each may end.
struct Contract {
    name: String,
    /// By what is called.
    functions: BTreeMap<Called, Function>,
    /// Names of the errors that are declared, by selector.
    errors: BTreeMap<[u8; 4], String>,
    /// Calls of anything else.
    others: Function,
    /// Whether those are another contract's, with outcomes of its own.
    passes_on: bool,
    /// Whether its own functions are another contract's, too, for some.
    shares_functions: bool,
    /// Where documentation and interface disagree.
    disagreements: Vec<(String, String)>,
}

struct Function {
    name: String,
    ends: BTreeSet<End>,
}

impl Contract {
    /// A contract of this interface, whose functions are documented to end with errors of these names.
    fn new(name: &str, interface: Interface, documented: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut contract = Self {
            name: name.to_owned(),
            functions: BTreeMap::new(),
            errors: interface.errors,
            others: Function { name: "no function".to_owned(), ends: BTreeSet::new() },
            passes_on: documented.contains_key(ALL_OTHERS),
            shares_functions: false,
            disagreements: Vec::new(),
        };
        for (called, function) in interface.functions {
            let mut ends = BTreeSet::from([End::Success]);
            if function.can_be_malformed {
                ends.insert(End::Silent);
            }
            match documented.get(&function.name) {
                // The function of whom other calls are left to.
                None if contract.passes_on => continue,
                None => contract.disagrees(&function.name, "has no route, or no documentation"),
                Some(errors) => ends.extend(contract.ends(&function.name, errors)),
            }
            contract.functions.insert(called, Function { name: function.name, ends });
        }
        contract
    }

    /// The ends that errors of these names are, where a function documents them.
    fn ends(&mut self, function: &str, errors: &BTreeSet<String>) -> BTreeSet<End> {
        let mut ends = BTreeSet::new();
        for error in errors {
            match self.selector(error) {
                Some(selector) => {
                    ends.insert(End::Error(selector));
                }
                None => self
                    .disagrees(function, &format!("documents {error}, which the interface doesn't declare")),
            }
        }
        ends
    }

    /// A program: what isn't its function reverts without a word, unless it takes plain Ether, or leaves other calls to
    /// another program.
    fn of_program(name: &str, interface: Interface, documented: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut contract = Self::new(name, interface, documented);
        let mut nothing = BTreeSet::from([End::Silent]);
        contract.others.ends.insert(End::Silent);
        if let Some(errors) = documented.get(ALL_OTHERS) {
            let ends = contract.ends(ALL_OTHERS, errors);
            nothing.extend(ends.iter().copied());
            contract.others.name = ALL_OTHERS.to_owned();
            contract.others.ends.extend(ends.into_iter().chain([End::Success]));
        }
        if let Some(errors) = documented.get(PLAIN_ETHER) {
            nothing.extend(contract.ends(PLAIN_ETHER, errors).into_iter().chain([End::Success]));
        }
        let nothing = Function { name: "less than a selector".to_owned(), ends: nothing };
        contract.functions.insert(Called::Nothing, nothing);
        contract
    }

    /// The proxy: for anyone but its admin its functions are the implementation's, which has none of their selectors.
    fn of_proxy(text: &docs::Declared) -> Result<Self> {
        let interface = Interface::of_declarations(&text.declarations)?;
        let mut contract = Self::new(PROXY, interface, &text.errors);
        (contract.passes_on, contract.shares_functions) = (true, true);
        Ok(contract)
    }

    fn selector(&self, error: &str) -> Option<[u8; 4]> {
        self.errors.iter().find(|(_, name)| *name == error).map(|(selector, _)| *selector)
    }

    fn disagrees(&mut self, about: &str, problem: &str) {
        self.disagreements.push((about.to_owned(), problem.to_owned()));
    }

    /// How an end is called here.
    fn name_of(&self, end: End) -> String {
        match end {
            End::Success => "success".to_owned(),
            End::Error(selector) => self
                .errors
                .get(&selector)
                .cloned()
                .unwrap_or_else(|| format!("an error that isn't declared, {}", hex(selector))),
            End::Silent => "no data".to_owned(),
            End::Garbled => "data that is no error".to_owned(),
            End::Trap => "a trap".to_owned(),
        }
    }

    /// Whether some function is documented to end with this error.
    fn raises(&self, selector: [u8; 4]) -> bool {
        let functions = self.functions.values().chain([&self.others]);
        functions.into_iter().any(|function| function.ends.contains(&End::Error(selector)))
    }

    /// Whether the other has the same interface: a program and the extension that it leaves calls to.
    fn is_beside(&self, other: &Self) -> bool {
        let extends = |whole: &Self, part: &Self| part.name.strip_suffix("-extension") == Some(&whole.name);
        extends(self, other) || extends(other, self)
    }

    /// What there is to say of this contract, one of `all`.
    fn rows(&self, all: &[Self], seen: &BTreeSet<Seen>) -> Vec<Row> {
        let row = |function: &str, outcome: String, problem: Option<&str>| Row {
            contract: self.name.clone(),
            function: function.to_owned(),
            outcome,
            problem: problem.map(str::to_owned),
        };
        let mut rows: Vec<_> = self
            .disagreements
            .iter()
            .map(|(about, problem)| row(about, String::new(), Some(problem)))
            .collect();
        let beside = all.iter().find(|other| self.is_beside(other));
        for (selector, error) in &self.errors {
            if !self.raises(*selector) && !beside.is_some_and(|other| other.raises(*selector)) {
                rows.push(row(error, String::new(), Some("is declared, and no function documents it")));
            }
        }
        let of_contract = seen.iter().filter(|seen| seen.contract == self.name);
        let ends: BTreeSet<_> = of_contract.map(|seen| (seen.called, seen.end)).collect();
        for (called, function) in &self.functions {
            for end in &function.ends {
                let problem = (!ends.contains(&(*called, *end))).then_some("is promised, and no test saw it");
                rows.push(row(&function.name, self.name_of(*end), problem));
            }
        }
        let is_unknown = |called: &Called| !self.functions.contains_key(called);
        for promised in &self.others.ends {
            // Of any selector that there is no function of.
            let seen = ends.iter().any(|(called, end)| is_unknown(called) && end == promised);
            let problem = (!seen).then_some("is promised, and no test saw it");
            rows.push(row(&self.others.name, self.name_of(*promised), problem));
        }
        for (called, end) in &ends {
            let function = self.functions.get(called);
            let expected = match (function, end) {
                (Some(function), _) if function.ends.contains(end) => true,
                (Some(_), End::Error(selector)) => {
                    self.shares_functions && !self.errors.contains_key(selector)
                }
                (Some(_), End::Silent) => self.shares_functions,
                (Some(_), _) => false,
                (None, End::Silent) => true,
                (None, _) => self.passes_on,
            };
            if !expected {
                let name = match (function, called) {
                    (Some(function), _) => function.name.clone(),
                    (None, Called::Function(selector)) => hex(*selector),
                    (None, called) => format!("{called:?}"),
                };
                rows.push(row(&name, self.name_of(*end), Some("was seen, and isn't documented")));
            }
        }
        rows
    }
}

/// One way in which one function ends.
struct Row {
    contract: String,
    function: String,
    outcome: String,
    problem: Option<String>,
}

fn tell(contracts: &[Contract], seen: &BTreeSet<Seen>) -> Outcome {
    let rows: Vec<_> = contracts.iter().flat_map(|contract| contract.rows(contracts, seen)).collect();
    let line = |contract: &Contract| {
        let of_contract = || rows.iter().filter(|row| row.contract == contract.name);
        let problems = of_contract().filter(|row| row.problem.is_some()).count();
        [
            contract.name.clone(),
            contract.functions.len().to_string(),
            (of_contract().count() - problems).to_string(),
            problems.to_string(),
        ]
    };
    let mut text =
        table(["contract", ">functions", ">ends as promised", ">gaps"], contracts.iter().map(line));
    for row in &rows {
        if let Some(problem) = &row.problem {
            text += &format!("\n{}: {}", row.contract, row.function);
            if !row.outcome.is_empty() {
                text += &format!(": {}", row.outcome);
            }
            text += &format!(" {problem}");
        }
    }
    let problems = rows.iter().filter(|row| row.problem.is_some()).count();
    let report = rows
        .iter()
        .map(|row| {
            json!({
                "contract": row.contract,
                "function": row.function,
                "outcome": row.outcome,
                "ok": row.problem.is_none(),
                "problem": row.problem,
            })
        })
        .collect();
    let reason = (problems > 0).then(|| format!("{problems} of {} outcomes", rows.len()));
    Outcome::new(report, text).failed_if(reason)
}

#[cfg(test)]
mod tests;
