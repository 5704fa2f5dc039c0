//! What wasm memory costs (§5.2).
//!
//! Pages are a resource of the transaction: a linear price for pages open at once beyond the free ones, and an
//! exponential one for the most that were ever open.

use super::host::Pages;

/// The chain's parameters for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRules {
    /// Pages of a transaction that cost nothing.
    pub free_pages: u16,
    /// Gas per open page beyond the free ones.
    pub page_gas: u16,
    /// Most pages that may be open at once; 0 is no cap (always so below ArbOS 60, where only activation checks it).
    pub page_limit: u16,
}

/// Gas of opening `new` pages of 64 KiB on top of `pages`.
///
/// `u64::MAX` where no amount of gas would do: beyond 128 pages ever open, or beyond the cap of `rules`.
#[must_use]
pub fn memory_cost(new: u16, pages: Pages, rules: PageRules) -> u64 {
    let open = pages.open.saturating_add(new);
    let ever = pages.ever.max(open);
    if rules.page_limit != 0 && open > rules.page_limit {
        return u64::MAX;
    }
    if ever <= rules.free_pages {
        return 0;
    }
    let over = |p: u16| u64::from(p.saturating_sub(rules.free_pages));
    let linear = (over(open).saturating_sub(over(pages.open))).saturating_mul(u64::from(rules.page_gas));
    linear.saturating_add(exponential(ever) - exponential(pages.ever))
}

/// Books `new` pages in the transaction's counters.
pub fn open(new: u16, pages: &mut Pages) {
    pages.open = pages.open.saturating_add(new);
    pages.ever = pages.ever.max(pages.open);
}

/// The part of the price that depends on the most pages ever open; never falls with `pages`.
fn exponential(pages: u16) -> u64 {
    EXPONENTIAL.get(usize::from(pages)).map_or(u64::MAX, |&gas| u64::from(gas))
}

/// About 31 874 000^(p/128), truncated; the table is normative, the formula isn't.
#[rustfmt::skip]
const EXPONENTIAL: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2,
    2, 3, 3, 4, 5, 5, 6, 7,
    8, 9, 11, 12, 14, 17, 19, 22,
    25, 29, 33, 38, 43, 50, 57, 65,
    75, 85, 98, 112, 128, 147, 168, 193,
    221, 253, 289, 331, 379, 434, 497, 569,
    651, 745, 853, 976, 1117, 1279, 1463, 1675,
    1917, 2194, 2511, 2874, 3290, 3765, 4309, 4932,
    5645, 6461, 7395, 8464, 9687, 11087, 12689, 14523,
    16621, 19024, 21773, 24919, 28521, 32642, 37359, 42758,
    48938, 56010, 64104, 73368, 83971, 96106, 109994, 125890,
    144082, 164904, 188735, 216010, 247226, 282953, 323844, 370643,
    424206, 485509, 555672, 635973, 727880, 833067, 953456, 1091243,
    1248941, 1429429, 1636000, 1872423, 2143012, 2452704, 2807151, 3212820,
    3677113, 4208502, 4816684, 5512756, 6309419, 7221210, 8264766, 9459129,
    10826093, 12390601, 14181199, 16230562, 18576084, 21260563, 24332984, 27849408,
    31873999,
];

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: PageRules = PageRules { free_pages: 2, page_gas: 1_000, page_limit: 0 };

    fn cost(new: u16, open: u16, ever: u16) -> u64 {
        memory_cost(new, Pages { open, ever }, RULES)
    }

    #[test]
    fn memory_cost_matches_every_row_of_the_specification() {
        assert_eq!(cost(1, 0, 0), 0);
        assert_eq!(cost(2, 0, 0), 0);
        assert_eq!(cost(3, 0, 0), 1_000);
        assert_eq!(cost(17, 0, 0), 15_008);
        assert_eq!(cost(16, 17, 17), 16_076);
        assert_eq!(cost(16, 1, 17), 15_000);
        assert_eq!(cost(100, 1, 1), 932_066);
        assert_eq!(cost(128, 0, 0), 31_999_998);
    }

    #[test]
    fn memory_cost_is_out_of_reach_beyond_the_table() {
        assert_eq!(cost(129, 0, 0), u64::MAX);
        assert!(cost(1, 128, 128) > u64::from(u32::MAX));
        assert!(cost(u16::MAX, 3, 3) > u64::from(u32::MAX));
    }

    #[test]
    fn memory_cost_is_out_of_reach_beyond_the_cap_even_for_free_pages() {
        let capped = PageRules { page_limit: 1, ..RULES };
        assert_eq!(memory_cost(1, Pages::default(), capped), 0);
        assert_eq!(memory_cost(2, Pages::default(), capped), u64::MAX);
    }

    #[test]
    fn table_never_falls_and_follows_its_formula() {
        for (p, pair) in EXPONENTIAL.windows(2).enumerate() {
            assert!(pair[0] <= pair[1], "falls after {p}");
        }
        for (p, &gas) in EXPONENTIAL.iter().enumerate() {
            let formula = 31_874_000_f64.powf(p as f64 / 128.0);
            assert!((f64::from(gas) - formula).abs() <= 1.0 + formula * 1e-7, "{p}: {gas} against {formula}");
        }
    }

    #[test]
    fn open_saturates_and_remembers_the_most() {
        let mut pages = Pages { open: 1, ever: 5 };
        open(3, &mut pages);
        assert_eq!(pages, Pages { open: 4, ever: 5 });
        open(u16::MAX, &mut pages);
        assert_eq!(pages, Pages { open: u16::MAX, ever: u16::MAX });
    }
}
