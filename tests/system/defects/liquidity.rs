//! Liquidity, and the bounds of everything that people do: P2, P3, P6, P11.

use abi::{
    pool::ICredentialPool::{self as pool, Burn, DeadlinePassed, LiquidityLocked, Mint, PoolBelowMinimum},
    pool_factory::IPoolFactory::isLiquidityLockedCall,
};
use alloy::primitives::U256;
use ecosystem_tests::{run, tokens, wei};

use super::nothing_is_left;
use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, addition, additions, buy, entries, removal,
};

/// There shares went into the pool one transaction before they were redeemed, by whoever came in between.
#[test]
fn p2_shares_are_redeemed_where_they_are() {
    run(async {
        let market = Market::shared().await;
        let free = market.free_shares().await;
        let sent = market.takes(removal(free, market.holder, EVER)).await;
        let burnt: Burn = market.stage.event(&sent, market.at);
        assert_eq!((burnt.to, burnt.amount0, burnt.amount1), (market.holder, tokens(10), wei(10)));
        nothing_is_left(&market).await;
        // The creator's first shares don't even get there.
        let schedule = market.reads(pool::unlockScheduleCall {}).await;
        let locked = LiquidityLocked { unlockTime: U256::from(schedule.times[0]) };
        let send = Entry::of(pool::transferCall { to: market.at, value: U256::ONE });
        market.refuses(send, locked).await;
    });
}

/// There what was sent to be added was minted to a stranger, or became everybody's by `sync`.
#[test]
fn p3_what_is_added_is_worth_shares_at_once() {
    run(async {
        let market = Market::shared().await;
        let (stage, at) = (&market.stage, market.at);
        // For somebody else than who opened the pool, and has shares already.
        let to = stage.relayer.address();
        let before = market.reads(pool::balanceOfCall { account: to }).await;
        let supply = market.reads(pool::totalSupplyCall {}).await;
        let sent = market.takes(addition(to, EVER, tokens(10), wei(10))).await;
        let added: Mint = stage.event(&sent, at);
        assert_eq!((added.amount0, added.amount1), (tokens(10), wei(10)));
        let shares = market.reads(pool::balanceOfCall { account: to }).await - before;
        assert_eq!(shares, supply / U256::from(5));
        nothing_is_left(&market).await;
    });
}

/// There the lock was a number that nobody asked for: a creator took out all of it 24 seconds later.
#[test]
fn p6_the_lock_holds_the_first_shares() {
    run(async {
        let market = Market::own().await;
        let stage = &market.stage;
        stage.world.advance_time(24).await;
        let all = market.reads(pool::balanceOfCall { account: market.holder }).await;
        let schedule = market.reads(pool::unlockScheduleCall {}).await;
        let [first, .., last] = schedule.times;
        for (shares, time) in [(U256::ONE, first), (all, last)] {
            let locked = LiquidityLocked { unlockTime: U256::from(time) };
            market.refuses(removal(shares, market.holder, EVER), locked).await;
        }
        let call = isLiquidityLockedCall { pool: market.at };
        assert!(stage.reads(stage.system.pool_factory, call).await);
        assert_eq!(market.reserves().await.map(U256::from), [tokens(50), wei(50)]);
    });
}

/// There nothing could be asked for at least, and nothing ended: who added a token and an Ether to a pool where a token cost
/// a twenty-thousandth of one lost nearly all of the Ether.
#[test]
fn p11_everything_has_a_bound_and_a_deadline() {
    run(async {
        let market = Market::shared().await;
        let (stage, to, whole) = (&market.stage, market.holder, wei(1_000));
        // Beyond what it costs to send it along.
        stage.world.give(to, whole).await;
        // What the ratio leaves no room for goes back, and all but a rounding is there to be redeemed.
        let before = market.reads(pool::balanceOfCall { account: to }).await;
        let sent = market.takes(addition(to, EVER, tokens(1), whole)).await;
        let added: Mint = stage.event(&sent, market.at);
        assert_eq!((added.amount0, added.amount1), (tokens(1), wei(1)));
        let shares = market.reads(pool::balanceOfCall { account: to }).await - before;
        let sent = market.takes(removal(shares, to, EVER)).await;
        let back: Burn = stage.event(&sent, market.at);
        assert!(
            tokens(1) - back.amount0 <= U256::from(100) && wei(1) - back.amount1 <= U256::ONE,
            "{back:?}"
        );
        for call in additions(to, EVER, [tokens(1), whole], [NONE, whole], WORTHLESS) {
            market.refuses(call, PoolBelowMinimum { amount: wei(1), minimum: whole }).await;
        }

        let amounts = Amounts::usual();
        let quote = pool::getAmountOutCall { amountIn: amounts.ether_in, tokenIn: NOBODY };
        let amount = market.reads(quote).await;
        let minimum = amount + U256::ONE;
        let dearer = buy(&Amounts { tokens_min: minimum, ..amounts }, to, EVER);
        market.refuses(dearer, PoolBelowMinimum { amount, minimum }).await;

        let deadline = U256::ONE;
        for call in entries(to, deadline).into_iter().chain([removal(U256::ONE, to, deadline)]) {
            let error: DeadlinePassed = stage.refuses_request(&stage.holder, call.request(market.at)).await;
            assert_eq!(error.deadline, deadline, "{}", call.name);
        }
    });
}
