//! ArbOS versions as data: what each one changes (§0.2 – §0.4).

use revm::primitives::hardfork::SpecId;

/// The rules of one ArbOS version.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    /// The version's number, as `ArbSys.arbOSVersion()` answers it less 55.
    pub number: u64,
    /// Rules of the EVM, blobs excepted.
    pub evm: SpecId,
    /// Version that programs are activated for.
    pub stylus: u16,
    /// Default of the stack limit of a program, words.
    pub max_stack_depth: u32,
    /// Default of the most bytes that a decompressed program may have.
    pub max_wasm_size: u32,
    /// Default of the most fragments of one program; 0 where programs can't be fragmented.
    pub max_fragments: u8,
}

/// The versions that a chain can start at or be upgraded to, oldest first.
static VERSIONS: [Version; 4] = [
    Version {
        number: 40,
        evm: SpecId::PRAGUE,
        stylus: 2,
        max_stack_depth: 262_144,
        max_wasm_size: 131_072,
        max_fragments: 0,
    },
    Version {
        number: 51,
        evm: SpecId::OSAKA,
        stylus: 2,
        max_stack_depth: 22_000,
        max_wasm_size: 131_072,
        max_fragments: 0,
    },
    Version { number: 60, ..VERSION_61 },
    VERSION_61,
];

/// 61 differs from 60 by two corrections of gas refunds that no recording of a dev chain shows.
const VERSION_61: Version = Version {
    number: 61,
    evm: SpecId::OSAKA,
    stylus: 3,
    max_stack_depth: 22_000,
    max_wasm_size: 262_144,
    max_fragments: 4,
};

impl Version {
    /// Every version on offer, oldest first.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &VERSIONS
    }

    /// The version of that number, if it is on offer.
    #[must_use]
    pub fn of(number: u64) -> Option<&'static Self> {
        VERSIONS.iter().find(|version| version.number == number)
    }

    /// The version whose rules a chain of that number follows: its own, or else the newest before it.
    ///
    /// Only a state written from outside holds a number that isn't on offer.
    #[must_use]
    pub fn in_force(number: u64) -> &'static Self {
        VERSIONS.iter().rev().find(|version| version.number <= number).unwrap_or(&VERSIONS[0])
    }

    /// Programs may be split into fragments (§1.1).
    #[must_use]
    pub fn has_fragments(&self) -> bool {
        self.max_fragments > 0
    }

    /// The compute limit of a transaction is a parameter of its own instead of the block's (§8.6).
    #[must_use]
    pub fn has_tx_gas_limit(&self) -> bool {
        self.number >= 50
    }

    /// A program that the block has called counts as cached (§5.3).
    #[must_use]
    pub fn has_recent_programs(&self) -> bool {
        self.number >= 60
    }

    /// Programs can be activated for extra gas that the owner sets (§2.2 step 3).
    #[must_use]
    pub fn has_activation_gas(&self) -> bool {
        self.number >= 60
    }

    /// Open memory pages are capped at run time, not only at activation (§0.3).
    #[must_use]
    pub fn caps_open_pages(&self) -> bool {
        self.number >= 60
    }

    /// New and former chain owners are announced by an event (§0.2).
    pub(super) fn announces_owners(&self) -> bool {
        self.number >= 60
    }

    /// Calls and estimates that set Stylus parameters are charged and change nothing (§0.3).
    pub(super) fn sets_params_in_blocks_only(&self) -> bool {
        self.number >= 60
    }

    /// Messages to the parent chain first ask whether the native token is managed.
    pub(super) fn asks_for_native_token_owners(&self) -> bool {
        self.number >= 41
    }
}

/// The EVM rules of an ArbOS version.
#[must_use]
pub fn evm_spec(arbos_version: u64) -> SpecId {
    Version::in_force(arbos_version).evm
}

/// Whether programs may be split into fragments at an ArbOS version.
#[must_use]
pub fn has_fragments(arbos_version: u64) -> bool {
    Version::in_force(arbos_version).has_fragments()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_by_number_only() {
        assert_eq!(Version::all().iter().map(|version| version.number).collect::<Vec<_>>(), [40, 51, 60, 61]);
        assert_eq!(Version::of(60).map(|version| version.stylus), Some(3));
        assert_eq!(Version::of(59), None);
        assert_eq!(Version::of(62), None);
    }

    #[test]
    fn unknown_numbers_follow_the_newest_rules_before_them() {
        assert_eq!(Version::in_force(0).number, 40);
        assert_eq!(Version::in_force(59).number, 51);
        assert_eq!(Version::in_force(u64::MAX).number, 61);
    }

    #[test]
    fn only_sixty_and_later_have_fragments() {
        assert_eq!([40, 51, 60, 61].map(has_fragments), [false, false, true, true]);
    }
}
