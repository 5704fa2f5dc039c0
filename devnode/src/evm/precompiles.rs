//! Ethereum's precompiles by ArbOS version (spec §8.11).

use crate::arbos::{self, Version};
use alloy_primitives::map::AddressSet;
use revm::{
    precompile::{Precompiles, secp256r1},
    primitives::hardfork::SpecId,
};
use std::sync::{LazyLock, OnceLock};

/// The set that calls see at a version. With Osaka's rules came BLS12-381, MODEXP repriced and P256VERIFY at 6 900 gas.
pub(super) fn of(version: &Version) -> &'static Precompiles {
    if version.evm >= SpecId::OSAKA {
        return Precompiles::osaka();
    }
    static BEFORE: OnceLock<Precompiles> = OnceLock::new();
    BEFORE.get_or_init(|| {
        let mut set = Precompiles::cancun().clone();
        set.extend([secp256r1::P256VERIFY]);
        set
    })
}

/// The addresses that every transaction starts with warm: this set and ArbOS's own.
pub(super) fn warm(version: &Version) -> &'static AddressSet {
    static SETS: LazyLock<Vec<(u64, AddressSet)>> = LazyLock::new(|| {
        let set = |version: &Version| {
            let ours = arbos::precompiles::addresses(version.number);
            (version.number, of(version).addresses().copied().chain(ours).collect())
        };
        Version::all().iter().map(set).collect()
    });
    let found = SETS.iter().find(|(number, _)| *number == version.number);
    &found.expect("rules in force are those of a version on offer").1
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, U160};

    fn at(n: u64) -> Address {
        Address::from(U160::from(n).to_be_bytes())
    }

    #[test]
    fn bls_appears_with_arbos_50_and_p256_doubles_its_price() {
        assert!(of(Version::in_force(40)).get(&at(0x0b)).is_none());
        assert!(of(Version::in_force(51)).get(&at(0x0b)).is_some());
        for (version, price) in [(40, 3_450), (61, 6_900)] {
            let p256 = of(Version::in_force(version)).get(&at(0x100)).expect("P256VERIFY exists");
            let output = p256.execute(&[], 10_000, 0).expect("an invalid signature is no fatal error");
            assert_eq!(output.gas_used, price);
        }
    }
}
