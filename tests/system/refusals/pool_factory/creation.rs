//! What isn't opened: for want of amounts, of the right to it, of tokens, or because somebody that it takes fails.

use abi::{
    pausable::IPausable::EnforcedPause,
    pool_factory::IPoolFactory::{
        self as pools, ERC20InsufficientAllowance, ERC20InsufficientBalance, InsufficientCreationFee,
        InsufficientInitialLiquidity, InvalidCredential, InvalidToken, NotCredentialOwner, PoolAlreadyExists,
        PoolFactoryCreationFailed, PoolFactoryOracleFailed, PoolFactoryRegistryFailed,
        PoolFactoryTokenFactoryFailed, PoolReserveOverflow,
    },
    proxy::IProxy,
    registry::ICredentialRegistry as registry,
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{activation::deploy_and_activate, steps::Steps};
use ecosystem_tests::{Stage, fixture, run, tokens, wei};
use math::curve::RESERVE_MAX;

use super::NOBODY;

/// A token of which the holder has 100 and allows the factory everything, and Ether for several pools.
pub(super) async fn prepared(stage: &Stage) -> Address {
    let token = stage.token_with(tokens(100)).await;
    approves(stage, token, U256::MAX).await;
    stage.world.give(stage.holder.address(), wei(1_000)).await;
    token
}

async fn approves(stage: &Stage, token: Address, value: U256) {
    let call = token::approveCall { spender: stage.system.pool_factory, value };
    stage.executes(&stage.holder, token, call).await;
}

pub(super) fn creation(stage: &Stage, token: Address, amount: U256, value: U256) -> TransactionRequest {
    let call = pools::createPoolCall { token, initialTokenAmount: amount };
    TransactionRequest::default().to(stage.system.pool_factory).input(call.abi_encode().into()).value(value)
}

/// With what is enough by the factory's first minimums.
fn enough(stage: &Stage, token: Address) -> TransactionRequest {
    creation(stage, token, tokens(50), wei(50))
}

#[test]
fn pools_are_not_opened_with_too_little_or_too_much() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let token = prepared(&stage).await;
        let little = |tokens, ether| InsufficientInitialLiquidity { tokenAmount: tokens, ethAmount: ether };
        let one = U256::ONE;
        for (amount, ether) in [
            (tokens(50) - one, wei(50)),
            (U256::ZERO, wei(50)),
            (tokens(50), wei(50) - one),
            (tokens(50), U256::ZERO),
        ] {
            let request = creation(&stage, token, amount, ether);
            assert_eq!(little(amount, ether), stage.refuses_request(holder, request).await);
        }
        for amount in [U256::from(RESERVE_MAX) + one, U256::MAX] {
            let refused = PoolReserveOverflow { balance0: amount, balance1: wei(50) };
            let request = creation(&stage, token, amount, wei(50));
            assert_eq!(refused, stage.refuses_request(holder, request).await);
        }

        // The fee comes first, and isn't liquidity.
        let required = U256::from(5);
        stage.executes(owner, at, pools::setPoolCreationFeeCall { newFee: required }).await;
        for sent in [U256::ZERO, required - one] {
            let refused = InsufficientCreationFee { sent, required };
            let request = creation(&stage, token, tokens(50), sent);
            assert_eq!(refused, stage.refuses_request(holder, request).await);
        }
        let request = creation(&stage, token, tokens(50), wei(50) + required - one);
        let refused = little(tokens(50), wei(50) - one);
        assert_eq!(refused, stage.refuses_request(holder, request).await);

        // Less than the shares that stay for ever is worth none, whatever the owner lets pass; one more opens a pool.
        stage.executes(owner, at, pools::setPoolCreationFeeCall { newFee: U256::ZERO }).await;
        stage.executes(owner, at, pools::setMinimumLiquidityCall { tokenAmount: one, ethAmount: one }).await;
        for amount in [one, U256::from(1_000)] {
            let request = creation(&stage, token, amount, amount);
            assert_eq!(little(amount, amount), stage.refuses_request(holder, request).await);
        }
        let least = U256::from(1_001);
        let call = pools::createPoolCall { token, initialTokenAmount: least };
        let sent = stage.pays(holder, at, call, least).await;
        let created: pools::PoolCreated = stage.event(&sent, at);
        assert_eq!((created.initialTokenLiquidity, created.initialEthLiquidity), (least, least));
    });
}

