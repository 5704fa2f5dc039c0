//! What was measured, and what is wrong with it by itself.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// Who else has some of the operations, as the measurement names them.
pub(super) const PEERS: [&str; 5] =
    ["earlier system", "OpenZeppelin", "solady", "Uniswap v2 by its router", "Uniswap v2's pair alone"];

/// Those of them that have tokens, and those that have markets.
pub(super) const PEERS_OF_TOKENS: [&str; 3] = [PEERS[0], PEERS[1], PEERS[2]];
pub(super) const PEERS_OF_MARKETS: [&str; 3] = [PEERS[0], PEERS[3], PEERS[4]];

/// What the measurement prints.
#[derive(Debug, Deserialize)]
pub(super) struct Measured {
    /// The functions of each contract, by signature.
    functions: BTreeMap<String, Vec<String>>,
    rows: Vec<Row>,
    pub(super) breakdowns: Vec<Breakdown>,
    /// How far our pools did as Uniswap v2's own code, if that was there.
    agreement: Option<Agreement>,
}

/// The steps of histories that our pools and Uniswap v2's own code went through alike.
#[derive(Debug, Deserialize)]
pub(super) struct Agreement {
    /// All steps, refused ones included.
    steps: u64,
    /// How many succeeded, by their kind.
    succeeded: BTreeMap<String, u64>,
}

impl Agreement {
    /// In a sentence.
    pub(super) fn sentence(&self) -> String {
        let Self { steps, succeeded } = self;
        let kinds: Vec<_> = succeeded.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let count: u64 = succeeded.values().sum();
        format!(
            "{steps} steps, {count} of them not refused, agree with Uniswap v2's own code: {}",
            kinds.join(", ")
        )
    }
}

/// What a function costs in one case, with cached programs or without.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Row {
    contract: String,
    function: String,
    case: String,
    cached: bool,
    /// Gas of the whole transaction.
    pub(super) gas: u64,
    pub(super) budget: Option<u64>,
    /// What it costs others, as recorded.
    peer: BTreeMap<String, u64>,
    /// What it cost others on the same chain in the same run, if they were measured.
    live: BTreeMap<String, u64>,
}

/// What one transaction consists of.
#[derive(Debug, Deserialize)]
pub(super) struct Breakdown {
    pub(super) operation: String,
    pub(super) gas: u64,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Part {
    pub(super) who: String,
    pub(super) what: String,
    pub(super) count: u64,
    pub(super) gas: f64,
}

/// A function in one case.
pub(super) struct Case<'a> {
    pub(super) uncached: &'a Row,
    pub(super) cached: &'a Row,
}

impl Case<'_> {
    pub(super) fn contract(&self) -> &str {
        &self.cached.contract
    }

    pub(super) fn function(&self) -> &str {
        &self.cached.function
    }

    /// The function's name.
    pub(super) fn name(&self) -> &str {
        self.function().split('(').next().unwrap_or_default()
    }

    pub(super) fn case(&self) -> &str {
        &self.cached.case
    }

    pub(super) fn peers(&self) -> &BTreeMap<String, u64> {
        &self.cached.peer
    }

    pub(super) fn live(&self) -> &BTreeMap<String, u64> {
        &self.cached.live
    }

    /// Whether it is of the market: the pools and their factory.
    pub(super) fn is_of_the_market(&self) -> bool {
        self.contract().starts_with("pool")
    }
}

impl Measured {
    /// The contracts that have rows or functions.
    pub(super) fn contracts(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// What our pools and Uniswap v2's own code agreed in.
    pub(super) fn agreement(&self) -> Result<&Agreement> {
        self.agreement.as_ref().context("nothing was compared with Uniswap v2's own code")
    }

    /// The rows in pairs, contract by contract, functions in the order of their names, cases in that of the history.
    pub(super) fn cases(&self) -> Vec<Case<'_>> {
        let pairs = self.rows.iter().filter(|row| !row.cached).filter_map(|uncached| {
            let same = |row: &&Row| row.cached && row.key() == uncached.key();
            Some(Case { uncached, cached: self.rows.iter().find(same)? })
        });
        let mut cases: Vec<_> = pairs.collect();
        cases.sort_by(|one, other| {
            (one.contract(), one.function()).cmp(&(other.contract(), other.function()))
        });
        cases
    }

