//! A market whose factory changes: its program behind the proxy, and the programs that it gives to new pools. What was opened
//! goes on as it was.

use abi::{
    announced::IAnnounced::scheduleCall,
    erc20::IERC20::{approveCall, balanceOfCall},
    pool::{CloneArgs, ICredentialPool as pool},
    pool_factory::IPoolFactory::{self as pools, FeesCollected, FeesWithdrawn, ImplementationSet},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use ecosystem::{
    activation::{Deployed, activate, keep_alive},
    steps::Steps,
};
use ecosystem_tests::{Stage, State, World, fixture, grown, run, tokens, wei};

use super::{
    active,
    added_field::{stored, uses_its_motto},
    buys, is_silent, lock, upgrade_as_announced,
};
use crate::lifecycle::inactive_twin;

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 24 * HOUR_SECS;

#[test]
fn a_pool_factory_with_another_field_keeps_everything_and_uses_it() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let at = stage.system.pool_factory;
        let opened = use_market(&stage).await;
        lock(&stage).await;

        let edited = grown::pool_factory().await;
        let program = active(&stage, &edited).await;
        let (views, words) = (State::of(&stage).await.behind_proxies(), stored(&stage, at).await);
        let [traded, paused] = opened;
        let pools_words = [stored(&stage, traded).await, stored(&stage, paused).await];
        upgrade_as_announced(&stage, &[(at, &program)]).await;
        assert_eq!(State::of(&stage).await.behind_proxies(), views);
        assert_eq!(stored(&stage, at).await, words);
        assert_eq!([stored(&stage, traded).await, stored(&stage, paused).await], pools_words);

        uses_its_motto(&stage, at, &edited, "pool-factory", &words).await;
        assert_eq!(State::of(&stage).await.behind_proxies(), views);

        // The market of before goes on, fees are paid, and a new pool is the next in the list.
        collects(&stage, traded).await;
        stage.executes(&stage.owner, at, pools::unpausePoolsCall { pools: vec![paused] }).await;
        for pool in opened {
            buys(&stage, pool).await;
        }
        let opened_after = opens(&stage).await;
        buys(&stage, opened_after).await;
        assert_eq!(stage.reads(at, pools::getAllPoolsCall {}).await, [traded, paused, opened_after]);
    });
}

#[test]
fn new_pools_run_the_programs_that_were_announced_and_old_ones_keep_theirs() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner, programs) = (stage.system.pool_factory, &stage.owner, &stage.world.programs);
        let (old, _) = stage.pool().await;
        let code = stage.chain().code(old).await.expect("the node answers");
        stage.install_oracle(fixture::oracle()).await;
        stage.executes(owner, at, pools::launchCall {}).await;

        let twins = twins(&stage).await;
        let [program, extension] = &twins;
        let call = pools::setImplementationCall {
            newImplementation: program.address,
            newExtension: extension.address,
        };
        stage.executes(owner, at, scheduleCall { call: call.abi_encode().into() }).await;
        // Until it happens, pools are what they were.
        let (still_old, _) = stage.pool().await;
        stage.world.advance_time(2 * DAY_SECS).await;
        let sent = stage.executes(owner, at, call).await;
        let changed = ImplementationSet {
            previousImplementation: programs.pool.address,
            newImplementation: program.address,
            previousExtension: programs.pool_extension.address,
            newExtension: extension.address,
        };
        assert_eq!(stage.event::<ImplementationSet>(&sent, at), changed);
        let (new, _) = stage.pool().await;
        let before = [programs.pool.address, programs.pool_extension.address];
        for (pool, expected) in
            [(old, before), (still_old, before), (new, [program.address, extension.address])]
        {
            assert_eq!(programs_of(&stage, pool).await, expected);
            buys(&stage, pool).await;
            assert_eq!(stage.reads(pool, pool::nameCall {}).await, abi::pool::NAME);
        }
        assert_eq!(stage.chain().code(old).await.expect("the node answers"), code);

        // Each stands and falls with its own.
        stage.world.advance_time(330 * DAY_SECS).await;
        for program in [&programs.token, program, extension] {
            let kept = keep_alive(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            kept.expect("anybody may");
        }
        stage.world.advance_time(60 * DAY_SECS).await;
        is_silent(&stage, old, pool::getReservesCall {}).await;
        is_silent(&stage, old, pool::nameCall {}).await;
        buys(&stage, new).await;
        assert_eq!(stage.reads(new, pool::nameCall {}).await, abi::pool::NAME);
        for program in [&programs.pool, &programs.pool_extension] {
            let again = activate(stage.chain(), &stage.stranger, program, &mut Steps::silent()).await;
            again.expect("anybody may");
        }
        buys(&stage, old).await;
    });
}

