//! The proxy.

use abi::{proxy::IProxy as proxy, registry::ICredentialRegistry};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::proxy::{DELAY_SECS, WINDOW_SECS};
use ecosystem_tests::{Stage, World, run};

use super::{Seen, created, creation};

#[test]
fn proxy_shows_every_event_and_error() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let mut seen = Seen::nothing_of("proxy").beside("credential-registry");
        let program = stage.world.programs.registry.address;
        let evm = &stage.world.artifacts.evm;
        let (admin, at) = (stage.owner.address(), stage.system.registry);
        let setup = ICredentialRegistry::initializeCall { owner: admin }.abi_encode();

        let (created_at, sent) = created(&stage, evm.proxy_creation(program, admin, setup.clone())).await;
        seen.logs(&sent, created_at);

        let nobody = Address::ZERO;
        seen.revert_of(&stage, admin, creation(evm.proxy_creation(program, admin, Vec::new()))).await;
        seen.revert_of(&stage, admin, creation(evm.proxy_creation(program, nobody, setup.clone()))).await;
        seen.revert_of(&stage, admin, creation(evm.proxy_creation(nobody, admin, setup))).await;

        let upgrade = |implementation| proxy::upgradeToAndCallCall { implementation, data: Bytes::new() };
        seen.revert(&stage, admin, at, upgrade(nobody)).await;
        seen.revert(&stage, admin, at, proxy::changeAdminCall { newAdmin: nobody }).await;
        let call = proxy::changeAdminCall { newAdmin: admin }.abi_encode();
        let paying = TransactionRequest::default().to(at).input(call.clone().into()).value(U256::ONE);
        seen.revert_of(&stage, admin, paying).await;
        let cut_off = TransactionRequest::default().to(at).input(call[..call.len() - 1].to_vec().into());
        seen.revert_of(&stage, admin, cut_off).await;

        seen.logs(&stage.executes(&stage.owner, at, upgrade(program)).await, at);

        seen.revert(&stage, admin, at, proxy::cancelProxyCallCall {}).await;
        let announce = proxy::announceProxyCallCall { call: upgrade(program).abi_encode().into() };
        seen.logs(&stage.executes(&stage.owner, at, announce.clone()).await, at);
        seen.logs(&stage.executes(&stage.owner, at, proxy::cancelProxyCallCall {}).await, at);
        seen.logs(&stage.executes(&stage.owner, at, proxy::lockUpgradesCall {}).await, at);
        seen.revert(&stage, admin, at, proxy::lockUpgradesCall {}).await;
        seen.revert(&stage, admin, at, upgrade(program)).await;
        stage.executes(&stage.owner, at, announce).await;
        seen.revert(&stage, admin, at, upgrade(program)).await;
        world.advance_time(DELAY_SECS + WINDOW_SECS + 1).await;
        seen.revert(&stage, admin, at, upgrade(program)).await;

        // The other proxy isn't locked.
        let at = stage.system.factory;
        let mut seen = seen.beside("token-factory");
        let call = proxy::changeAdminCall { newAdmin: stage.stranger.address() };
        seen.logs(&stage.executes(&stage.owner, at, call).await, at);
        seen.assert_everything();
    });
}
