//! What registry and factories share: ownership, guardian and pause, announcements.

use abi::{
    announced::IAnnounced::{
        AlreadyLaunched, NotScheduled, NotYetDue, ScheduleExpired, cancelCall, launchCall, scheduleCall,
    },
    factory::ICredentialTokenFactory as factory,
    ownable::IOwnable::{
        OwnableUnauthorizedAccount, acceptOwnershipCall, ownerCall, renounceOwnershipCall,
        transferOwnershipCall,
    },
    pausable::IPausable::{
        EnforcedPause, ExpectedPause, GuardianUnauthorizedAccount, guardianCall, pauseCall, setGuardianCall,
        unpauseCall,
    },
    pool_factory::IPoolFactory as pools,
    registry::ICredentialRegistry as registry,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, run};

const DAY: u64 = 86_400;

#[test]
fn owner_and_guardian_are_what_they_are_and_no_others() {
    run(async {
        let stage = Stage::shared().await;
        stage.install_generator(fixture::generator()).await;
        stage.install_oracle(fixture::oracle()).await;
        for at in [stage.system.registry, stage.system.factory, stage.system.pool_factory] {
            administration(&stage, at).await;
        }
    });
}

async fn administration(stage: &Stage, at: Address) {
    let (owner, guardian, stranger) = (&stage.owner, &stage.relayer, &stage.stranger);
    let set_guardian = setGuardianCall { newGuardian: guardian.address() };
    stage.executes(owner, at, set_guardian.clone()).await;

    // Whoever isn't the owner, the guardian among them.
    for who in [guardian, stranger] {
        let refused = OwnableUnauthorizedAccount { account: who.address() };
        let offer = transferOwnershipCall { newOwner: who.address() };
        stage.reverts_with(who, at, offer, refused.clone()).await;
        stage.reverts_with(who, at, acceptOwnershipCall {}, refused.clone()).await;
        stage.reverts_with(who, at, renounceOwnershipCall {}, refused.clone()).await;
        stage.reverts_with(who, at, set_guardian.clone(), refused.clone()).await;
        stage.reverts_with(who, at, unpauseCall {}, refused.clone()).await;
        stage.reverts_with(who, at, scheduleCall { call: Bytes::new() }, refused.clone()).await;
        stage.reverts_with(who, at, launchCall {}, refused).await;
    }
    let neither = GuardianUnauthorizedAccount { account: stranger.address() };
    let nothing = cancelCall { callHash: B256::repeat_byte(1) };
    stage.reverts_with(stranger, at, pauseCall {}, neither.clone()).await;
    stage.reverts_with(stranger, at, nothing.clone(), neither).await;

    // Whoever may, in vain.
    stage.reverts_with(owner, at, unpauseCall {}, ExpectedPause {}).await;
    stage.reverts_with(guardian, at, nothing, NotScheduled { callHash: B256::repeat_byte(1) }).await;
    stage.executes(guardian, at, pauseCall {}).await;
    for who in [owner, guardian] {
        stage.reverts_with(who, at, pauseCall {}, EnforcedPause {}).await;
    }
    stage.reverts_with(owner, at, renounceOwnershipCall {}, EnforcedPause {}).await;
    stage.executes(owner, at, unpauseCall {}).await;
    stage.executes(owner, at, launchCall {}).await;
    stage.reverts_with(owner, at, launchCall {}, AlreadyLaunched {}).await;

    // An offer that was withdrawn, and a farewell for ever.
    let offer = |to| transferOwnershipCall { newOwner: to };
    stage.executes(owner, at, offer(stranger.address())).await;
    stage.executes(owner, at, offer(Address::ZERO)).await;
    let withdrawn = OwnableUnauthorizedAccount { account: stranger.address() };
    stage.reverts_with(stranger, at, acceptOwnershipCall {}, withdrawn).await;
    stage.executes(owner, at, renounceOwnershipCall {}).await;
    assert_eq!(stage.reads(at, ownerCall {}).await, Address::ZERO);
    assert_eq!(stage.reads(at, guardianCall {}).await, Address::ZERO);
    let gone = OwnableUnauthorizedAccount { account: owner.address() };
    stage.reverts_with(owner, at, launchCall {}, gone).await;
    // Nobody is not the owner, nor the guardian.
    let nobody = Address::ZERO;
    let refused = OwnableUnauthorizedAccount { account: nobody };
    stage.would_revert_with(nobody, at, offer(stranger.address()), refused).await;
    stage.would_revert_with(nobody, at, pauseCall {}, GuardianUnauthorizedAccount { account: nobody }).await;
}

