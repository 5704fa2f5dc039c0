//! Sets of addresses in ArbOS storage: chain owners, cache managers.
//!
//! Field 0 holds the size, the fields after it the members in order of insertion; a space of its own holds each
//! member's index. Removing a member moves the last one into the gap.

use super::{gas::Meter, storage, storage::Space, storage::Store};
use alloy_primitives::Address;

/// Where one set lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressSet {
    pub(super) list: Space,
    pub(super) by_address: Space,
}

/// Who may call `ArbOwner`.
pub(super) const CHAIN_OWNERS: AddressSet =
    AddressSet { list: storage::CHAIN_OWNERS, by_address: storage::CHAIN_OWNERS_BY_ADDRESS };

/// Who may mint the native token; nobody on a dev chain.
pub(super) const NATIVE_TOKEN_OWNERS: AddressSet =
    AddressSet { list: storage::NATIVE_TOKEN_OWNERS, by_address: storage::NATIVE_TOKEN_OWNERS_BY_ADDRESS };

/// Who may flag programs as cached.
pub(super) const CACHE_MANAGERS: AddressSet =
    AddressSet { list: storage::CACHE_MANAGERS, by_address: storage::CACHE_MANAGERS_BY_ADDRESS };

impl AddressSet {
    pub(super) fn contains<M: Meter>(
        &self,
        store: &mut Store<'_, M>,
        address: Address,
    ) -> Result<bool, M::Stop> {
        Ok(self.index(store, address)? != 0)
    }

    pub(super) fn members<M: Meter>(&self, store: &mut Store<'_, M>) -> Result<Vec<Address>, M::Stop> {
        let size = self.size(store)?;
        (1..=size).map(|index| store.read_address(self.list.index(index))).collect()
    }

    /// Adds a member at the end; nothing changes if it is one already.
    pub(super) fn insert<M: Meter>(&self, store: &mut Store<'_, M>, address: Address) -> Result<(), M::Stop> {
        if self.contains(store, address)? {
            return Ok(());
        }
        let index = self.size(store)? + 1;
        store.write_u64(self.by_address.slot(address.into_word()), index)?;
        store.write_address(self.list.index(index), address)?;
        self.resize(store, |size| size + 1)
    }

    /// Removes a member; false and unchanged if it isn't one.
    pub(super) fn remove<M: Meter>(
        &self,
        store: &mut Store<'_, M>,
        address: Address,
    ) -> Result<bool, M::Stop> {
        let gap = self.index(store, address)?;
        if gap == 0 {
            return Ok(false);
        }
        store.write_u64(self.by_address.slot(address.into_word()), 0)?;
        let last = self.size(store)?;
        if gap != last {
            let moved = store.read_address(self.list.index(last))?;
            store.write_address(self.list.index(gap), moved)?;
            store.write_u64(self.by_address.slot(moved.into_word()), gap)?;
        }
        store.write_address(self.list.index(last), Address::ZERO)?;
        self.resize(store, |size| size - 1)?;
        Ok(true)
    }

    fn index<M: Meter>(&self, store: &mut Store<'_, M>, address: Address) -> Result<u64, M::Stop> {
        store.read_u64(self.by_address.slot(address.into_word()))
    }

    fn size<M: Meter>(&self, store: &mut Store<'_, M>) -> Result<u64, M::Stop> {
        store.read_u64(self.list.field(0))
    }

    /// Reads the size once more before it is written, and pays for that.
    fn resize<M: Meter>(&self, store: &mut Store<'_, M>, change: fn(u64) -> u64) -> Result<(), M::Stop> {
        let size = self.size(store)?;
        store.write_u64(self.list.field(0), change(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbos::{gas::Gas, test_ledger::TestLedger};

    const ONE: Address = Address::repeat_byte(1);
    const TWO: Address = Address::repeat_byte(2);
    const THREE: Address = Address::repeat_byte(3);

    fn filled() -> TestLedger {
        let mut ledger = TestLedger::default();
        for address in [Address::ZERO, ONE, TWO, THREE] {
            let Ok(()) = CHAIN_OWNERS.insert(&mut Store::free(&mut ledger), address);
        }
        ledger
    }

    fn members(ledger: &mut TestLedger) -> Vec<Address> {
        let Ok(members) = CHAIN_OWNERS.members(&mut Store::free(ledger));
        members
    }

    #[test]
    fn removal_moves_the_last_member_into_the_gap() {
        let mut ledger = filled();
        let Ok(removed) = CHAIN_OWNERS.remove(&mut Store::free(&mut ledger), ONE);
        assert!(removed);
        assert_eq!(members(&mut ledger), [Address::ZERO, THREE, TWO]);
        let Ok(removed) = CHAIN_OWNERS.remove(&mut Store::free(&mut ledger), TWO);
        assert!(removed);
        assert_eq!(members(&mut ledger), [Address::ZERO, THREE]);
        let Ok(found) = CHAIN_OWNERS.contains(&mut Store::free(&mut ledger), THREE);
        assert!(found);
    }

    #[test]
    fn removing_a_stranger_changes_nothing() {
        let mut ledger = filled();
        let Ok(removed) = CHAIN_OWNERS.remove(&mut Store::free(&mut ledger), Address::repeat_byte(9));
        assert!(!removed);
        assert_eq!(members(&mut ledger).len(), 4);
    }

    #[test]
    fn adding_costs_62_400_and_finding_a_member_800() {
        let mut ledger = filled();
        let mut gas = Gas::new(100_000);
        let mut store = Store { ledger: &mut ledger, meter: &mut gas };
        CHAIN_OWNERS.insert(&mut store, Address::repeat_byte(7)).expect("it can pay");
        assert_eq!(gas.left(), 100_000 - 62_400);
        let mut store = Store { ledger: &mut ledger, meter: &mut gas };
        CHAIN_OWNERS.insert(&mut store, Address::repeat_byte(7)).expect("it can pay");
        assert_eq!(gas.left(), 100_000 - 62_400 - 800);
    }
}
