//! Who posts batches to the parent chain, and who is paid for it. On a dev chain it is the one that every chain starts
//! with, and it posts nothing.

use super::{
    address_set::AddressSet,
    gas::Meter,
    storage::{self, Slot, Store},
};
use alloy_primitives::{Address, address};

/// The batch poster of a fresh chain: the sequencer.
pub(super) const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// All batch posters.
pub(super) const BATCH_POSTERS: AddressSet =
    AddressSet { list: storage::BATCH_POSTER_LIST, by_address: storage::BATCH_POSTERS_BY_ADDRESS };

/// Who is paid for what a batch poster posts.
fn pay_to(poster: Address) -> Slot {
    storage::BATCH_POSTER_INFO.child(poster.as_slice()).field(1)
}

/// Appoints the first batch poster.
pub(super) fn initialise<M: Meter>(store: &mut Store<'_, M>) -> Result<(), M::Stop> {
    store.write_address(pay_to(SEQUENCER), SEQUENCER)?;
    BATCH_POSTERS.insert(store, SEQUENCER)
}

/// Who is paid for a batch poster's work; `None` if it isn't one.
pub(super) fn fee_collector<M: Meter>(
    store: &mut Store<'_, M>,
    poster: Address,
) -> Result<Option<Address>, M::Stop> {
    if !BATCH_POSTERS.contains(store, poster)? {
        return Ok(None);
    }
    store.read_address(pay_to(poster)).map(Some)
}
