//! Questions that have no answer.

use abi::pool::ICredentialPool::{
    self as pool, InsufficientInputAmount, InsufficientLiquidity, InsufficientOutputAmount, InvalidToken,
    PoolHistoryTooShort, PoolInvalidWindow, PoolReserveOverflow,
};
use alloy::primitives::{Address, U256};
use ecosystem_tests::{run, tokens, wei};
use math::{curve::RESERVE_MAX, history::WINDOW_MAX};

use crate::pool::{Entry, Market, NOBODY, NONE};

#[test]
fn what_has_no_price_is_refused() {
    run(async {
        let market = Market::shared().await;
        let quote = |amount, token| Entry::of(pool::getAmountOutCall { amountIn: amount, tokenIn: token });
        let cost = |amount, token| Entry::of(pool::getAmountInCall { amountOut: amount, tokenOut: token });
        for token in [market.at, market.holder, Address::repeat_byte(0xff)] {
            market.refuses(quote(wei(1), token), InvalidToken { token }).await;
            market.refuses(cost(wei(1), token), InvalidToken { token }).await;
        }
        for token in [NOBODY, market.token] {
            market.refuses(quote(NONE, token), InsufficientInputAmount {}).await;
            market.refuses(cost(NONE, token), InsufficientOutputAmount {}).await;
            for amount in [U256::from(RESERVE_MAX) + U256::ONE, U256::MAX] {
                let refused = PoolReserveOverflow { balance0: amount, balance1: amount };
                market.refuses(quote(amount, token), refused).await;
                market.refuses(cost(amount, token), InsufficientLiquidity {}).await;
            }
        }
        market.refuses(quote(U256::ONE, market.token), InsufficientOutputAmount {}).await;
        market.refuses(cost(tokens(50), market.token), InsufficientLiquidity {}).await;
        market.refuses(cost(wei(50), NOBODY), InsufficientLiquidity {}).await;
    });
}

#[test]
fn windows_that_are_empty_too_long_or_older_than_the_pool_are_refused() {
    run(async {
        let market = Market::own().await;
        let questions = |window| {
            [
                Entry::of(pool::consultCall { window }),
                Entry::of(pool::volumeCall { window }),
                Entry::of(pool::liquidityCall { window }),
            ]
        };
        let observe = |seconds| Entry::of(pool::observeCall { secondsAgo: vec![0, seconds] });
        let most = u32::try_from(WINDOW_MAX).expect("30 days");
        let out_of_bounds =
            |window: u32| PoolInvalidWindow { window: U256::from(window), maximum: U256::from(WINDOW_MAX) };
        for call in questions(0) {
            market.refuses(call, out_of_bounds(0)).await;
        }
        for window in [most + 1, u32::MAX] {
            for call in questions(window).into_iter().chain([observe(window)]) {
                market.refuses(call, out_of_bounds(window)).await;
            }
        }
        for call in questions(most).into_iter().chain([observe(most)]) {
            let request = call.request(market.at);
            let error: PoolHistoryTooShort =
                market.stage.refuses_request(&market.stage.holder, request).await;
            assert_eq!(error.window, U256::from(WINDOW_MAX), "{}", call.name);
            assert!(error.available < error.window, "{}", call.name);
        }
        market.stage.world.advance_time(WINDOW_MAX).await;
        let mean = market.reads(pool::consultCall { window: most }).await;
        // A token is a thousandth of an Ether, but for the logarithm's last digits.
        assert!(mean.price.abs_diff(wei(1)) < U256::from(1_000_000_000), "{}", mean.price);
        assert_eq!(mean.elapsed, most);
        assert_eq!(market.reads(pool::volumeCall { window: most }).await.amount, NONE);
        // A reserve counts in whole 2⁴⁰ wei.
        let is_about = |sum: U256, exact: U256| sum <= exact && (exact - sum) * U256::from(10_000) < exact;
        let mean = market.reads(pool::liquidityCall { window: most }).await.meanEthReserve;
        assert!(is_about(mean, wei(50)), "{mean}");
        let seconds = vec![0, most];
        let sums = market.reads(pool::observeCall { secondsAgo: seconds }).await.ethReserveSeconds;
        assert!(is_about(sums[0], wei(50) * U256::from(WINDOW_MAX)), "{sums:?}");
        assert_eq!(sums[1], NONE);
        market.takes(Entry::of(pool::syncCall {})).await;
        let days = market.reads(pool::dailyMeansCall {}).await;
        assert!(!days.is_empty());
    });
}
