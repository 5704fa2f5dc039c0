//! One function, event or error of an ABI: read from a line as people write it, or from JSON, and compared.

use std::fmt;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A function, event or error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    kind: Kind,
    name: String,
    inputs: Vec<Parameter>,
    /// Of functions: `view`, `pure`, `payable`, or nothing.
    mutability: String,
    outputs: Vec<Parameter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Function,
    Event,
    Error,
}

/// A parameter, a returned value or a field; tuples are written by their components' types.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter {
    solidity_type: String,
    indexed: bool,
    name: String,
}

impl Entry {
    /// Reads `function name(type name, …) view → (type name, …)`, `event name(type indexed name, …)` or `error name(…)`.
    pub(super) fn parse(line: &str) -> Result<Self> {
        Self::of_line(line.trim()).with_context(|| format!("`{line}` is no function, event or error"))
    }

    fn of_line(line: &str) -> Option<Self> {
        let (kind, rest) = line.split_once(' ')?;
        let kind = Kind::of(kind)?;
        let (name, rest) = rest.split_once('(')?;
        let (inputs, rest) = parameters(rest)?;
        let (mutability, outputs) = match rest.split_once('→') {
            Some((mutability, outputs)) => {
                let (outputs, rest) = parameters(outputs.trim().strip_prefix('(')?)?;
                rest.is_empty().then_some((mutability.trim(), outputs))?
            }
            None => (rest.trim(), Vec::new()),
        };
        let known = match kind {
            Kind::Function => matches!(mutability, "" | "view" | "pure" | "payable"),
            Kind::Event | Kind::Error => rest.is_empty(),
        };
        let name = name.to_owned();
        known.then(|| Self { kind, name, inputs, mutability: mutability.to_owned(), outputs })
    }

    /// Reads an item of a JSON ABI; constructors and the like have no line.
    pub(super) fn of_json(item: &Value) -> Result<Option<Self>> {
        let Some(kind) = item["type"].as_str().and_then(Kind::of) else { return Ok(None) };
        let name = item["name"].as_str().context("an item without a name")?.to_owned();
        let read = |list: &str| -> Result<Vec<Parameter>> {
            item[list].as_array().into_iter().flatten().map(Parameter::of_json).collect()
        };
        let mutability = match item["stateMutability"].as_str() {
            Some("nonpayable") | None => "",
            Some(other) => other,
        };
        let mutability = mutability.to_owned();
        Ok(Some(Self { kind, name, inputs: read("inputs")?, mutability, outputs: read("outputs")? }))
    }

    /// Whether who knows this entry can use that one: the same types, names, mutability and indexed fields.
    ///
    /// What has no name here may have one there.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let all = |ours: &[Parameter], theirs: &[Parameter]| {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| ours.fits(theirs))
        };
        self.is_called_as(other)
            && self.mutability == other.mutability
            && all(&self.inputs, &other.inputs)
            && all(&self.outputs, &other.outputs)
    }

    /// Whether both are of one kind and have one name.
    pub(super) fn is_called_as(&self, other: &Self) -> bool {
        (self.kind, &self.name) == (other.kind, &other.name)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |parameters: &[Parameter]| {
            parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        write!(to, "{} {}({})", self.kind.word(), self.name, list(&self.inputs))?;
        if !self.mutability.is_empty() {
            write!(to, " {}", self.mutability)?;
        }
        if !self.outputs.is_empty() {
            write!(to, " → ({})", list(&self.outputs))?;
        }
        Ok(())
    }
}

impl Kind {
    fn of(word: &str) -> Option<Self> {
        [Self::Function, Self::Event, Self::Error].into_iter().find(|kind| kind.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Event => "event",
            Self::Error => "error",
        }
    }
}

impl Parameter {
    /// Reads `type`, `type name` or `type indexed name`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let solidity_type = words.next()?.to_owned();
        let rest: Vec<_> = words.collect();
        let (indexed, name) = match rest[..] {
            [] => (false, ""),
            ["indexed"] => (true, ""),
            ["indexed", name] => (true, name),
            [name] => (false, name),
            _ => return None,
        };
        Some(Self { solidity_type, indexed, name: name.to_owned() })
    }

    fn of_json(item: &Value) -> Result<Self> {
        let name = item["name"].as_str().unwrap_or_default().to_owned();
        Ok(Self { solidity_type: solidity_type(item)?, indexed: item["indexed"] == true, name })
    }

    fn fits(&self, other: &Self) -> bool {
        (&self.solidity_type, self.indexed) == (&other.solidity_type, other.indexed)
            && (self.name.is_empty() || self.name == other.name)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.solidity_type)?;
        if self.indexed {
            to.write_str(" indexed")?;
        }
        if !self.name.is_empty() {
            write!(to, " {}", self.name)?;
        }
        Ok(())
    }
}