    /// What fails whatever the snapshots say: functions without a row, rows without a function, budgets exceeded.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (contract, functions) in &self.functions {
            let declared: BTreeSet<_> = functions.iter().map(String::as_str).collect();
            let of_contract = self.rows.iter().filter(|row| row.contract == *contract);
            for cached in [false, true] {
                let measured: BTreeSet<_> = of_contract
                    .clone()
                    .filter(|row| row.cached == cached)
                    .map(|row| row.function.as_str())
                    .collect();
                let how = if cached { "cached" } else { "uncached" };
                let missing = declared.difference(&measured);
                problems
                    .extend(missing.map(|function| format!("{contract}: {function} isn't measured {how}")));
                let foreign = measured.difference(&declared);
                problems.extend(foreign.map(|function| format!("{contract} has no {function} to measure")));
            }
        }
        for row in self.rows.iter().filter(|row| row.budget.is_some_and(|budget| row.gas > budget)) {
            let how = if row.cached { "with cached programs" } else { "uncached" };
            let budget = row.budget.unwrap_or_default();
            let Row { contract, function, case, gas, .. } = row;
            problems.push(format!(
                "{contract}: {function}, `{case}`, takes {gas} gas {how}, of a budget of {budget}"
            ));
        }
        problems.sort();
        problems.dedup();
        problems
    }

    /// The rows as they are reported.
    pub(super) fn report(&self) -> Vec<Value> {
        let rows = self.rows.iter().map(|row| {
            json!({
                "contract": row.contract,
                "function": row.function,
                "case": row.case,
                "cached": row.cached,
                "gas": row.gas,
                "budget": row.budget,
                "peer": row.peer,
                "live": row.live,
            })
        });
        let agreement = self.agreement.iter().map(|Agreement { steps, succeeded }| {
            json!({ "agreement": "Uniswap v2", "steps": steps, "succeeded": succeeded })
        });
        rows.chain(agreement).collect()
    }
}

impl Row {
    fn key(&self) -> (&str, &str, &str) {
        (&self.contract, &self.function, &self.case)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A token with two functions, of which one is measured in two cases.
    pub(crate) fn measured() -> Value {
        let row = |case: &str, cached: bool, gas: u64, budget: Option<u64>| {
            json!({
                "contract": "token", "function": "send(uint256)", "case": case, "cached": cached, "gas": gas,
                "budget": budget, "peer": { "solady": 30_000 }, "live": {},
            })
        };
        json!({
            "functions": { "token": ["send(uint256)"] },
            "rows": [
                row("later", false, 50_000, None),
                row("later", true, 34_000, Some(34_000)),
                row("first", false, 70_000, None),
                row("first", true, 54_000, None),
            ],
            "breakdowns": [{
                "operation": "send", "gas": 34_000,
                "parts": [
                    { "who": "transaction", "what": "base and calldata", "count": 1, "gas": 21_000 },
                    { "who": "token", "what": "own code", "count": 2, "gas": 12_990.4 },
                    { "who": "token", "what": "msg_sender", "count": 3, "gas": 9.6 },
                ],
            }],
        })
    }

    pub(crate) fn parsed(value: Value) -> Measured {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn rows_come_in_pairs_and_all_is_well() {
        let measured = parsed(measured());
        let cases: Vec<_> = measured
            .cases()
            .iter()
            .map(|case| (case.name().to_owned(), case.case().to_owned(), case.uncached.gas, case.cached.gas))
            .collect();
        let expected = [("send", "later", 50_000, 34_000), ("send", "first", 70_000, 54_000)];
        assert_eq!(cases, expected.map(|(name, case, one, two)| (name.into(), case.into(), one, two)));
        assert_eq!(measured.problems(), Vec::<String>::new());
        assert_eq!(measured.report().len(), 4);
        assert_eq!(measured.report()[1]["budget"], 34_000);
    }

    #[test]
    fn what_agreed_is_told() {
        let mut value = measured();
        assert!(parsed(value.clone()).agreement().is_err());
        value["agreement"] = json!({ "steps": 5, "succeeded": { "Sell": 1, "Buy": 2 } });
        let measured = parsed(value);
        let sentence = measured.agreement().unwrap().sentence();
        assert_eq!(
            sentence,
            "5 steps, 3 of them not refused, agree with Uniswap v2's own code: Buy 2, Sell 1"
        );
        assert_eq!(measured.report()[4]["succeeded"]["Buy"], 2);
    }

    #[test]
    fn a_function_without_a_row_fails() {
        let mut value = measured();
        value["functions"]["token"].as_array_mut().unwrap().push("burn()".into());
        value["functions"]["pool"] = json!(["sync()"]);
        let problems = parsed(value).problems();
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert!(problems.contains(&"token: burn() isn't measured cached".to_owned()), "{problems:?}");
        assert!(problems.contains(&"pool: sync() isn't measured uncached".to_owned()), "{problems:?}");
    }

    #[test]
    fn a_row_of_no_function_fails() {
        let mut value = measured();
        value["functions"]["token"] = json!([]);
        assert_eq!(parsed(value).problems(), ["token has no send(uint256) to measure"]);
    }

    #[test]
    fn a_unit_of_gas_over_the_budget_fails() {
        let mut value = measured();
        value["rows"][1]["gas"] = 34_001.into();
        let problems = parsed(value).problems();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("34001 gas with cached programs, of a budget of 34000"), "{problems:?}");
    }
}
