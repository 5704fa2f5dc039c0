//! Programs that the chain doesn't run any more: a year after their activation, or under a new version of Stylus. Behind a
//! proxy another takes their place, and what has no proxy anybody brings back to life.

use abi::{
    factory::ICredentialTokenFactory as factory, pool::ICredentialPool as pool,
    pool_factory::IPoolFactory as pools, registry::ICredentialRegistry as registry,
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256, address},
    sol,
};
use ecosystem::{
    activation::{activate, active_version, keep_alive},
    chain::ChainError,
    steps::Steps,
};
use ecosystem_tests::{Stage, World, grown, run, tokens, wei};

use super::{
    active, buys, is_silent, lock,
    pools::{programs_of, twins},
    upgrade_as_announced,
};

const DAY_SECS: u64 = 86_400;

sol! {
    /// Changes the chain's parameters; for chain owners.
    interface ArbOwner {
        function scheduleArbOSUpgrade(uint64 version, uint64 timestamp) external;
    }
}

const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");

#[test]
fn programs_that_expired_are_replaced_and_the_system_goes_on() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let used = Used::new(&stage).await;
        world.advance_time(366 * DAY_SECS).await;
        used.is_dead("ProgramExpired").await;
        used.replace().await;
        used.goes_on().await;
    });
}

#[test]
fn programs_of_an_older_stylus_version_are_replaced_and_the_system_goes_on() {
    run(async {
        let world = World::own_under(51).await;
        let stage = Stage::in_world(world.clone()).await;
        let used = Used::new(&stage).await;
        let call = ArbOwner::scheduleArbOSUpgradeCall { version: 61, timestamp: 0 };
        stage.executes(world.payer(), ARB_OWNER, call).await;
        // The next block is the first under the new version.
        world.advance_time(1).await;
        used.is_dead("ProgramNeedsUpgrade").await;
        used.replace().await;
        used.goes_on().await;
    });
}

#[test]
fn programs_that_anybody_keeps_alive_never_stop() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let used = Used::new(&stage).await;
        for _ in 0..2 {
            world.advance_time(330 * DAY_SECS).await;
            for program in world.programs.all() {
                let kept = keep_alive(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
                kept.expect("anybody may");
            }
        }
        used.goes_on().await;
    });
}

#[test]
fn programs_that_anybody_activates_again_go_on_without_the_admin() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let used = Used::new(&stage).await;
        world.advance_time(366 * DAY_SECS).await;
        used.is_dead("ProgramExpired").await;
        for program in world.programs.all() {
            let late = keep_alive(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            let late = late.expect_err("what has expired can't be kept alive").to_string();
            assert!(late.contains("ProgramExpired"), "{late}");
            let again = activate(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            again.expect("anybody may");
        }
        used.goes_on().await;
    });
}

#[test]
fn a_pool_trades_and_redeems_while_its_extension_is_dead() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let (at, _) = stage.pool().await;
        let (holder, deadline) = (stage.holder.address(), U256::MAX);
        let shares = stage.reads(at, pool::balanceOfCall { account: holder }).await;
        world.give(holder, wei(1)).await;
        world.advance_time(330 * DAY_SECS).await;
        for program in [&world.programs.pool, &world.programs.token] {
            let kept = keep_alive(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            kept.expect("anybody may");
        }
        world.advance_time(60 * DAY_SECS).await;

        is_silent(&stage, at, pool::nameCall {}).await;
        assert_eq!(stage.reads(at, pool::balanceOfCall { account: holder }).await, shares);
        let buy = pool::swapExactEthForTokensCall { minOut: U256::ONE, to: holder, deadline };
        stage.pays(&stage.holder, at, buy, wei(1)).await;
        let half = shares / U256::from(2);
        let redemption = pool::removeLiquidityCall {
            shares: half,
            tokenMin: U256::ONE,
            ethMin: U256::ONE,
            to: holder,
            deadline,
        };
        stage.executes(&stage.holder, at, redemption).await;

        let extension = &world.programs.pool_extension;
        let again = activate(stage.chain(), &stage.stranger, extension, &mut Steps::silent()).await;
        again.expect("anybody may");
        assert_eq!(stage.reads(at, pool::balanceOfCall { account: holder }).await, shares - half);
        assert_eq!(stage.reads(at, pool::nameCall {}).await, abi::pool::NAME);
    });
}

/// A stage with locked proxies, a token of which the holder has ten, and its pool, which has fifty.
struct Used<'a> {
    stage: &'a Stage,
    token: Address,
    pool: Address,
}

