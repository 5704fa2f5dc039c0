//! Which precompiles there are (§9.2).

use super::{
    arb_debug, arb_gas_info, arb_info, arb_owner, arb_owner_public, arb_statistics, arb_sys, arb_wasm,
    arb_wasm_cache, arbos_test, method::Methods,
};
use alloy_primitives::{Address, map::HashMap};
use std::sync::LazyLock;

/// Who may call a precompile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody; methods may have rules of their own.
    Anyone,
    /// Chain owners, free of charge.
    ChainOwners,
}

/// A precompile with its methods.
pub(super) struct Precompile {
    /// First ArbOS version that has it.
    since: u64,
    pub(super) access: Access,
    pub(super) methods: Methods,
}

/// Precompiles by the number that their address is, with the first ArbOS version that has them.
const ADDRESSES: [(u64, u64); 18] = [
    (0x64, 0),    // ArbSys
    (0x65, 0),    // ArbInfo
    (0x66, 0),    // ArbAddressTable
    (0x67, 0),    // ArbBLS
    (0x68, 0),    // ArbFunctionTable
    (0x69, 0),    // ArbosTest
    (0x6b, 0),    // ArbOwnerPublic
    (0x6c, 0),    // ArbGasInfo
    (0x6d, 0),    // ArbAggregator
    (0x6e, 0),    // ArbRetryableTx
    (0x6f, 0),    // ArbStatistics
    (0x70, 0),    // ArbOwner
    (0x71, 30),   // ArbWasm
    (0x72, 30),   // ArbWasmCache
    (0x73, 41),   // ArbNativeTokenManager
    (0x74, 60),   // ArbFilteredTransactionsManager
    (0xff, 0),    // ArbDebug: a development chain is a debug chain
    (0xa4b05, 0), // ArbosActs: only for the chain's own transactions
];

static PRECOMPILES: LazyLock<HashMap<Address, Precompile>> = LazyLock::new(|| {
    ADDRESSES.iter().map(|&(number, since)| (address(number), precompile(number, since))).collect()
});

/// A precompile without methods here refuses every selector, as Nitro refuses unknown ones.
fn precompile(number: u64, since: u64) -> Precompile {
    let methods = match number {
        0x64 => arb_sys::methods(),
        0x65 => arb_info::methods(),
        0x69 => arbos_test::methods(),
        0x6b => arb_owner_public::methods(),
        0x6c => arb_gas_info::methods(),
        0x6f => arb_statistics::methods(),
        0x70 => arb_owner::methods(),
        0x71 => arb_wasm::methods(),
        0x72 => arb_wasm_cache::methods(),
        0xff => arb_debug::methods(),
        _ => Methods::default(),
    };
    let access = if number == 0x70 { Access::ChainOwners } else { Access::Anyone };
    Precompile { since, access, methods }
}

fn address(number: u64) -> Address {
    let mut address = Address::ZERO;
    address[12..].copy_from_slice(&number.to_be_bytes());
    address
}

/// The precompile at an address, if the version has it.
pub(super) fn find(address: Address, version: u64) -> Option<&'static Precompile> {
    PRECOMPILES.get(&address).filter(|precompile| precompile.since <= version)
}

/// The precompiles of an ArbOS version, all of which start every transaction warm.
pub fn addresses(arbos_version: u64) -> impl Iterator<Item = Address> {
    ADDRESSES.iter().filter(move |(_, since)| *since <= arbos_version).map(|(number, _)| address(*number))
}

/// Whether ArbOS answers for an address at that version.
#[must_use]
pub fn is_precompile(address: Address, arbos_version: u64) -> bool {
    // Most calls go elsewhere: one look at the leading zeros spares them the search.
    address[..12].iter().all(|byte| *byte == 0) && find(address, arbos_version).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address as literal;

    #[test]
    fn precompiles_appear_with_their_version() {
        let tokens = literal!("0000000000000000000000000000000000000073");
        assert_eq!([40, 51, 60, 61].map(|version| is_precompile(tokens, version)), [false, true, true, true]);
        let filtered = literal!("0000000000000000000000000000000000000074");
        assert_eq!(
            [40, 51, 60, 61].map(|version| is_precompile(filtered, version)),
            [false, false, true, true]
        );
        assert_eq!(addresses(40).count(), 16);
        assert_eq!(addresses(60).count(), 18);
    }

    #[test]
    fn neighbours_and_evm_precompiles_are_not_ours() {
        for number in [0, 1, 9, 0x63, 0x6a, 0x75, 0xc8, 0x100] {
            assert!(!is_precompile(address(number), 61), "{number:#x}");
        }
        assert!(!is_precompile(literal!("0100000000000000000000000000000000000064"), 61));
    }
}
