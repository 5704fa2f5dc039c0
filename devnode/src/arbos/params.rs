//! The Stylus parameters: one packed word that the chain owner can change (§2.9).

use super::{
    Ledger, STATE_ACCOUNT, gas,
    packed::{Packer, Unpacker},
    storage,
    storage::Store,
    version::Version,
};
use crate::vm::{PageRules, costs::InitRules};
use alloy_primitives::B256;
use gas::Meter;

/// Ink of one gas.
const INK_PRICE: u32 = 10_000;
/// Pages of a transaction that cost nothing.
const FREE_PAGES: u16 = 2;
/// Gas of a page beyond them.
const PAGE_GAS: u16 = 1_000;
/// Most pages that a program may start with.
const PAGE_LIMIT: u16 = 128;
/// Fixed part of an uncached entry, units of 128 gas.
const MIN_INIT_GAS: u8 = 69;
/// Fixed part of a cached entry, units of 32 gas.
const MIN_CACHED_INIT_GAS: u8 = 11;
/// 100 % in units of 2 %.
const FULL_SCALAR: u8 = 50;
/// Days that an activation lasts.
const EXPIRY_DAYS: u16 = 365;
/// Days before an activation can be prolonged.
const KEEPALIVE_DAYS: u16 = 31;
/// Programs that a block remembers as recently used.
const BLOCK_CACHE_SIZE: u16 = 32;

/// Gas that [`StylusParams::min_init_gas`] counts.
pub(super) const MIN_INIT_UNIT: u64 = 128;
/// Gas that [`StylusParams::min_cached_init_gas`] counts.
pub(super) const MIN_CACHED_INIT_UNIT: u64 = 32;
/// Percent that the scalars count.
pub(super) const SCALAR_UNIT: u64 = 2;
/// `ArbWasm.pageRamp()`: answered for tools only; [`crate::vm::pages`] has the table that counts.
pub(super) const PAGE_RAMP: u64 = 620_674_314;
/// Largest ink price that fits its 24 bits.
pub(super) const MAX_INK_PRICE: u32 = (1 << 24) - 1;

/// The parameters as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StylusParams {
    /// Version that programs must have been activated for.
    pub version: u16,
    /// Ink of one gas, 24 bits.
    pub ink_price: u32,
    /// Stack limit of a program, words.
    pub max_stack_depth: u32,
    /// Memory pages of a transaction that cost nothing.
    pub free_pages: u16,
    /// Gas of each page beyond them.
    pub page_gas: u16,
    /// Most pages that a program may start with.
    pub page_limit: u16,
    /// Fixed part of an uncached entry, units of 128 gas.
    pub min_init_gas: u8,
    /// Fixed part of a cached entry, units of 32 gas.
    pub min_cached_init_gas: u8,
    /// Scale of the stored init cost, units of 2 %.
    pub init_cost_scalar: u8,
    /// Scale of the stored cached cost, units of 2 %.
    pub cached_cost_scalar: u8,
    /// Days after which an activation expires.
    pub expiry_days: u16,
    /// Days before an activation can be prolonged.
    pub keepalive_days: u16,
    /// Programs that a block remembers as recently used (§5.3).
    pub block_cache_size: u16,
    /// Most bytes of a decompressed program.
    pub max_wasm_size: u32,
    /// Most fragments of a program; 0 below ArbOS 60.
    pub max_fragments: u8,
}

impl StylusParams {
    /// What a chain of that version starts with.
    #[must_use]
    pub fn defaults(version: &Version) -> Self {
        Self {
            version: version.stylus,
            ink_price: INK_PRICE,
            max_stack_depth: version.max_stack_depth,
            free_pages: FREE_PAGES,
            page_gas: PAGE_GAS,
            page_limit: PAGE_LIMIT,
            min_init_gas: MIN_INIT_GAS,
            min_cached_init_gas: MIN_CACHED_INIT_GAS,
            init_cost_scalar: FULL_SCALAR,
            cached_cost_scalar: FULL_SCALAR,
            expiry_days: EXPIRY_DAYS,
            keepalive_days: KEEPALIVE_DAYS,
            block_cache_size: BLOCK_CACHE_SIZE,
            max_wasm_size: version.max_wasm_size,
            max_fragments: version.max_fragments,
        }
    }

    /// Moves to a newer ArbOS version: its Stylus version, and its defaults where the owner kept the older ones.
    pub(super) fn upgrade(&mut self, from: &Version, to: &Version) {
        fn follow<T: PartialEq>(value: &mut T, from: T, to: T) {
            if *value == from {
                *value = to;
            }
        }
        self.version = to.stylus;
        follow(&mut self.max_stack_depth, from.max_stack_depth, to.max_stack_depth);
        follow(&mut self.max_wasm_size, from.max_wasm_size, to.max_wasm_size);
        follow(&mut self.max_fragments, from.max_fragments, to.max_fragments);
    }

