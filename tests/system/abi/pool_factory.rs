//! The pool factory.

use abi::{
    pool::ICredentialPool as pool, pool_factory::IPoolFactory as pools, token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256, keccak256},
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, run, tokens, wei};

use super::{Seen, created};

/// How long changes are announced, in seconds.
const TWO_DAYS: u64 = 48 * 3_600;

#[test]
fn pool_factory_shows_every_event() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let mut seen = Seen::nothing_of("pool-factory").beside("proxy");
        initialisation(&stage, &mut seen).await;
        settings(&stage, &mut seen).await;
        fees(&stage, &mut seen).await;
        administration(&stage, &mut seen).await;
        seen.assert_everything();
    });
}

async fn initialisation(stage: &Stage, seen: &mut Seen) {
    let owner = stage.owner.address();
    let setup = pools::initializeCall {
        owner,
        tokenFactory: stage.system.factory,
        oracle: stage.stranger.address(),
        implementation: stage.world.programs.pool.address,
        extension: stage.world.programs.pool_extension.address,
    };
    let program = stage.world.programs.pool_factory.address;
    let code = stage.world.artifacts.evm.proxy_creation(program, owner, setup.abi_encode());
    let (proxy, sent) = created(stage, code).await;
    seen.logs(&sent, proxy);
}

async fn settings(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.pool_factory, &stage.owner);
    let change = pools::setTokenFactoryCall { newTokenFactory: stage.system.factory };
    seen.logs(&stage.executes(owner, at, change).await, at);
    let change = pools::setOracleCall { newOracle: stage.account_with(fixture::oracle()).await };
    seen.logs(&stage.executes(owner, at, change).await, at);
    let change = pools::setImplementationCall {
        newImplementation: stage.world.programs.pool.address,
        newExtension: stage.world.programs.pool_extension.address,
    };
    seen.logs(&stage.executes(owner, at, change).await, at);
    let change = pools::setMinimumLiquidityCall { tokenAmount: tokens(1), ethAmount: wei(1) };
    seen.logs(&stage.executes(owner, at, change).await, at);
    let change = pools::setPoolCreationFeeCall { newFee: wei(1) };
    seen.logs(&stage.executes(owner, at, change).await, at);
    let change = pools::setProtocolFeeRecipientCall { newRecipient: stage.relayer.address() };
    seen.logs(&stage.executes(owner, at, change).await, at);
}

async fn fees(stage: &Stage, seen: &mut Seen) {
    let (at, holder) = (stage.system.pool_factory, &stage.holder);
    let token = stage.token_with(tokens(100)).await;
    allows(stage, token, at).await;
    stage.world.give(holder.address(), wei(100)).await;
    let call = pools::createPoolCall { token, initialTokenAmount: tokens(50) };
    let sent = stage.pays(holder, at, call, wei(51)).await;
    seen.logs(&sent, at);
    let pool = stage.event::<pools::PoolCreated>(&sent, at).pool;
    seen.logs(&stage.executes(&stage.relayer, at, pools::withdrawFeesCall {}).await, at);

    // A trade, and then the change of liquidity that makes shares of the protocol's part.
    let (to, deadline) = (holder.address(), U256::MAX);
    let buy = pool::swapExactEthForTokensCall { minOut: U256::ONE, to, deadline };
    stage.pays(holder, pool, buy, wei(10)).await;
    allows(stage, token, pool).await;
    let add = pool::addLiquidityCall {
        tokenDesired: tokens(1),
        tokenMin: U256::ZERO,
        ethMin: U256::ZERO,
        to,
        deadline,
    };
    stage.pays(holder, pool, add, wei(10)).await;
    seen.logs(&stage.executes(&stage.stranger, at, pools::collectProtocolFeesCall { pool }).await, at);
}

async fn allows(stage: &Stage, token: Address, spender: Address) {
    stage.executes(&stage.holder, token, token::approveCall { spender, value: U256::MAX }).await;
}

async fn administration(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.pool_factory, &stage.owner);
    let guardian = pools::setGuardianCall { newGuardian: stage.relayer.address() };
    seen.logs(&stage.executes(owner, at, guardian).await, at);
    seen.logs(&stage.executes(&stage.relayer, at, pools::pauseCall {}).await, at);
    seen.logs(&stage.executes(owner, at, pools::unpauseCall {}).await, at);

    seen.logs(&stage.executes(owner, at, pools::launchCall {}).await, at);
    let change = pools::setMinimumLiquidityCall { tokenAmount: tokens(2), ethAmount: wei(2) };
    let announcement = pools::scheduleCall { call: change.abi_encode().into() };
    seen.logs(&stage.executes(owner, at, announcement.clone()).await, at);
    let cancel = pools::cancelCall { callHash: keccak256(change.abi_encode()) };
    seen.logs(&stage.executes(owner, at, cancel).await, at);
    stage.executes(owner, at, announcement).await;
    stage.world.advance_time(TWO_DAYS).await;
    seen.logs(&stage.executes(owner, at, change).await, at);

    let call = pools::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(owner, at, call).await, at);
    seen.logs(&stage.executes(&stage.stranger, at, pools::acceptOwnershipCall {}).await, at);
}
