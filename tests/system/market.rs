//! A market from its opening to the release of its creator's shares, on the real programs.

use abi::{
    erc20::IERC20::approveCall,
    pool::ICredentialPool::{self as pool, Burn, LiquidityLocked, Mint, Swap},
    pool_factory::IPoolFactory::{self as pools},
    token::ICredentialToken as token,
};
use alloy::primitives::{Address, U256};
use ecosystem::market::{
    fees::{self, Collected},
    quote::{self, Quote, Trade},
};
use ecosystem_tests::{Stage, World, fixture, run, tokens, wei};
use math::curve;

const DAY: u64 = 86_400;
const NONE: U256 = U256::ZERO;

/// A pool with a holder who has Ether, and allows the pool everything.
async fn market(stage: &Stage) -> (Address, Address) {
    let (at, token) = stage.pool().await;
    stage.world.give(stage.holder.address(), wei(1_000)).await;
    stage.executes(&stage.holder, token, approveCall { spender: at, value: U256::MAX }).await;
    (at, token)
}

async fn reserves(stage: &Stage, at: Address) -> [u128; 2] {
    let reserves = stage.reads(at, pool::getReservesCall {}).await;
    [reserves.reserve0, reserves.reserve1].map(|reserve| u128::try_from(reserve).expect("112 bits"))
}

#[test]
fn a_market_opens_with_what_was_stated() {
    run(async {
        let stage = Stage::shared().await;
        let (at, token) = market(&stage).await;
        let amounts = [50 * 10_u128.pow(18), 5 * 10_u128.pow(16)];
        assert_eq!(reserves(&stage, at).await, amounts);
        let shares = curve::first_shares(amounts).expect("enough for shares");
        let holder = stage.holder.address();
        assert_eq!(stage.reads(at, pool::balanceOfCall { account: holder }).await, shares);
        assert_eq!(stage.reads(at, pool::lockedBalanceOfCall { account: holder }).await, shares);
        assert_eq!(
            stage.reads(at, pool::totalSupplyCall {}).await,
            shares + U256::from(curve::MINIMUM_LIQUIDITY)
        );
        assert_eq!(stage.reads(at, pool::token0Call {}).await, token);
        assert_eq!(stage.reads(at, pool::factoryCall {}).await, stage.system.pool_factory);
        let factory = stage.system.pool_factory;
        assert_eq!(stage.reads(factory, pools::getPoolCall { token }).await, at);
        assert!(stage.reads(factory, pools::isPoolCall { pool: at }).await);
        let info = stage.reads(factory, pools::getPoolInfoCall { pool: at }).await;
        assert_eq!((info.creator, info.initialTokenLiquidity), (holder, U256::from(amounts[0])));
        // All but the shares that stay for ever.
        assert_eq!(info.lockedShareBps, U256::from(9_999));
    });
}

#[test]
fn every_trade_gives_what_the_curve_says() {
    run(async {
        let stage = Stage::shared().await;
        let (at, token) = market(&stage).await;
        let (holder, deadline) = (stage.holder.address(), U256::MAX);
        let value = wei(1);

        let [r0, r1] = reserves(&stage, at).await;
        let out = curve::amount_out(value, r1, r0).map(U256::from).expect("a trade");
        assert_eq!(
            stage.reads(at, pool::getAmountOutCall { amountIn: value, tokenIn: Address::ZERO }).await,
            out
        );
        let call = pool::swapExactEthForTokensCall { minOut: out, to: holder, deadline };
        let sent = stage.pays(&stage.holder, at, call, value).await;
        let swap: Swap = stage.event(&sent, at);
        assert_eq!((swap.amount1In, swap.amount0Out, swap.to), (value, out, holder));

        let [r0, r1] = reserves(&stage, at).await;
        let cost = curve::amount_in(value, r0, r1).map(U256::from).expect("a trade");
        let call = pool::swapTokensForExactEthCall { amountOut: value, maxIn: cost, to: holder, deadline };
        let sent = stage.executes(&stage.holder, at, call).await;
        assert_eq!(stage.event::<Swap>(&sent, at).amount0In, cost);

        let [r0, r1] = reserves(&stage, at).await;
        let out = curve::amount_out(tokens(1), r0, r1).map(U256::from).expect("a trade");
        let call = pool::swapExactTokensForEthCall { amountIn: tokens(1), minOut: out, to: holder, deadline };
        let sent = stage.executes(&stage.holder, at, call).await;
        assert_eq!(stage.event::<Swap>(&sent, at).amount1Out, out);

        let [r0, r1] = reserves(&stage, at).await;
        let cost = curve::amount_in(tokens(1), r1, r0).map(U256::from).expect("a trade");
        let before = stage.chain().balance(at).await.expect("the node answers");
        let call = pool::swapEthForExactTokensCall { amountOut: tokens(1), to: holder, deadline };
        let sent = stage.pays(&stage.holder, at, call, cost + wei(5)).await;
        assert_eq!(stage.event::<Swap>(&sent, at).amount1In, cost);
        let after = stage.chain().balance(at).await.expect("the node answers");
        assert_eq!(after - before, cost, "the rest went back");

        let [r0, r1] = reserves(&stage, at).await.map(U256::from);
        assert_eq!(stage.reads(token, token::balanceOfCall { account: at }).await, r0);
        assert_eq!(after, r1);
    });
}

