//! The constant-product curve: what a trade gives, what shares are worth, what the protocol is due.
//!
//! All of it agrees with Uniswap v2 to the wei. Reserves and amounts are in base units (of the token: 18 decimals, of
//! Ether: wei) and fit 112 bits; what doesn't is refused with `None`. Every rounding favours the pool: what it pays is
//! rounded down, what it is paid is rounded up.
//!
//! Source: Uniswap v2 Core whitepaper (Adams, Zinsmeister, Robinson; March 2020) §§2.2, 2.4, 3.2.1, 3.4; the formulas of
//! its library for quotes.

use alloy_primitives::{U256, U512};

use crate::wide::divide;

/// Bits that a reserve has at most.
pub const RESERVE_BITS: usize = 112;

/// The greatest reserve.
pub const RESERVE_MAX: u128 = u128::MAX >> (u128::BITS - 112);

/// Shares that the first liquidity leaves in the pool for ever, so that no share can become too dear to buy.
pub const MINIMUM_LIQUIDITY: u64 = 1_000;

/// Thousandths of an input that are traded; the other three are the fee.
const TRADED: u128 = 997;
/// Thousandths of an input that are the fee.
const FEE: u128 = 3;
/// What the two above are parts of.
const WHOLE: u128 = 1_000;

/// What an input of `amount_in` gives: `in · 997 · reserve_out / (reserve_in · 1000 + in · 997)`, rounded down. Less than
/// `reserve_out`. `None` if an amount or a reserve doesn't fit, or there is nothing to trade against.
#[must_use]
pub fn amount_out(amount_in: U256, reserve_in: u128, reserve_out: u128) -> Option<u128> {
    let amount_in = fits(amount_in)?;
    let (reserve_in, reserve_out) = (some(reserve_in)?, some(reserve_out)?);
    // 112 + 10 bits.
    let traded = amount_in.checked_mul(TRADED)?;
    let numerator = wide(traded, reserve_out);
    let denominator = reserve_in.checked_mul(WHOLE)?.checked_add(traded)?;
    fits(divide(numerator, denominator)?)
}

/// What has to be put in to get `amount_out`: `reserve_in · out · 1000 / ((reserve_out − out) · 997) + 1`: rounded up, and
/// one more where the division leaves no rest, as in Uniswap v2. `None` if there isn't as much to get, or an amount or a
/// reserve doesn't fit.
#[must_use]
pub fn amount_in(amount_out: U256, reserve_in: u128, reserve_out: u128) -> Option<u128> {
    let amount_out = fits(amount_out)?;
    let (reserve_in, reserve_out) = (some(reserve_in)?, some(reserve_out)?);
    let left = some(reserve_out.checked_sub(amount_out)?)?;
    let numerator = wide(reserve_in, amount_out.checked_mul(WHOLE)?);
    let denominator = left.checked_mul(TRADED)?;
    let amount_in = divide(numerator, denominator)?;
    fits(amount_in.checked_add(U256::ONE)?)
}

/// Whether a trade leaves the pool with at least what it had: `(balance0 · 1000 − in0 · 3) · (balance1 · 1000 − in1 · 3) ≥
/// reserve0 · reserve1 · 1000²`, where an input is what of the balances was put in.
#[must_use]
pub fn keeps_product(balances: [u128; 2], amounts_in: [u128; 2], reserves: [u128; 2]) -> bool {
    let adjusted = |balance: u128, amount_in: u128| {
        // An input is part of its balance, so this is positive; 112 + 10 bits.
        balance.checked_mul(WHOLE)?.checked_sub(amount_in.checked_mul(FEE)?)
    };
    let ([balance0, balance1], [in0, in1], [reserve0, reserve1]) = (balances, amounts_in, reserves);
    let after = adjusted(balance0, in0).zip(adjusted(balance1, in1));
    let before = reserve0.checked_mul(WHOLE).zip(reserve1.checked_mul(WHOLE));
    match (after, before) {
        (Some((after0, after1)), Some((before0, before1))) => wide(after0, after1) >= wide(before0, before1),
        _ => false,
    }
}

/// What of the amounts that somebody is ready to add fits the reserves' ratio: all of one, and of the other
/// `desired · reserve / reserve`, rounded down. `None` if an amount doesn't fit or there are no reserves.
#[must_use]
pub fn proportional(desired: [U256; 2], reserves: [u128; 2]) -> Option<[u128; 2]> {
    let ([desired0, desired1], [reserve0, reserve1]) = (desired, reserves);
    let (reserve0, reserve1) = (some(reserve0)?, some(reserve1)?);
    let matching = |amount: U256, of: u128, other: u128| {
        let amount = fits(amount)?;
        Some((amount, divide(wide(amount, other), of)?))
    };
    if let Some((amount0, amount1)) = matching(desired0, reserve0, reserve1)
        && amount1 <= desired1
    {
        return Some([amount0, fits(amount1)?]);
    }
    let (amount1, amount0) = matching(desired1, reserve1, reserve0)?;
    // All of token 0 asked for more Ether than there is, so this asks for less of token 0 than there is.
    Some([fits(amount0)?, amount1])
}

