//! ERC-7201 storage namespaces: each part of a proxied contract has slots of its own, so that parts can grow
//! without moving each other.

use alloy_primitives::U256;
use core::ops::{Deref, DerefMut};
use stylus_sdk::{
    host::VM,
    keccak_const::Keccak256,
    storage::{StorageGuard, StorageGuardMut, StorageType},
};

/// A storage struct that lives in a namespace.
pub trait Namespace: StorageType {
    /// The namespace's id. Never changes once deployed: it decides where everything is.
    const ID: &'static str;

    /// First slot of the namespace.
    const ROOT: U256 = root(Self::ID);
}

/// The first slot of the namespace `id`.
///
/// Source: ERC-7201, `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~bytes32(uint256(0xff))`.
#[must_use]
pub const fn root(id: &str) -> U256 {
    let seed = U256::from_be_bytes(Keccak256::new().update(id.as_bytes()).finalize());
    let before = seed.wrapping_sub(U256::ONE).to_be_bytes::<32>();
    let slot = U256::from_be_bytes(Keccak256::new().update(&before).finalize());
    let [low, a, b, c] = *slot.as_limbs();
    U256::from_limbs([low & !0xff, a, b, c])
}

/// A field of a contract's storage struct whose content lives in `S`'s namespace, wherever the field stands and
/// without taking a slot there.
pub struct Namespaced<S: Namespace>(S);

impl<S: Namespace> Deref for Namespaced<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S: Namespace> DerefMut for Namespaced<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.0
    }
}

impl<S: Namespace> StorageType for Namespaced<S> {
    type Wraps<'a>
        = StorageGuard<'a, Self>
    where
        Self: 'a;
    type WrapsMut<'a>
        = StorageGuardMut<'a, Self>
    where
        Self: 'a;

    const SLOT_BYTES: usize = 0;
    const REQUIRED_SLOTS: usize = 0;

    unsafe fn new(_slot: U256, _offset: u8, host: VM) -> Self {
        // SAFETY: a namespace's slots are a hash's, so no other part of the storage aliases them; the caller
        // promises that this is the contract's only accessor to the field.
        Self(unsafe { S::new(S::ROOT, 0, host) })
    }

    fn load<'s>(self) -> Self::Wraps<'s> {
        StorageGuard::new(self)
    }

    fn load_mut<'s>(self) -> Self::WrapsMut<'s> {
        StorageGuardMut::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};
    use alloy_primitives::{B256, U64, b256, keccak256};
    use stylus_sdk::{prelude::*, storage::StorageU64, testing::TestVM};

    #[storage]
    struct Part {
        first: StorageU64,
        second: StorageU64,
    }

    impl Namespace for Part {
        const ID: &'static str = "example.main";
    }

    #[storage]
    struct Whole {
        before: StorageU64,
        part: Namespaced<Part>,
        after: StorageU64,
    }

    #[test]
    fn root_is_that_of_the_standard() {
        // ERC-7201's own example.
        let expected = b256!("183a6125c38840424c4a85fa12bab2ab606c4b6d0e7cc73c0c06ba5300eab500");
        assert_eq!(B256::from(root("example.main")), expected);
        for id in ["", "air.storage.Ownership", "air.storage.Initializer"] {
            let inner = U256::from_be_bytes(keccak256(id).0) - U256::from(1);
            let outer = U256::from_be_bytes(keccak256(B256::from(inner)).0);
            assert_eq!(root(id), (outer >> 8) << 8, "{id}");
        }
    }

    #[test]
    fn a_namespaced_part_lives_at_its_root_and_takes_no_slot_where_it_stands() {
        let vm = TestVM::new();
        let mut whole = Whole::from(&vm);
        whole.before.set(U64::from(1));
        whole.part.first.set(U64::from(2));
        whole.part.second.set(U64::from(3));
        whole.after.set(U64::from(4));

        // Fields fill a slot from its low end: 8 bytes each.
        let packed = |high: u64, low: u64| B256::from((U256::from(high) << 64) + U256::from(low));
        assert_eq!(vm.get_storage(U256::ZERO), packed(4, 1));
        assert_eq!(vm.get_storage(root("example.main")), packed(3, 2));
        assert_eq!(vm.snapshot().storage.len(), 2);
    }
}
