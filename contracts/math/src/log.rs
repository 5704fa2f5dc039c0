//! Binary logarithms and powers in fixed point: prices as exponents, whose means over time are geometric.

use alloy_primitives::U256;

use crate::wide::top;

/// Fractional bits of a [`log2_ratio`].
pub const RATIO_BITS: u32 = 24;

/// Fractional bits of an exponent of [`exp2`].
pub const EXPONENT_BITS: u32 = 32;

/// Fractional bits that [`log2`] computes: more than are kept, so that a difference of two is right to the last of those.
const LOG_BITS: u32 = 40;

/// Fractional bits that the exponential series is summed with.
const FRACTION: u32 = 63;

/// `2^64 · ln 2`, rounded.
const LN_2: u128 = 0xb172_17f7_d1cf_79ac;

/// Terms of the exponential series: `(ln 2)^n / n! < 2^-64` from the twentieth on.
const TERMS: u64 = 20;

/// `log2(numerator / denominator)` with [`RATIO_BITS`] fractional bits, rounded down; zero if either is zero. Between −128
/// and 128, so it fits.
///
/// Error: less than 2⁻²⁴ (6e-8), all of it from rounding down.
#[must_use]
pub fn log2_ratio(numerator: u128, denominator: u128) -> i32 {
    let (Some(numerator), Some(denominator)) = (log2(numerator), log2(denominator)) else {
        return 0;
    };
    let difference = numerator.wrapping_sub(denominator) >> (LOG_BITS - RATIO_BITS);
    i32::try_from(difference).unwrap_or_default()
}

/// `log2(number)` with [`LOG_BITS`] fractional bits, rounded down; `None` of zero.
///
/// Source: the digits of a binary logarithm by squaring (Knuth, TAOCP vol. 1, §1.2.2, exercise 25): a mantissa in `[1, 2)`
/// is squared, and each time that it reaches 2 the next digit is a one and it is halved.
fn log2(number: u128) -> Option<i64> {
    let exponent = number.checked_ilog2()?;
    // The mantissa with 63 fractional bits, cut off below.
    let normal = number.wrapping_shl(u128::BITS.wrapping_sub(1).wrapping_sub(exponent));
    let mut mantissa = top(normal);
    let mut digits: i64 = exponent.into();
    for _ in 0..LOG_BITS {
        // Two numbers of 64 bits: the square has 126 fractional bits, and 64 of its 128 are kept.
        let square = u128::from(mantissa).wrapping_mul(u128::from(mantissa));
        digits <<= 1;
        if square >> 127 == 1 {
            digits |= 1;
            mantissa = top(square);
        } else {
            mantissa = top(square << 1);
        }
    }
    Some(digits)
}