impl<'a> Used<'a> {
    async fn new(stage: &'a Stage) -> Self {
        let token = stage.token_with(tokens(60)).await;
        let pool = stage.pool_of(token, tokens(50), wei(50)).await;
        lock(stage).await;
        Self { stage, token, pool }
    }

    /// Nothing of the system can be called by anybody: its programs halt for this reason, and what stands in front of them
    /// passes on that they say nothing.
    async fn is_dead(&self, reason: &str) {
        let Self { stage, token, pool } = *self;
        for program in stage.world.programs.all() {
            let version = active_version(stage.chain(), program.address).await.expect("the node answers");
            assert_eq!(version, None, "{}", program.name);
            match stage.chain().read(program.address, registry::ownerCall {}).await {
                Err(ChainError::Refused { message, .. }) => assert!(message.contains(reason), "{message}"),
                other => panic!("{} has to halt: {:?}", program.name, other.map(drop)),
            }
        }
        is_silent(stage, stage.system.registry, registry::ownerCall {}).await;
        is_silent(stage, stage.system.factory, factory::getTokenCountCall {}).await;
        is_silent(stage, stage.system.pool_factory, pools::getPoolCountCall {}).await;
        is_silent(stage, token, token::totalSupplyCall {}).await;
        is_silent(stage, pool, pool::getReservesCall {}).await;
    }

    /// What the admin does for the proxies, the owner for new pools, and anybody for tokens and pools.
    async fn replace(&self) {
        let Self { stage, token, pool } = *self;
        let [registry, factory, pool_factory] =
            [grown::registry().await, grown::factory().await, grown::pool_factory().await];
        let [registry, factory, pool_factory] = [
            active(stage, &registry).await,
            active(stage, &factory).await,
            active(stage, &pool_factory).await,
        ];
        let system = &stage.system;
        let upgrades =
            [(system.registry, &registry), (system.factory, &factory), (system.pool_factory, &pool_factory)];
        upgrade_as_announced(stage, &upgrades).await;
        let [program, extension] = twins(stage).await.map(|twin| twin.address);
        let call = pools::setImplementationCall { newImplementation: program, newExtension: extension };
        stage.executes(&stage.owner, system.pool_factory, call).await;
        // Tokens and pools have no admin: until somebody activates their programs, they stand still, and keep what they have.
        is_silent(stage, token, token::totalSupplyCall {}).await;
        is_silent(stage, pool, pool::getReservesCall {}).await;
        let programs = &stage.world.programs;
        for program in [&programs.token, &programs.pool, &programs.pool_extension] {
            let again = activate(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            again.expect("anybody may");
        }
    }

    /// Everything that was there still is, and everything works.
    async fn goes_on(&self) {
        let Self { stage, token, pool } = *self;
        let (holder, to) = (stage.holder.address(), stage.stranger.address());
        assert_eq!(stage.reads(token, token::balanceOfCall { account: holder }).await, tokens(10));
        assert_eq!(stage.reads(stage.system.factory, factory::getAllTokensCall {}).await, [token]);
        assert_eq!(stage.reads(stage.system.registry, registry::ownerCall {}).await, stage.owner.address());
        stage.executes(&stage.holder, token, token::transferCall { to, value: tokens(4) }).await;
        assert_eq!(stage.reads(token, token::balanceOfCall { account: to }).await, tokens(4));
        stage.executes(&stage.generator, token, token::mintCall { to, amount: tokens(1) }).await;
        assert_eq!(stage.reads(token, token::totalSupplyCall {}).await, tokens(61));
        // The token asks the factory, which asks the registry.
        stage.executes(&stage.holder, token, token::setEmissionRateCall { newRate: tokens(11) }).await;
        let second = stage.token_with(tokens(60)).await;
        assert_eq!(stage.reads(stage.system.factory, factory::getAllTokensCall {}).await, [token, second]);

        // The pool trades, and the pool factory, which asks both of them, opens another.
        let market = stage.system.pool_factory;
        assert_eq!(stage.reads(market, pools::getAllPoolsCall {}).await, [pool]);
        assert_eq!(stage.reads(pool, pool::nameCall {}).await, abi::pool::NAME);
        buys(stage, pool).await;
        let another = stage.pool_of(second, tokens(50), wei(50)).await;
        buys(stage, another).await;
        assert_eq!(stage.reads(market, pools::getAllPoolsCall {}).await, [pool, another]);
        let current = [
            stage.reads(market, pools::implementationCall {}).await,
            stage.reads(market, pools::extensionCall {}).await,
        ];
        assert_eq!(programs_of(stage, another).await, current);
    }
}
