//! JSON ABIs, as compilers print them, and their comparison with what a contract exports.

use alloy_json_abi::{JsonAbi, Param, StateMutability};
use std::collections::{BTreeMap, BTreeSet};

/// What has a JSON ABI here, by folder of `contracts/` or, for the proxy, by its module.
pub const NAMES: &[&str] = &[
    "credential-registry",
    "credential-token",
    "pool",
    "pool-extension",
    "pool-factory",
    "proxy",
    "token-factory",
];

/// The functions, events and errors of the contract in the folder `name`, or `None` if it isn't one of [`NAMES`].
#[must_use]
pub fn of(name: &str) -> Option<JsonAbi> {
    Some(match name {
        "credential-registry" => crate::registry::ICredentialRegistry::abi::contract(),
        "credential-token" => crate::token::ICredentialToken::abi::contract(),
        // What is at a pool's address: the functions of its two programs.
        "pool" => crate::pool::ICredentialPool::abi::contract(),
        "pool-extension" => {
            let mut whole = crate::pool::ICredentialPool::abi::contract();
            whole.functions.retain(|name, _| !crate::pool::OWN_FUNCTIONS.contains(&name.as_str()));
            whole
        }
        "pool-factory" => crate::pool_factory::IPoolFactory::abi::contract(),
        "proxy" => crate::proxy::IProxy::abi::contract(),
        "token-factory" => crate::factory::ICredentialTokenFactory::abi::contract(),
        _ => return None,
    })
}

/// The interface of the contract in the folder `name` in Solidity, called `interface`, for contracts that don't leave the
/// export to the SDK; or `None` if it isn't one of [`NAMES`].
#[must_use]
pub fn solidity(name: &str, interface: &str) -> Option<String> {
    // JSON spells structs out where Solidity needs their names.
    let structs = match name {
        "credential-registry" => crate::registry::structs(),
        "pool" | "pool-extension" => crate::pool::structs(),
        "pool-factory" => crate::pool_factory::structs(),
        _ => Vec::new(),
    };
    let mut text = of(name)?.to_sol(interface, None);
    let mut declarations = String::new();
    for declared in structs {
        let (name, fields) = declared.strip_suffix(')')?.split_once('(')?;
        let types: Vec<_> = fields.split(',').filter_map(|field| field.split(' ').next()).collect();
        text = text.replace(&format!("({})", types.join(", ")), name);
        let fields = fields.replace(',', ";\n        ");
        declarations += &format!("    struct {name} {{\n        {fields};\n    }}\n\n");
    }
    let (head, items) = text.split_once('\n')?;
    Some(format!("{head}\n{declarations}{items}"))
}

/// Where an interface as the SDK exports it (Solidity text) differs from what is declared here: functions by name, types
/// and mutability, errors by name and types; structs by the types of their fields. Names of parameters and events don't
/// matter: the SDK exports no events.
#[must_use]
pub fn differences(exported: &str, declared: &JsonAbi) -> Vec<String> {
    let structs: BTreeMap<&str, String> = exported.lines().filter_map(structure).collect();
    let exported: BTreeSet<String> = exported.lines().filter_map(|line| item(line, &structs)).collect();
    let functions = declared.functions().map(|f| {
        let name = &f.name;
        format!("function {name}({}) {:?} ({})", types(&f.inputs), f.state_mutability, types(&f.outputs))
    });
    let errors = declared.errors().map(|e| format!("error {}({})", e.name, types(&e.inputs)));
    let declared: BTreeSet<String> = functions.chain(errors).collect();
    let missing = declared.difference(&exported).map(|item| format!("declared, not exported: {item}"));
    let foreign = exported.difference(&declared).map(|item| format!("exported, not declared: {item}"));
    missing.chain(foreign).collect()
}

/// The types of parameters; of structs, the types of their fields.
fn types(params: &[Param]) -> String {
    params.iter().map(|param| param.selector_type().into_owned()).collect::<Vec<_>>().join(",")
}

/// The name of a struct of an exported interface, and the types of its fields.
fn structure(line: &str) -> Option<(&str, String)> {
    let (name, fields) = line.trim().strip_prefix("struct ")?.strip_suffix(";}")?.split_once(" {")?;
    let types = fields.split(';').filter_map(|field| field.split_whitespace().next());
    Some((name, format!("({})", types.collect::<Vec<_>>().join(","))))
}

