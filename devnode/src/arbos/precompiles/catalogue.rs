//! Which precompiles there are (§9.2).

use super::{
    arb_address_table, arb_aggregator, arb_debug, arb_filtered_transactions_manager, arb_function_table,
    arb_gas_info, arb_info, arb_native_token_manager, arb_owner, arb_owner_public, arb_retryable_tx,
    arb_statistics, arb_sys, arb_wasm, arb_wasm_cache, arbos_test, method::Methods,
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
        0x66 => arb_address_table::methods(),
        0x68 => arb_function_table::methods(),
        0x69 => arbos_test::methods(),
        0x6b => arb_owner_public::methods(),
        0x6c => arb_gas_info::methods(),
        0x6d => arb_aggregator::methods(),
        0x6e => arb_retryable_tx::methods(),
        0x6f => arb_statistics::methods(),
        0x70 => arb_owner::methods(),
        0x71 => arb_wasm::methods(),
        0x72 => arb_wasm_cache::methods(),
        0x73 => arb_native_token_manager::methods(),
        0x74 => arb_filtered_transactions_manager::methods(),
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

    /// The methods of §9.3 – §9.7 by precompile.
    #[rustfmt::skip]
    const SELECTORS: &[(u64, &[&str])] = &[
        (0x71, &[
            "58c780c2", "c689bad5", "a996e0c2", "d1c17abc", "8ccfaa70", "4490c19d", "7af4ba49", "11c82ae8", "9786f96e",
            "99d0b38d", "5fc94c0b", "309f6555", "0a936455", "7af6e819", "d70c0ca7", "4089267f", "cc8f4e88", "62b688aa",
            "aef36be3", "c775a62a", "2278c278",
        ]),
        (0x72, &["85e2de85", "0ec1d773", "e73ac9f2", "ce972013", "a72f179b"]),
        (0x70, &[
            "481f8dbf", "8792701a", "26ef7f68", "516b4e0f", "2b352fae", "d99bc80e", "a0188cdb", "4d7a060d", "39673611",
            "ae105c80", "fcdde2b4", "e388b381", "8c1d4fda", "4567cc8e", "3f37a846", "aaa619e0", "6595381a", "8293405e",
            "67e0718f", "aac68018", "2a9cbe3e", "380f1457", "455ec2eb", "ffdca515", "bf197322", "f1fe1a70", "a0a32497",
            "a858dbe2", "8eb911d9",
        ]),
        (0x6b, &[
            "26ef7f68", "516b4e0f", "2d9125e9", "ee95a824", "22d499c7", "81ef944c", "e5a7f893", "8e34a64d",
        ]),
        (0xff, &["0e5bbc11", "1be250d6", "7b9963ef", "8e5f30ab", "7ea89f8b", "1e48fe82"]),
        (0x64, &[
            "a3b1b31d", "2b407a82", "d127f54a", "051038f2", "08bd624c", "a94597ff", "175a260b", "d74523b3", "4dbbd506",
            "25e16063", "928c169a",
        ]),
        (0x6c, &[
            "41b247a8", "02199f34", "612af178", "f918379a", "f5d6ded7", "055f362f", "c6f7de0e", "1d5b5c20", "3dfb45b9",
            "25754f91", "aae1cd4c", "0371fdb4", "520acdd7", "6ecca45a", "7a7d6beb", "8a5b1d28", "9e6d7e31", "ad26ce90",
        ]),
        (0x6f, &["c59d4847"]),
        (0x65, &["f8b2cb4f", "7e105ce2"]),
        (0x69, &["bb3480f9"]),
    ];

    #[test]
    fn every_specified_selector_has_its_method() {
        for (number, selectors) in SELECTORS {
            let precompile = find(address(*number), 61).expect("61 has them all");
            for selector in *selectors {
                let input = alloy_primitives::hex::decode(selector).expect("hex");
                assert!(precompile.methods.find(&input, 61).is_some(), "{number:#x} {selector}");
            }
        }
    }

    #[test]
    fn neighbours_and_evm_precompiles_are_not_ours() {
        for number in [0, 1, 9, 0x63, 0x6a, 0x75, 0xc8, 0x100] {
            assert!(!is_precompile(address(number), 61), "{number:#x}");
        }
        assert!(!is_precompile(literal!("0100000000000000000000000000000000000064"), 61));
    }
}
