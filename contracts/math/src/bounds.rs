//! Constants that no owner can exceed, and the defaults that owners start from.
//!
//! Source of every number: the product specification, "CredentialTokenFactory and CredentialToken" and "PoolFactory and
//! CredentialPool". Amounts are in wad (18 decimals); emission rates are wad tokens a day.

use alloy_primitives::{U256, uint};

use crate::bucket::Limit;

/// One whole token, or the number 1, in 18-decimal fixed point.
pub const WAD: U256 = uint!(1_000_000_000_000_000_000_U256);

/// Seconds in the day that emission rates refer to.
pub const DAY_SECS: u64 = 86_400;

/// Longest token name, in bytes of UTF-8. Fixed.
pub const NAME_BYTES_MAX: usize = 64;

/// Longest token symbol, in bytes of UTF-8. Fixed.
pub const SYMBOL_BYTES_MAX: usize = 16;

/// Lowest emission rate that a new factory accepts: 1 token a day.
pub const EMISSION_RATE_MIN_DEFAULT: U256 = WAD;

/// Highest emission rate that a new factory accepts: 50 tokens a day.
pub const EMISSION_RATE_MAX_DEFAULT: U256 = uint!(50_000_000_000_000_000_000_U256);

/// Emission rate that no setting can exceed: 1 000 tokens a day. Fits 72 bits.
pub const EMISSION_RATE_CEILING: U256 = uint!(1_000_000_000_000_000_000_000_U256);

/// Lowest maximum supply that a new factory accepts: 1 000 tokens.
pub const MAX_SUPPLY_MIN_DEFAULT: U256 = uint!(1_000_000_000_000_000_000_000_U256);

/// Highest maximum supply that a new factory accepts: 10⁹ tokens.
pub const MAX_SUPPLY_MAX_DEFAULT: U256 = uint!(1_000_000_000_000_000_000_000_000_000_U256);

/// Maximum supply that no setting can exceed: 2¹¹² − 1 wei-tokens, so that a pool's reserves always fit their
/// slot.
pub const MAX_SUPPLY_CEILING: U256 = uint!(0xffff_ffff_ffff_ffff_ffff_ffff_ffff_U256);

/// Highest creation fee that can be set: 0.01 Ether, in wei.
pub const CREATION_FEE_CEILING: U256 = uint!(10_000_000_000_000_000_U256);

/// How many tokens a creator can create: 5 at once, 5 a day.
pub const CREATIONS_OF_ONE: Limit = Limit { per_day: 5, capacity: 5 };

/// How many tokens all creators together can create: 1 000 at once, 1 000 a day.
pub const CREATIONS_OF_ALL: Limit = Limit { per_day: 1_000, capacity: 1_000 };

/// Least tokens that a new pool factory has pools opened with: 50.
pub const POOL_TOKENS_MIN_DEFAULT: U256 = uint!(50_000_000_000_000_000_000_U256);

/// Least Ether that a new pool factory has pools opened with: 0.05, in wei.
pub const POOL_ETHER_MIN_DEFAULT: U256 = uint!(50_000_000_000_000_000_U256);

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(whole: u64) -> U256 {
        U256::from(whole) * U256::from(10).pow(U256::from(18))
    }

    #[test]
    fn bounds_are_the_specified_numbers_of_tokens() {
        assert_eq!(WAD, tokens(1));
        assert_eq!(EMISSION_RATE_MIN_DEFAULT, tokens(1));
        assert_eq!(EMISSION_RATE_MAX_DEFAULT, tokens(50));
        assert_eq!(EMISSION_RATE_CEILING, tokens(1_000));
        assert_eq!(MAX_SUPPLY_MIN_DEFAULT, tokens(1_000));
        assert_eq!(MAX_SUPPLY_MAX_DEFAULT, tokens(1_000_000_000));
        assert_eq!(MAX_SUPPLY_CEILING, (U256::from(1) << 112) - U256::from(1));
        assert_eq!(CREATION_FEE_CEILING * U256::from(100), WAD);
        assert_eq!(POOL_TOKENS_MIN_DEFAULT, tokens(50));
        assert_eq!(POOL_ETHER_MIN_DEFAULT * U256::from(20), WAD);
    }

    #[test]
    fn defaults_lie_within_the_ceilings_and_their_slots() {
        assert!(EMISSION_RATE_MIN_DEFAULT < EMISSION_RATE_MAX_DEFAULT);
        assert!(EMISSION_RATE_MAX_DEFAULT <= EMISSION_RATE_CEILING);
        assert!(EMISSION_RATE_CEILING.bit_len() <= 72);
        assert!(MAX_SUPPLY_MIN_DEFAULT < MAX_SUPPLY_MAX_DEFAULT);
        assert!(MAX_SUPPLY_MAX_DEFAULT <= MAX_SUPPLY_CEILING);
    }
}