#[test]
fn pools_are_opened_for_credential_tokens_by_their_valid_holders_once() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let (token, other) = (prepared(&stage).await, prepared(&stage).await);
        for account in [NOBODY, stage.system.registry, stage.system.factory, holder.address()] {
            let refused = InvalidToken { token: account };
            assert_eq!(refused, stage.refuses_request(holder, enough(&stage, account)).await);
        }
        stage.world.give(stage.stranger.address(), wei(100)).await;
        let credential = stage.reads(token, token::getCredentialIdCall {}).await;
        let caller = stage.stranger.address();
        let refused = NotCredentialOwner { credentialId: credential, caller };
        assert_eq!(refused, stage.refuses_request(&stage.stranger, enough(&stage, token)).await);

        let revoked = stage.reads(other, token::getCredentialIdCall {}).await;
        let call = registry::revokeCredentialCall { credentialId: revoked, reason: 7 };
        stage.executes(owner, stage.system.registry, call).await;
        let refused = InvalidCredential { credentialId: revoked };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, other)).await);

        stage.executes(owner, at, pools::pauseCall {}).await;
        assert_eq!(EnforcedPause {}, stage.refuses_request(holder, enough(&stage, token)).await);
        stage.executes(owner, at, pools::unpauseCall {}).await;
        let call = pools::createPoolCall { token, initialTokenAmount: tokens(50) };
        stage.pays(holder, at, call, wei(50)).await;
        let refused = PoolAlreadyExists { token };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);
    });
}

#[test]
fn pools_are_not_opened_without_the_tokens() {
    run(async {
        let stage = Stage::shared().await;
        let (spender, holder) = (stage.system.pool_factory, &stage.holder);
        let token = prepared(&stage).await;
        let needed = tokens(100) + U256::ONE;
        let refused = ERC20InsufficientBalance { sender: holder.address(), balance: tokens(100), needed };
        let request = creation(&stage, token, needed, wei(50));
        assert_eq!(refused, stage.refuses_request(holder, request).await);
        for allowance in [U256::ZERO, tokens(50) - U256::ONE] {
            approves(&stage, token, allowance).await;
            let refused = ERC20InsufficientAllowance { spender, allowance, needed: tokens(50) };
            assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);
        }
    });
}

/// What the factory relies on stops working after it was chosen.
#[test]
fn pools_are_not_opened_when_oracle_programs_registry_or_token_factory_fail() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let token = prepared(&stage).await;
        let oracle = stage.install_oracle(fixture::refuses_everything()).await;
        let refused = PoolFactoryOracleFailed { oracle };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);
        stage.install_oracle(fixture::oracle()).await;

        // A program that passes for a pool's until a clone of it is set up.
        let programs = &stage.world.programs;
        let poser = fixture::poses_as_pool_program();
        let poser = deploy_and_activate(stage.chain(), owner, &poser, &mut Steps::silent()).await;
        let set = |implementation| pools::setImplementationCall {
            newImplementation: implementation,
            newExtension: programs.pool_extension.address,
        };
        stage.executes(owner, at, set(poser.expect("an active program").address)).await;
        let refused = PoolFactoryCreationFailed { token };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);
        stage.executes(owner, at, set(programs.pool.address)).await;

        // Proxies that are given another program.
        let upgrade = |program| IProxy::upgradeToAndCallCall { implementation: program, data: Bytes::new() };
        let (registry, factory) = (stage.system.registry, stage.system.factory);
        stage.executes(owner, registry, upgrade(programs.token.address)).await;
        let refused = PoolFactoryRegistryFailed { registry };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);
        stage.executes(owner, factory, upgrade(programs.token.address)).await;
        let refused = PoolFactoryTokenFactoryFailed { tokenFactory: factory };
        assert_eq!(refused, stage.refuses_request(holder, enough(&stage, token)).await);

        // It was nobody else's fault.
        stage.executes(owner, registry, upgrade(programs.registry.address)).await;
        stage.executes(owner, factory, upgrade(programs.factory.address)).await;
        let call = pools::createPoolCall { token, initialTokenAmount: tokens(50) };
        stage.pays(holder, at, call, wei(50)).await;
    });
}
