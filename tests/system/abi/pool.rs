//! The pool.

use abi::{
    erc20::IERC20::approveCall,
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{self as pools, pausePoolsCall, setProtocolFeeCall},
};
use alloy::primitives::U256;
use ecosystem_tests::{Stage, run, tokens, wei};

use super::Seen;

#[test]
fn pool_shows_every_event() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("pool");
        let (at, token) = stage.pool().await;
        let (holder, to, deadline) = (&stage.holder, stage.holder.address(), U256::MAX);
        stage.world.give(to, wei(100)).await;
        stage.executes(holder, token, approveCall { spender: at, value: U256::MAX }).await;

        let call = pool::swapExactEthForTokensCall { minOut: U256::ZERO, to, deadline };
        seen.logs(&stage.pays(holder, at, call, wei(1)).await, at);
        let (desired, none) = (tokens(1), U256::ZERO);
        let call =
            pool::addLiquidityCall { tokenDesired: desired, tokenMin: none, ethMin: none, to, deadline };
        seen.logs(&stage.pays(holder, at, call, wei(1)).await, at);
        let call = pool::removeLiquidityCall {
            shares: U256::from(1_000),
            tokenMin: none,
            ethMin: none,
            to,
            deadline,
        };
        seen.logs(&stage.executes(holder, at, call).await, at);
        seen.logs(&stage.executes(holder, at, approveCall { spender: to, value: U256::ONE }).await, at);

        let factory = stage.system.pool_factory;
        let recipient = pools::setProtocolFeeRecipientCall { newRecipient: stage.stranger.address() };
        stage.executes(&stage.owner, factory, recipient).await;
        let fee = setProtocolFeeCall { pools: vec![at], on: true };
        seen.logs(&stage.executes(&stage.owner, factory, fee).await, at);
        seen.logs(&stage.executes(&stage.owner, factory, pausePoolsCall { pools: vec![at] }).await, at);
        seen.assert_everything();
    });
}