/// `scale · 2^exponent`, where the exponent has [`EXPONENT_BITS`] fractional bits, rounded down; all ones if that is more
/// than 256 bits.
///
/// Error: relative, less than 2⁻⁵⁷, before the rounding.
/// Source: `2^f = e^(f · ln 2)`, by the exponential series.
#[must_use]
pub fn exp2(exponent: i64, scale: u64) -> U256 {
    let whole = exponent >> EXPONENT_BITS;
    let fraction = exponent.wrapping_sub(whole << EXPONENT_BITS).unsigned_abs();
    // f · ln 2 with 63 fractional bits: 32 + 63 bits in all, of which the lowest 32 are cut off.
    let power = (u128::from(fraction).wrapping_mul(LN_2)) >> (EXPONENT_BITS + 1);
    let one = 1_u128 << FRACTION;
    let (mut sum, mut term) = (one, one);
    for n in 1..=TERMS {
        // All of them are at most 2^63: no overflow, and a division of 64 bits.
        let product = u64::try_from(term.wrapping_mul(power) >> FRACTION).unwrap_or_default();
        term = product.checked_div(n).unwrap_or_default().into();
        sum = sum.wrapping_add(term);
    }
    // scale · sum / 2^63 · 2^whole, in one shift; 64 + 64 bits.
    let product = U256::from(u128::from(scale).wrapping_mul(sum));
    let shift = whole.wrapping_sub(FRACTION.into());
    let bits = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
    if shift < 0 {
        return product.wrapping_shr(bits);
    }
    let room = product.leading_zeros();
    if bits <= room || product.is_zero() { product.wrapping_shl(bits) } else { U256::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The ratio's logarithm by floating point.
    fn float_ratio(numerator: u128, denominator: u128) -> f64 {
        (numerator as f64).log2() - (denominator as f64).log2()
    }

    #[test]
    fn log2_of_powers_of_two_is_exact() {
        for exponent in 0..=127_u8 {
            let power = 1_u128 << exponent;
            assert_eq!(log2_ratio(power, 1), i32::from(exponent) << RATIO_BITS);
            assert_eq!(log2_ratio(1, power), -(i32::from(exponent) << RATIO_BITS));
        }
        assert_eq!(log2_ratio(0, 1), 0);
        assert_eq!(log2_ratio(1, 0), 0);
        assert_eq!(log2_ratio(0, 0), 0);
    }

    #[test]
    fn log2_of_three_is_that_of_the_tables() {
        // log2(3) = 1.584962500721156181453738943947816508759814407692481060455…
        assert_eq!(log2(3), Some(1_742_684_699_131));
        assert_eq!(1_742_684_699_131_u64, (1.584_962_500_721_156_2 * 2_f64.powi(40)).floor() as u64);
    }

    #[test]
    fn exp2_of_whole_numbers_is_exact_and_saturates() {
        let one = 1_u64 << 32;
        for whole in 0..=220_i64 {
            assert_eq!(exp2(whole << EXPONENT_BITS, one), U256::from(one) << usize::try_from(whole).unwrap());
        }
        for whole in 0..=40_i64 {
            assert_eq!(
                exp2(-whole << EXPONENT_BITS, one),
                U256::from(one) >> usize::try_from(whole).unwrap()
            );
        }
        assert_eq!(exp2(256 << EXPONENT_BITS, 1), U256::MAX);
        assert_eq!(exp2(i64::MAX, one), U256::MAX);
        assert_eq!(exp2(i64::MIN, u64::MAX), U256::ZERO);
        assert_eq!(exp2(1 << EXPONENT_BITS, 0), U256::ZERO);
        assert_eq!(exp2(i64::MAX, 0), U256::ZERO);
    }

    proptest! {
        #[test]
        fn log2_is_within_its_error(numerator in 1..=u128::MAX, denominator in 1..=u128::MAX, shifts in (0_u32..128, 0_u32..128)) {
            let (numerator, denominator) = ((numerator >> shifts.0).max(1), (denominator >> shifts.1).max(1));
            let ratio = f64::from(log2_ratio(numerator, denominator)) / 2_f64.powi(24);
            let error = float_ratio(numerator, denominator) - ratio;
            prop_assert!((-1e-12..=2_f64.powi(-24) + 1e-9).contains(&error), "{error}");
        }

        #[test]
        fn log2_never_falls_when_the_number_rises(number in 1..u128::MAX, shift in 0_u32..128) {
            let number = (number >> shift).max(1);
            prop_assert!(log2(number) <= log2(number + 1));
        }

        #[test]
        fn exp2_is_within_its_error(exponent in -(20_i64 << 32)..100_i64 << 32) {
            let scale = 1_u64 << 63;
            let power = f64::from(exp2(exponent, scale)) / scale as f64;
            let expected = (exponent as f64 / 2_f64.powi(32)).exp2();
            prop_assert!((power / expected - 1.0).abs() < 1e-11, "{power} {expected}");
        }

        #[test]
        fn exp2_undoes_log2(numerator in 1_u128 << 90..1 << 112, denominator in 1_u128 << 90..1 << 112) {
            let exponent = i64::from(log2_ratio(numerator, denominator)) << (EXPONENT_BITS - RATIO_BITS);
            let scale = 1_u64 << 63;
            let power = f64::from(exp2(exponent, scale)) / scale as f64;
            let expected = numerator as f64 / denominator as f64;
            // The power of a number rounded down is a little less.
            prop_assert!((-6e-8..1e-11).contains(&(power / expected - 1.0)), "{power} {expected}");
        }
    }
}
