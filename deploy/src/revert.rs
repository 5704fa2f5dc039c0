//! Why a call reverted, in the names that the contracts declare.

use std::{collections::HashMap, fmt, sync::LazyLock};

use abi::json;
use alloy::{
    dyn_abi::{DynSolValue, ErrorExt},
    json_abi::Error as ErrorItem,
    primitives::{Bytes, Selector, hex},
    sol_types::{Panic, Revert as Reason, SolError},
};

use crate::precompiles::ArbWasm;

/// Every custom error that the ecosystem's contracts and `ArbWasm` can answer, by selector.
static ERRORS: LazyLock<HashMap<Selector, ErrorItem>> = LazyLock::new(|| {
    let contracts = json::NAMES.iter().filter_map(|name| json::of(name)).chain([ArbWasm::abi::contract()]);
    contracts
        .flat_map(|contract| contract.errors.into_values().flatten())
        .map(|e| (e.selector(), e))
        .collect()
});

/// What a call that reverted returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// The bytes returned.
    pub data: Bytes,
}

impl Revert {
    /// The error of type `E`, if that is what was returned.
    #[must_use]
    pub fn decode<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.data).ok()
    }

    /// The name of the declared error that was returned; `None` if it is none of the ecosystem's.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        ERRORS.get(self.data.get(..4)?).map(|item| item.name.as_str())
    }
}

/// `Name(argument: value, …)` for declared errors, the text of `Error(string)`, else the bytes.
impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.data.as_ref();
        if data.is_empty() {
            return f.write_str("no reason (a function that isn't there, or a contract that failed itself)");
        }
        if let Ok(reason) = Reason::abi_decode(data) {
            return f.write_str(&reason.reason);
        }
        if let Ok(panic) = Panic::abi_decode(data) {
            return write!(f, "{panic}");
        }
        let item = data.get(..4).and_then(|selector| ERRORS.get(selector));
        let Some((item, values)) = item.and_then(|item| Some((item, item.decode_error(data).ok()?.body)))
        else {
            return write!(f, "an error that isn't the ecosystem's, {}", self.data);
        };
        let arguments =
            item.inputs.iter().zip(&values).map(|(input, value)| format!("{}: {}", input.name, text(value)));
        write!(f, "{}({})", item.name, arguments.collect::<Vec<_>>().join(", "))
    }
}

/// A value as people write it: numbers in decimals, bytes in hexadecimals.
fn text(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Bool(it) => it.to_string(),
        DynSolValue::Int(it, _) => it.to_string(),
        DynSolValue::Uint(it, _) => it.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(it) => it.to_string(),
        DynSolValue::Bytes(it) => hex::encode_prefixed(it),
        DynSolValue::String(it) => format!("{it:?}"),
        DynSolValue::Array(items)
        | DynSolValue::FixedArray(items)
        | DynSolValue::Tuple(items)
        | DynSolValue::CustomStruct { tuple: items, .. } => {
            format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        DynSolValue::Function(it) => it.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use abi::factory::ICredentialTokenFactory::NotCredentialOwner;
    use alloy::{
        primitives::{Address, B256},
        sol_types::SolError,
    };

    use super::*;

    fn shown(data: impl Into<Bytes>) -> String {
        Revert { data: data.into() }.to_string()
    }

    #[test]
    fn display_names_declared_errors_with_their_arguments() {
        let error = NotCredentialOwner { credentialId: B256::repeat_byte(0xab), caller: Address::ZERO };
        let revert = Revert { data: error.abi_encode().into() };
        assert_eq!(
            revert.to_string(),
            format!("NotCredentialOwner(credentialId: 0x{}, caller: {})", "ab".repeat(32), Address::ZERO)
        );
        assert_eq!(revert.name(), Some("NotCredentialOwner"));
        assert_eq!(revert.decode::<NotCredentialOwner>(), Some(error));
    }

    #[test]
    fn display_names_the_errors_of_arbwasm() {
        let error = ArbWasm::ProgramNeedsUpgrade { version: 2, stylusVersion: 3 };
        assert_eq!(shown(error.abi_encode()), "ProgramNeedsUpgrade(version: 2, stylusVersion: 3)");
    }

    #[test]
    fn display_keeps_texts_and_unknown_bytes() {
        assert_eq!(shown(Reason::from("too early").abi_encode()), "too early");
        assert!(shown(hex!("deadbeef")).contains("0xdeadbeef"));
        assert!(shown(Bytes::new()).starts_with("no reason"));
    }
}
