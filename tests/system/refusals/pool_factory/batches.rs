//! Pools aren't stopped, let go on or charged by who mustn't, and not too many at once; nobody else's ever.

use abi::{
    ownable::IOwnable::OwnableUnauthorizedAccount,
    pausable::IPausable::GuardianUnauthorizedAccount,
    pool::ICredentialPool as pool,
    pool_factory::{
        BATCH_MAX,
        IPoolFactory::{
            self as pools, PoolFactoryPoolsPaused, PoolFactoryTooManyPools, PoolFactoryUnknownPool,
        },
    },
};
use alloy::{primitives::U256, rpc::types::TransactionRequest, sol_types::SolCall};
use ecosystem_tests::{Stage, run};

use super::NOBODY;

fn calls_of(list: &[alloy::primitives::Address]) -> [Vec<u8>; 4] {
    let pools = list.to_vec();
    [
        pools::pausePoolsCall { pools: pools.clone() }.abi_encode(),
        pools::unpausePoolsCall { pools: pools.clone() }.abi_encode(),
        pools::setProtocolFeeCall { pools: pools.clone(), on: true }.abi_encode(),
        pools::setProtocolFeeCall { pools, on: false }.abi_encode(),
    ]
}

#[test]
fn pools_are_paused_by_guardian_and_owner_and_unpaused_by_the_owner() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, guardian) = (stage.system.pool_factory, &stage.owner, &stage.relayer);
        let stranger = &stage.stranger;
        let set_guardian = pools::setGuardianCall { newGuardian: guardian.address() };
        stage.executes(owner, at, set_guardian).await;
        let (one, other) = (stage.pool().await.0, stage.pool().await.0);
        let pause = pools::pausePoolsCall { pools: vec![one] };
        let refused = GuardianUnauthorizedAccount { account: stranger.address() };
        stage.reverts_with(stranger, at, pause.clone(), refused).await;
        let unpause = pools::unpausePoolsCall { pools: vec![one, other] };
        for who in [stranger, guardian] {
            let refused = OwnableUnauthorizedAccount { account: who.address() };
            stage.reverts_with(who, at, unpause.clone(), refused).await;
        }
        // Nobody is not the guardian that there isn't, nor the owner.
        let refused = GuardianUnauthorizedAccount { account: NOBODY };
        stage.would_revert_with(NOBODY, at, pause.clone(), refused).await;

        stage.executes(guardian, at, pause).await;
        // One is paused already.
        let both = pools::pausePoolsCall { pools: vec![one, other, one] };
        let sent = stage.executes(owner, at, both).await;
        assert_eq!(stage.events::<pool::PoolPausedSet>(&sent, one), []);
        assert_eq!(stage.events::<pool::PoolPausedSet>(&sent, other), [pool::PoolPausedSet { paused: true }]);
        let count = U256::from(2);
        assert_eq!(stage.reads(at, pools::pausedPoolsCall {}).await, count);
        // Nobody could let them go on.
        let renounce = pools::renounceOwnershipCall {};
        stage.reverts_with(owner, at, renounce.clone(), PoolFactoryPoolsPaused { count }).await;
        stage.executes(owner, at, unpause.clone()).await;
        assert_eq!(stage.reads(at, pools::pausedPoolsCall {}).await, U256::ZERO);
        stage.executes(owner, at, renounce).await;
        let refused = OwnableUnauthorizedAccount { account: owner.address() };
        stage.reverts_with(owner, at, unpause, refused).await;
    });
}

#[test]
fn lists_of_pools_to_change_are_short_and_of_this_factorys_pools() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner) = (stage.system.pool_factory, &stage.owner);
        let (own, token) = stage.pool().await;
        let (elsewhere, _) = Stage::shared().await.pool().await;
        let request = |call: Vec<u8>| TransactionRequest::default().to(at).input(call.into());
        let programs = &stage.world.programs;
        for account in [NOBODY, token, at, programs.pool.address, elsewhere] {
            for call in calls_of(&[own, account]) {
                let refused = PoolFactoryUnknownPool { pool: account };
                assert_eq!(refused, stage.refuses_request(owner, request(call)).await);
            }
        }
        let most = BATCH_MAX.to::<usize>();
        for call in calls_of(&vec![own; most + 1]) {
            let refused = PoolFactoryTooManyPools { count: BATCH_MAX + U256::ONE, limit: BATCH_MAX };
            assert_eq!(refused, stage.refuses_request(owner, request(call)).await);
        }
        for list in [vec![], vec![own; most]] {
            for call in calls_of(&list) {
                let sent = stage.chain().send(owner, request(call), "a list that may be").await;
                sent.unwrap_or_else(|error| panic!("{error}"));
            }
        }
        assert!(!stage.reads(own, pool::pausedCall {}).await);
        assert!(!stage.reads(own, pool::protocolFeeCall {}).await);
    });
}
