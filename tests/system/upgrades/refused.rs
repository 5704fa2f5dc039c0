//! What is no upgrade: by whom, to what, when, and how the proxy or the program says so. Nothing changes by any of it.

use abi::{
    pool::ICredentialPool::PoolNotClone,
    proxy::IProxy::{
        self as proxy, ERC1967InvalidImplementation, ProxyCallNotAnnounced, ProxyCallTooEarly,
        ProxyCallTooLate,
    },
    registry::ICredentialRegistry as registry,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    key::Key,
    proxy::{DELAY_SECS, Gate, WINDOW_SECS},
};
use ecosystem_tests::{Stage, World, fixture, run, storage::touched};

use super::{announced, announcement, hash, implementation, is_nobodys, lock, upgrade};
use crate::lifecycle::inactive_twin;

const HOUR_SECS: u64 = 3_600;

#[test]
fn only_the_admin_upgrades_locked_or_not() {
    run(async {
        let stage = Stage::shared().await;
        refuses_strangers(&stage).await;
        lock(&stage).await;
        refuses_strangers(&stage).await;

        // An admin of yesterday is a stranger, though it owns the contract behind still.
        let at = stage.system.registry;
        let other = Stage::shared().await;
        let call = proxy::changeAdminCall { newAdmin: other.stranger.address() };
        let registry = other.system.registry;
        other.executes(&other.owner, registry, call).await;
        for call in admins_calls(other.world.programs.registry.address) {
            is_nobodys(&other, &other.owner, registry, &call).await;
        }
        other.executes(&other.stranger, registry, upgrade(other.world.programs.registry.address)).await;
        // And of another proxy.
        is_nobodys(&stage, &other.stranger, at, &upgrade(implementation(&stage, at).await).abi_encode())
            .await;
    });
}

#[test]
fn only_an_active_program_becomes_an_implementation_locked_or_not() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let at = stage.system.registry;
        let contract = stage.account_with(fixture::refuses_everything()).await;
        let twin = inactive_twin(&stage, "credential-registry").await;
        let candidates = [Address::ZERO, stage.stranger.address(), contract, at, twin.address];
        for implementation in candidates {
            let error = stage.refuses(&stage.owner, at, upgrade(implementation)).await;
            assert_eq!(ERC1967InvalidImplementation { implementation }, error);
        }
        lock(&stage).await;
        for implementation in candidates {
            // What is announced isn't judged, and can't be made.
            let call = upgrade(implementation);
            stage.executes(&stage.owner, at, announcement(&call)).await;
            world.advance_time(DELAY_SECS).await;
            let error = stage.refuses(&stage.owner, at, call).await;
            assert_eq!(ERC1967InvalidImplementation { implementation }, error);
        }
        assert_eq!(implementation(&stage, at).await, world.programs.registry.address);
    });
}

#[test]
fn an_announced_upgrade_is_refused_early_and_late() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        lock(&stage).await;
        let at = stage.system.factory;
        let call = upgrade(world.programs.factory.address);
        let sent = stage.executes(&stage.owner, at, announcement(&call)).await;
        let proxy::ProxyCallAnnounced { from, until, .. } = stage.event(&sent, at);

        let early = ProxyCallTooEarly { callHash: hash(&call), from };
        assert_eq!(early, stage.refuses(&stage.owner, at, call.clone()).await);
        world.advance_time(DELAY_SECS - HOUR_SECS).await;
        assert_eq!(early, stage.refuses(&stage.owner, at, call.clone()).await);
        world.advance_time(WINDOW_SECS + 2 * HOUR_SECS).await;
        let late = ProxyCallTooLate { callHash: hash(&call), until };
        assert_eq!(late, stage.refuses(&stage.owner, at, call.clone()).await);

        // It is announced still, for nothing; announced again it has a time of its own.
        stage.executes(&stage.owner, at, announcement(&call)).await;
        let early: ProxyCallTooEarly = stage.refuses(&stage.owner, at, call.clone()).await;
        assert!(early.from > until);
        world.advance_time(DELAY_SECS + WINDOW_SECS - HOUR_SECS).await;
        stage.executes(&stage.owner, at, call.clone()).await;
        // Once.
        let used = ProxyCallNotAnnounced { callHash: hash(&call) };
        assert_eq!(used, stage.refuses(&stage.owner, at, call).await);
    });
}

