//! Building blocks of host function prices, in ink (§6.1).

/// Entering a host function.
pub(super) const ENTER: u64 = 8_400;
/// A fixed-size argument behind a pointer, read or written.
pub(super) const POINTER: u64 = 5_040;
/// One call into the EVM side.
pub(super) const EVM_API: u64 = 59_673;
/// A 256-bit division or remainder.
pub(super) const DIV: u64 = 20_000;
/// A modular addition.
pub(super) const ADD_MOD: u64 = 21_000;
/// A modular multiplication.
pub(super) const MUL_MOD: u64 = 24_100;

/// Words of 32 bytes that `bytes` fill.
pub(super) fn words(bytes: u64) -> u64 {
    bytes.div_ceil(32)
}

/// Writing `bytes` bytes to guest memory.
pub(super) fn write(bytes: u64) -> u64 {
    POINTER.saturating_add(bytes.saturating_sub(32).saturating_mul(30))
}

/// Reading `bytes` bytes from guest memory.
pub(super) fn read(bytes: u64) -> u64 {
    16_381_u64.saturating_add(bytes.saturating_sub(32).saturating_mul(55))
}

/// keccak-256 of `bytes` bytes.
pub(super) fn keccak(bytes: u64) -> u64 {
    121_800_u64.saturating_add(words(bytes).saturating_sub(2).saturating_mul(21_000))
}

/// Exponentiation; depends on the significant bytes of the big-endian exponent, of which zero has one too many.
pub(super) fn pow(exponent: &[u8; 32]) -> u64 {
    let leading_zeros = exponent.iter().take_while(|&&byte| byte == 0).count() as u64;
    3_000 + 17_500 * (33 - leading_zeros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    #[test]
    fn lengths_up_to_a_word_cost_the_base() {
        assert_eq!((write(0), write(32), write(33)), (5_040, 5_040, 5_070));
        assert_eq!((read(0), read(32), read(33)), (16_381, 16_381, 16_436));
        assert_eq!((keccak(0), keccak(64), keccak(65)), (121_800, 121_800, 142_800));
        assert_eq!(write(u64::MAX), u64::MAX);
    }

    #[test]
    fn pow_counts_significant_bytes() {
        let ink = |exponent: U256| pow(&exponent.to_be_bytes());
        assert_eq!(ink(U256::ZERO), 20_500);
        assert_eq!(ink(U256::from(255)), 38_000);
        assert_eq!(ink(U256::from(256)), 55_500);
        assert_eq!(ink(U256::MAX), 580_500);
    }
}
