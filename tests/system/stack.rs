//! A quarter of each program's stack stays unused on its deepest paths: they run on three quarters.
//!
//! The stack lies below everything else in memory, so a program that needs more leaves its memory and traps.

use abi::{erc20::IERC20::approveCall, pool::ICredentialPool as pool, pool_factory::IPoolFactory};
use abi::{
    factory::ICredentialTokenFactory as factory,
    registry::{
        ICredentialRegistry::{self as registry, CredentialAttestation},
        status,
    },
};
use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use ecosystem::{steps::Steps, system::System};
use ecosystem_tests::{STACK_BYTES, Stage, World, run, tokens, wei};

const TWO_DAYS: u64 = 48 * 3_600;

#[test]
fn the_registrys_functions_leave_a_quarter_of_the_stack() {
    run(async {
        let stage = Stage::in_world(World::own_with_stack(STACK_BYTES / 4 * 3).await).await;
        let at = stage.system.registry;
        let attestation = stage.attestation().await;
        let expires_at = attestation.issuedAt + 1_000_000;
        let attested = stage.signed(CredentialAttestation { expiresAt: expires_at, ..attestation });
        stage.register(&attested).await;
        let other = stage.credential().await.id;
        let id = attested.id;
        stage.executes(&stage.relayer, at, stage.renewal(&stage.issuer, id, 0).await).await;
        let rebinding = stage.rebinding(&stage.issuer, id, stage.stranger.address()).await;
        stage.executes(&stage.relayer, at, rebinding).await;
        stage.world.advance_time(TWO_DAYS).await;
        stage.executes(&stage.relayer, at, registry::completeRebindCall { credentialId: id }).await;
        let batch = registry::revokeBatchCall { credentialIds: vec![other, id], reason: 1 };
        stage.executes(&stage.issuer, at, batch).await;
        let distrust = registry::distrustIssuerSinceCall { key: stage.issuer.address(), since: 0 };
        stage.executes(&stage.owner, at, distrust).await;
        stage.executes(&stage.owner, at, registry::restoreCredentialCall { credentialId: id }).await;
        let kept = stage.reads(at, registry::getCredentialCall { credentialId: id }).await;
        assert_eq!((kept.holder, kept.expiresAt), (stage.holder.address(), expires_at));
        assert_eq!(kept.status, status::ISSUER_DISTRUSTED);

        stage.executes(&stage.owner, at, registry::launchCall {}).await;
        let add = registry::addIssuerCall {
            issuer: stage.holder.address(),
            types: vec![B256::repeat_byte(1); 20],
            metadataURI: "a long text ".repeat(50),
        };
        let announce = registry::scheduleCall { call: add.abi_encode().into() };
        stage.executes(&stage.owner, at, announce).await;
        stage.world.advance_time(TWO_DAYS).await;
        stage.executes(&stage.owner, at, add).await;
        stage.reads(at, registry::eip712DomainCall {}).await;
    });
}

#[test]
fn a_tokens_creation_and_moves_leave_a_quarter_of_the_stack() {
    run(async {
        let stage = Stage::in_world(World::own_with_stack(STACK_BYTES / 4 * 3).await).await;
        let token = stage.token_with(tokens(5)).await;
        let call =
            abi::token::ICredentialToken::transferCall { to: stage.stranger.address(), value: tokens(1) };
        stage.executes(&stage.holder, token, call).await;
        let details = factory::getTokensCall { offset: U256::ZERO, limit: U256::from(10) };
        assert_eq!(stage.reads(stage.system.factory, details).await, [token]);
    });
}

#[test]
fn a_pools_creation_and_trades_leave_a_quarter_of_the_stack() {
    run(async {
        let stage = Stage::in_world(World::own_with_stack(STACK_BYTES / 4 * 3).await).await;
        let (at, token) = stage.pool().await;
        let (holder, deadline) = (stage.holder.address(), U256::MAX);
        let value = wei(1);
        stage.world.give(holder, wei(100)).await;
        stage.executes(&stage.holder, token, approveCall { spender: at, value: U256::MAX }).await;
        // Each in a later hour and day, so that what was is observed.
        stage.world.advance_time(86_400).await;
        let buy = pool::swapExactEthForTokensCall { minOut: U256::ZERO, to: holder, deadline };
        stage.pays(&stage.holder, at, buy, value).await;
        stage.world.advance_time(86_400).await;
        let sell =
            pool::swapTokensForExactEthCall { amountOut: value, maxIn: U256::MAX, to: holder, deadline };
        stage.executes(&stage.holder, at, sell).await;
        stage.world.advance_time(86_400).await;
        let none = U256::ZERO;
        let add = pool::addLiquidityCall {
            tokenDesired: tokens(1),
            tokenMin: none,
            ethMin: none,
            to: holder,
            deadline,
        };
        stage.pays(&stage.holder, at, add, value).await;
        let remove =
            pool::removeLiquidityCall { shares: value, tokenMin: none, ethMin: none, to: holder, deadline };
        stage.executes(&stage.holder, at, remove).await;
        stage.executes(&stage.holder, at, pool::syncCall {}).await;
        let volume = stage.reads(at, pool::volumeCall { window: 200_000 }).await;
        assert!(volume.amount > none);
        assert_eq!(stage.reads(at, pool::dailyMeansCall {}).await.len(), 3);
        let observed = stage.reads(at, pool::observeCall { secondsAgo: vec![100, 200_000, 0] }).await;
        assert_eq!(observed.ethVolume.len(), 3);
        stage.reads(at, pool::eip712DomainCall {}).await;
        let info = stage.reads(stage.system.pool_factory, IPoolFactory::getPoolInfoCall { pool: at }).await;
        assert_eq!(info.token, token);
    });
}

#[test]
fn programs_trap_on_a_stack_that_is_too_small() {
    run(async {
        let world = World::own_with_stack(128).await;
        let owner = world.payer();
        let evm = &world.artifacts.evm;
        let steps = &mut Steps::silent();
        let (chain, account) = (&world.chain, owner.address());
        let system = System::create(chain, owner, &world.programs, evm, account, account, steps).await;
        assert!(system.is_err(), "{system:?}");
    });
}