    /// What entering a program costs.
    #[must_use]
    pub fn init_rules(&self) -> InitRules {
        InitRules {
            min_init_gas: self.min_init_gas,
            min_cached_init_gas: self.min_cached_init_gas,
            init_cost_scalar: self.init_cost_scalar,
            cached_cost_scalar: self.cached_cost_scalar,
        }
    }

    /// What memory costs a running program.
    #[must_use]
    pub fn page_rules(&self, version: &Version) -> PageRules {
        PageRules {
            free_pages: self.free_pages,
            page_gas: self.page_gas,
            page_limit: if version.caps_open_pages() { self.page_limit } else { 0 },
        }
    }

    /// Reads the parameters for nothing, as the EVM does when it enters a program.
    pub fn load(ledger: &mut dyn Ledger) -> Self {
        Self::unpack(ledger.load(STATE_ACCOUNT, storage::PARAMS.0))
    }

    /// Reads the parameters for a precompile.
    pub(super) fn read<M: Meter>(store: &mut Store<'_, M>) -> Result<Self, M::Stop> {
        store.burn(gas::LOAD_PARAMS)?;
        Ok(Self::load(store.ledger))
    }

    /// Stores the parameters.
    pub(super) fn write<M: Meter>(&self, store: &mut Store<'_, M>) -> Result<(), M::Stop> {
        store.write(storage::PARAMS, self.pack())
    }

    fn pack(&self) -> B256 {
        let mut word = Packer::default();
        word.push(&self.version.to_be_bytes());
        word.push(&self.ink_price.to_be_bytes()[1..]);
        word.push(&self.max_stack_depth.to_be_bytes());
        word.push(&self.free_pages.to_be_bytes());
        word.push(&self.page_gas.to_be_bytes());
        word.push(&self.page_limit.to_be_bytes());
        word.push(&[self.min_init_gas, self.min_cached_init_gas]);
        word.push(&[self.init_cost_scalar, self.cached_cost_scalar]);
        word.push(&self.expiry_days.to_be_bytes());
        word.push(&self.keepalive_days.to_be_bytes());
        word.push(&self.block_cache_size.to_be_bytes());
        word.push(&self.max_wasm_size.to_be_bytes());
        word.push(&[self.max_fragments]);
        word.word
    }

    fn unpack(word: B256) -> Self {
        let mut fields = Unpacker::new(word);
        Self {
            version: fields.take(2) as u16,
            ink_price: fields.take(3),
            max_stack_depth: fields.take(4),
            free_pages: fields.take(2) as u16,
            page_gas: fields.take(2) as u16,
            page_limit: fields.take(2) as u16,
            min_init_gas: fields.take(1) as u8,
            min_cached_init_gas: fields.take(1) as u8,
            init_cost_scalar: fields.take(1) as u8,
            cached_cost_scalar: fields.take(1) as u8,
            expiry_days: fields.take(2) as u16,
            keepalive_days: fields.take(2) as u16,
            block_cache_size: fields.take(2) as u16,
            max_wasm_size: fields.take(4),
            max_fragments: fields.take(1) as u8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    fn version(number: u64) -> &'static Version {
        Version::of(number).expect("the table has it")
    }

    #[test]
    fn packing_is_left_aligned_and_big_endian() {
        let word = StylusParams::defaults(version(60)).pack();
        let expected =
            hex!("0003 002710 000055f0 0002 03e8 0080 45 0b 32 32 016d 001f 0020 00040000 04 0000");
        assert_eq!(word, expected);
    }

    #[test]
    fn unpacking_is_the_inverse_of_packing() {
        let params = StylusParams {
            version: 0xfffe,
            ink_price: MAX_INK_PRICE,
            max_stack_depth: u32::MAX,
            min_cached_init_gas: 1,
            cached_cost_scalar: 255,
            max_fragments: 9,
            ..StylusParams::defaults(version(51))
        };
        assert_eq!(StylusParams::unpack(params.pack()), params);
    }

    #[test]
    fn an_upgrade_brings_new_defaults_and_keeps_what_the_owner_set() {
        let mut untouched = StylusParams::defaults(version(40));
        untouched.upgrade(version(40), version(61));
        assert_eq!(untouched, StylusParams::defaults(version(61)));

        let mut owned =
            StylusParams { max_wasm_size: 200_000, ink_price: 1, ..StylusParams::defaults(version(51)) };
        owned.upgrade(version(51), version(60));
        assert_eq!(
            (owned.max_wasm_size, owned.ink_price, owned.version, owned.max_fragments),
            (200_000, 1, 3, 4)
        );
    }

    #[test]
    fn open_pages_are_capped_from_sixty_on() {
        let params = StylusParams::defaults(version(51));
        assert_eq!(params.page_rules(version(51)).page_limit, 0);
        assert_eq!(params.page_rules(version(60)).page_limit, 128);
    }
}
