//! Amounts at the edges: nothing, dust, everything, and more than reserves can count.

use abi::{
    pool::ICredentialPool::{
        self as pool, ERC20InvalidSender, InsufficientInputAmount, InsufficientLiquidity,
        InsufficientLiquidityBurned, InsufficientLiquidityMinted, InsufficientOutputAmount,
        PoolReserveOverflow,
    },
    pool_factory::IPoolFactory::setMinimumLiquidityCall,
};
use alloy::primitives::{Bytes, U256};
use ecosystem_tests::{run, tokens, wei};
use math::curve::{self, RESERVE_MAX};

use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, addition, additions, buy, buy_exact, exact_sales,
    pair_trade, removal, sales,
};

#[test]
fn nothing_buys_nothing() {
    run(async {
        let market = Market::shared().await;
        let (to, usual) = (market.holder, Amounts::usual());
        let nothing = Amounts { ether_in: NONE, tokens_in: NONE, tokens_out: NONE, ether_out: NONE, ..usual };
        market.refuses(buy(&nothing, to, EVER), InsufficientInputAmount {}).await;
        for call in sales(&nothing, to, EVER, WORTHLESS) {
            market.refuses(call, InsufficientInputAmount {}).await;
        }
        for desired in [[NONE, wei(1)], [tokens(1), NONE]] {
            for call in additions(to, EVER, desired, [NONE, NONE], WORTHLESS) {
                market.refuses(call, InsufficientInputAmount {}).await;
            }
        }
        market.refuses(buy_exact(&nothing, to, EVER), InsufficientOutputAmount {}).await;
        for call in exact_sales(&nothing, to, EVER, WORTHLESS) {
            market.refuses(call, InsufficientOutputAmount {}).await;
        }
        market.free_shares().await;
        // One is worth a thirtieth of a wei.
        for shares in [NONE, U256::ONE] {
            market.refuses(removal(shares, to, EVER), InsufficientLiquidityBurned {}).await;
        }
    });
}

#[test]
fn dust_that_rounds_to_nothing_is_refused() {
    run(async {
        let market = Market::shared().await;
        let (to, usual) = (market.holder, Amounts::usual());
        for call in sales(&Amounts { tokens_in: U256::ONE, ..usual }, to, EVER, WORTHLESS) {
            market.refuses(call, InsufficientOutputAmount {}).await;
        }
        for call in additions(to, EVER, [U256::ONE, U256::ONE], [NONE, NONE], WORTHLESS) {
            market.refuses(call, InsufficientLiquidityMinted {}).await;
        }
        // A token so dear that a wei buys nothing of it.
        let stage = &market.stage;
        let minimum = setMinimumLiquidityCall { tokenAmount: U256::ONE, ethAmount: U256::ONE };
        stage.executes(&stage.owner, stage.system.pool_factory, minimum).await;
        let token = stage.token_with(tokens(1)).await;
        let dear = stage.pool_of(token, U256::from(2_000_000), wei(50)).await;
        let call = buy(&Amounts { ether_in: U256::ONE, ..usual }, to, EVER);
        let refused = stage.refuses_request(&stage.holder, call.request(dear)).await;
        assert_eq!(InsufficientOutputAmount {}, refused);
    });
}

#[test]
fn more_than_there_is_is_not_to_be_had() {
    run(async {
        let market = Market::shared().await;
        let (to, usual) = (market.holder, Amounts::usual());
        let [token, ether] = market.reserves().await.map(U256::from);
        for (tokens_out, ether_out) in [(token, ether), (U256::MAX, U256::MAX)] {
            let amounts = Amounts { tokens_out, ether_out, ..usual };
            market.refuses(buy_exact(&amounts, to, EVER), InsufficientLiquidity {}).await;
            for call in exact_sales(&amounts, to, EVER, WORTHLESS) {
                market.refuses(call, InsufficientLiquidity {}).await;
            }
            for out in [[tokens_out, NONE], [NONE, ether_out]] {
                market.refuses(pair_trade(out, to, Bytes::new(), wei(1)), InsufficientLiquidity {}).await;
            }
        }
        let call =
            pool::removeLiquidityCall { shares: U256::ONE, tokenMin: NONE, ethMin: NONE, to, deadline: EVER };
        let nobody = ERC20InvalidSender { sender: NOBODY };
        market.stage.would_revert_with(NOBODY, market.at, call, nobody).await;
    });
}

