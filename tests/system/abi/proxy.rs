//! The proxy.

use abi::{proxy::IProxy as proxy, registry::ICredentialRegistry};
use alloy::{primitives::Bytes, sol_types::SolCall};
use ecosystem_tests::{Stage, run};

use super::{Seen, created};

#[test]
fn proxy_shows_every_event() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("proxy").beside("credential-registry");
        let program = stage.world.programs.registry.address;
        let evm = &stage.world.artifacts.evm;
        let (admin, at) = (stage.owner.address(), stage.system.registry);
        let setup = ICredentialRegistry::initializeCall { owner: admin }.abi_encode();
        let (created_at, sent) = created(&stage, evm.proxy_creation(program, admin, setup)).await;
        seen.logs(&sent, created_at);

        let upgrade = proxy::upgradeToAndCallCall { implementation: program, data: Bytes::new() };
        let announce = proxy::announceProxyCallCall { call: upgrade.abi_encode().into() };
        seen.logs(&stage.executes(&stage.owner, at, upgrade).await, at);
        seen.logs(&stage.executes(&stage.owner, at, announce).await, at);
        seen.logs(&stage.executes(&stage.owner, at, proxy::cancelProxyCallCall {}).await, at);
        seen.logs(&stage.executes(&stage.owner, at, proxy::lockUpgradesCall {}).await, at);

        // The other proxy isn't locked.
        let at = stage.system.factory;
        let mut seen = seen.beside("token-factory");
        let call = proxy::changeAdminCall { newAdmin: stage.stranger.address() };
        seen.logs(&stage.executes(&stage.owner, at, call).await, at);
        seen.assert_everything();
    });
}
