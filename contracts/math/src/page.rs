//! Pages of long lists.

use alloy_primitives::U256;
use core::ops::Range;

/// The numbers of the entries on a page: up to `limit`, from the one numbered `offset` (from 0), of a list of `count`.
/// Empty beyond the list's end; any `offset` and `limit` will do.
#[must_use]
pub fn window(count: u64, offset: U256, limit: U256) -> Range<u64> {
    let clamp = |number: U256| u64::try_from(number).unwrap_or(u64::MAX).min(count);
    let first = clamp(offset);
    first..clamp(offset.saturating_add(limit)).max(first)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn n(value: u64) -> U256 {
        U256::from(value)
    }

    #[test]
    fn a_page_ends_with_its_limit_or_the_list() {
        assert_eq!(window(10, n(0), n(3)), 0..3);
        assert_eq!(window(10, n(8), n(3)), 8..10);
        assert_eq!(window(10, n(9), n(1)), 9..10);
        assert_eq!(window(10, n(5), U256::MAX), 5..10);
        for (offset, limit) in [(n(10), n(1)), (n(3), n(0)), (U256::MAX, U256::MAX)] {
            assert!(window(10, offset, limit).is_empty());
        }
        assert!(window(0, n(0), n(1)).is_empty());
    }

    proptest! {
        #[test]
        fn pages_side_by_side_are_the_list(count in 0..500u64, limit in 1..60u64) {
            let pages = (0..=count / limit).map(|page| window(count, n(page * limit), n(limit)));
            prop_assert_eq!(pages.flatten().collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn no_page_leaves_the_list(count: u64, offset: [u8; 32], limit: [u8; 32]) {
            let (offset, limit) = (U256::from_be_bytes(offset), U256::from_be_bytes(limit));
            let page = window(count, offset, limit);
            prop_assert!(page.start <= page.end && page.end <= count);
            prop_assert!(U256::from(page.end - page.start) <= limit);
        }
    }
}