#[test]
fn only_what_was_announced_last_is_made_and_only_as_it_was_announced() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        lock(&stage).await;
        let at = stage.system.registry;
        let data: Bytes =
            registry::transferOwnershipCall { newOwner: stage.stranger.address() }.abi_encode().into();
        let implementation = world.programs.registry.address;
        let (plain, with_data) =
            (upgrade(implementation), proxy::upgradeToAndCallCall { implementation, data });
        let refuses = async |call: &proxy::upgradeToAndCallCall| {
            let error = stage.refuses(&stage.owner, at, call.clone()).await;
            assert_eq!(ProxyCallNotAnnounced { callHash: hash(call) }, error);
        };

        // Neither before anything is announced, nor with other data, nor to another program, nor another function.
        refuses(&plain).await;
        stage.executes(&stage.owner, at, announcement(&plain)).await;
        world.advance_time(DELAY_SECS).await;
        refuses(&with_data).await;
        refuses(&upgrade(world.programs.factory.address)).await;
        let hand_over = proxy::changeAdminCall { newAdmin: stage.stranger.address() };
        let error = stage.refuses(&stage.owner, at, hand_over.clone()).await;
        assert_eq!(ProxyCallNotAnnounced { callHash: hash(&hand_over) }, error);

        // A second announcement replaces the first, and waits itself.
        stage.executes(&stage.owner, at, announcement(&with_data)).await;
        refuses(&plain).await;
        let early: ProxyCallTooEarly = stage.refuses(&stage.owner, at, with_data.clone()).await;
        assert_eq!(early.callHash, hash(&with_data));

        // As announced it is made, with its call, once.
        world.advance_time(DELAY_SECS).await;
        let sent = stage.executes(&stage.owner, at, with_data.clone()).await;
        assert_eq!(stage.event::<proxy::Upgraded>(&sent, at), proxy::Upgraded { implementation });
        let pending = stage.reads(at, registry::pendingOwnerCall {}).await;
        assert_eq!(pending, stage.stranger.address());
        refuses(&with_data).await;

        // What was cancelled is nothing any more, however long ago it was announced.
        stage.executes(&stage.owner, at, announcement(&plain)).await;
        stage.executes(&stage.owner, at, proxy::cancelProxyCallCall {}).await;
        world.advance_time(DELAY_SECS).await;
        refuses(&plain).await;
        assert_eq!(announced(&stage, at).await, (B256::ZERO, Gate { locked: true, from: None }));
    });
}

#[test]
fn programs_have_no_upgrade_and_no_state_of_their_own() {
    run(async {
        // Alone, so that every slot that anybody touched can be told.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        stage.token_with(U256::ONE).await;
        for program in world.programs.all() {
            for who in [&stage.owner, &stage.stranger] {
                for call in admins_calls(world.programs.registry.address) {
                    if program.address == world.programs.pool.address {
                        is_left_to_an_extension(&stage, who, program.address, &call).await;
                    } else {
                        is_nobodys(&stage, who, program.address, &call).await;
                    }
                }
            }
            let mut slots = touched(&world).await.remove(&program.address).unwrap_or_default();
            if program.address == world.programs.pool.address {
                // The pool factory tells the pool's program by what it answers: the reserves, which are none.
                assert_eq!(stage.stored(program.address, B256::ZERO).await, U256::ZERO);
                slots.remove(&B256::ZERO);
            }
            assert!(slots.is_empty(), "{} has touched {slots:?}", program.name);
        }
        // Who isn't the owner of the program's own, empty, storage can't do what an owner can.
        let program = world.programs.registry.address;
        let error = stage.refuses(&stage.owner, program, registry::launchCall {}).await;
        let account = stage.owner.address();
        assert_eq!(registry::OwnableUnauthorizedAccount { account }, error);
    });
}

/// A call that a pool's program would leave to its extension, which only its clones have.
async fn is_left_to_an_extension(stage: &Stage, who: &Key, at: Address, call: &[u8]) {
    let request = TransactionRequest::default().from(who.address()).to(at).input(call.to_vec().into());
    let error = stage.chain().call(request, "a call of no function").await;
    let error = error.expect_err("there is no such function");
    let refused = error.revert().and_then(|revert| revert.decode::<PoolNotClone>());
    assert_eq!(refused, Some(PoolNotClone { account: at }), "{error}");
}

/// Everything that the proxy does for its admin, with arguments that it would take.
fn admins_calls(implementation: Address) -> [Vec<u8>; 5] {
    let call = upgrade(implementation);
    [
        call.abi_encode(),
        proxy::changeAdminCall { newAdmin: implementation }.abi_encode(),
        announcement(&call).abi_encode(),
        proxy::cancelProxyCallCall {}.abi_encode(),
        proxy::lockUpgradesCall {}.abi_encode(),
    ]
}

async fn refuses_strangers(stage: &Stage) {
    for at in [stage.system.registry, stage.system.factory, stage.system.pool_factory] {
        for call in admins_calls(implementation(stage, at).await) {
            for who in [&stage.stranger, &stage.issuer, &stage.generator] {
                is_nobodys(stage, who, at, &call).await;
            }
        }
    }
}
