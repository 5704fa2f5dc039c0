//! Who trades before and after somebody else's purchase gets no more than that one's bound allows.

use abi::pool::ICredentialPool::{PoolBelowMinimum, Swap};
use alloy::primitives::U256;
use ecosystem::market::quote::{Quote, Trade};
use ecosystem_tests::{Stage, run, tokens, wei};
use math::curve;

use super::{Player, buys, sells};
use crate::pool::Market;

/// What the victim pays: a fiftieth of the pool's Ether. Units: thousandths of an Ether.
const PAID: u64 = 1;

/// What a purchase by the quote's bound gives and asks for at least, with this slippage. Units: base units.
async fn quoted(stage: &Stage, market: &Market, slippage_bps: u64) -> (U256, U256) {
    let quote = Quote::of(stage.chain(), market.at, Trade::SellEther(wei(PAID)), slippage_bps).await;
    let quote = quote.unwrap_or_else(|error| panic!("{error}"));
    (quote.amount_out, quote.bound)
}

/// What the second of two purchases gives.
fn after(first: U256, second: U256, [token, ether]: [u128; 2]) -> U256 {
    let out = curve::amount_out(first, ether, token).expect("a trade");
    let out = curve::amount_out(second, ether + u128::try_from(first).expect("wei"), token - out);
    U256::from(out.expect("a trade"))
}

#[test]
fn who_moves_the_price_beyond_the_bound_pays_for_it_alone() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let mut attacker = Player::with(&market, &stage.stranger, U256::ZERO, wei(100)).await;
        let to = attacker.address();
        // As much as the victim is to buy for: more than a percent.
        let (_, minimum) = quoted(stage, &market, 100).await;
        let amount = after(wei(PAID), wei(PAID), market.reserves().await);
        let sent = attacker.does(buys(wei(PAID), U256::ZERO, to)).await;
        let bought = stage.event::<Swap>(&sent, market.at).amount0Out;
        let victim = buys(wei(PAID), minimum, market.holder);
        market.refuses(victim, PoolBelowMinimum { amount, minimum }).await;
        attacker.does(sells(bought, to)).await;
        // Two fees, of the little that there was to trade.
        assert_eq!(attacker.gain().await, [0, -5_874_219_459_781]);

        // Who accepts nothing worse than what was quoted is stopped by a single wei.
        let (_, minimum) = quoted(stage, &market, 0).await;
        let amount = after(U256::ONE, wei(PAID), market.reserves().await);
        attacker.does(buys(U256::ONE, U256::ZERO, to)).await;
        let victim = buys(wei(PAID), minimum, market.holder);
        market.refuses(victim, PoolBelowMinimum { amount, minimum }).await;
    });
}

#[test]
fn who_stays_within_the_bound_takes_less_than_was_left_to_take() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let mut attacker = Player::with(&market, &stage.stranger, U256::ZERO, wei(100)).await;
        let mut victim = Player::with(&market, &stage.relayer, U256::ZERO, wei(10)).await;
        let to = attacker.address();
        let (quote, minimum) = quoted(stage, &market, 100).await;
        let reserves = market.reserves().await;
        // The most that leaves the victim its minimum.
        let (mut most, mut too_much) = (U256::ZERO, wei(PAID));
        while too_much - most > U256::ONE {
            let middle = (most + too_much) / U256::from(2);
            let bound = if after(middle, wei(PAID), reserves) < minimum { &mut too_much } else { &mut most };
            *bound = middle;
        }
        let sent = attacker.does(buys(most, U256::ZERO, to)).await;
        let bought = stage.event::<Swap>(&sent, market.at).amount0Out;
        victim.does(buys(wei(PAID), minimum, victim.address())).await;
        attacker.does(sells(bought, to)).await;

        let [got, paid] = victim.gain().await;
        assert_eq!(paid, -i128::try_from(wei(PAID)).expect("wei"));
        let got = U256::from(got.unsigned_abs());
        assert!(minimum <= got && got - minimum < U256::from(100), "{got} of {minimum}");
        // A hundredth of what the victim paid could be taken; two fees are taken off that.
        let left = curve::mul_div(wei(PAID), quote - minimum, quote).expect("a part");
        let gain = attacker.gain().await;
        assert_eq!(gain, [0, 8_618_363_725_936]);
        assert!(U256::from(gain[1].unsigned_abs()) < left, "{gain:?} of {left}");
        // And what the pool earned by three trades stays there.
        let [token, ether] = market.reserves().await.map(U256::from);
        assert!(token * ether > tokens(50) * wei(50));
    });
}
