//! Bounds that people set, and the pause.

use abi::pool::ICredentialPool::{
    self as pool, DeadlinePassed, EnforcedPause, PoolAboveMaximum, PoolBelowMinimum, PoolInvalidRecipient,
};
use alloy::primitives::{Bytes, U256};
use ecosystem_tests::{run, tokens, wei};
use math::curve;

use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, additions, buy, buy_exact, entries, exact_sales,
    pair_trade, removal, sales,
};

#[test]
fn what_comes_after_its_deadline_is_refused() {
    run(async {
        let market = Market::shared().await;
        for deadline in [NONE, U256::ONE] {
            let late = entries(market.holder, deadline);
            for call in late.into_iter().chain([removal(U256::ONE, market.holder, deadline)]) {
                let request = call.request(market.at);
                let error: DeadlinePassed = market.stage.refuses_request(&market.stage.holder, request).await;
                assert_eq!(error.deadline, deadline, "{}", call.name);
                assert!(error.timestamp > deadline, "{}", call.name);
            }
        }
    });
}

#[test]
fn nothing_is_sent_where_it_would_be_lost() {
    run(async {
        let market = Market::shared().await;
        for to in [NOBODY, market.token, market.at] {
            let pairs = [
                pair_trade([tokens(1), NONE], to, Bytes::new(), wei(5)),
                Entry::of(pool::burnCall { to }),
                Entry::of(pool::skimCall { to }),
            ];
            for call in entries(to, EVER).into_iter().chain([removal(U256::ONE, to, EVER)]).chain(pairs) {
                market.refuses(call, PoolInvalidRecipient { to }).await;
            }
        }
    });
}

#[test]
fn prices_beyond_what_was_asked_for_are_refused() {
    run(async {
        let market = Market::shared().await;
        let (to, usual) = (market.holder, Amounts::usual());
        let quote = |amount, token| pool::getAmountOutCall { amountIn: amount, tokenIn: token };
        let amount = market.reads(quote(wei(1), NOBODY)).await;
        let minimum = amount + U256::ONE;
        let call = buy(&Amounts { tokens_min: minimum, ..usual }, to, EVER);
        market.refuses(call, PoolBelowMinimum { amount, minimum }).await;
        let amount = market.reads(quote(tokens(1), market.token)).await;
        for minimum in [amount + U256::ONE, U256::MAX] {
            for call in sales(&Amounts { ether_min: minimum, ..usual }, to, EVER, WORTHLESS) {
                market.refuses(call, PoolBelowMinimum { amount, minimum }).await;
            }
        }

        let cost = |amount, token| pool::getAmountInCall { amountOut: amount, tokenOut: token };
        let amount = market.reads(cost(tokens(1), market.token)).await;
        for maximum in [NONE, amount - U256::ONE] {
            let call = buy_exact(&Amounts { ether_max: maximum, ..usual }, to, EVER);
            market.refuses(call, PoolAboveMaximum { amount, maximum }).await;
        }
        let amount = market.reads(cost(wei(1), NOBODY)).await;
        for maximum in [NONE, amount - U256::ONE] {
            for call in exact_sales(&Amounts { tokens_max: maximum, ..usual }, to, EVER, WORTHLESS) {
                market.refuses(call, PoolAboveMaximum { amount, maximum }).await;
            }
        }
    });
}

#[test]
fn liquidity_in_another_ratio_than_asked_for_is_refused() {
    run(async {
        let market = Market::shared().await;
        let to = market.holder;
        // A thousand tokens go with an Ether.
        let too_little = PoolBelowMinimum { amount: wei(1), minimum: wei(2) };
        for call in additions(to, EVER, [tokens(1), wei(2)], [NONE, wei(2)], WORTHLESS) {
            market.refuses(call, too_little.clone()).await;
        }
        let too_little = PoolBelowMinimum { amount: tokens(1), minimum: tokens(2) };
        for call in additions(to, EVER, [tokens(2), wei(1)], [tokens(2), NONE], WORTHLESS) {
            market.refuses(call, too_little.clone()).await;
        }

        let shares = market.free_shares().await;
        let supply = market.reads(pool::totalSupplyCall {}).await;
        let worth = curve::worth_of(shares, supply, market.reserves().await).expect("something");
        let [token, ether] = worth.map(U256::from);
        let remove = |token_min, ether_min| {
            let call = pool::removeLiquidityCall {
                shares,
                tokenMin: token_min,
                ethMin: ether_min,
                to,
                deadline: EVER,
            };
            Entry::of(call)
        };
        let minimum = token + U256::ONE;
        market.refuses(remove(minimum, NONE), PoolBelowMinimum { amount: token, minimum }).await;
        let minimum = ether + U256::ONE;
        market.refuses(remove(NONE, minimum), PoolBelowMinimum { amount: ether, minimum }).await;
        market.takes(remove(token, ether)).await;
    });
}

#[test]
fn a_pause_stops_what_comes_in_and_nothing_that_goes_out() {
    run(async {
        let market = Market::shared().await;
        let shares = market.free_shares().await;
        market.pauses().await;
        let to = market.holder;
        let pairs = [
            pair_trade([tokens(1), NONE], to, Bytes::new(), wei(5)),
            Entry::paid(wei(1), pool::mintCall { to }),
        ];
        for call in entries(to, EVER).into_iter().chain(pairs) {
            market.refuses(call, EnforcedPause {}).await;
        }
        let half = shares / U256::from(2);
        market.takes(removal(half, to, EVER)).await;
        market.takes(Entry::of(pool::transferCall { to: market.at, value: half })).await;
        market.takes(Entry::of(pool::burnCall { to })).await;
        market.takes(Entry::of(pool::skimCall { to })).await;
        market.takes(Entry::of(pool::syncCall {})).await;
    });
}
