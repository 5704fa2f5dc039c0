//! The factory of pools, with an oracle that fills two slots for a new pool, as the one to come will.

use std::sync::Arc;

use abi::{
    announced::IAnnounced::{launchCall, scheduleCall},
    erc20::IERC20::approveCall,
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{self as pools, PoolCreated, createPoolCall},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, tokens, wei};
use math::bounds::CREATION_FEE_CEILING;

use crate::{
    breakdown::{self, Breakdown},
    market::{ANY, ANY_TIME},
    meter::{Costs, Meter},
    roles,
};

const TWO_DAYS: u64 = 2 * math::bounds::DAY_SECS;

/// Ether that a pool is opened with.
const OPENING: u64 = 50;

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) -> Vec<Breakdown> {
    let stage = &Stage::named(world.clone(), "gas: pool factory").await;
    let meter = &mut costs.of("pool-factory", stage);
    initialisation(meter).await;
    let oracle = stage.install_oracle(fixture::oracle()).await;
    let creation = creations(meter, oracle).await;
    let newest = fees(meter).await;
    protocol_fees(meter, newest).await;
    views(meter, newest).await;
    batches(meter, newest).await;
    settings(meter, oracle).await;
    after_the_launch(meter, newest).await;

    let stage = &Stage::named(world.clone(), "gas: pool factory's roles").await;
    stage.install_oracle(fixture::oracle()).await;
    let change = pools::setProtocolFeeRecipientCall { newRecipient: stage.stranger.address() };
    let at = stage.system.pool_factory;
    roles::measure(&mut costs.of("pool-factory", stage), at, change.abi_encode()).await;
    vec![creation]
}

async fn initialisation(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let programs = &stage.world.programs;
    let setup = pools::initializeCall {
        owner: stage.owner.address(),
        tokenFactory: stage.system.factory,
        oracle: stage.generator.address(),
        implementation: programs.pool.address,
        extension: programs.pool_extension.address,
    };
    let code = stage.world.artifacts.evm.proxy_creation(
        programs.pool_factory.address,
        stage.owner.address(),
        setup.abi_encode(),
    );
    let created = stage.chain().create(&stage.owner, code, "a proxy of the pool factory").await;
    let (_, sent) = created.unwrap_or_else(|error| panic!("{error}"));
    meter.keep(pools::initializeCall::SIGNATURE, "in the creation of the proxy", &sent);
}

/// A pool and its token.
#[derive(Clone, Copy)]
struct Pair {
    at: Address,
    token: Address,
}

/// A creation by the stage's holder, of a new token, whose supply of 100 it has and of which it allows 50, or all for ever.
async fn create(
    meter: &mut Meter<'_>,
    case: &'static str,
    allowed: U256,
    value: U256,
) -> (Pair, ecosystem::chain::Sent) {
    let stage = meter.stage;
    let factory = stage.system.pool_factory;
    let token = stage.token_with(tokens(100)).await;
    stage.world.give(stage.holder.address(), value).await;
    stage.executes(&stage.holder, token, approveCall { spender: factory, value: allowed }).await;
    let call = createPoolCall { token, initialTokenAmount: tokens(50) };
    let sent = meter.paying(case, &stage.holder, factory, call, value).await;
    let at = stage.event::<PoolCreated>(&sent, factory).pool;
    (Pair { at, token }, sent)
}

async fn creations(meter: &mut Meter<'_>, oracle: Address) -> Breakdown {
    create(meter, "first of the factory", tokens(50), wei(OPENING)).await;
    let (pair, sent) = create(meter, "later", tokens(50), wei(OPENING)).await;
    let names = [(oracle, "oracle"), (pair.at, "pool's clone"), (pair.token, "token's clone")];
    breakdown::of(meter.stage, "createPool, later", &sent, &names).await
}

async fn fees(meter: &mut Meter<'_>) -> Pair {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.pool_factory);
    let recipient = pools::setProtocolFeeRecipientCall { newRecipient: stage.relayer.address() };
    meter.call("before the launch", owner, at, recipient).await;
    create(meter, "later, protocol's fee on", tokens(50), wei(OPENING)).await;

    let set = |fee| pools::setPoolCreationFeeCall { newFee: fee };
    let fee = CREATION_FEE_CEILING / U256::from(1_000);
    meter.call("0 to some", owner, at, set(fee + U256::ONE)).await;
    meter.call("some to less", owner, at, set(fee)).await;
    let (case, value) = ("first that pays a fee, protocol's fee on", wei(OPENING) + fee);
    create(meter, case, tokens(50), value).await;
    let (newest, _) =
        create(meter, "later, with a fee, protocol's fee on", tokens(50), wei(OPENING) + fee).await;
    meter.view("", at, pools::accruedFeesCall {}).await;
    meter.call("", &stage.relayer, at, pools::withdrawFeesCall {}).await;
    meter.call("some to 0", owner, at, set(U256::ZERO)).await;
    newest
}

