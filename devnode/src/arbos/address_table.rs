//! Short names for addresses: whoever registers one can refer to it by its index.
//!
//! Field 0 holds the size, the fields after it the addresses in order of registration; a space of its own holds each
//! address' place, counted from one.

use super::{
    gas::Meter,
    storage::{ADDRESS_TABLE, Slot, Store},
};
use alloy_primitives::Address;

const SIZE: Slot = ADDRESS_TABLE.field(0);

fn place(address: Address) -> Slot {
    ADDRESS_TABLE.child(&[]).slot(address.into_word())
}

/// Number of addresses.
pub(super) fn size<M: Meter>(store: &mut Store<'_, M>) -> Result<u64, M::Stop> {
    store.read_u64(SIZE)
}

/// Index of an address that was registered.
pub(super) fn index<M: Meter>(store: &mut Store<'_, M>, address: Address) -> Result<Option<u64>, M::Stop> {
    Ok(store.read_u64(place(address))?.checked_sub(1))
}

/// The address at an index.
pub(super) fn address<M: Meter>(store: &mut Store<'_, M>, index: u64) -> Result<Option<Address>, M::Stop> {
    if index >= size(store)? {
        return Ok(None);
    }
    store.read_address(ADDRESS_TABLE.index(index + 1)).map(Some)
}

/// The index of an address, which is registered if it isn't yet.
pub(super) fn register<M: Meter>(store: &mut Store<'_, M>, address: Address) -> Result<u64, M::Stop> {
    if let Some(known) = index(store, address)? {
        return Ok(known);
    }
    let size = size(store)? + 1;
    store.write_u64(SIZE, size)?;
    store.write_address(ADDRESS_TABLE.index(size), address)?;
    store.write_u64(place(address), size)?;
    Ok(size - 1)
}
