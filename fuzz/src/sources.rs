//! Names that the devnode's own sources declare, so that a new method or precompile is fuzzed from its first day.

use std::sync::LazyLock;

use crate::code::selector;

/// Names of all JSON-RPC methods: every string of the table that looks like one.
pub(crate) static METHODS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let table = include_str!("../../devnode/src/rpc/mod.rs");
    let strings = table.split('"').skip(1).step_by(2);
    let names: Vec<_> = strings.filter(|text| is_method(text)).collect();
    assert!(names.contains(&"eth_call") && names.len() > 50, "the table of methods has moved");
    names
});

fn is_method(text: &str) -> bool {
    text.contains('_') && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Selectors of all methods of ArbOS's precompiles.
pub(crate) static SELECTORS: LazyLock<Vec<[u8; 4]>> = LazyLock::new(|| {
    let interfaces = include_str!("../../devnode/src/arbos/precompiles/abi.rs");
    let declared = interfaces.split("function ").skip(1);
    let selectors: Vec<_> = declared.filter_map(signature).map(|text| selector(&text)).collect();
    assert!(selectors.len() > 100, "the precompiles' interfaces have moved");
    selectors
});

/// `name(type,type)` of what follows the word `function` in a declaration.
fn signature(declaration: &str) -> Option<String> {
    let (name, rest) = declaration.split_once('(')?;
    let (params, _) = rest.split_once(')')?;
    let types: Option<Vec<_>> = match params.trim() {
        "" => Some(Vec::new()),
        params => params.split(',').map(|param| param.split_whitespace().next()).collect(),
    };
    Some(format!("{}({})", name.trim(), types?.join(",")))
}
