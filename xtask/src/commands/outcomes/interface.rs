//! The functions and errors of a contract, from its JSON ABI or from declarations in Solidity.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use sha3::{Digest, Keccak256};
use xtask::outcomes::{Called, Selector};

/// What a contract answers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Interface {
    pub(super) functions: BTreeMap<Called, Function>,
    /// Names of errors by selector.
    pub(super) errors: BTreeMap<Selector, String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Whether there are calls of it that aren't as it wants them: with arguments of other types, or with Ether.
    pub(super) can_be_malformed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    inputs: Vec<Parameter>,
    #[serde(default)]
    state_mutability: String,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    components: Vec<Parameter>,
}

impl Interface {
    /// Of a JSON ABI, a bare array.
    pub(super) fn of_json(text: &str) -> Result<Self> {
        let items: Vec<Item> = serde_json::from_str(text).context("it is no JSON ABI")?;
        let mut interface = Self::default();
        for item in items {
            let types: Vec<_> = item.inputs.iter().map(Parameter::canonical).collect();
            let is_payable = item.state_mutability == "payable";
            interface.add(&item.kind, item.name, &types.join(","), is_payable);
        }
        Ok(interface)
    }

    /// Of declarations such as `function name(address, bytes data) external;`, without structs, and of `creation`, which
    /// stands for the constructor.
    pub(super) fn of_declarations(lines: &[String]) -> Result<Self> {
        let mut interface = Self::default();
        for line in lines {
            if line == CREATION {
                let function = Function { name: line.clone(), can_be_malformed: false };
                interface.functions.insert(Called::Creation, function);
                continue;
            }
            let (kind, name, types, rest) =
                parts(line).with_context(|| format!("`{line}` declares nothing"))?;
            interface.add(kind, name.to_owned(), &types, rest.contains("payable"));
        }
        Ok(interface)
    }

    fn add(&mut self, kind: &str, name: String, types: &str, is_payable: bool) {
        let selector = selector(&format!("{name}({types})"));
        match kind {
            "function" => {
                let can_be_malformed = !types.is_empty() || !is_payable;
                let function = Function { name, can_be_malformed };
                self.functions.insert(Called::Function(selector), function);
            }
            "error" => {
                self.errors.insert(selector, name);
            }
            _ => {}
        }
    }
}

/// What the constructor is called among declarations.
pub(super) const CREATION: &str = "creation";

/// What the taking of plain Ether is called among functions.
pub(super) const PLAIN_ETHER: &str = "plain Ether";

/// What is called among functions what answers the calls that are of no function.
pub(super) const ALL_OTHERS: &str = "any other function";

/// Kind, name, types of the parameters, and what follows them.
fn parts(line: &str) -> Option<(&str, &str, String, &str)> {
    let (kind, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once('(')?;
    let (parameters, rest) = rest.split_once(')')?;
    let types =
        parameters.split(',').map(|parameter| parameter.split_whitespace().next().unwrap_or_default());
    Some((kind, name, types.collect::<Vec<_>>().join(","), rest))
}

impl Parameter {
    /// The type as selectors are made of it.
    fn canonical(&self) -> String {
        match self.kind.strip_prefix("tuple") {
            Some(array) => {
                let fields: Vec<_> = self.components.iter().map(Self::canonical).collect();
                format!("({}){array}", fields.join(","))
            }
            None => self.kind.clone(),
        }
    }
}

/// The first four bytes of the signature's Keccak-256.
pub(super) fn selector(signature: &str) -> Selector {
    let hash = Keccak256::digest(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_those_of_solidity() {
        // As everybody knows them.
        assert_eq!(selector("transfer(address,uint256)"), [0xa9, 0x05, 0x9c, 0xbb]);
        assert_eq!(selector("Error(string)"), [0x08, 0xc3, 0x79, 0xa0]);
    }

    #[test]
    fn json_and_declarations_say_the_same() {
        let json = r#"[
            {"type": "function", "name": "transfer", "stateMutability": "nonpayable",
             "inputs": [{"name": "to", "type": "address"}, {"name": "value", "type": "uint256"}]},
            {"type": "function", "name": "deposit", "stateMutability": "payable", "inputs": []},
            {"type": "error", "name": "TooLittle", "inputs": [{"name": "left", "type": "uint256"}]},
            {"type": "event", "name": "Moved", "inputs": [], "anonymous": false}
        ]"#;
        let lines = [
            "function transfer(address to, uint256 value) external returns (bool);",
            "function deposit() external payable;",
            "error TooLittle(uint256 left);",
            "event Moved();",
        ];
        let interface = Interface::of_json(json).unwrap();
        assert_eq!(interface, Interface::of_declarations(&lines.map(str::to_owned)).unwrap());
        let transfer = Called::Function([0xa9, 0x05, 0x9c, 0xbb]);
        assert!(interface.functions[&transfer].can_be_malformed);
        let deposit = interface.functions.values().find(|function| function.name == "deposit").unwrap();
        assert!(!deposit.can_be_malformed);
        assert_eq!(interface.errors.values().collect::<Vec<_>>(), ["TooLittle"]);
        assert!(Interface::of_declarations(&["function".to_owned()]).is_err());
        assert!(Interface::of_json("{}").is_err());
    }

    #[test]
    fn structs_are_spelled_out() {
        let json = r#"[{"type": "function", "name": "f", "stateMutability": "nonpayable", "inputs": [
            {"name": "a", "type": "tuple[]", "components": [
                {"name": "x", "type": "bytes32"}, {"name": "y", "type": "uint64"}]},
            {"name": "b", "type": "bytes"}]}]"#;
        let interface = Interface::of_json(json).unwrap();
        let called = Called::Function(selector("f((bytes32,uint64)[],bytes)"));
        assert!(interface.functions.contains_key(&called), "{interface:?}");
    }
}
