//! JSON ABIs, as compilers print them.

use alloy_json_abi::JsonAbi;

/// What has a JSON ABI here, by folder of `contracts/` or, for the proxy, by its module.
pub const NAMES: &[&str] = &["credential-registry", "credential-token", "proxy", "token-factory"];

/// The functions, events and errors of the contract in the folder `name`, or `None` if it isn't one of [`NAMES`].
#[must_use]
pub fn of(name: &str) -> Option<JsonAbi> {
    Some(match name {
        "credential-registry" => crate::registry::ICredentialRegistry::abi::contract(),
        "credential-token" => crate::token::ICredentialToken::abi::contract(),
        "proxy" => crate::proxy::IProxy::abi::contract(),
        "token-factory" => crate::factory::ICredentialTokenFactory::abi::contract(),
        _ => return None,
    })
}
