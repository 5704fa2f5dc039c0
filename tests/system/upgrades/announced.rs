//! The proxy's delay: once it is locked, an upgrade is what was announced two days before.

use abi::{
    proxy::IProxy::{
        self as proxy, ProxyAlreadyLocked, ProxyCallNotAnnounced, ProxyCallTooEarly, ProxyNothingAnnounced,
    },
    registry::ICredentialRegistry as registry,
};
use alloy::{
    primitives::{B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    activation::activate,
    proxy::{DELAY_SECS, Gate, IMPLEMENTATION_SLOT, WINDOW_SECS},
    steps::Steps,
};
use ecosystem_tests::{Stage, World, run};

use super::announced;
use crate::lifecycle::inactive_twin;

#[test]
fn a_locked_proxy_is_upgraded_as_announced_and_keeps_its_state() {
    run(async {
        // The clock is moved: not in the world that others share.
        let world = World::own().await;
        let stage = Stage::in_world(world.clone()).await;
        let at = stage.system.registry;
        let attested = stage.credential().await;
        let credential = registry::getCredentialCall { credentialId: attested.id };
        let before = stage.reads(at, credential.clone()).await;

        let sent = stage.executes(&stage.owner, at, proxy::lockUpgradesCall {}).await;
        stage.event::<proxy::UpgradesLocked>(&sent, at);
        assert_eq!(announced(&stage, at).await, (B256::ZERO, Gate { locked: true, from: None }));
        let error = stage.refuses(&stage.owner, at, proxy::lockUpgradesCall {}).await;
        assert_eq!(ProxyAlreadyLocked {}, error);

        let twin = inactive_twin(&stage, "credential-registry").await;
        activate(stage.chain(), &stage.owner, &twin, &mut Steps::silent())
            .await
            .expect("it can be activated");
        let upgrade = proxy::upgradeToAndCallCall { implementation: twin.address, data: Bytes::new() };
        let hash = keccak256(upgrade.abi_encode());
        let error = stage.refuses(&stage.owner, at, upgrade.clone()).await;
        assert_eq!(ProxyCallNotAnnounced { callHash: hash }, error);

        let announce = proxy::announceProxyCallCall { call: upgrade.abi_encode().into() };
        // Strangers don't announce: the registry has no such function.
        let request = TransactionRequest::default().to(at).input(announce.abi_encode().into());
        let refused = stage.chain().call(request.from(stage.stranger.address()), "an announcement").await;
        assert!(refused.is_err());

        let sent = stage.executes(&stage.owner, at, announce).await;
        let event = stage.event::<proxy::ProxyCallAnnounced>(&sent, at);
        assert_eq!(event.call, upgrade.abi_encode());
        assert_eq!(event.until - event.from, U256::from(WINDOW_SECS));
        let from = event.from.to::<u64>();
        assert_eq!(announced(&stage, at).await, (hash, Gate { locked: true, from: Some(from) }));
        let error = stage.refuses(&stage.owner, at, upgrade.clone()).await;
        assert_eq!(ProxyCallTooEarly { callHash: hash, from: event.from }, error);

        world.advance_time(DELAY_SECS).await;
        let sent = stage.executes(&stage.owner, at, upgrade.clone()).await;
        let upgraded = stage.event::<proxy::Upgraded>(&sent, at);
        assert_eq!(upgraded, proxy::Upgraded { implementation: twin.address });
        let implementation = stage.chain().storage(at, IMPLEMENTATION_SLOT).await.expect("the node answers");
        assert_eq!(implementation, twin.address.into_word());
        assert_eq!(stage.reads(at, credential).await, before);
        assert_eq!(stage.reads(at, registry::ownerCall {}).await, stage.owner.address());

        assert_eq!(announced(&stage, at).await, (B256::ZERO, Gate { locked: true, from: None }));
        let error = stage.refuses(&stage.owner, at, upgrade).await;
        assert_eq!(ProxyCallNotAnnounced { callHash: hash }, error);
        let error = stage.refuses(&stage.owner, at, proxy::cancelProxyCallCall {}).await;
        assert_eq!(ProxyNothingAnnounced {}, error);
    });
}