#[test]
fn more_than_reserves_can_count_is_refused() {
    run(async {
        let market = Market::own().await;
        let (to, usual) = (market.holder, Amounts::usual());
        let too_much = U256::from(RESERVE_MAX) + U256::ONE;
        market.stage.endows(to, too_much * U256::from(4)).await;
        let [token, ether] = market.reserves().await.map(U256::from);
        let refused = |balance0, balance1| PoolReserveOverflow { balance0, balance1 };

        let call = buy(&Amounts { ether_in: too_much, ..usual }, to, EVER);
        market.refuses(call, refused(too_much, too_much)).await;
        for amount in [too_much, U256::MAX] {
            for call in sales(&Amounts { tokens_in: amount, ..usual }, to, EVER, WORTHLESS) {
                market.refuses(call, refused(amount, amount)).await;
            }
        }
        for call in additions(to, EVER, [U256::MAX, too_much], [NONE, NONE], WORTHLESS) {
            market.refuses(call, refused(U256::MAX, too_much)).await;
        }
        let call = pair_trade([tokens(1), NONE], to, Bytes::new(), too_much);
        market.refuses(call, refused(token - tokens(1), ether + too_much)).await;
        let call = Entry::paid(too_much, pool::mintCall { to });
        market.refuses(call, refused(token, ether + too_much)).await;
        market.stage.endows(market.at, too_much).await;
        for call in
            [Entry::of(pool::burnCall { to }), Entry::of(pool::skimCall { to }), Entry::of(pool::syncCall {})]
        {
            market.refuses(call, refused(token, too_much)).await;
        }
    });
}

/// An input that fits by itself, and not with what is there.
#[test]
fn what_reserves_cannot_count_together_is_refused() {
    run(async {
        let mut market = Market::own().await;
        let (to, usual) = (market.holder, Amounts::usual());
        market.stage.endows(to, U256::MAX >> 100).await;
        let left = U256::from(LEFT);

        let [token, ether] = [50 * 10_u128.pow(18), counterpart(50 * 10_u128.pow(18))];
        open(&mut market, [token, ether]).await;
        let out = U256::from(ether) - left;
        let amount_in = curve::amount_in(out, token, ether).expect("it fits");
        let refused = PoolReserveOverflow { balance0: U256::from(token + amount_in), balance1: left };
        for call in exact_sales(&Amounts { ether_out: out, ..usual }, to, EVER, WORTHLESS) {
            market.refuses(call, refused.clone()).await;
        }

        let [token, ether] = [counterpart(2 * 10_u128.pow(17)), 2 * 10_u128.pow(17)];
        open(&mut market, [token, ether]).await;
        let out = U256::from(token) - left;
        let amount_in = curve::amount_in(out, ether, token).expect("it fits");
        let refused = PoolReserveOverflow { balance0: left, balance1: U256::from(ether + amount_in) };
        let amounts = Amounts { tokens_out: out, ether_max: U256::from(amount_in), ..usual };
        market.refuses(buy_exact(&amounts, to, EVER), refused).await;
        market.takes(addition(to, EVER, tokens(1), wei(1))).await;
    });
}

/// What a trade leaves of a reserve that it nearly takes.
const LEFT: u128 = 2_000;

/// A reserve of which all but [`LEFT`] costs less than reserves can count, but not with the other reserve.
fn counterpart(other: u128) -> u128 {
    // LEFT · 997 / 1000 of the input for each of the other reserve.
    (RESERVE_MAX - other / 2) * (LEFT * 997 / 1_000) / other + LEFT
}

/// Has `market` be that of another token, with these reserves.
async fn open(market: &mut Market, [token_amount, ether]: [u128; 2]) {
    market.token = market.stage.token_with(tokens(100)).await;
    let amounts = [token_amount, ether].map(U256::from);
    market.at = market.stage.pool_of(market.token, amounts[0], amounts[1]).await;
    let call = abi::erc20::IERC20::approveCall { spender: market.at, value: U256::MAX };
    market.stage.executes(&market.stage.holder, market.token, call).await;
}