#[test]
fn quotes_from_outside_are_what_trades_give() {
    run(async {
        let stage = Stage::shared().await;
        let (at, _) = market(&stage).await;
        let (holder, deadline) = (stage.holder.address(), U256::MAX);
        let quote = Quote::of(stage.chain(), at, Trade::SellEther(wei(1)), 0).await.expect("a trade");
        let call = pool::swapExactEthForTokensCall { minOut: quote.bound, to: holder, deadline };
        let sent = stage.pays(&stage.holder, at, call, quote.amount_in).await;
        assert_eq!(stage.event::<Swap>(&sent, at).amount0Out, quote.amount_out);
        let quote = Quote::of(stage.chain(), at, Trade::BuyEther(wei(1)), 0).await.expect("a trade");
        let call =
            pool::swapTokensForExactEthCall { amountOut: wei(1), maxIn: quote.bound, to: holder, deadline };
        let sent = stage.executes(&stage.holder, at, call).await;
        assert_eq!(stage.event::<Swap>(&sent, at).amount0In, quote.amount_in);
        let error =
            Quote::of(stage.chain(), at, Trade::BuyEther(wei(10_000)), 0).await.expect_err("too much");
        assert!(error.to_string().contains("ask for less"), "{error}");
    });
}

#[test]
fn the_protocols_fees_are_collected_from_all_pools() {
    run(async {
        let stage = Stage::shared().await;
        let (factory, holder) = (stage.system.pool_factory, stage.holder.address());
        let recipient = stage.world.payer().derive("recipient of fees").address();
        let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
        stage.executes(&stage.owner, factory, call).await;
        let (at, token) = market(&stage).await;
        let (idle, _) = market(&stage).await;
        let call = pool::swapExactEthForTokensCall { minOut: NONE, to: holder, deadline: U256::MAX };
        stage.pays(&stage.holder, at, call, wei(500)).await;
        // What trades owe becomes shares with the next change of liquidity.
        let addition = pool::addLiquidityCall {
            tokenDesired: tokens(1),
            tokenMin: NONE,
            ethMin: NONE,
            to: holder,
            deadline: U256::MAX,
        };
        stage.pays(&stage.holder, at, addition.clone(), wei(500)).await;
        let due = stage.reads(at, pool::balanceOfCall { account: factory }).await;
        assert!(due > NONE);
        let collected =
            fees::collect(stage.chain(), &stage.stranger, factory, &[]).await.expect("anyone may");
        let expected =
            [(at, due), (idle, NONE)].map(|(pool, shares)| Collected { pool, shares, problem: None });
        assert_eq!(collected, expected);
        assert!(stage.reads(token, token::balanceOfCall { account: recipient }).await > NONE);
        assert!(stage.chain().balance(recipient).await.expect("the node answers") > NONE);
        let again = fees::collect(stage.chain(), &stage.stranger, factory, &[at]).await.expect("anyone may");
        assert_eq!(again, [Collected { pool: at, shares: NONE, problem: None }]);

        // One that can't be asked keeps none of the others from being collected: an account, and a contract that fails.
        stage.pays(&stage.holder, idle, addition, wei(500)).await;
        stage.executes(&stage.holder, idle, pool::transferCall { to: factory, value: wei(1) }).await;
        let failing = stage.account_with(fixture::refuses_everything()).await;
        let pools = [recipient, failing, idle];
        let mixed = fees::collect(stage.chain(), &stage.stranger, factory, &pools).await.expect("anyone may");
        for (collected, pool) in mixed.iter().zip([recipient, failing]) {
            assert_eq!((collected.pool, collected.shares), (pool, NONE));
            assert!(collected.problem.as_ref().is_some_and(|problem| problem.contains("balanceOf")));
        }
        assert_eq!(mixed[2..], [Collected { pool: idle, shares: wei(1), problem: None }]);
    });
}