/// Trades earn the protocol something; the next change of liquidity makes shares of it, and those are redeemed.
async fn protocol_fees(meter: &mut Meter<'_>, Pair { at: pool_at, token }: Pair) {
    let stage = meter.stage;
    let (holder, at) = (&stage.holder, stage.system.pool_factory);
    let to = holder.address();
    stage.executes(holder, token, approveCall { spender: pool_at, value: U256::MAX }).await;
    stage.world.give(to, wei(1_000)).await;
    let collect = pools::collectProtocolFeesCall { pool: pool_at };
    meter.call("of none", &stage.stranger, at, collect.clone()).await;
    for case in ["first of the recipient", "later"] {
        let buy = pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME };
        stage.pays(holder, pool_at, buy, wei(10)).await;
        let add = pool::addLiquidityCall {
            tokenDesired: tokens(1),
            tokenMin: ANY,
            ethMin: ANY,
            to,
            deadline: ANY_TIME,
        };
        stage.pays(holder, pool_at, add, wei(10)).await;
        stage.world.advance_time(60).await;
        meter.call(case, &stage.stranger, at, collect.clone()).await;
    }
}

async fn views(meter: &mut Meter<'_>, Pair { at: pool, token }: Pair) {
    let stage = meter.stage;
    let at = stage.system.pool_factory;
    meter.view("", at, pools::tokenFactoryCall {}).await;
    meter.view("", at, pools::oracleCall {}).await;
    meter.view("", at, pools::implementationCall {}).await;
    meter.view("", at, pools::extensionCall {}).await;
    meter.view("", at, pools::protocolFeeRecipientCall {}).await;
    meter.view("", at, pools::poolCreationFeeCall {}).await;
    meter.view("", at, pools::MINIMUM_INITIAL_LIQUIDITYCall {}).await;
    meter.view("", at, pools::MINIMUM_ETH_VALUECall {}).await;
    meter.view("", at, pools::INITIAL_LOCK_PERIODCall {}).await;
    meter.view("", at, pools::pausedPoolsCall {}).await;
    meter.view("", at, pools::getPoolCall { token }).await;
    meter.view("", at, pools::tokenToPoolsCall { token }).await;
    meter.view("", at, pools::getPoolCountCall {}).await;
    meter.view("", at, pools::allPoolsCall { index: U256::ZERO }).await;
    meter.view("of 5", at, pools::getAllPoolsCall {}).await;
    for (case, limit) in [("1 pool", 1), ("5 pools", 5)] {
        let page = pools::getPoolsCall { offset: U256::ZERO, limit: U256::from(limit) };
        meter.view(case, at, page).await;
    }
    meter.view("", at, pools::isPoolCall { pool }).await;
    meter.view("", at, pools::getPoolInfoCall { pool }).await;
    meter.view("", at, pools::poolInfoCall { pool }).await;
    meter.view("", at, pools::isLiquidityLockedCall { pool }).await;
    let count = stage.reads(at, pools::getPoolCountCall {}).await;
    assert_eq!(count, U256::from(5), "as many as the cases say");
}

/// Before the launch the owner does all at once.
async fn batches(meter: &mut Meter<'_>, Pair { at: pool, .. }: Pair) {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.pool_factory);
    let all = stage.reads(at, pools::getAllPoolsCall {}).await;
    let one = vec![pool];
    meter.call("1 pool", owner, at, pools::pausePoolsCall { pools: one.clone() }).await;
    meter.call("1 pool", owner, at, pools::unpausePoolsCall { pools: one.clone() }).await;
    meter.call("5 pools", owner, at, pools::pausePoolsCall { pools: all.clone() }).await;
    meter.call("5 pools", owner, at, pools::unpausePoolsCall { pools: all }).await;
    let set = |on| pools::setProtocolFeeCall { pools: one.clone(), on };
    meter.call("1 pool, off", owner, at, set(false)).await;
    meter.call("1 pool, on, before the launch", owner, at, set(true)).await;
}

async fn settings(meter: &mut Meter<'_>, oracle: Address) {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.pool_factory);
    let factory = stage.system.factory;
    let call = pools::setTokenFactoryCall { newTokenFactory: factory };
    meter.call("before the launch", owner, at, call).await;
    meter.call("before the launch", owner, at, pools::setOracleCall { newOracle: oracle }).await;
    let programs = &stage.world.programs;
    let call = pools::setImplementationCall {
        newImplementation: programs.pool.address,
        newExtension: programs.pool_extension.address,
    };
    meter.call("before the launch", owner, at, call).await;
    let call = pools::setMinimumLiquidityCall { tokenAmount: tokens(10), ethAmount: wei(10) };
    meter.call("before the launch", owner, at, call).await;
}

/// The same as they are announced two days before. What the announcement costs is `schedule`'s.
async fn after_the_launch(meter: &mut Meter<'_>, Pair { at: pool, .. }: Pair) {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.pool_factory);
    stage.executes(owner, at, launchCall {}).await;
    let off = pools::setProtocolFeeCall { pools: vec![pool], on: false };
    stage.executes(owner, at, off).await;
    let recipient = pools::setProtocolFeeRecipientCall { newRecipient: stage.stranger.address() };
    let minimums = pools::setMinimumLiquidityCall { tokenAmount: tokens(50), ethAmount: wei(50) };
    let on = pools::setProtocolFeeCall { pools: vec![pool], on: true };
    for call in [recipient.abi_encode(), minimums.abi_encode(), on.abi_encode()] {
        stage.executes(owner, at, scheduleCall { call: call.into() }).await;
    }
    stage.world.advance_time(TWO_DAYS).await;
    meter.call("as announced", owner, at, recipient).await;
    meter.call("as announced", owner, at, minimums).await;
    meter.call("1 pool, on, as announced", owner, at, on).await;
}
