//! The proxy's own functions: what is refused to its admin whatever is announced. When what may be done is shown by the
//! tests of upgrades.

use abi::{
    ownable::IOwnable::OwnableInvalidOwner,
    proxy::IProxy::{
        self as proxy, ERC1967InvalidAdmin, ERC1967InvalidImplementation, ERC1967NonPayable,
        ERC1967ProxyUninitialized, ProxyAlreadyLocked, ProxyCallNotAnnounced, ProxyCallTooEarly,
        ProxyCallTooLate, ProxyMalformedCall, ProxyNothingAnnounced,
    },
    registry::ICredentialRegistry,
};
use alloy::{
    primitives::{Address, Bytes, TxKind, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    chain::ChainError,
    proxy::{DELAY_SECS, WINDOW_SECS},
};
use ecosystem_tests::{Stage, World, run};

const NOBODY: Address = Address::ZERO;

/// The five functions, each as it would be taken.
fn calls(stage: &Stage) -> [Vec<u8>; 5] {
    let program = stage.world.programs.registry.address;
    let upgrade = proxy::upgradeToAndCallCall { implementation: program, data: Bytes::new() }.abi_encode();
    [
        proxy::changeAdminCall { newAdmin: stage.stranger.address() }.abi_encode(),
        proxy::announceProxyCallCall { call: upgrade.clone().into() }.abi_encode(),
        proxy::cancelProxyCallCall {}.abi_encode(),
        proxy::lockUpgradesCall {}.abi_encode(),
        upgrade,
    ]
}

fn request(to: Address, call: &[u8]) -> TransactionRequest {
    TransactionRequest::default().to(to).input(Bytes::copy_from_slice(call).into())
}

#[test]
fn a_proxys_functions_take_no_ether_and_no_other_arguments() {
    run(async {
        let stage = Stage::shared().await;
        let (at, admin) = (stage.system.registry, &stage.owner);
        for call in calls(&stage) {
            let paying = request(at, &call).value(U256::ONE);
            assert_eq!(ERC1967NonPayable {}, stage.refuses_request(admin, paying).await);
            if call.len() > 4 {
                let cut = request(at, &call[..call.len() - 32]);
                assert_eq!(ProxyMalformedCall {}, stage.refuses_request(admin, cut).await);
                let mut dirty = call;
                dirty[4] = 1;
                let dirty = request(at, &dirty);
                assert_eq!(ProxyMalformedCall {}, stage.refuses_request(admin, dirty).await);
            }
        }
        for none in [NOBODY, stage.stranger.address(), at] {
            let call = proxy::upgradeToAndCallCall { implementation: none, data: Bytes::new() };
            let refused = ERC1967InvalidImplementation { implementation: none };
            stage.reverts_with(admin, at, call, refused).await;
        }
        let call = proxy::changeAdminCall { newAdmin: NOBODY };
        stage.reverts_with(admin, at, call, ERC1967InvalidAdmin { admin: NOBODY }).await;
        stage.reverts_with(admin, at, proxy::cancelProxyCallCall {}, ProxyNothingAnnounced {}).await;
    });
}

/// For anyone else they are the implementation's, which has no such functions.
#[test]
fn a_proxys_functions_are_not_there_for_strangers() {
    run(async {
        let stage = Stage::shared().await;
        for at in [stage.system.registry, stage.system.factory, stage.system.pool_factory] {
            for call in calls(&stage) {
                let request = request(at, &call).from(stage.stranger.address());
                match stage.chain().call(request, "a stranger's call").await {
                    Err(ChainError::Reverted { revert, .. }) => assert!(revert.data.is_empty(), "{revert}"),
                    other => panic!("a stranger's call: {other:?}"),
                }
            }
        }
    });
}

#[test]
fn a_locked_proxy_refuses_what_is_not_announced_for_now() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let admin = &stage.owner;
        let proxies = [stage.system.registry, stage.system.factory];
        let [change, _, _, lock, upgrade] = calls(&stage);
        // One announcement is pending at a time: each call has a proxy of its own.
        let calls = proxies.into_iter().zip([change, upgrade]);
        let mut until = U256::ZERO;
        for (at, call) in calls.clone() {
            stage.executes(admin, at, proxy::lockUpgradesCall {}).await;
            assert_eq!(ProxyAlreadyLocked {}, stage.refuses_request(admin, request(at, &lock)).await);
            let hash = keccak256(&call);
            let refused = ProxyCallNotAnnounced { callHash: hash };
            assert_eq!(refused, stage.refuses_request(admin, request(at, &call)).await);
            let announce = proxy::announceProxyCallCall { call: call.clone().into() };
            let sent = stage.executes(admin, at, announce).await;
            let event: proxy::ProxyCallAnnounced = stage.event(&sent, at);
            let refused = ProxyCallTooEarly { callHash: hash, from: event.from };
            assert_eq!(refused, stage.refuses_request(admin, request(at, &call)).await);
            until = until.max(event.until);
        }
        stage.world.advance_time(DELAY_SECS + WINDOW_SECS + 1).await;
        for (at, call) in calls {
            let late: ProxyCallTooLate = stage.refuses_request(admin, request(at, &call)).await;
            assert_eq!(late.callHash, keccak256(&call));
            assert!(late.until <= until);
        }
    });
}

#[test]
fn proxies_are_not_created_without_what_they_need() {
    run(async {
        let stage = Stage::shared().await;
        let (program, owner) = (stage.world.programs.registry.address, stage.owner.address());
        let evm = &stage.world.artifacts.evm;
        let creation = |code: Bytes| {
            let mut request = TransactionRequest::default().input(code.into());
            request.to = Some(TxKind::Create);
            request
        };
        let setup = ICredentialRegistry::initializeCall { owner }.abi_encode();
        let good = evm.proxy_creation(program, owner, setup.clone());
        let by = &stage.owner;

        let paying = creation(good.clone()).value(U256::ONE);
        assert_eq!(ERC1967NonPayable {}, stage.refuses_request(by, paying).await);
        let cut = creation(good.slice(..good.len() - 33));
        assert_eq!(ProxyMalformedCall {}, stage.refuses_request(by, cut).await);
        let bare = creation(evm.proxy_creation(program, owner, Vec::new()));
        assert_eq!(ERC1967ProxyUninitialized {}, stage.refuses_request(by, bare).await);
        let nobodys = creation(evm.proxy_creation(program, NOBODY, setup.clone()));
        assert_eq!(ERC1967InvalidAdmin { admin: NOBODY }, stage.refuses_request(by, nobodys).await);
        for none in [NOBODY, stage.stranger.address()] {
            let empty = creation(evm.proxy_creation(none, owner, setup.clone()));
            let refused = ERC1967InvalidImplementation { implementation: none };
            assert_eq!(refused, stage.refuses_request(by, empty).await);
        }
        // What the initialisation refuses, the creation does.
        let setup = ICredentialRegistry::initializeCall { owner: NOBODY }.abi_encode();
        let ownerless = creation(evm.proxy_creation(program, owner, setup));
        assert_eq!(OwnableInvalidOwner { owner: NOBODY }, stage.refuses_request(by, ownerless).await);
    });
}