#[test]
fn a_quote_tells_of_a_pause() {
    run(async {
        let stage = Stage::shared().await;
        let (factory, owner) = (stage.system.pool_factory, &stage.owner);
        let (at, _) = market(&stage).await;
        for paused in [true, false] {
            let pools = vec![at];
            if paused {
                stage.executes(owner, factory, pools::pausePoolsCall { pools }).await;
            } else {
                stage.executes(owner, factory, pools::unpausePoolsCall { pools }).await;
            }
            assert_eq!(quote::is_paused(stage.chain(), at).await.expect("a pool"), paused);
            // What it would give is told all the same.
            Quote::of(stage.chain(), at, Trade::SellEther(wei(1)), 0).await.expect("a trade");
        }
    });
}

#[test]
fn liquidity_comes_and_goes_and_the_creators_stays() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let (at, _) = market(&stage).await;
        let (holder, deadline) = (stage.holder.address(), U256::MAX);
        let first = stage.reads(at, pool::balanceOfCall { account: holder }).await;
        let call = pool::addLiquidityCall {
            tokenDesired: tokens(10),
            tokenMin: tokens(10),
            ethMin: wei(10),
            to: holder,
            deadline,
        };
        let sent = stage.pays(&stage.holder, at, call, wei(11)).await;
        let added: Mint = stage.event(&sent, at);
        assert_eq!((added.amount0, added.amount1), (tokens(10), wei(10)));
        let all = stage.reads(at, pool::balanceOfCall { account: holder }).await;
        let new = all - first;

        let remove =
            |shares| pool::removeLiquidityCall { shares, tokenMin: NONE, ethMin: NONE, to: holder, deadline };
        let error: LiquidityLocked = stage.refuses(&stage.holder, at, remove(new + U256::ONE)).await;
        let schedule = stage.reads(at, pool::unlockScheduleCall {}).await;
        assert_eq!(error.unlockTime, U256::from(schedule.times[0]));
        let sent = stage.executes(&stage.holder, at, remove(new)).await;
        let removed: Burn = stage.event(&sent, at);
        assert_eq!((removed.amount0, removed.amount1), (tokens(10), wei(10)));

        let (to, quarter) = (stage.stranger.address(), schedule.shares[0]);
        let error: LiquidityLocked =
            stage.refuses(&stage.holder, at, pool::transferCall { to, value: quarter }).await;
        assert_eq!(error.unlockTime, U256::from(schedule.times[0]));
        stage.world.advance_time(37 * DAY).await;
        stage.executes(&stage.holder, at, pool::transferCall { to, value: quarter }).await;
        let error: LiquidityLocked =
            stage.refuses(&stage.holder, at, pool::transferCall { to, value: U256::ONE }).await;
        assert_eq!(error.unlockTime, U256::from(schedule.times[1]));
        stage.world.advance_time(21 * DAY).await;
        let rest = stage.reads(at, pool::balanceOfCall { account: holder }).await;
        stage.executes(&stage.holder, at, remove(rest)).await;
        assert_eq!(stage.reads(at, pool::balanceOfCall { account: holder }).await, NONE);
    });
}