/// Shares of the first liquidity, without those that stay in the pool: `√(amount0 · amount1) − 1000`, rounded down. `None`
/// if that leaves nothing.
#[must_use]
pub fn first_shares(amounts: [u128; 2]) -> Option<U256> {
    let [amount0, amount1] = amounts;
    let shares = square_root(wide(amount0, amount1)).checked_sub(MINIMUM_LIQUIDITY.into())?;
    (shares != 0).then(|| U256::from(shares))
}

/// Shares of more liquidity: `min(amount0 · supply / reserve0, amount1 · supply / reserve1)`, rounded down. `None` without
/// reserves, or with a supply of more than 128 bits, which reserves of 112 can't lead to.
#[must_use]
pub fn shares_of(amounts: [u128; 2], reserves: [u128; 2], supply: U256) -> Option<U256> {
    let ([amount0, amount1], [reserve0, reserve1]) = (amounts, reserves);
    let supply = u128::try_from(supply).ok()?;
    let of0 = divide(wide(amount0, supply), reserve0)?;
    let of1 = divide(wide(amount1, supply), reserve1)?;
    Some(of0.min(of1))
}

/// What `shares` of `supply` are worth: `shares · balance / supply` of both, rounded down. `None` without shares, or with more
/// than 128 bits of them.
#[must_use]
pub fn worth_of(shares: U256, supply: U256, balances: [u128; 2]) -> Option<[u128; 2]> {
    let [balance0, balance1] = balances;
    let (shares, supply) = (u128::try_from(shares).ok()?, u128::try_from(supply).ok()?);
    let of = |balance: u128| fits(divide(wide(shares, balance), supply)?);
    Some([of(balance0)?, of(balance1)?])
}

/// New shares that give the protocol a sixth of the growth of `√k` since the product was `k_last`:
/// `supply · (√k − √k_last) / (5 · √k + √k_last)`, rounded down; zero if nothing grew. A twentieth of a percent of each
/// trade is a sixth of its fee. Zero with a supply of more than 128 bits, which reserves of 112 can't lead to.
#[must_use]
pub fn protocol_shares(supply: U256, reserves: [u128; 2], k_last: U256) -> U256 {
    let [reserve0, reserve1] = reserves;
    let (root, root_last) = (square_root(wide(reserve0, reserve1)), square_root(k_last));
    let due = || {
        let growth = root.checked_sub(root_last)?;
        // Roots of products of reserves: 112 + 3 bits.
        let denominator = root.checked_mul(5)?.checked_add(root_last)?;
        divide(wide(u128::try_from(supply).ok()?, growth), denominator)
    };
    due().unwrap_or_default()
}

/// The product of the reserves, `k`.
#[must_use]
pub fn product(reserves: [u128; 2]) -> U256 {
    let [reserve0, reserve1] = reserves;
    wide(reserve0, reserve1)
}

/// The price of what `reserve_of` counts, in what `reserve_in` counts, as a fixed-point number with 112 fractional bits
/// (UQ112.112): `reserve_in · 2^112 / reserve_of`, rounded down; zero without reserves.
#[must_use]
pub fn price(reserve_in: u128, reserve_of: u128) -> U256 {
    let numerator = U256::from(reserve_in).wrapping_shl(RESERVE_BITS);
    divide(numerator, reserve_of).unwrap_or_default()
}

/// `a · b / divisor`, rounded down, with the product at its full 512 bits. `None` if the result has more than 256 bits or
/// the divisor is zero.
#[must_use]
pub fn mul_div(a: U256, b: U256, divisor: U256) -> Option<U256> {
    // Nearly always: products of amounts have at most 226 bits.
    if let Some(product) = a.checked_mul(b) {
        return product.checked_div(divisor);
    }
    let product: U512 = a.widening_mul(b);
    U256::checked_from_limbs_slice(product.checked_div(U512::from(divisor))?.as_limbs())
}

/// `√number`, rounded down.
///
/// Source: Newton's iteration, which falls to the root from any start above it (Cohen, A Course in Computational Algebraic
/// Number Theory, algorithm 1.7.1).
#[inline(never)]
#[must_use]
pub fn square_root(number: U256) -> u128 {
    // A power of two above the root, or the greatest number that a root can be.
    let bits = number.bit_len().div_ceil(2);
    let mut root = u32::try_from(bits).ok().and_then(|bits| 1_u128.checked_shl(bits)).unwrap_or(u128::MAX);
    loop {
        let quotient =
            divide(number, root).and_then(|quotient| u128::try_from(quotient).ok()).unwrap_or(u128::MAX);
        // No more than the root where it isn't found yet: (root + quotient) / 2, which can't overflow like this.
        if quotient >= root {
            return root;
        }
        root = quotient.midpoint(root);
    }
}

/// `number`, if it has at most 112 bits.
#[must_use]
pub fn fits(number: U256) -> Option<u128> {
    u128::try_from(number).ok().filter(|number| *number <= RESERVE_MAX)
}

/// `reserve`, if it is one: not zero, and of at most 112 bits.
fn some(reserve: u128) -> Option<u128> {
    (reserve != 0 && reserve <= RESERVE_MAX).then_some(reserve)
}

/// The product of two numbers of 128 bits.
fn wide(a: u128, b: u128) -> U256 {
    // Cannot overflow: 128 + 128 bits.
    U256::from(a).wrapping_mul(U256::from(b))
}

#[cfg(test)]
mod tests;
