//! Division of 256-bit numbers, as small and as fast as amounts need it: their divisors have at most 128 bits.
//!
//! alloy's numbers divide by divisors of any length, which is a third of a pool's program and slower.

use alloy_primitives::U256;

/// Bits of a digit of the long division.
const DIGIT: u32 = 64;

/// `numerator / divisor`, rounded down; `None` if the divisor is zero.
///
/// Source: Knuth, TAOCP vol. 2, §4.3.1, algorithm D, with digits of 64 bits and a divisor of two.
#[inline(never)]
#[must_use]
pub fn divide(numerator: U256, divisor: u128) -> Option<U256> {
    if divisor == 0 {
        return None;
    }
    // Shifted so far that the divisor's highest bit is set, which keeps guesses of digits close.
    let shift = divisor.leading_zeros();
    let divisor = divisor.wrapping_shl(shift);
    let [a, b, c, d] = *numerator.as_limbs();
    let (high, low) = (join(d, c), join(b, a));
    // The numerator's bits above 256 after the shift: less than 2^shift, so less than the divisor.
    let above = if shift == 0 { 0 } else { high.wrapping_shr(u128::BITS.wrapping_sub(shift)) };
    let carried = if shift == 0 { 0 } else { low.wrapping_shr(u128::BITS.wrapping_sub(shift)) };
    let (high, low) = (high.wrapping_shl(shift) | carried, low.wrapping_shl(shift));

    let mut rest = above;
    let mut digits = [0; 4];
    let numerator = [top(high), bottom(high), top(low), bottom(low)];
    for (digit, next) in digits.iter_mut().rev().zip(numerator) {
        (*digit, rest) = step(rest, next, divisor);
    }
    Some(U256::from_limbs(digits))
}

/// The next digit: `(rest · 2^64 + next) / divisor` and what is left, where `rest < divisor` and the divisor's highest bit is
/// set.
fn step(rest: u128, next: u64, divisor: u128) -> (u64, u128) {
    let (first, second) = (top(divisor), bottom(divisor));
    // A guess by the divisor's first digit: right, or too large by one or two.
    let mut digit = if top(rest) >= first { u64::MAX } else { guess(rest, first) };
    let by_first = u128::from(digit).wrapping_mul(first.into());
    let by_second = u128::from(digit).wrapping_mul(second.into());
    let (mut low, carry) = by_first.wrapping_shl(DIGIT).overflowing_add(by_second);
    let mut high = u128::from(top(by_first)).wrapping_add(carry.into());
    let (rest_high, rest_low) = (u128::from(top(rest)), rest.wrapping_shl(DIGIT) | u128::from(next));
    while (high, low) > (rest_high, rest_low) {
        digit = digit.wrapping_sub(1);
        let (less, borrow) = low.overflowing_sub(divisor);
        low = less;
        high = high.wrapping_sub(borrow.into());
    }
    (digit, rest_low.wrapping_sub(low))
}

/// `number / divisor`, where the quotient fits a digit and the divisor's highest bit is set.
///
/// Source: the same algorithm with digits of 32 bits (Warren, Hacker's Delight, 2nd ed., figure 9–3): machines divide 64
/// bits by 32, not 128 by 64.
fn guess(number: u128, divisor: u64) -> u64 {
    const HALF: u32 = 32;
    const LOW: u64 = 0xffff_ffff;
    let (first, second) = (divisor >> HALF, divisor & LOW);
    let half = |rest: u64, next: u64| {
        // No division by zero: the highest bit is set.
        let mut digit = rest.checked_div(first).unwrap_or_default();
        let mut left = rest.checked_rem(first).unwrap_or_default();
        while digit > LOW || digit.wrapping_mul(second) > (left << HALF | next) {
            digit = digit.wrapping_sub(1);
            left = left.wrapping_add(first);
            if left > LOW {
                break;
            }
        }
        let rest = (rest << HALF | next).wrapping_sub(digit.wrapping_mul(divisor));
        (digit, rest)
    };
    let (high, low) = (top(number), bottom(number));
    let (first_digit, rest) = half(high, low >> HALF);
    let (second_digit, _) = half(rest, low & LOW);
    (first_digit << HALF).wrapping_add(second_digit)
}

/// The high half.
pub(crate) fn top(number: u128) -> u64 {
    u64::try_from(number >> DIGIT).unwrap_or_default()
}

/// The low half.
fn bottom(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default()
}

fn join(high: u64, low: u64) -> u128 {
    u128::from(high) << DIGIT | u128::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(numerator: U256, divisor: u128) {
        let expected = numerator.checked_div(U256::from(divisor));
        assert_eq!(divide(numerator, divisor), expected, "{numerator} / {divisor}");
    }

    /// Numbers made of digits at the edges, where guesses go wrong.
    fn edge() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            Just(1),
            Just(u64::MAX),
            Just(u64::MAX - 1),
            Just(1 << 63),
            Just((1 << 63) - 1),
            Just(0xffff_ffff),
            Just(1 << 32),
            Just(0xffff_ffff_0000_0000),
            any::<u64>(),
        ]
    }

    #[test]
    fn edges_are_right() {
        let numbers =
            [U256::ZERO, U256::ONE, U256::MAX, U256::from(u128::MAX), U256::from(u64::MAX), U256::ONE << 255];
        for numerator in numbers {
            for divisor in
                [0, 1, 2, 3, 10, 1 << 63, 1 << 64, (1 << 64) - 1, 1 << 127, u128::MAX, u128::MAX - 1]
            {
                check(numerator, divisor);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn quotients_equal_alloys(numerator: [u8; 32], divisor: u128, shifts in (0_usize..256, 0_u32..128)) {
            check(U256::from_be_bytes(numerator) >> shifts.0, divisor >> shifts.1);
        }

        #[test]
        fn quotients_equal_alloys_at_edges(limbs in [edge(), edge(), edge(), edge()], divisor in (edge(), edge())) {
            check(U256::from_limbs(limbs), join(divisor.0, divisor.1));
        }

        #[test]
        fn quotients_equal_alloys_next_to_multiples(quotient: u128, divisor: u128, off in -1_i8..=1) {
            let product = U256::from(quotient) * U256::from(divisor);
            let near = if off < 0 { product.saturating_sub(U256::ONE) } else { product.saturating_add(U256::from(off)) };
            check(near, divisor);
        }
    }
}
