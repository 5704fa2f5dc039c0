//! The protocol's shares and the creation fees: to whom they aren't paid, and when.

use abi::{
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{
        self as pools, InsufficientLiquidityBurned, InvalidRecipient, PoolEtherRefused,
        PoolFactoryOnlyRecipient, PoolFactoryUnknownPool, PoolFactoryWithdrawalFailed, PoolInvalidRecipient,
        ReentrancyGuardReentrantCall,
    },
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolError},
};
use ecosystem_tests::{Stage, fixture, run, tokens, wei};
use math::curve;

use super::{NOBODY, creation::prepared};

/// A pool of which the holder has shares that can move.
async fn pool_with_free_shares(stage: &Stage) -> (Address, Address) {
    let (at, token) = stage.pool().await;
    let holder = stage.holder.address();
    let approve = token::approveCall { spender: at, value: U256::MAX };
    stage.executes(&stage.holder, token, approve).await;
    stage.world.give(holder, wei(100)).await;
    let call = pool::addLiquidityCall {
        tokenDesired: tokens(10),
        tokenMin: U256::ZERO,
        ethMin: U256::ZERO,
        to: holder,
        deadline: U256::MAX,
    };
    stage.pays(&stage.holder, at, call, wei(10)).await;
    (at, token)
}

/// Gives the factory shares, as trades and fees would.
async fn gives(stage: &Stage, pool: Address, shares: U256) {
    let call = pool::transferCall { to: stage.system.pool_factory, value: shares };
    stage.executes(&stage.holder, pool, call).await;
}

async fn pays_to(stage: &Stage, recipient: Address) {
    let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
    stage.executes(&stage.owner, stage.system.pool_factory, call).await;
}

#[test]
fn shares_of_the_protocol_are_not_redeemed_to_who_can_not_have_them() {
    run(async {
        let stage = Stage::shared().await;
        let (at, anyone) = (stage.system.pool_factory, &stage.stranger);
        let (pool, token) = pool_with_free_shares(&stage).await;
        let collect = pools::collectProtocolFeesCall { pool };
        let (elsewhere, _) = Stage::shared().await.pool().await;
        for account in [NOBODY, token, at, stage.world.programs.pool.address, elsewhere] {
            let call = pools::collectProtocolFeesCall { pool: account };
            stage.reverts_with(anyone, at, call, PoolFactoryUnknownPool { pool: account }).await;
        }
        stage.reverts_with(anyone, at, collect.clone(), InvalidRecipient { recipient: NOBODY }).await;
        pays_to(&stage, stage.relayer.address()).await;
        // Nothing is nothing, and no error.
        let nothing = stage.executes(anyone, at, collect.clone()).await;
        assert!(nothing.receipt.logs().is_empty());

        // One share is worth no wei yet.
        gives(&stage, pool, U256::ONE).await;
        stage.reverts_with(anyone, at, collect.clone(), InsufficientLiquidityBurned {}).await;
        gives(&stage, pool, wei(1) - U256::ONE).await;
        for to in [token, pool] {
            pays_to(&stage, to).await;
            stage.reverts_with(anyone, at, collect.clone(), PoolInvalidRecipient { to }).await;
        }
        let to = stage.account_with(fixture::refuses_ether(at)).await;
        pays_to(&stage, to).await;
        let supply = stage.reads(pool, pool::totalSupplyCall {}).await;
        let reserves = stage.reads(pool, pool::getReservesCall {}).await;
        let reserves = [reserves.reserve0, reserves.reserve1].map(|reserve| reserve.to::<u128>());
        let worth = curve::worth_of(wei(1), supply, reserves).expect("a worth");
        let refused = PoolEtherRefused { to, amount: U256::from(worth[1]) };
        stage.reverts_with(anyone, at, collect.clone(), refused).await;
        // They aren't lost by any of that.
        pays_to(&stage, stage.relayer.address()).await;
        let paid = stage.executes(anyone, at, collect).await;
        assert_eq!(stage.event::<pools::FeesCollected>(&paid, at).amount, wei(1));
    });
}

#[test]
fn creation_fees_go_to_a_recipient_that_takes_them() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let withdraw = pools::withdrawFeesCall {};
        let only = |expected| PoolFactoryOnlyRecipient { caller: owner.address(), expected };
        stage.reverts_with(owner, at, withdraw.clone(), only(NOBODY)).await;
        let fee = U256::from(5);
        stage.executes(owner, at, pools::setPoolCreationFeeCall { newFee: fee }).await;
        let refusing = stage.account_with(fixture::refuses_ether(at)).await;
        pays_to(&stage, refusing).await;
        stage.reverts_with(owner, at, withdraw.clone(), only(refusing)).await;

        let token = prepared(&stage).await;
        let call = pools::createPoolCall { token, initialTokenAmount: tokens(50) };
        stage.pays(holder, at, call, wei(50) + fee).await;
        // Through the recipient, which hands on what it gets.
        let refused = PoolFactoryWithdrawalFailed { recipient: refusing, amount: fee };
        stage.reverts_with(&stage.stranger, refusing, withdraw.clone(), refused).await;

        // A recipient that comes back while it is paid.
        let reentering = stage.account_with(fixture::reenters(at, &withdraw.abi_encode())).await;
        pays_to(&stage, reentering).await;
        let sent = stage.executes(&stage.stranger, reentering, withdraw).await;
        let log = sent.receipt.logs().iter().find(|log| log.address() == reentering);
        let log = log.expect("it logs what it got");
        assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        assert_eq!(stage.reads(at, pools::accruedFeesCall {}).await, U256::ZERO);
    });
}

/// Whatever a recipient does with the occasion, even one that is guardian and owner.
#[test]
fn no_guarded_function_is_entered_from_a_redemption() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner) = (stage.system.pool_factory, &stage.owner);
        let (pool, token) = pool_with_free_shares(&stage).await;
        let calls = [
            pools::createPoolCall { token, initialTokenAmount: tokens(50) }.abi_encode(),
            pools::collectProtocolFeesCall { pool }.abi_encode(),
            pools::withdrawFeesCall {}.abi_encode(),
            pools::setProtocolFeeCall { pools: vec![pool], on: false }.abi_encode(),
            pools::pausePoolsCall { pools: vec![pool] }.abi_encode(),
            pools::unpausePoolsCall { pools: vec![pool] }.abi_encode(),
        ];
        for call in calls {
            let reentering = stage.account_with(fixture::reenters(at, &call)).await;
            pays_to(&stage, reentering).await;
            let set_guardian = pools::setGuardianCall { newGuardian: reentering };
            stage.executes(owner, at, set_guardian).await;
            if call.starts_with(&pools::unpausePoolsCall::SELECTOR) {
                let offer = pools::transferOwnershipCall { newOwner: reentering };
                stage.executes(owner, at, offer).await;
                // It passes on what it is called with.
                stage.executes(&stage.stranger, reentering, pools::acceptOwnershipCall {}).await;
            }
            gives(&stage, pool, wei(1)).await;
            let collect = pools::collectProtocolFeesCall { pool };
            let sent = stage.executes(&stage.stranger, at, collect).await;
            let log = sent.receipt.logs().iter().find(|log| log.address() == reentering);
            let log = log.expect("it logs what it got");
            assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode());
        }
    });
}
