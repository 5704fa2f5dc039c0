//! The upgradeable proxy: an EVM program that the contracts' build assembles, and its creation.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes, b256},
    sol_types::SolValue,
};
use serde::Deserialize;

/// ERC-1967's slot of the implementation: `keccak256("eip1967.proxy.implementation") - 1`.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
/// ERC-1967's slot of the admin: `keccak256("eip1967.proxy.admin") - 1`.
pub const ADMIN_SLOT: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// The EVM code that belongs to the contracts: `evm.json` among the artifacts.
#[derive(Clone, Debug, Deserialize)]
pub struct EvmCode {
    /// The proxy.
    pub proxy: Contract,
    /// What stands around the implementation's address in the code of a clone.
    pub clone: CloneParts,
}

/// The two codes of an EVM contract.
#[derive(Clone, Debug, Deserialize)]
pub struct Contract {
    /// What creates it; its arguments follow, ABI-encoded.
    pub creation: Bytes,
    /// What an account has afterwards.
    pub runtime: Bytes,
}

/// An EIP-1167 clone's code, but for the implementation's address in between and the arguments behind.
#[derive(Clone, Debug, Deserialize)]
pub struct CloneParts {
    /// Before the address.
    pub prefix: Bytes,
    /// After the address.
    pub suffix: Bytes,
}

/// Why the EVM code isn't there.
#[derive(Debug, thiserror::Error)]
#[error("the proxy's code in {path} can't be read ({reason}): build it by `cargo xtask build-contracts`")]
pub struct EvmCodeError {
    path: String,
    reason: String,
}

impl EvmCode {
    /// The code in the file at `path`.
    pub fn read(path: &Path) -> Result<Self, EvmCodeError> {
        let error = |reason: String| EvmCodeError { path: path.display().to_string(), reason };
        let text = fs::read_to_string(path).map_err(|reason| error(reason.to_string()))?;
        serde_json::from_str(&text).map_err(|reason| error(reason.to_string()))
    }

    /// What creates a proxy in front of `implementation` that makes the call `initialisation` to itself in the same
    /// step, so that nobody can come in between.
    #[must_use]
    pub fn proxy_creation(&self, implementation: Address, admin: Address, initialisation: Vec<u8>) -> Bytes {
        let arguments = (implementation, admin, Bytes::from(initialisation)).abi_encode_params();
        [self.proxy.creation.as_ref(), &arguments].concat().into()
    }

    /// The code of a clone of `implementation` with the immutable `arguments`.
    #[must_use]
    pub fn clone_runtime(&self, implementation: Address, arguments: &[u8]) -> Bytes {
        let CloneParts { prefix, suffix } = &self.clone;
        [prefix.as_ref(), implementation.as_slice(), suffix, arguments].concat().into()
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{U256, keccak256};

    use super::*;

    #[test]
    fn slots_match_their_seeds() {
        let slot = |seed: &str| B256::from(U256::from_be_bytes(keccak256(seed).0) - U256::ONE);
        assert_eq!(IMPLEMENTATION_SLOT, slot("eip1967.proxy.implementation"));
        assert_eq!(ADMIN_SLOT, slot("eip1967.proxy.admin"));
    }

    #[test]
    fn read_reverts_naming_the_file_that_is_missing() {
        let error = EvmCode::read(Path::new("/nowhere/evm.json")).expect_err("missing").to_string();
        assert!(error.contains("/nowhere/evm.json"), "{error}");
    }
}
