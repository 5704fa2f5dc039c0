//! Whole storage words and maps of them.
//!
//! The layout is Solidity's. A word is read and written at once, and its owner packs several values into it with plain
//! integers: one host call where a field for each value takes one a field, and no conversion that could panic.

use alloy_primitives::{Address, B256, U128, U256};
use core::marker::PhantomData;
use stylus_sdk::{
    crypto,
    host::VM,
    storage::{Erase, StorageGuard, StorageGuardMut, StorageType},
    stylus_core::StorageAccess,
};

/// One storage word.
pub struct Word {
    slot: U256,
    vm: VM,
}

impl Word {
    /// The word's bytes.
    #[must_use]
    pub fn get(&self) -> B256 {
        self.vm.storage_load_bytes32(self.slot)
    }

    /// The word as a number.
    #[must_use]
    pub fn number(&self) -> U256 {
        number(self.get())
    }

    /// Overwrites the word.
    pub fn set(&mut self, value: B256) {
        // SAFETY: `&mut self` is the only accessor to this slot: `StorageType::new` asks its caller for that.
        unsafe { self.vm.storage_cache_bytes32(self.slot, value) }
    }

    /// The address at the word's low end.
    #[must_use]
    pub fn account(&self) -> Address {
        Address::from_word(self.get())
    }

    /// Overwrites the word with an address.
    pub fn set_account(&mut self, address: Address) {
        self.set(account(address));
    }

    /// The word as two numbers, the high and the low half.
    #[must_use]
    pub fn halves(&self) -> [u128; 2] {
        halves(self.get())
    }

    /// Overwrites the word with two numbers, the high and the low half.
    pub fn set_halves(&mut self, halves: [u128; 2]) {
        self.set(joined(halves));
    }

    /// Overwrites the word with a number.
    pub fn set_number(&mut self, value: U256) {
        self.set(bytes(value));
    }
}

/// A constant word that stands in the code of who uses it: in a program's data it would cost every call 24 gas, in its code
/// only those that load it. Four numbers, because a constant of 32 bytes is copied from the data.
#[macro_export]
macro_rules! in_code {
    ($word:expr) => {
        $crate::word::of_quarters([
            const {
                let [first, _, _, _] = $crate::word::quarters($word);
                first
            },
            const {
                let [_, second, _, _] = $crate::word::quarters($word);
                second
            },
            const {
                let [_, _, third, _] = $crate::word::quarters($word);
                third
            },
            const {
                let [_, _, _, fourth] = $crate::word::quarters($word);
                fourth
            },
        ])
    };
}

/// A word's bytes as four numbers, each with its first byte lowest.
#[must_use]
pub const fn quarters(word: B256) -> [u64; 4] {
    U256::from_le_bytes(word.0).into_limbs()
}

/// The word with these [`quarters`].
#[inline(always)]
#[must_use]
pub const fn of_quarters([first, second, third, fourth]: [u64; 4]) -> B256 {
    let in_memory = [first.to_le(), second.to_le(), third.to_le(), fourth.to_le()];
    // SAFETY: both are 32 bytes, and any are valid.
    B256::new(unsafe { core::mem::transmute::<[u64; 4], [u8; 32]>(in_memory) })
}

/// The bytes of a number, the highest first. Called everywhere: inlined, it would be a quarter of a kilobyte each time.
#[inline(never)]
#[must_use]
pub fn bytes(number: U256) -> B256 {
    B256::new(number.to_be_bytes())
}

/// The number with these bytes, the highest first.
#[inline(never)]
#[must_use]
pub fn number(bytes: B256) -> U256 {
    U256::from_be_bytes(bytes.0)
}

/// The word of an address, which stands at its low end. Not alloy's own: where that isn't inlined nothing tells that its
/// copy always fits, and a program takes along what its panic would say.
#[must_use]
#[inline(never)]
pub fn account(address: Address) -> B256 {
    let mut word = [0; 32];
    if let Some(low) = word.last_chunk_mut() {
        *low = address.into_array();
    }
    B256::new(word)
}

/// A word as two numbers, the high and the low half.
#[must_use]
pub fn halves(word: B256) -> [u128; 2] {
    let [a, b, c, d] = *number(word).as_limbs();
    [join(d, c), join(b, a)]
}

