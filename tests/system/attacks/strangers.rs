//! Tokens that have no pool, pools that the factory didn't open, and other tokens than a pool's own.

use abi::{
    erc20::IERC20::{balanceOfCall, transferCall},
    pool::{
        CloneArgs,
        ICredentialPool::{self as pool, InvalidToken, PoolInvalidRecipient},
    },
    pool_factory::IPoolFactory::{self as pools, PoolFactoryUnknownPool},
};
use ecosystem::market::quote::{Quote, QuoteError, Trade};
use ecosystem_tests::{Stage, fixture, run, tokens, wei};

use super::{Player, buys};
use crate::pool::{Entry, Market, NOBODY, NONE};

#[test]
fn of_a_token_without_a_pool_everything_is_zero_or_refused() {
    run(async {
        let stage = Stage::shared().await;
        let factory = stage.system.pool_factory;
        let token = stage.token_with(tokens(100)).await;
        for account in [token, NOBODY, factory, stage.system.registry, stage.stranger.address()] {
            assert_eq!(stage.reads(factory, pools::getPoolCall { token: account }).await, NOBODY);
            assert_eq!(stage.reads(factory, pools::tokenToPoolsCall { token: account }).await, NOBODY);
            assert!(!stage.reads(factory, pools::isPoolCall { pool: account }).await);
            assert!(!stage.reads(factory, pools::isLiquidityLockedCall { pool: account }).await);
            let info = stage.reads(factory, pools::getPoolInfoCall { pool: account }).await;
            assert_eq!((info.token, info.creator), (NOBODY, NOBODY));
            let numbers = [
                info.createdAt,
                info.initialLockExpiry,
                info.initialTokenLiquidity,
                info.initialEthLiquidity,
                info.lockedShareBps,
            ];
            assert_eq!(numbers, [NONE; 5]);
            let began = stage.reads(factory, pools::poolInfoCall { pool: account }).await;
            assert_eq!((began.token, began.createdAt), (NOBODY, NONE));
            let unknown = PoolFactoryUnknownPool { pool: account };
            let collect = pools::collectProtocolFeesCall { pool: account };
            stage.reverts_with(&stage.stranger, factory, collect, unknown).await;
        }
        assert_eq!(stage.reads(factory, pools::getPoolCountCall {}).await, NONE);
        // Who takes the token for its pool, or nobody's address for one, gets no price.
        for account in [token, stage.stranger.address()] {
            let quote = Quote::of(stage.chain(), account, Trade::SellEther(wei(1)), 0).await;
            assert!(matches!(quote, Err(QuoteError::Chain(_))), "{quote:?}");
        }
    });
}

/// What isn't the token factory's gets no pool: others' tokens, a pool's shares, a clone that looks like one of its tokens.
#[test]
fn no_pool_is_opened_for_a_token_that_is_not_the_factorys() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        // Another system's, on the same chain.
        let other = Stage::in_world(stage.world.clone()).await.token().await;
        // One with everything that a token's clone says of itself: its code, to the byte.
        let code = stage.chain().code(market.token).await.expect("the node answers");
        let twin = stage.account_with(code).await;
        let willing = stage.account_with(fixture::settles_nothing()).await;
        stage.world.give(market.holder, wei(100)).await;
        for token in [other, twin, willing, market.at] {
            let call = pools::createPoolCall { token, initialTokenAmount: tokens(50) };
            let request = Entry::paid(wei(50), call).request(stage.system.pool_factory);
            let error: pools::InvalidToken = stage.refuses_request(&stage.holder, request).await;
            assert_eq!(error, pools::InvalidToken { token });
        }
    });
}

/// A clone of the pools' program that says of itself what a true one does isn't taken for one.
#[test]
fn a_pool_that_somebody_else_made_is_not_the_factorys() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let factory = stage.system.pool_factory;
        let genuine = stage.chain().code(market.at).await.expect("the node answers");
        let token = stage.token().await;
        let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
            extension: stage.world.programs.pool_extension.address,
            factory,
            token,
            creator: market.holder,
            created_at: 1,
            initial_tokens: 5_000,
            initial_ether: 6_000,
        }
        .into();
        let of_another =
            stage.world.artifacts.evm.clone_runtime(stage.world.programs.pool.address, &arguments);
        for code in [genuine, of_another] {
            let twin = stage.account_with(code).await;
            assert_eq!(stage.reads(twin, pool::factoryCall {}).await, factory, "it says so");
            assert!(!stage.reads(factory, pools::isPoolCall { pool: twin }).await);
            assert!(!stage.reads(factory, pools::isLiquidityLockedCall { pool: twin }).await);
            assert_eq!(stage.reads(factory, pools::getPoolInfoCall { pool: twin }).await.token, NOBODY);
            let collect = pools::collectProtocolFeesCall { pool: twin };
            stage
                .reverts_with(&stage.stranger, factory, collect, PoolFactoryUnknownPool { pool: twin })
                .await;
            // And it has nothing to trade.
            let nothing = pool::InsufficientOutputAmount {};
            let request = buys(wei(1), NONE, market.holder).request(twin);
            assert_eq!(nothing, stage.refuses_request(&stage.holder, request).await);
        }
        assert_eq!(stage.reads(factory, pools::getPoolCall { token: market.token }).await, market.at);
    });
}

/// Another token's price isn't known here, and what is sent of it isn't either.
#[test]
fn a_pool_knows_its_own_token_only() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let (other, token) = stage.pool().await;
        for token in [token, other, market.at] {
            let quote = Entry::of(pool::getAmountOutCall { amountIn: wei(1), tokenIn: token });
            market.refuses(quote, InvalidToken { token }).await;
            let cost = Entry::of(pool::getAmountInCall { amountOut: wei(1), tokenOut: token });
            market.refuses(cost, InvalidToken { token }).await;
        }
        let mut sender = Player::at(&market, &stage.holder).await;
        let before = market.reserves().await;
        let gift = transferCall { to: market.at, value: tokens(5) };
        sender.sends(Entry::of(gift).request(token), "a gift of another token").await;
        sender.does(Entry::of(pool::syncCall {})).await;
        assert_eq!(market.reserves().await, before);
        sender.does(Entry::of(pool::skimCall { to: stage.stranger.address() })).await;
        let held = stage.reads(token, balanceOfCall { account: market.at }).await;
        assert_eq!(held, tokens(5), "for ever");
        // The pool's own token is no recipient: what goes there doesn't come back.
        let lost = buys(wei(1), NONE, market.token);
        market.refuses(lost, PoolInvalidRecipient { to: market.token }).await;
    });
}
