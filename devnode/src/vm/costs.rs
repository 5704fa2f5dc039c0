//! What entering a program costs (§5.1).

/// The chain's parameters for entering programs, as stored (§2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitRules {
    /// Fixed part of an uncached entry, in units of 128 gas.
    pub min_init_gas: u8,
    /// Fixed part of a cached entry, in units of 32 gas.
    pub min_cached_init_gas: u8,
    /// Scale of the stored init cost, in units of 2 %.
    pub init_cost_scalar: u8,
    /// Scale of the stored cached cost, in units of 2 %.
    pub cached_cost_scalar: u8,
}

impl InitRules {
    /// Gas that a call pays for a program that isn't cached, beside [`Self::cached_gas`].
    #[must_use]
    pub fn init_gas(self, init_cost: u16) -> u64 {
        u64::from(self.min_init_gas) * 128 + scaled(init_cost, self.init_cost_scalar)
    }

    /// Gas that every call pays, cached or not.
    #[must_use]
    pub fn cached_gas(self, cached_cost: u16) -> u64 {
        u64::from(self.min_cached_init_gas) * 32 + scaled(cached_cost, self.cached_cost_scalar)
    }
}

/// `cost` at `scalar` · 2 %, rounded up.
fn scaled(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * 2).div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: InitRules =
        InitRules { min_init_gas: 69, min_cached_init_gas: 11, init_cost_scalar: 50, cached_cost_scalar: 50 };

    #[test]
    fn entry_gas_matches_the_example_of_the_specification() {
        assert_eq!(DEFAULTS.init_gas(3_739), 12_571);
        assert_eq!(DEFAULTS.cached_gas(3_293), 3_645);
    }

    #[test]
    fn scaling_rounds_up() {
        let halved = InitRules { init_cost_scalar: 25, cached_cost_scalar: 1, ..DEFAULTS };
        assert_eq!(halved.init_gas(7), 8_832 + 4);
        assert_eq!(halved.cached_gas(1), 352 + 1);
    }
}