/// Every change that has to be announced: the owner's only, and once launched neither unannounced nor early nor late.
#[test]
fn announced_changes_are_refused_before_and_after_their_time() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (pool, token) = stage.pool().await;
        stage.install_generator(fixture::generator()).await;
        stage.install_oracle(fixture::oracle()).await;
        let changes = changes(&stage, pool, token).await;
        for (at, call) in &changes {
            let refused = OwnableUnauthorizedAccount { account: stage.stranger.address() };
            assert_eq!(refused, stage.refuses_request(&stage.stranger, request(*at, call)).await);
        }
        for at in [stage.system.registry, stage.system.factory, stage.system.pool_factory] {
            stage.executes(&stage.owner, at, launchCall {}).await;
        }
        let mut announced = Vec::new();
        for (at, call) in changes {
            let hash = keccak256(&call);
            let owner = &stage.owner;
            let refused = NotScheduled { callHash: hash };
            assert_eq!(refused, stage.refuses_request(owner, request(at, &call)).await);
            stage.executes(owner, at, scheduleCall { call: call.clone() }).await;
            let (from, until) = window(&stage, at, hash).await;
            let refused = NotYetDue { callHash: hash, from };
            assert_eq!(refused, stage.refuses_request(owner, request(at, &call)).await);
            announced.push((at, call, until));
        }
        stage.world.advance_time(17 * DAY).await;
        for (at, call, until) in announced {
            let refused = ScheduleExpired { callHash: keccak256(&call), until };
            assert_eq!(refused, stage.refuses_request(&stage.owner, request(at, &call)).await);
        }
    });
}

/// All of them, each with arguments that would be taken.
async fn changes(stage: &Stage, pool: Address, token: Address) -> Vec<(Address, Bytes)> {
    let (registry, factory, pool_factory) =
        (stage.system.registry, stage.system.factory, stage.system.pool_factory);
    let (holder, issuer) = (stage.holder.address(), stage.issuer.address());
    let program = stage.world.programs.token.address;
    let generator = stage.reads(factory, factory::generatorCall {}).await;
    let (minimum, maximum) = (U256::ONE, U256::from(2));
    let of_registry = [
        registry::addIssuerCall { issuer: holder, types: vec![], metadataURI: String::new() }.abi_encode(),
        registry::rotateIssuerCall { oldKey: issuer, newKey: holder }.abi_encode(),
    ];
    let of_factory = [
        factory::setRegistryCall { newRegistry: registry }.abi_encode(),
        factory::setGeneratorCall { newGenerator: generator }.abi_encode(),
        factory::setImplementationCall { newImplementation: program }.abi_encode(),
        factory::setEmissionRateBoundsCall { minimum, maximum }.abi_encode(),
        factory::setMaxSupplyBoundsCall { minimum, maximum }.abi_encode(),
        factory::setCreationFeeCall { newFee: U256::ONE }.abi_encode(),
        factory::setTreasuryCall { newTreasury: holder }.abi_encode(),
        factory::setTokenEmissionRateCall { tokenAddress: token, newRate: maximum }.abi_encode(),
    ];
    let oracle = stage.reads(pool_factory, pools::oracleCall {}).await;
    let programs = pools::setImplementationCall {
        newImplementation: stage.world.programs.pool.address,
        newExtension: stage.world.programs.pool_extension.address,
    };
    let of_pool_factory = [
        pools::setTokenFactoryCall { newTokenFactory: factory }.abi_encode(),
        pools::setOracleCall { newOracle: oracle }.abi_encode(),
        programs.abi_encode(),
        pools::setMinimumLiquidityCall { tokenAmount: minimum, ethAmount: maximum }.abi_encode(),
        pools::setPoolCreationFeeCall { newFee: U256::ONE }.abi_encode(),
        pools::setProtocolFeeRecipientCall { newRecipient: holder }.abi_encode(),
        pools::setProtocolFeeCall { pools: vec![pool], on: true }.abi_encode(),
    ];
    let of_registry = of_registry.into_iter().map(|call| (registry, call.into()));
    let of_factory = of_factory.into_iter().map(|call| (factory, call.into()));
    let of_pool_factory = of_pool_factory.into_iter().map(|call| (pool_factory, call.into()));
    of_registry.chain(of_factory).chain(of_pool_factory).collect()
}

async fn window(stage: &Stage, at: Address, hash: B256) -> (U256, U256) {
    let call = abi::announced::IAnnounced::getScheduledCall { callHash: hash };
    let window = stage.reads(at, call).await;
    (window.from, window.until)
}

fn request(to: Address, call: &Bytes) -> TransactionRequest {
    TransactionRequest::default().to(to).input(call.clone().into())
}
