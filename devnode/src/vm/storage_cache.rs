//! A program frame's write-back cache of storage (§6.3, §6.4).
//!
//! Each frame has its own, empty at the start; nothing is written back unless the program flushes.

use std::collections::BTreeMap;

use alloy_primitives::B256;

/// Gas that storage access number `n` of a frame costs extra: (up to this number, gas).
type Surcharges = [(u32, u64); 3];

const READS: Surcharges = [(32, 0), (128, 2), (u32::MAX, 10)];
const WRITES: Surcharges = [(8, 0), (64, 7), (u32::MAX, 10)];

/// The greatest surcharge that an access can have, gas.
pub(super) const MAX_SURCHARGE: u64 = 10;

#[derive(Clone, Copy, Debug)]
struct Slot {
    value: B256,
    /// What the state holds as far as this frame has seen; `None` if it never looked.
    known: Option<B256>,
}

/// The cache. Slots are ordered so that flushing writes them in the same order everywhere.
#[derive(Debug, Default)]
pub(super) struct StorageCache {
    slots: BTreeMap<B256, Slot>,
    reads: u32,
    writes: u32,
}

impl StorageCache {
    /// The slot's value, if the frame read or wrote it before.
    pub(super) fn get(&self, key: B256) -> Option<B256> {
        self.slots.get(&key).map(|slot| slot.value)
    }

    /// Remembers what the state holds.
    pub(super) fn loaded(&mut self, key: B256, value: B256) {
        self.slots.insert(key, Slot { value, known: Some(value) });
    }

    /// Writes to the cache alone.
    pub(super) fn store(&mut self, key: B256, value: B256) {
        self.slots.entry(key).and_modify(|slot| slot.value = value).or_insert(Slot { value, known: None });
    }

    /// Counts a read, hit or miss, and returns its surcharge in gas.
    pub(super) fn count_read(&mut self) -> u64 {
        count(&mut self.reads, READS)
    }

    /// Counts a write and returns its surcharge in gas.
    pub(super) fn count_write(&mut self) -> u64 {
        count(&mut self.writes, WRITES)
    }

    /// Takes the slots that the state doesn't hold as they are here, which it does from now on. `clear` drops all
    /// slots. The counters go on.
    pub(super) fn flush(&mut self, clear: bool) -> Vec<(B256, B256)> {
        let mut dirty = Vec::new();
        for (key, slot) in &mut self.slots {
            if slot.known != Some(slot.value) {
                slot.known = Some(slot.value);
                dirty.push((*key, slot.value));
            }
        }
        if clear {
            self.slots.clear();
        }
        dirty
    }
}

fn count(counter: &mut u32, surcharges: Surcharges) -> u64 {
    *counter = counter.saturating_add(1);
    let surcharge = surcharges.iter().find(|(last, _)| *counter <= *last);
    surcharge.map_or(MAX_SURCHARGE, |(_, gas)| *gas)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(byte: u8) -> B256 {
        B256::repeat_byte(byte)
    }

    #[test]
    fn surcharges_step_up_where_the_specification_says() {
        let mut cache = StorageCache::default();
        let reads: Vec<_> = (0..130).map(|_| cache.count_read()).collect();
        assert_eq!((reads[31], reads[32], reads[127], reads[128]), (0, 2, 2, 10));
        let writes: Vec<_> = (0..66).map(|_| cache.count_write()).collect();
        assert_eq!((writes[7], writes[8], writes[63], writes[64]), (0, 7, 7, 10));
    }

    #[test]
    fn flush_takes_changed_and_unknown_slots_once() {
        let mut cache = StorageCache::default();
        cache.loaded(word(1), word(9)); // untouched
        cache.loaded(word(2), word(9));
        cache.store(word(2), word(8)); // changed
        cache.loaded(word(3), word(9));
        cache.store(word(3), word(8));
        cache.store(word(3), word(9)); // changed back
        cache.store(word(4), word(0)); // never loaded: sent even if it equals the state
        assert_eq!(cache.flush(false), [(word(2), word(8)), (word(4), word(0))]);
        assert_eq!(cache.flush(false), []);
        assert_eq!(cache.get(word(2)), Some(word(8)));
    }

    #[test]
    fn clear_drops_slots_but_not_counters() {
        let mut cache = StorageCache::default();
        for _ in 0..32 {
            cache.count_read();
        }
        cache.store(word(1), word(1));
        assert_eq!(cache.flush(true).len(), 1);
        assert_eq!(cache.get(word(1)), None);
        assert_eq!(cache.count_read(), 2);
    }
}
