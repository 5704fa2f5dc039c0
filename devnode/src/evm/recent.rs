//! The programs that a block has called: from ArbOS 60 on, their next call in the block counts as cached (spec §5.3).

use alloy_primitives::B256;
use std::collections::VecDeque;

/// Least-recently-used list of code hashes; not journaled, so it survives reverts and failed transactions.
#[derive(Clone, Debug, Default)]
pub struct RecentPrograms {
    /// Most recent last.
    order: VecDeque<B256>,
    /// Fixed by the first call of the block.
    capacity: Option<usize>,
}

impl RecentPrograms {
    /// Notes a call; true if the program was in the list. `block_cache_size` counts only at the block's first call.
    pub fn touch(&mut self, code_hash: B256, block_cache_size: u16) -> bool {
        let capacity = *self.capacity.get_or_insert(usize::from(block_cache_size.max(1)));
        let place = self.order.iter().position(|known| *known == code_hash);
        if let Some(place) = place {
            self.order.remove(place);
        } else if self.order.len() >= capacity {
            self.order.pop_front();
        }
        self.order.push_back(code_hash);
        place.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touch_evicts_the_oldest_and_refreshes_a_hit() {
        let [a, b, c] = [1, 2, 3].map(B256::with_last_byte);
        let mut recent = RecentPrograms::default();
        assert!(!recent.touch(a, 2));
        assert!(!recent.touch(b, 2));
        assert!(recent.touch(a, 2), "still there, now the newest");
        assert!(!recent.touch(c, 2), "new: evicts b");
        assert!(!recent.touch(b, 2), "gone: evicts a");
        assert!(recent.touch(c, 2));
    }

    #[test]
    fn touch_keeps_one_entry_when_the_size_is_zero() {
        let mut recent = RecentPrograms::default();
        assert!(!recent.touch(B256::ZERO, 0));
        assert!(recent.touch(B256::ZERO, 32), "the size of the first call stays");
        assert!(!recent.touch(B256::with_last_byte(1), 32));
        assert!(!recent.touch(B256::ZERO, 32));
    }
}