/// The word of two numbers, the high and the low half.
#[must_use]
pub fn joined([high, low]: [u128; 2]) -> B256 {
    let ([b, a], [d, c]) = (split(low), split(high));
    bytes(U256::from_limbs([a, b, c, d]))
}

fn join(high: u64, low: u64) -> u128 {
    (u128::from(high) << u64::BITS) | u128::from(low)
}

/// The high and the low half.
fn split(number: u128) -> [u64; 2] {
    let [low, high] = *U128::from(number).as_limbs();
    [high, low]
}

impl StorageType for Word {
    type Wraps<'a> = B256;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;

    unsafe fn new(slot: U256, _offset: u8, vm: VM) -> Self {
        Self { slot, vm }
    }

    fn load<'s>(self) -> Self::Wraps<'s> {
        self.get()
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

impl Erase for Word {
    fn erase(&mut self) {
        self.set(B256::ZERO);
    }
}

/// What a [`WordMap`] can be keyed by.
pub trait Key {
    /// Where the key's word is in the map rooted at `root`, as Solidity places it.
    fn slot(self, root: U256) -> U256;
}

impl Key for B256 {
    // Every map of a contract comes here; inlined, it would be a kilobyte each time.
    #[inline(never)]
    fn slot(self, root: U256) -> U256 {
        let preimage = [self.0, bytes(root).0];
        number(crypto::keccak(preimage.as_flattened()))
    }
}

impl Key for Address {
    fn slot(self, root: U256) -> U256 {
        account(self).slot(root)
    }
}

impl Key for U256 {
    fn slot(self, root: U256) -> U256 {
        bytes(self).slot(root)
    }
}

/// A map in a map: the first key finds the inner map.
impl<A: Key, B: Key> Key for (A, B) {
    fn slot(self, root: U256) -> U256 {
        self.1.slot(self.0.slot(root))
    }
}

/// `N` words in a row.
pub struct Words<const N: usize> {
    first: U256,
    vm: VM,
}

impl<const N: usize> Words<N> {
    /// The word numbered `index`, from 0; zero beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> B256 {
        if index >= N {
            return B256::ZERO;
        }
        self.vm.storage_load_bytes32(self.slot(index))
    }

    /// Overwrites the first words with `values`, as many as there are of both.
    pub fn set(&mut self, values: impl Iterator<Item = B256>) {
        for (index, value) in values.take(N).enumerate() {
            // SAFETY: `&mut self` is the only accessor to these slots: `StorageType::new` asks its caller for that.
            unsafe { self.vm.storage_cache_bytes32(self.slot(index), value) }
        }
    }

    /// Overwrites the word numbered `index`, from 0; none beyond the last.
    pub fn put(&mut self, index: usize, value: B256) {
        if index < N {
            // SAFETY: as in `set`.
            unsafe { self.vm.storage_cache_bytes32(self.slot(index), value) }
        }
    }

    fn slot(&self, index: usize) -> U256 {
        // Cannot overflow: a row is given slots from a small number, or from a hash with room behind it.
        self.first.wrapping_add(U256::from(index))
    }
}

impl<const N: usize> StorageType for Words<N> {
    type Wraps<'a> = StorageGuard<'a, Self>;
    type WrapsMut<'a> = StorageGuardMut<'a, Self>;

    const REQUIRED_SLOTS: usize = N;

    unsafe fn new(first: U256, _offset: u8, vm: VM) -> Self {
        Self { first, vm }
    }

    fn load<'s>(self) -> Self::Wraps<'s> {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

/// A map from `K` to words.
pub struct WordMap<K> {
    root: U256,
    vm: VM,
    keys: PhantomData<K>,
}

impl<K: Key> WordMap<K> {
    /// The word of `key`, to be read.
    #[must_use]
    pub fn at(&self, key: K) -> StorageGuard<'_, Word> {
        StorageGuard::new(Word { slot: key.slot(self.root), vm: self.vm.clone() })
    }

    /// The word of `key`, to be changed. Keeping it spares hashing the key again.
    pub fn at_mut(&mut self, key: K) -> StorageGuardMut<'_, Word> {
        StorageGuardMut::new(Word { slot: key.slot(self.root), vm: self.vm.clone() })
    }
}

impl<K: Key> StorageType for WordMap<K> {
    type Wraps<'a>
        = StorageGuard<'a, Self>
    where
        Self: 'a;
    type WrapsMut<'a>
        = StorageGuardMut<'a, Self>
    where
        Self: 'a;