/// A function or an error of an exported interface, in the form that `differences` compares.
fn item(line: &str, structs: &BTreeMap<&str, String>) -> Option<String> {
    let line = line.trim().strip_suffix(';')?;
    let (kind, rest) = line.split_once(' ')?;
    let (name, rest) = rest.split_once('(')?;
    let (inputs, rest) = rest.split_once(')')?;
    let bare = |params: &str| {
        // `string calldata name` is a `string`
        let types = params.split(',').map(|param| param.split_whitespace().next().unwrap_or_default());
        let types = types.map(|name| structs.get(name).map_or(name, String::as_str));
        types.collect::<Vec<_>>().join(",")
    };
    match kind {
        "error" => Some(format!("error {name}({})", bare(inputs))),
        "function" => {
            let mutability = match rest.split_whitespace().nth(1) {
                Some("view") => StateMutability::View,
                Some("pure") => StateMutability::Pure,
                Some("payable") => StateMutability::Payable,
                _ => StateMutability::NonPayable,
            };
            let outputs =
                rest.split_once('(').and_then(|(_, outputs)| outputs.strip_suffix(')')).unwrap_or_default();
            Some(format!("function {name}({}) {mutability:?} ({})", bare(inputs), bare(outputs)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPORTED: &str = "
interface IProxy {
    function announceProxyCall(bytes calldata call) external;

    function cancelProxyCall() external;

    function changeAdmin(address new_admin) external;

    function lockUpgrades() external;

    function upgradeToAndCall(address implementation, bytes calldata data) external;

    error ERC1967InvalidAdmin(address);

    error ERC1967InvalidImplementation(address);

    error ERC1967NonPayable();

    error ERC1967ProxyUninitialized();

    error ProxyAlreadyLocked();

    error ProxyCallNotAnnounced(bytes32);

    error ProxyCallTooEarly(bytes32, uint256);

    error ProxyCallTooLate(bytes32, uint256);

    error ProxyMalformedCall();

    error ProxyNothingAnnounced();
}
";

    #[test]
    fn every_name_has_an_abi_and_no_other() {
        for name in NAMES {
            assert!(of(name).is_some_and(|abi| abi.functions().next().is_some()), "{name}");
        }
        assert_eq!(of("nonsense"), None);
    }

    #[test]
    fn the_proxy_takes_no_selector_from_the_contracts_behind_it() {
        let proxy: BTreeSet<_> =
            of("proxy").unwrap().functions().map(|function| function.selector()).collect();
        for name in NAMES.iter().filter(|name| **name != "proxy") {
            for function in of(name).unwrap().functions() {
                assert!(!proxy.contains(&function.selector()), "{name}: {}", function.signature());
            }
        }
    }

    #[test]
    fn solidity_names_structs_and_declares_them() {
        let text = solidity("credential-registry", "ICredentialRegistry").unwrap();
        assert!(text.starts_with("interface ICredentialRegistry {\n    struct "), "{text}");
        for item in [
            "    struct CredentialRebind {\n        bytes32 credentialId;\n        address newHolder;\n",
            "function registerCredential(CredentialAttestation memory a, address issuer, bytes memory signature)",
            "function getCredential(bytes32 credentialId) external view returns (Credential memory credential);",
            "event CredentialRebound(",
            "error NothingToRestore(bytes32 credentialId);",
        ] {
            assert_eq!(text.matches(item).count(), 1, "{item} in\n{text}");
        }
        assert!(!text.contains("(("), "{text}");
        let text = solidity("pool-factory", "IPoolFactory").unwrap();
        for item in [
            "    struct PoolInfo {\n        address token;\n        address creator;\n        uint256 createdAt;\n",
            "function getPoolInfo(address pool) external view returns (PoolInfo memory info);",
        ] {
            assert_eq!(text.matches(item).count(), 1, "{item} in\n{text}");
        }
        assert_eq!(solidity("proxy", "IProxy").map(|text| text.contains("struct")), Some(false));
        assert_eq!(solidity("nonsense", "INonsense"), None);
    }

    #[test]
    fn each_function_of_a_pool_is_of_one_of_its_programs() {
        let names = |folder| of(folder).unwrap().functions().map(|f| f.name.clone()).collect::<BTreeSet<_>>();
        let own: BTreeSet<String> = crate::pool::OWN_FUNCTIONS.map(String::from).into();
        assert_eq!(own.len(), crate::pool::OWN_FUNCTIONS.len(), "each once");
        let (pool, extension) = (names("pool"), names("pool-extension"));
        assert!(own.is_disjoint(&extension));
        assert_eq!(own.union(&extension).cloned().collect::<BTreeSet<_>>(), pool);
    }

    #[test]
    fn differences_are_none_between_the_same() {
        assert_eq!(differences(EXPORTED, &of("proxy").unwrap()), Vec::<String>::new());
    }

    #[test]
    fn differences_look_into_structs() {
        let mut declared = of("proxy").unwrap();
        let point = JsonAbi::parse(["function move((uint256,uint8) p) external"]);
        declared.functions.extend(point.unwrap().functions);
        let structs =
            "    struct Point {uint256 x;uint8 y;}\n    function move(Point calldata p) external;\n}";
        let exported = EXPORTED.replace('}', structs);
        assert_eq!(differences(&exported, &declared), Vec::<String>::new());
        assert_eq!(differences(&exported.replace("uint8 y", "uint16 y"), &declared).len(), 2);
    }

    #[test]
    fn differences_tell_types_mutability_returns_names_and_errors_apart() {
        let others = [
            ("(address new_admin) external", "(uint256 new_admin) external"),
            ("(address new_admin) external", "(address new_admin) external view"),
            ("(address new_admin) external", "(address new_admin) external returns (bool)"),
            ("changeAdmin", "change_admin"),
            ("ERC1967InvalidAdmin(address)", "ERC1967InvalidAdmin(bytes32)"),
        ];
        for (ours, other) in others {
            let exported = EXPORTED.replace(ours, other);
            assert_ne!(exported, EXPORTED);
            assert_eq!(
                differences(&exported, &of("proxy").unwrap()).len(),
                2,
                "{other}: one missing, one foreign"
            );
        }
        let fewer = EXPORTED.replace("    error ERC1967NonPayable();\n", "");
        let missing = ["declared, not exported: error ERC1967NonPayable()"];
        assert_eq!(differences(&fewer, &of("proxy").unwrap()), missing);
    }
}
