//! The curve against big integers, and against what it promises.

use super::*;
use num_bigint::BigUint;
use proptest::prelude::*;

fn big(number: impl Into<U256>) -> BigUint {
    BigUint::from_bytes_be(&number.into().to_be_bytes::<32>())
}

/// Numbers of every length up to 112 bits.
fn amount() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0_u32..=112)
        .prop_map(|(number, bits)| number & !(u128::MAX.checked_shl(bits).unwrap_or(0)))
}

fn reserve() -> impl Strategy<Value = u128> {
    amount().prop_map(|number| number.max(1))
}

/// `None` where the model's result doesn't fit, as the curve has it.
fn small(number: BigUint) -> Option<u128> {
    u128::try_from(number).ok().filter(|number| *number <= RESERVE_MAX)
}

#[test]
fn figures_are_those_of_uniswap_v2() {
    // Cases of Uniswap v2 core's own tests of its pair: swap amount, reserves, expected output.
    let wad = 10_u128.pow(18);
    for (amount, reserve0, reserve1, expected) in [
        (1, 5, 10, 1_662_497_915_624_478_906),
        (1, 10, 5, 453_305_446_940_074_565),
        (2, 5, 10, 2_851_015_155_847_869_602),
        (2, 10, 5, 831_248_957_812_239_453),
        (1, 10, 10, 906_610_893_880_149_131),
        (1, 100, 100, 987_158_034_397_061_298),
        (1, 1_000, 1_000, 996_006_981_039_903_216),
    ] {
        let out = amount_out(U256::from(amount * wad), reserve0 * wad, reserve1 * wad);
        assert_eq!(out, Some(expected), "{amount} {reserve0} {reserve1}");
    }
    // Its test of the first liquidity: 1 and 4 tokens.
    assert_eq!(first_shares([wad, 4 * wad]), Some(U256::from(2 * wad - 1_000)));
}

#[test]
fn square_roots_of_edges_are_right() {
    for (number, root) in [
        (U256::ZERO, 0),
        (U256::ONE, 1),
        (U256::from(3), 1),
        (U256::from(4), 2),
        (U256::MAX, u128::MAX),
        (U256::from(u128::MAX), u128::from(u64::MAX)),
        (U256::ONE << 254, 1 << 127),
    ] {
        assert_eq!(square_root(number), root, "{number}");
    }
}

