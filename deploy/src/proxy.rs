//! The upgradeable proxy: an EVM program that the contracts' build assembles, and its creation.

use std::{fs, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes, U256, b256},
    sol_types::SolValue,
};
use serde::Deserialize;

/// ERC-1967's slot of the implementation: `keccak256("eip1967.proxy.implementation") - 1`.
pub const IMPLEMENTATION_SLOT: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
/// ERC-1967's slot of the admin: `keccak256("eip1967.proxy.admin") - 1`.
pub const ADMIN_SLOT: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");
/// The slot of the announced call's keccak, zero if there is none: `keccak256("air.proxy.pending") - 1`.
pub const PENDING_SLOT: B256 = b256!("8289804afec350c92a76db97f2074568992852ef606f499a2307244e0cea3078");
/// The slot of the lock and the announcement's time, the one after; [`Gate`] reads it.
pub const GATE_SLOT: B256 = b256!("8289804afec350c92a76db97f2074568992852ef606f499a2307244e0cea3079");

/// How long a call of a locked proxy has to be announced before it can be made, in seconds: 48 hours.
pub const DELAY_SECS: u64 = 172_800;
/// For how long it can be made then, in seconds: 14 days.
pub const WINDOW_SECS: u64 = 1_209_600;

/// What the word at [`GATE_SLOT`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Whether what the proxy does has to be announced.
    pub locked: bool,
    /// First second at which the announced call can be made (Unix); `None` if nothing is announced.
    pub from: Option<u64>,
}

impl From<B256> for Gate {
    /// Bit 255 is the lock, the others are the time.
    fn from(word: B256) -> Self {
        let word = U256::from_be_bytes(word.0);
        let time = word & (U256::MAX >> 1_usize);
        let from: u64 = time.saturating_to();
        Self { locked: word.bit(255), from: (from != 0).then_some(from) }
    }
}

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
    use alloy::primitives::keccak256;

    use super::*;

    #[test]
    fn slots_match_their_seeds() {
        let slot = |seed: &str| B256::from(U256::from_be_bytes(keccak256(seed).0) - U256::ONE);
        assert_eq!(IMPLEMENTATION_SLOT, slot("eip1967.proxy.implementation"));
        assert_eq!(ADMIN_SLOT, slot("eip1967.proxy.admin"));
        assert_eq!(PENDING_SLOT, slot("air.proxy.pending"));
        assert_eq!(GATE_SLOT, keccak256("air.proxy.pending"));
    }

    #[test]
    fn gate_tells_lock_and_time_apart() {
        let gate = |locked: bool, from: u64| {
            Gate::from(B256::from((U256::from(locked) << 255_usize) | U256::from(from)))
        };
        assert_eq!(gate(false, 0), Gate { locked: false, from: None });
        assert_eq!(gate(true, 0), Gate { locked: true, from: None });
        assert_eq!(gate(false, 7), Gate { locked: false, from: Some(7) });
        assert_eq!(gate(true, u64::MAX), Gate { locked: true, from: Some(u64::MAX) });
    }

    #[test]
    fn read_reverts_naming_the_file_that_is_missing() {
        let error = EvmCode::read(Path::new("/nowhere/evm.json")).expect_err("missing").to_string();
        assert!(error.contains("/nowhere/evm.json"), "{error}");
    }
}
