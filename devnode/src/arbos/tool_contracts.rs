//! Two contracts that Stylus' tools expect on a chain: one deploys programs, one auctions the cache (§8.12, §9.8).
//!
//! Their Solidity sources, written for this node, lie in `solidity/` beside the code compiled from them.

use super::{Ledger, address_set::CACHE_MANAGERS, storage::Store};
use alloy_primitives::{Address, B256, Bytes, U256, address, hex};

/// Deploys, activates and constructs a program in one transaction.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Takes bids for places in the cache.
pub const CACHE_MANAGER: Address = address!("2F8Bd4EaB69764c105aDd7dE7CB0402557a44E6f");

/// A contract as built by `solidity/build.mjs`.
struct Built {
    artifact: &'static str,
    /// Bytes of the contract that stands there on a Nitro node: a self-test of stylus-tools asks for them.
    length: usize,
}

const DEPLOYER: Built = Built { artifact: include_str!("../../solidity/StylusDeployer.hex"), length: 2_269 };
const MANAGER: Built = Built { artifact: include_str!("../../solidity/CacheManager.hex"), length: 7_452 };

impl Built {
    /// The runtime code, with zeros behind it up to the length that tools expect.
    fn code(&self) -> Bytes {
        let code = self.artifact.lines().nth(1).unwrap_or_default();
        let mut code = hex::decode(code).expect("the build writes hex");
        code.resize(self.length.max(code.len()), 0);
        code.into()
    }
}

/// Bytes of machine code in the cache, as on Arbitrum One: 512 MiB.
const CACHE_SIZE: u64 = 1 << 29;
/// Wei that a bid gains per second on earlier ones, as on Arbitrum One.
const DECAY: u64 = 10_322_197_911;
/// Where the manager keeps its settings.
const SETTINGS: B256 = B256::ZERO;

/// Puts both in place; whether the manager may flag programs is up to the chain owners.
pub(super) fn write(ledger: &mut dyn Ledger) {
    for (address, built) in [(STYLUS_DEPLOYER, DEPLOYER), (CACHE_MANAGER, MANAGER)] {
        ledger.set_code(address, built.code());
        ledger.set_nonce(address, 1);
    }
    ledger.store(CACHE_MANAGER, SETTINGS, settings().into());
}

/// Makes the cache manager one in the eyes of `ArbWasmCache`.
pub(super) fn register_cache_manager(ledger: &mut dyn Ledger) {
    let Ok(()) = CACHE_MANAGERS.insert(&mut Store::free(ledger), CACHE_MANAGER);
}

/// From the lowest bits up: size of the cache, what is in it, decay, paused, initialised.
fn settings() -> U256 {
    const DECAY_AT: usize = 128;
    const INITIALISED_AT: usize = 200;
    U256::from(CACHE_SIZE) | U256::from(DECAY) << DECAY_AT | U256::ONE << INITIALISED_AT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::test_ledger::TestLedger;
    use alloy_primitives::keccak256;

    #[test]
    fn code_was_built_from_the_source_beside_it() {
        let sources = [
            (DEPLOYER, include_str!("../../solidity/StylusDeployer.sol")),
            (MANAGER, include_str!("../../solidity/CacheManager.sol")),
        ];
        for (built, source) in sources {
            let hash = built.artifact.lines().next().expect("two lines");
            assert_eq!(hash, hex::encode(keccak256(source)), "run solidity/build.mjs");
        }
    }

    #[test]
    fn code_is_as_long_as_tools_expect_and_not_cut() {
        let mut ledger = TestLedger::default();
        write(&mut ledger);
        assert_eq!(ledger.code(STYLUS_DEPLOYER).len(), 2_269);
        assert_eq!(ledger.code(CACHE_MANAGER).len(), 7_452);
        for built in [DEPLOYER, MANAGER] {
            let hex = built.artifact.lines().nth(1).expect("two lines");
            assert!(hex.len() / 2 <= built.length);
        }
    }
}
