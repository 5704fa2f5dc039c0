//! The factory.

use abi::factory::ICredentialTokenFactory as factory;
use alloy::{
    primitives::{Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, run};

use super::{Seen, created};

/// How long changes are announced, in seconds.
const TWO_DAYS: u64 = 48 * 3_600;

#[test]
fn factory_shows_every_event() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let mut seen = Seen::nothing_of("token-factory").beside("proxy");
        initialisation(&stage, &mut seen).await;
        fees(&stage, &mut seen).await;
        settings(&stage, &mut seen).await;
        administration(&stage, &mut seen).await;
        seen.assert_everything();
    });
}

async fn initialisation(stage: &Stage, seen: &mut Seen) {
    let owner = stage.owner.address();
    let setup = factory::initializeCall {
        owner,
        registry: stage.system.registry,
        generator: stage.generator.address(),
        implementation: stage.world.programs.token.address,
    };
    let program = stage.world.programs.factory.address;
    let code = stage.world.artifacts.evm.proxy_creation(program, owner, setup.abi_encode());
    let (proxy, sent) = created(stage, code).await;
    seen.logs(&sent, proxy);
}

async fn fees(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let fee = U256::from(5);
    seen.logs(&stage.executes(&stage.owner, at, factory::setCreationFeeCall { newFee: fee }).await, at);
    let treasury = factory::setTreasuryCall { newTreasury: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, treasury).await, at);
    let call: Bytes = stage.token_call(stage.credential().await.id).abi_encode().into();
    let request = TransactionRequest::default().to(at).value(fee).input(call.into());
    let sent = stage.chain().send(&stage.holder, request, "a creation with a fee").await;
    seen.logs(&sent.unwrap_or_else(|error| panic!("{error}")), at);
    seen.logs(&stage.executes(&stage.stranger, at, factory::withdrawFeesCall {}).await, at);
}

async fn settings(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let (minimum, maximum) = (U256::ONE, U256::from(2));
    let bounds = factory::setEmissionRateBoundsCall { minimum, maximum };
    seen.logs(&stage.executes(&stage.owner, at, bounds).await, at);
    let bounds = factory::setMaxSupplyBoundsCall { minimum, maximum };
    seen.logs(&stage.executes(&stage.owner, at, bounds).await, at);
    let registry = factory::setRegistryCall { newRegistry: stage.system.registry };
    seen.logs(&stage.executes(&stage.owner, at, registry).await, at);
    let program = stage.world.programs.token.address;
    let implementation = factory::setImplementationCall { newImplementation: program };
    seen.logs(&stage.executes(&stage.owner, at, implementation).await, at);
    let generator = stage.account_with(fixture::generator()).await;
    let generator = factory::setGeneratorCall { newGenerator: generator };
    seen.logs(&stage.executes(&stage.owner, at, generator).await, at);
}

async fn administration(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let guardian = factory::setGuardianCall { newGuardian: stage.relayer.address() };
    seen.logs(&stage.executes(&stage.owner, at, guardian).await, at);
    seen.logs(&stage.executes(&stage.relayer, at, factory::pauseCall {}).await, at);
    seen.logs(&stage.executes(&stage.owner, at, factory::unpauseCall {}).await, at);

    seen.logs(&stage.executes(&stage.owner, at, factory::launchCall {}).await, at);
    let change = factory::setTreasuryCall { newTreasury: stage.holder.address() };
    let announcement = factory::scheduleCall { call: change.abi_encode().into() };
    seen.logs(&stage.executes(&stage.owner, at, announcement.clone()).await, at);
    let cancel = factory::cancelCall { callHash: keccak256(change.abi_encode()) };
    seen.logs(&stage.executes(&stage.owner, at, cancel).await, at);
    stage.executes(&stage.owner, at, announcement).await;
    stage.world.advance_time(TWO_DAYS).await;
    seen.logs(&stage.executes(&stage.owner, at, change).await, at);

    let call = factory::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, call).await, at);
    seen.logs(&stage.executes(&stage.stranger, at, factory::acceptOwnershipCall {}).await, at);
}
