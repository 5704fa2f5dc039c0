//! Programs that nobody kept alive: which of them failed is told, and what doesn't need them goes on.

use abi::{
    announced::IAnnounced::scheduleCall,
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{
        self as pools, PoolFactoryPoolFailed, PoolFactoryTokenFailed, PoolFactoryUnsuitable, PoolTokenFailed,
    },
    token::ICredentialToken as token,
};
use alloy::{primitives::U256, rpc::types::TransactionRequest, sol_types::SolCall};
use ecosystem::{
    activation::{Deployed, keep_alive},
    steps::Steps,
};
use ecosystem_tests::{Stage, World, fixture, run, tokens, wei};

use super::creation::{creation, prepared};

const DAY: u64 = 86_400;

/// Lets these days pass, keeps these programs alive, and waits for two days more.
async fn time_passes(stage: &Stage, days: u64, kept: &[&Deployed]) {
    stage.world.advance_time(days * DAY).await;
    for program in kept {
        let kept = keep_alive(stage.chain(), stage.world.payer(), program, &mut Steps::silent()).await;
        kept.expect("old enough");
    }
    stage.world.advance_time(2 * DAY).await;
}

#[test]
fn a_token_and_a_pool_that_do_not_answer_are_named() {
    run(async {
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let programs = &stage.world.programs;
        let unopened = prepared(&stage).await;
        let (pool, token) = stage.pool().await;
        let recipient = pools::setProtocolFeeRecipientCall { newRecipient: stage.relayer.address() };
        stage.executes(owner, at, recipient).await;
        let add = pool::addLiquidityCall {
            tokenDesired: tokens(10),
            tokenMin: U256::ZERO,
            ethMin: U256::ZERO,
            to: holder.address(),
            deadline: U256::MAX,
        };
        let approve = token::approveCall { spender: pool, value: U256::MAX };
        stage.executes(holder, token, approve).await;
        stage.pays(holder, pool, add, wei(10)).await;
        stage.executes(holder, pool, pool::transferCall { to: at, value: wei(1) }).await;

        // The token is dead.
        let kept = [
            &programs.registry,
            &programs.factory,
            &programs.pool_factory,
            &programs.pool,
            &programs.pool_extension,
        ];
        time_passes(&stage, 364, &kept).await;
        let refused = PoolFactoryTokenFailed { token: unopened };
        let request = creation(&stage, unopened, tokens(50), wei(50));
        assert_eq!(refused, stage.refuses_request(holder, request).await);
        let collect = pools::collectProtocolFeesCall { pool };
        stage.reverts_with(&stage.stranger, at, collect.clone(), PoolTokenFailed { token }).await;
        let info = stage.reads(at, pools::getPoolInfoCall { pool }).await;
        assert_eq!((info.token, info.lockedShareBps), (token, U256::ZERO));

        // The pool is, too: a year after it was kept alive.
        time_passes(&stage, 362, &[&programs.pool_factory]).await;
        let refused = PoolFactoryPoolFailed { pool };
        for call in [
            pools::getPoolInfoCall { pool }.abi_encode(),
            collect.abi_encode(),
            pools::pausePoolsCall { pools: vec![pool] }.abi_encode(),
            pools::unpausePoolsCall { pools: vec![pool] }.abi_encode(),
            pools::setProtocolFeeCall { pools: vec![pool], on: true }.abi_encode(),
            pools::setProtocolFeeCall { pools: vec![pool], on: false }.abi_encode(),
        ] {
            let request = TransactionRequest::default().to(at).input(call.into());
            assert_eq!(refused, stage.refuses_request(owner, request).await);
        }
        assert_eq!(stage.reads(at, pools::poolInfoCall { pool }).await.token, token);

        // An account that hears of nothing is no oracle: neither at the launch nor after it.
        let account = stage.stranger.address();
        let change = pools::setOracleCall { newOracle: account };
        stage.executes(owner, at, change.clone()).await;
        stage.reverts_with(owner, at, pools::launchCall {}, PoolFactoryUnsuitable { account }).await;
        stage.install_oracle(fixture::oracle()).await;
        stage.executes(owner, at, pools::launchCall {}).await;
        stage.executes(owner, at, scheduleCall { call: change.abi_encode().into() }).await;
        stage.world.advance_time(2 * DAY).await;
        stage.reverts_with(owner, at, change, PoolFactoryUnsuitable { account }).await;
    });
}