/// The canonical type of a parameter in a JSON ABI.
fn solidity_type(item: &Value) -> Result<String> {
    let written = item["type"].as_str().context("a parameter without a type")?;
    let Some(arrays) = written.strip_prefix("tuple") else { return Ok(written.to_owned()) };
    let Some(components) = item["components"].as_array() else { bail!("a tuple without components") };
    let types: Vec<_> = components.iter().map(solidity_type).collect::<Result<_>>()?;
    Ok(format!("({}){arrays}", types.join(",")))
}

/// Reads parameters up to the parenthesis that closes them, and what stands behind it.
fn parameters(text: &str) -> Option<(Vec<Parameter>, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth > 0 => depth -= 1,
            ')' if found.is_empty() && text[start..at].trim().is_empty() => {
                return Some((found, &text[at + 1..]));
            }
            ',' | ')' if depth == 0 => {
                found.push(Parameter::parse(&text[start..at])?);
                start = at + 1;
                if character == ')' {
                    return Some((found, &text[start..]));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_are_written_as_they_were_read() {
        for line in [
            "function createToken(bytes32 credentialId, string name) payable → (address tokenAddress)",
            "function getPoolInfo(address pool) view → ((address,address,(uint256,bool)[]) info)",
            "function allPools(uint256) view → (address)",
            "function pause()",
            "event Transfer(address indexed from, address indexed to, uint256 value)",
            "event Launched()",
            "error OnlyPool()",
        ] {
            assert_eq!(Entry::parse(line).unwrap().to_string(), line);
        }
    }

    #[test]
    fn what_is_no_entry_is_refused_with_the_line() {
        for line in [
            "",
            "function",
            "function f(",
            "function f(uint256",
            "function f(uint256,)",
            "function f(uint256 a b c)",
            "function f() external",
            "function f() view → uint256",
            "function f() → (uint256) more",
            "event E(uint256 a) view",
            "modifier onlyOwner()",
        ] {
            let error = Entry::parse(line).unwrap_err().to_string();
            assert!(error.contains(line), "{error}");
        }
    }

    #[test]
    fn json_says_the_same_as_the_line() {
        let function = json!({
            "type": "function", "name": "getPoolInfo", "stateMutability": "view",
            "inputs": [{"name": "pool", "type": "address"}],
            "outputs": [{"name": "info", "type": "tuple[2]", "components": [
                {"name": "token", "type": "address"},
                {"name": "rest", "type": "tuple", "components": [{"name": "a", "type": "uint8"}]},
            ]}],
        });
        let line = "function getPoolInfo(address pool) view → ((address,(uint8))[2] info)";
        assert_eq!(Entry::of_json(&function).unwrap(), Some(Entry::parse(line).unwrap()));
        let event = json!({
            "type": "event", "name": "Paused", "anonymous": false,
            "inputs": [{"name": "account", "type": "address", "indexed": true}],
        });
        let line = "event Paused(address indexed account)";
        assert_eq!(Entry::of_json(&event).unwrap(), Some(Entry::parse(line).unwrap()));
        let plain =
            json!({"type": "function", "name": "pause", "inputs": [], "stateMutability": "nonpayable"});
        assert_eq!(Entry::of_json(&plain).unwrap(), Some(Entry::parse("function pause()").unwrap()));
        assert_eq!(Entry::of_json(&json!({"type": "constructor", "inputs": []})).unwrap(), None);
        assert!(Entry::of_json(&json!({"type": "error", "inputs": []})).is_err());
    }

    #[test]
    fn entries_fit_only_if_nothing_that_callers_see_differs() {
        let fit = |earlier: &str, now: &str| Entry::parse(earlier).unwrap().fits(&Entry::parse(now).unwrap());
        let earlier = "function f(uint256 a) view → (bool ok)";
        assert!(fit(earlier, earlier));
        assert!(fit("function f(uint256) view → (bool)", earlier));
        for now in [
            "function g(uint256 a) view → (bool ok)",
            "function f(uint128 a) view → (bool ok)",
            "function f(uint256 b) view → (bool ok)",
            "function f(uint256 a, uint256 b) view → (bool ok)",
            "function f(uint256 a) → (bool ok)",
            "function f(uint256 a) view → (bool)",
            "function f(uint256 a) view",
            "event f(uint256 a)",
        ] {
            assert!(!fit(earlier, now), "{now}");
        }
        assert!(!fit("event E(address indexed a)", "event E(address a)"));
    }
}