    unsafe fn new(root: U256, _offset: u8, vm: VM) -> Self {
        Self { root, vm, keys: PhantomData }
    }

    fn load<'s>(self) -> Self::Wraps<'s>
    where
        Self: 's,
    {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s>
    where
        Self: 's,
    {
        StorageGuardMut::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, keccak256, uint};
    use alloy_sol_types::SolValue;
    use stylus_sdk::testing::TestVM;

    const ROOT: U256 = uint!(7_U256);

    /// The SDK's host over `vm`; a word's accessor is made from it as the SDK would.
    fn host(vm: &TestVM) -> VM {
        VM { host: std::boxed::Box::new(vm.clone()) }
    }

    #[test]
    fn word_reads_back_what_was_set() {
        let vm = TestVM::new();
        // SAFETY: the test makes one accessor.
        let mut word = unsafe { Word::new(ROOT, 0, host(&vm)) };
        word.set_number(uint!(258_U256));
        assert_eq!(word.number(), uint!(258_U256));
        assert_eq!(vm.get_storage(ROOT), word.get());
        word.set_halves([3 << 100, (7 << 64) + 5]);
        assert_eq!(word.halves(), [3 << 100, (7 << 64) + 5]);
        assert_eq!(word.number(), (uint!(3_U256) << 228) + (uint!(7_U256) << 64) + uint!(5_U256));
        word.erase();
        assert_eq!(vm.get_storage(ROOT), B256::ZERO);
    }

    #[test]
    fn a_word_in_code_is_the_word() {
        const WORD: B256 = b256!("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        assert_eq!(crate::in_code!(WORD), WORD);
        assert_eq!(quarters(WORD)[0].to_le_bytes(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn an_account_is_a_word_as_alloy_has_it() {
        for account in [Address::ZERO, Address::repeat_byte(0xff), Address::with_last_byte(1)] {
            assert_eq!(super::account(account), account.into_word());
        }
    }

    #[test]
    fn words_stay_in_their_row() {
        let vm = TestVM::new();
        // SAFETY: the test makes one accessor.
        let mut row = unsafe { Words::<2>::new(ROOT, 0, host(&vm)) };
        row.set([1, 2, 3].into_iter().map(B256::with_last_byte));
        assert_eq!([0, 1, 2].map(|index| row.get(index)), [1, 2, 0].map(B256::with_last_byte));
        assert_eq!(vm.get_storage(ROOT), B256::with_last_byte(1));
        assert_eq!(vm.get_storage(ROOT + uint!(1_U256)), B256::with_last_byte(2));
        row.put(1, B256::with_last_byte(4));
        row.put(2, B256::with_last_byte(5));
        assert_eq!(row.get(1), B256::with_last_byte(4));
        assert_eq!(vm.snapshot().storage.len(), 2, "nothing is written beyond the row");
    }

    #[test]
    fn map_slots_are_soliditys() {
        let (owner, spender) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        let outer = keccak256((owner, ROOT).abi_encode());
        assert_eq!(owner.slot(ROOT), U256::from_be_bytes(outer.0));
        let inner = keccak256((spender, outer).abi_encode());
        assert_eq!((owner, spender).slot(ROOT), U256::from_be_bytes(inner.0));
        assert_eq!(owner.into_word().slot(ROOT), owner.slot(ROOT));
        assert_eq!(U256::from_be_bytes(owner.into_word().0).slot(ROOT), owner.slot(ROOT));
    }

    #[test]
    fn map_entries_are_apart() {
        let vm = TestVM::new();
        // SAFETY: the test makes one accessor.
        let mut map = unsafe { WordMap::<Address>::new(ROOT, 0, host(&vm)) };
        let (one, other) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        map.at_mut(one).set_number(uint!(1_U256));
        map.at_mut(other).set_number(uint!(2_U256));
        assert_eq!(map.at(one).number(), uint!(1_U256));
        assert_eq!(map.at(other).number(), uint!(2_U256));
        assert_eq!(vm.get_storage(one.slot(ROOT)), B256::new(uint!(1_U256).to_be_bytes()));
    }
}