#[test]
fn edges_are_refused_and_not_wrapped() {
    let max = U256::from(RESERVE_MAX);
    assert_eq!(amount_out(max, RESERVE_MAX, RESERVE_MAX).map(|out| out < RESERVE_MAX), Some(true));
    for (amount, reserve_in, reserve_out) in [
        (max + U256::ONE, 1, 1),
        (U256::MAX, 1, 1),
        (U256::ONE, 0, 1),
        (U256::ONE, 1, 0),
        (U256::ONE, RESERVE_MAX + 1, 1),
        (U256::ONE, 1, u128::MAX),
    ] {
        assert_eq!(amount_out(amount, reserve_in, reserve_out), None);
        assert_eq!(amount_in(amount, reserve_in, reserve_out), None);
    }
    // All that there is can't be bought, and what would cost too much neither.
    assert_eq!(amount_in(U256::from(10), 10, 10), None);
    assert_eq!(amount_in(max - U256::ONE, RESERVE_MAX, RESERVE_MAX), None);
    assert_eq!(first_shares([1_000, 1_000]), None);
    assert_eq!(first_shares([1_001, 1_001]), Some(U256::ONE));
    assert_eq!(first_shares([0, RESERVE_MAX]), None);
    assert_eq!(shares_of([1, 1], [0, 1], U256::ONE), None);
    assert_eq!(worth_of(U256::ONE, U256::ZERO, [1, 1]), None);
    assert_eq!(price(1, 0), U256::ZERO);
    assert_eq!(mul_div(U256::ONE, U256::ONE, U256::ZERO), None);
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::ZERO), None);
    assert_eq!(proportional([U256::MAX, U256::MAX], [1, 1]), None);
    assert_eq!(proportional([U256::MAX, U256::from(5)], [10, 1]), Some([50, 5]));
    assert!(!keeps_product([1, 1], [2_000, 0], [1, 1]), "an input that is more than the balance");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn amount_out_equals_the_model(input in amount(), reserve_in in reserve(), reserve_out in reserve()) {
        let traded = big(U256::from(input)) * 997_u32;
        let model = &traded * big(U256::from(reserve_out)) / (big(U256::from(reserve_in)) * 1_000_u32 + traded);
        let out = amount_out(U256::from(input), reserve_in, reserve_out);
        prop_assert_eq!(out, small(model));
        prop_assert!(out.is_some_and(|out| out < reserve_out));
    }

    #[test]
    fn amount_in_equals_the_model(out in amount(), reserve_in in reserve(), reserve_out in reserve()) {
        let model = (out < reserve_out).then(|| {
            let numerator = big(U256::from(reserve_in)) * big(U256::from(out)) * 1_000_u32;
            numerator / (big(U256::from(reserve_out - out)) * 997_u32) + 1_u32
        });
        prop_assert_eq!(amount_in(U256::from(out), reserve_in, reserve_out), model.and_then(small));
    }

    #[test]
    fn what_amount_in_asks_for_buys_it_and_keeps_the_product(
        out in amount(), reserve_in in reserve(), reserve_out in reserve(),
    ) {
        if let Some(input) = amount_in(U256::from(out), reserve_in, reserve_out) {
            let bought = amount_out(U256::from(input), reserve_in, reserve_out);
            prop_assert!(bought.is_some_and(|bought| bought >= out));
            if let Some(balance) = reserve_in.checked_add(input).filter(|balance| *balance <= RESERVE_MAX) {
                prop_assert!(keeps_product([balance, reserve_out - out], [input, 0], [reserve_in, reserve_out]));
            }
        }
    }

    #[test]
    fn a_trade_keeps_the_product_and_one_wei_more_does_not(
        input in reserve(), reserve_in in reserve(), reserve_out in reserve(),
    ) {
        let out = amount_out(U256::from(input), reserve_in, reserve_out).unwrap();
        if let Some(balance) = reserve_in.checked_add(input).filter(|balance| *balance <= RESERVE_MAX) {
            let kept = |out| keeps_product([balance, reserve_out - out], [input, 0], [reserve_in, reserve_out]);
            prop_assert!(kept(out));
            prop_assert!(!kept(out + 1));
        }
    }

    #[test]
    fn a_round_trip_never_profits(input in reserve(), reserve_in in reserve(), reserve_out in reserve()) {
        let out = amount_out(U256::from(input), reserve_in, reserve_out).unwrap();
        if let Some(balance) = reserve_in.checked_add(input).filter(|balance| *balance <= RESERVE_MAX) {
            let back = amount_out(U256::from(out), reserve_out - out, balance);
            prop_assert!(back.is_some_and(|back| back <= input));
        }
    }

    #[test]
    fn keeps_product_equals_the_model(
        balances in [amount(), amount()], inputs in [amount(), amount()], reserves in [amount(), amount()],
    ) {
        let inputs = [inputs[0].min(balances[0]), inputs[1].min(balances[1])];
        let adjusted = |side: usize| {
            big(U256::from(balances[side])) * 1_000_u32 - big(U256::from(inputs[side])) * 3_u32
        };
        let before = big(U256::from(reserves[0])) * big(U256::from(reserves[1])) * 1_000_000_u32;
        prop_assert_eq!(keeps_product(balances, inputs, reserves), adjusted(0) * adjusted(1) >= before);
    }

    #[test]
    fn proportional_takes_no_more_than_is_offered_and_all_of_one(
        desired in [amount(), amount()], reserves in [reserve(), reserve()],
    ) {
        let amounts = proportional(desired.map(U256::from), reserves);
        let of = |amount: u128, other: u128, reserve: u128| {
            big(U256::from(amount)) * big(U256::from(other)) / big(U256::from(reserve))
        };
        let ether = of(desired[0], reserves[1], reserves[0]);
        let model = if ether <= big(U256::from(desired[1])) {
            [big(U256::from(desired[0])), ether]
        } else {
            [of(desired[1], reserves[0], reserves[1]), big(U256::from(desired[1]))]
        };
        let [Some(model0), Some(model1)] = model.map(small) else {
            prop_assert_eq!(amounts, None);
            return Ok(());
        };
        prop_assert_eq!(amounts, Some([model0, model1]));
        prop_assert!(model0 <= desired[0] && model1 <= desired[1]);
    }

    #[test]
    fn shares_equal_the_model(
        amounts in [amount(), amount()], reserves in [reserve(), reserve()], supply in reserve(),
    ) {
        let root = (big(U256::from(amounts[0])) * big(U256::from(amounts[1]))).sqrt();
        let first = first_shares(amounts).map(big);
        prop_assert_eq!(first, (root > BigUint::from(1_000_u32)).then(|| root - 1_000_u32));

        let of = |side: usize| {
            big(U256::from(amounts[side])) * big(U256::from(supply)) / big(U256::from(reserves[side]))
        };
        let model = of(0).min(of(1));
        prop_assert_eq!(shares_of(amounts, reserves, U256::from(supply)).map(big), Some(model));
    }

    #[test]
    fn worth_equals_the_model(shares in amount(), supply in reserve(), balances in [amount(), amount()]) {
        let shares = shares.min(supply);
        let of = |side: usize| {
            small(big(U256::from(shares)) * big(U256::from(balances[side])) / big(U256::from(supply)))
        };
        let worth = worth_of(U256::from(shares), U256::from(supply), balances);
        prop_assert_eq!(worth, Some([of(0).unwrap(), of(1).unwrap()]));
    }

    #[test]
    fn adding_and_removing_never_profits(
        amounts in [amount(), amount()], reserves in [reserve(), reserve()], part in 1_u128..=1_000,
    ) {
        // No more shares than the root of the product, from which fees only lift reserves.
        let supply = (square_root(product(reserves)) / part).max(1);
        let shares = shares_of(amounts, reserves, U256::from(supply)).unwrap();
        let sum = |side: usize| amounts[side].checked_add(reserves[side]).filter(|sum| *sum <= RESERVE_MAX);
        if let (Some(balance0), Some(balance1)) = (sum(0), sum(1)) {
            let back = worth_of(shares, shares + U256::from(supply), [balance0, balance1]).unwrap();
            prop_assert!(back[0] <= amounts[0] && back[1] <= amounts[1]);
        }
    }

    #[test]
    fn protocol_shares_equal_the_model(
        supply in reserve(), reserves in [reserve(), reserve()], last in [amount(), amount()],
    ) {
        let k_last = product(last);
        let (root, root_last) = (big(product(reserves)).sqrt(), big(k_last).sqrt());
        let model = if root > root_last {
            big(U256::from(supply)) * (&root - &root_last) / (&root * 5_u32 + &root_last)
        } else {
            BigUint::default()
        };
        prop_assert_eq!(big(protocol_shares(U256::from(supply), reserves, k_last)), model);
    }

    #[test]
    fn prices_equal_the_model(reserve_in in amount(), reserve_of in reserve()) {
        let model = (big(U256::from(reserve_in)) << 112_u32) / big(U256::from(reserve_of));
        prop_assert_eq!(big(price(reserve_in, reserve_of)), model);
    }

    #[test]
    fn square_roots_equal_the_model(number: [u8; 32], shift in 0_usize..256, root: u128) {
        let number = U256::from_be_bytes(number) >> shift;
        prop_assert_eq!(big(U256::from(square_root(number))), big(number).sqrt());
        let square = U256::from(root) * U256::from(root);
        prop_assert_eq!(square_root(square), root);
        prop_assert_eq!(square_root(square.saturating_sub(U256::ONE)), root.saturating_sub(1));
    }

    #[test]
    fn mul_div_equals_the_model(a: [u8; 32], b: [u8; 32], divisor: [u8; 32], shifts in [0_usize..256, 0_usize..256]) {
        let (a, b) = (U256::from_be_bytes(a) >> shifts[0], U256::from_be_bytes(b));
        let divisor = (U256::from_be_bytes(divisor) >> shifts[1]).max(U256::ONE);
        let model = big(a) * big(b) / big(divisor);
        let expected = (model.bits() <= 256).then_some(model);
        prop_assert_eq!(mul_div(a, b, divisor).map(big), expected);
    }
}