/// Leaves something in the pool factory and in two pools, which are returned: one in which the protocol holds shares, and a
/// paused one.
async fn use_market(stage: &Stage) -> [Address; 2] {
    let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
    let recipient = stage.relayer.address();
    stage.executes(owner, at, pools::setProtocolFeeRecipientCall { newRecipient: recipient }).await;
    stage.executes(owner, at, pools::setPoolCreationFeeCall { newFee: wei(1) }).await;
    let minimums = pools::setMinimumLiquidityCall { tokenAmount: tokens(20), ethAmount: wei(20) };
    stage.executes(owner, at, minimums).await;
    stage.executes(owner, at, pools::setGuardianCall { newGuardian: recipient }).await;
    stage.install_oracle(fixture::oracle()).await;
    let (traded, paused) = (opens(stage).await, opens(stage).await);

    // Trades of several hours, of which the protocol gets its part with the next change of liquidity.
    for _ in 0..3 {
        buys(stage, traded).await;
        stage.world.advance_time(2 * HOUR_SECS).await;
    }
    adds(stage, traded).await;
    let allowance = pool::approveCall { spender: recipient, value: tokens(1) };
    stage.executes(holder, traded, allowance).await;
    stage.executes(&stage.relayer, at, pools::pausePoolsCall { pools: vec![paused] }).await;

    stage.executes(owner, at, pools::launchCall {}).await;
    let announced = pools::setPoolCreationFeeCall { newFee: wei(2) };
    stage.executes(owner, at, scheduleCall { call: announced.abi_encode().into() }).await;
    stage.executes(owner, at, pools::transferOwnershipCall { newOwner: recipient }).await;
    [traded, paused]
}

/// Opens the pool of a new token for the creation fee of [`use_market`].
async fn opens(stage: &Stage) -> Address {
    let token = stage.token_with(tokens(100)).await;
    stage.pool_of(token, tokens(50), wei(50) + wei(1)).await
}

/// Adds the holder's liquidity to a pool.
async fn adds(stage: &Stage, at: Address) {
    let (holder, to) = (&stage.holder, stage.holder.address());
    let token = stage.reads(at, pool::token0Call {}).await;
    stage.world.give(to, wei(10)).await;
    stage.executes(holder, token, approveCall { spender: at, value: U256::MAX }).await;
    let (desired, least, deadline) = (tokens(5), U256::ZERO, U256::MAX);
    let call = pool::addLiquidityCall { tokenDesired: desired, tokenMin: least, ethMin: least, to, deadline };
    stage.pays(holder, at, call, wei(10)).await;
}

/// Has the protocol's shares of a pool redeemed, and the creation fees withdrawn: both to the relayer.
async fn collects(stage: &Stage, traded: Address) {
    let (at, recipient) = (stage.system.pool_factory, stage.relayer.address());
    let token = stage.reads(traded, pool::token0Call {}).await;
    let shares = stage.reads(traded, balanceOfCall { account: at }).await;
    assert!(!shares.is_zero(), "the protocol holds shares");
    let paid = stage.reads(at, pools::collectProtocolFeesCall { pool: traded }).await;
    let sent = stage.executes(&stage.stranger, at, pools::collectProtocolFeesCall { pool: traded }).await;
    assert_eq!(stage.event::<FeesCollected>(&sent, at), FeesCollected { pool: traded, amount: shares });
    assert_eq!(stage.reads(token, balanceOfCall { account: recipient }).await, paid.tokenAmount);
    assert_eq!(stage.reads(traded, balanceOfCall { account: at }).await, U256::ZERO);
    let sent = stage.executes(&stage.relayer, at, pools::withdrawFeesCall {}).await;
    assert_eq!(stage.event::<FeesWithdrawn>(&sent, at), FeesWithdrawn { recipient, amount: wei(2) });
}

/// A pool's program and its extension, active under other code hashes than those that ship.
pub(super) async fn twins(stage: &Stage) -> [Deployed; 2] {
    let twins = [inactive_twin(stage, "pool").await, inactive_twin(stage, "pool-extension").await];
    for twin in &twins {
        let activated = activate(stage.chain(), &stage.owner, twin, &mut Steps::silent()).await;
        activated.expect("it can be activated");
    }
    twins
}

/// The program and the extension that a pool's code names.
pub(super) async fn programs_of(stage: &Stage, pool: Address) -> [Address; 2] {
    let code = stage.chain().code(pool).await.expect("the node answers");
    // EIP-1167: ten bytes, the program, fifteen bytes; the arguments come after.
    let arguments: [u8; CloneArgs::BYTES] = code[45..].try_into().expect("a pool's arguments");
    [Address::from_slice(&code[10..30]), CloneArgs::from(arguments).extension]
}
