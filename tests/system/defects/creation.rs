//! Who opens which pools: P9, P10.

use abi::{
    erc20::IERC20::{approveCall, transferCall},
    pool::ICredentialPool::getReservesCall,
    pool_factory::IPoolFactory::{
        InvalidToken, NotCredentialOwner, PoolCreated, createPoolCall, getPoolCall, getPoolCountCall,
        isPoolCall,
    },
    token::ICredentialToken::getCredentialIdCall,
};
use alloy::primitives::U256;
use ecosystem_tests::{Stage, fixture, run, tokens, wei};

use crate::pool::{Entry, NOBODY, NONE};

/// There anything passed for a token: a pool for it was one of the factory's.
#[test]
fn p9_only_tokens_of_the_factory_get_a_pool() {
    run(async {
        let stage = Stage::shared().await;
        let factory = stage.system.pool_factory;
        stage.world.give(stage.holder.address(), wei(100)).await;
        // One that agrees to everything, and one of another factory's, for a credential of another registry's.
        let agreeable = stage.account_with(fixture::answers(1)).await;
        let foreign = Stage::in_world(stage.world.clone()).await.token().await;
        for token in [agreeable, foreign, stage.holder.address(), NOBODY] {
            let call = createPoolCall { token, initialTokenAmount: tokens(50) };
            let request = Entry::paid(wei(50), call).request(factory);
            let error: InvalidToken = stage.refuses_request(&stage.holder, request).await;
            assert_eq!(error, InvalidToken { token });
            assert_eq!(stage.reads(factory, getPoolCall { token }).await, NOBODY);
            assert!(!stage.reads(factory, isPoolCall { pool: token }).await);
        }
        assert_eq!(stage.reads(factory, getPoolCountCall {}).await, NONE);
    });
}

/// There whoever had enough of a token opened its only pool, at any price.
#[test]
fn p10_nobody_opens_the_pool_of_somebody_elses_credential() {
    run(async {
        let stage = Stage::shared().await;
        let (factory, thief) = (stage.system.pool_factory, &stage.stranger);
        let token = stage.token_with(tokens(100)).await;
        let send = transferCall { to: thief.address(), value: tokens(50) };
        stage.executes(&stage.holder, token, send).await;
        for who in [thief, &stage.holder] {
            stage.world.give(who.address(), wei(2_000)).await;
            let approval = approveCall { spender: factory, value: U256::MAX };
            stage.executes(who, token, approval).await;
        }
        let call = createPoolCall { token, initialTokenAmount: tokens(50) };
        let request = Entry::paid(wei(50), call.clone()).request(factory);
        let error: NotCredentialOwner = stage.refuses_request(thief, request).await;
        let credential = stage.reads(token, getCredentialIdCall {}).await;
        assert_eq!(error, NotCredentialOwner { credentialId: credential, caller: thief.address() });

        // Its holder opens it at another price.
        let sent = stage.pays(&stage.holder, factory, call, wei(1_000)).await;
        let at = stage.event::<PoolCreated>(&sent, factory).pool;
        let reserves = stage.reads(at, getReservesCall {}).await;
        assert_eq!([U256::from(reserves.reserve0), U256::from(reserves.reserve1)], [tokens(50), wei(1_000)]);
    });
}
