//! The pair's own functions, and flash swaps.

use abi::{
    erc20::IERC20::transferCall,
    pool::ICredentialPool::{
        self as pool, Burn, ERC20InvalidReceiver, InsufficientInputAmount, InsufficientLiquidityBurned,
        InsufficientLiquidityMinted, InvalidConstantProduct, InvalidSwapAmounts, Mint, PoolCallbackFailed,
        PoolPlainEther, Swap, Sync,
    },
};
use alloy::{
    primitives::{Bytes, U256},
    rpc::types::TransactionRequest,
};
use ecosystem_tests::{fixture, run, tokens, wei};

use crate::pool::{EVER, Entry, Market, NOBODY, NONE, pair_trade};

#[test]
fn swaps_that_do_not_add_up_are_refused() {
    run(async {
        let market = Market::shared().await;
        let to = market.holder;
        let trade = |amounts, value| pair_trade(amounts, to, Bytes::new(), value);
        market.refuses(trade([NONE, NONE], wei(1)), InvalidSwapAmounts {}).await;
        market.refuses(trade([tokens(1), NONE], NONE), InsufficientInputAmount {}).await;
        let quote = pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY };
        let out = market.reads(quote).await;
        market.refuses(trade([out + U256::ONE, NONE], wei(1)), InvalidConstantProduct {}).await;
        let sent = market.takes(trade([out, NONE], wei(1))).await;
        let swap: Swap = market.stage.event(&sent, market.at);
        assert_eq!((swap.amount1In, swap.amount0Out), (wei(1), out));
    });
}

#[test]
fn flash_swaps_are_paid_for_or_refused() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let cost = pool::getAmountInCall { amountOut: tokens(10), tokenOut: market.token };
        let cost = market.reads(cost).await;
        let callee = stage.account_with(fixture::pays_for_flash_swaps()).await;
        stage.world.give(callee, cost).await;
        let lent = |to, pays: U256| pair_trade([tokens(10), NONE], to, pays.to_be_bytes_vec().into(), NONE);

        market.refuses(lent(callee, NONE), InsufficientInputAmount {}).await;
        market.refuses(lent(callee, cost - U256::ONE), InvalidConstantProduct {}).await;
        // More than it has.
        market.refuses(lent(callee, cost + U256::ONE), PoolCallbackFailed { callee }).await;
        // One that fails, and one that has no code to answer with, though all was paid.
        let unwilling = stage.account_with(fixture::refuses_everything()).await;
        market.refuses(lent(unwilling, cost), PoolCallbackFailed { callee: unwilling }).await;
        let callee_without_code = stage.relayer.address();
        let paid = pair_trade([tokens(10), NONE], callee_without_code, Bytes::from_static(&[1]), cost);
        market.refuses(paid, PoolCallbackFailed { callee: callee_without_code }).await;
        let sent = market.takes(lent(callee, cost)).await;
        let swap: Swap = stage.event(&sent, market.at);
        assert_eq!((swap.amount1In, swap.amount0Out, swap.to), (cost, tokens(10), callee));

        // Outside, plain Ether is refused again, and so is a call that is none.
        let plain = TransactionRequest::default().to(market.at).value(U256::ONE);
        assert_eq!(PoolPlainEther {}, stage.refuses_request(&stage.holder, plain).await);
        let empty = TransactionRequest::default().to(market.at);
        assert_eq!(PoolPlainEther {}, stage.refuses_request(&stage.holder, empty).await);
    });
}

#[test]
fn shares_are_made_of_what_was_put_in_and_worth_what_was_sent_back() {
    run(async {
        let market = Market::shared().await;
        let (to, stage) = (market.holder, &market.stage);
        let mint = |value, to| Entry::paid(value, pool::mintCall { to });
        market.refuses(mint(NONE, to), InsufficientLiquidityMinted {}).await;
        // One of the two alone is worth nothing.
        market.refuses(mint(wei(10), to), InsufficientLiquidityMinted {}).await;
        market.refuses(Entry::of(pool::burnCall { to }), InsufficientLiquidityBurned {}).await;

        let gift = transferCall { to: market.at, value: tokens(10) };
        stage.executes(&stage.holder, market.token, gift.clone()).await;
        market.refuses(mint(wei(10), NOBODY), ERC20InvalidReceiver { receiver: NOBODY }).await;
        let before = market.reads(pool::balanceOfCall { account: to }).await;
        let sent = market.takes(mint(wei(10), to)).await;
        let minted: Mint = stage.event(&sent, market.at);
        assert_eq!((minted.amount0, minted.amount1), (tokens(10), wei(10)));
        let shares = market.reads(pool::balanceOfCall { account: to }).await - before;
        market.takes(Entry::of(pool::transferCall { to: market.at, value: shares })).await;
        let sent = market.takes(Entry::of(pool::burnCall { to })).await;
        let burnt: Burn = stage.event(&sent, market.at);
        assert_eq!((burnt.amount0, burnt.amount1), (tokens(10), wei(10)));

        // A gift goes back, or becomes a reserve.
        for (call, tokens_more) in [(Entry::of(pool::skimCall { to }), 0), (Entry::of(pool::syncCall {}), 10)]
        {
            let [before, _] = market.reserves().await;
            stage.executes(&stage.holder, market.token, gift.clone()).await;
            let sent = market.takes(call).await;
            let [after, _] = market.reserves().await;
            assert_eq!(U256::from(after - before), tokens(tokens_more));
            assert_eq!(stage.events::<Sync>(&sent, market.at).len(), usize::from(tokens_more > 0));
        }
        let [token, _] = market.reserves().await.map(U256::from);
        let held = abi::erc20::IERC20::balanceOfCall { account: market.at };
        assert_eq!(stage.reads(market.token, held).await, token);
        market.takes(crate::pool::addition(to, EVER, tokens(1), wei(1))).await;
    });
}
