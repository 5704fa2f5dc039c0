//! Amounts so small that rounding is what they are about: it is always the pool's.

use abi::pool::ICredentialPool as pool;
use alloy::primitives::U256;
use ecosystem_tests::{run, tokens, wei};
use math::curve;

use super::{Player, buys, sells};
use crate::pool::{Amounts, EVER, Market, NONE, WORTHLESS, addition, buy_exact, exact_sales, removal};

const ROUNDS: u64 = 16;

/// A thousand base units are worth a wei.
#[test]
fn a_sale_in_parts_gives_less_than_the_whole() {
    run(async {
        let market = Market::shared().await;
        let mut seller = Player::with(&market, &market.stage.stranger, tokens(1), NONE).await;
        let [token, ether] = market.reserves().await;
        let part = U256::from(1_500);
        let whole = curve::amount_out(part * U256::from(ROUNDS), token, ether).expect("a trade");
        for _ in 0..ROUNDS {
            seller.does(sells(part, seller.address())).await;
        }
        assert_eq!((whole, seller.gain().await), (23, [-24_000, 16]));
    });
}

/// There and back again, by each of the trades: nobody gets a unit out of it.
#[test]
fn round_trips_of_dust_cost() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let mut trader = Player::with(&market, &stage.stranger, tokens(1), wei(1)).await;
        let to = trader.address();
        let least = Amounts {
            ether_out: U256::ONE,
            tokens_out: U256::ONE,
            ether_max: U256::from(9),
            ..Amounts::usual()
        };
        let [exact_sale, _] = exact_sales(&least, to, EVER, WORTHLESS);
        for _ in 0..ROUNDS {
            // A wei gives 996 base units, and costs 1 004.
            trader.does(buys(U256::ONE, NONE, to)).await;
            trader.does(exact_sale.clone()).await;
        }
        assert_eq!(trader.gain().await, [-128, 0]);
        // A single base unit costs a wei, of nine that were offered.
        trader.does(buy_exact(&least, to, EVER)).await;
        assert_eq!(trader.gain().await, [-127, -1]);
    });
}

/// What is worth a few shares is worth less when it comes back.
#[test]
fn liquidity_of_dust_comes_back_smaller() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let mut provider = Player::with(&market, &stage.stranger, tokens(1), wei(1)).await;
        let to = provider.address();
        for _ in 0..ROUNDS {
            provider.does(addition(to, EVER, U256::from(2_999), U256::from(3))).await;
            let shares = market.reads(pool::balanceOfCall { account: to }).await;
            provider.does(removal(shares, to, EVER)).await;
        }
        assert_eq!(provider.gain().await, [-16_112, -16]);
        assert_eq!(market.reads(pool::balanceOfCall { account: to }).await, NONE);
    });
}
