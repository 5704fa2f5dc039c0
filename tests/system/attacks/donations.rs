//! What is given to a pool without being asked for: nobody's until somebody takes it, and never the giver's alone.

use abi::pool::ICredentialPool::{self as pool, Burn, Swap};
use alloy::primitives::{Bytes, U256};
use ecosystem_tests::{run, tokens, wei};

use super::{Player, buys};
use crate::pool::{EVER, Entry, Market, NOBODY, NONE, addition, pair_trade, removal};

/// Tokens and Ether that are given.
const TOKENS: u64 = 5;
const ETHER: u64 = 20;

/// Somebody who has given.
async fn giver(market: &Market) -> Player<'_> {
    let mut giver = Player::with(market, &market.stage.stranger, tokens(TOKENS), wei(ETHER)).await;
    giver.gives_tokens(tokens(TOKENS)).await;
    giver.forces_ether(wei(ETHER)).await;
    giver
}

#[test]
fn a_gift_moves_no_price_and_is_the_first_ones_who_takes_it() {
    run(async {
        let market = Market::shared().await;
        let price = pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY };
        let (reserves, quote) = (market.reserves().await, market.reads(price.clone()).await);
        let mut taker = Player::with(&market, &market.stage.relayer, NONE, wei(10)).await;
        let giver = giver(&market).await;
        assert_eq!(market.reserves().await, reserves);
        assert_eq!(market.reads(price).await, quote);
        // People's functions leave it alone.
        let to = taker.address();
        let sent = taker.does(buys(wei(1), quote, to)).await;
        assert_eq!(market.stage.event::<Swap>(&sent, market.at).amount0Out, quote);
        let traded = taker.gain().await;

        taker.does(Entry::of(pool::skimCall { to })).await;
        let skimmed = taker.gain().await;
        assert_eq!(
            [skimmed[0] - traded[0], skimmed[1] - traded[1]],
            [5_000_000_000_000_000_000, 20_000_000_000_000_000]
        );
        assert_eq!(giver.gain().await, [-5_000_000_000_000_000_000, -20_000_000_000_000_000]);
        let [token, ether] = market.reserves().await.map(U256::from);
        assert_eq!([token + quote, ether - wei(1)], reserves.map(U256::from));
    });
}

#[test]
fn a_gift_that_becomes_a_reserve_is_everybodys_by_their_shares() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        // A ninth of the new pool's shares: of a gift, a tenth comes back.
        let mut giver = Player::with(&market, &stage.stranger, tokens(10), wei(100)).await;
        let to = giver.address();
        let ninth = (tokens(50) / U256::from(9), wei(50) / U256::from(9));
        giver.does(addition(to, EVER, ninth.0, ninth.1 + U256::ONE)).await;
        let shares = market.reads(pool::balanceOfCall { account: to }).await;
        giver.gives_tokens(tokens(1)).await;
        giver.forces_ether(wei(10)).await;
        giver.does(Entry::of(pool::syncCall {})).await;
        let sent = giver.does(removal(shares, to, EVER)).await;
        let burnt: Burn = stage.event(&sent, market.at);
        assert_eq!([burnt.amount0, burnt.amount1].map(|amount| amount.is_zero()), [false; 2]);
        assert_eq!(giver.gain().await, [-900_000_000_000_000_534, -9_000_000_000_000_001]);
    });
}

/// P6: the pair's own functions count whatever is there, whoever put it in.
#[test]
fn a_gift_pays_for_somebody_elses_trade() {
    run(async {
        let market = Market::shared().await;
        let mut taker = Player::with(&market, &market.stage.relayer, NONE, wei(10)).await;
        let to = taker.address();
        let price = pool::getAmountOutCall { amountIn: tokens(TOKENS), tokenIn: market.token };
        let worth = market.reads(price).await;
        let giver = giver(&market).await;
        let out = [NONE, worth + wei(ETHER / 2)];
        taker.does(pair_trade(out, to, Bytes::new(), NONE)).await;
        assert_eq!(giver.gain().await, [-5_000_000_000_000_000_000, -20_000_000_000_000_000]);
        assert_eq!(taker.gain().await, [0, 14_533_054_469_400_745]);
    });
}
