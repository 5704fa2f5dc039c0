//! The factory.

use abi::{
    factory::ICredentialTokenFactory as factory, proxy::IProxy,
    registry::ICredentialRegistry::CredentialAttestation, token::ICredentialToken,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    activation::{deploy_and_activate, keep_alive},
    steps::Steps,
};
use ecosystem_tests::{Stage, World, fixture, run, tokens};
use math::bounds::{CREATION_FEE_CEILING, EMISSION_RATE_CEILING};

use super::{Seen, created, creation};

/// Seconds in a day.
const DAY: u64 = 86_400;

#[test]
fn factory_shows_every_event_and_error() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let mut seen = Seen::nothing_of("token-factory").beside("proxy");
        initialisation(&stage, &mut seen).await;
        creation_of_tokens(&stage, &mut seen).await;
        lists(&stage, &mut seen).await;
        fees(&stage, &mut seen).await;
        rates(&stage, &mut seen).await;
        pauses(&stage, &mut seen).await;
        troublesome_holders(&stage, &mut seen).await;
        wiring(&stage, &mut seen).await;
        failing_parts(&stage, &mut seen).await;
        ownership(&stage, &mut seen).await;
        limits_and_announcements(&mut seen).await;
        expired_token(&mut seen).await;
        seen.assert_everything();
    });
}

async fn initialisation(stage: &Stage, seen: &mut Seen) {
    let program = stage.world.programs.factory.address;
    let evm = &stage.world.artifacts.evm;
    let owner = stage.owner.address();
    let setup = factory::initializeCall {
        owner,
        registry: stage.system.registry,
        generator: stage.generator.address(),
        implementation: stage.world.programs.token.address,
    };
    let (proxy, sent) = created(stage, evm.proxy_creation(program, owner, setup.abi_encode())).await;
    seen.logs(&sent, proxy);
    seen.revert(stage, owner, stage.system.factory, setup.clone()).await;
    seen.revert(stage, owner, program, setup.clone()).await;
    let nobody = factory::initializeCall { owner: Address::ZERO, ..setup }.abi_encode();
    seen.revert_of(stage, owner, creation(evm.proxy_creation(program, owner, nobody))).await;
}

async fn creation_of_tokens(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let holder = stage.holder.address();
    let credential = stage.credential().await.id;
    let good = stage.token_call(credential);
    seen.revert(stage, holder, at, stage.token_call(B256::repeat_byte(1))).await;
    seen.revert(stage, stage.stranger.address(), at, good.clone()).await;
    for bad in [
        factory::createTokenCall { name: String::new(), ..good.clone() },
        factory::createTokenCall { symbol: "\u{7f}".to_owned(), ..good.clone() },
        factory::createTokenCall { emissionRate: U256::ZERO, ..good.clone() },
        factory::createTokenCall { maxSupply: U256::MAX, ..good.clone() },
    ] {
        seen.revert(stage, holder, at, bad).await;
    }
    seen.logs(&stage.executes(&stage.holder, at, good.clone()).await, at);
    seen.revert(stage, holder, at, good).await;
}

async fn lists(stage: &Stage, seen: &mut Seen) {
    let call = factory::getTokensCall { offset: U256::ZERO, limit: U256::from(1_001) };
    seen.revert(stage, stage.stranger.address(), stage.system.factory, call).await;
}

/// The creation fee, and a treasury that doesn't take it.
async fn fees(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.factory, stage.owner.address());
    let too_high = factory::setCreationFeeCall { newFee: CREATION_FEE_CEILING + U256::ONE };
    seen.revert(stage, owner, at, too_high).await;
    let fee = factory::setCreationFeeCall { newFee: U256::from(5) };
    seen.logs(&stage.executes(&stage.owner, at, fee).await, at);
    let refusing = stage.account_with(fixture::refuses_ether(at)).await;
    let treasury = factory::setTreasuryCall { newTreasury: refusing };
    seen.logs(&stage.executes(&stage.owner, at, treasury).await, at);

    let call = stage.token_call(stage.credential().await.id);
    seen.revert(stage, stage.holder.address(), at, call.clone()).await;
    let request = TransactionRequest::default().to(at).value(U256::from(5)).input(call.abi_encode().into());
    let sent = stage.chain().send(&stage.holder, request, "a creation with a fee").await;
    seen.logs(&sent.unwrap_or_else(|error| panic!("{error}")), at);
    seen.revert(stage, owner, at, factory::withdrawFeesCall {}).await;
    seen.revert(stage, owner, refusing, factory::withdrawFeesCall {}).await;

    let treasury = factory::setTreasuryCall { newTreasury: stage.stranger.address() };
    stage.executes(&stage.owner, at, treasury).await;
    seen.logs(&stage.executes(&stage.stranger, at, factory::withdrawFeesCall {}).await, at);
    stage.executes(&stage.owner, at, factory::setCreationFeeCall { newFee: U256::ZERO }).await;
}

/// Bounds, and rates of tokens that the owner changes.
async fn rates(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.factory, stage.owner.address());
    let (minimum, maximum) = (U256::ONE, EMISSION_RATE_CEILING);
    let bounds = factory::setEmissionRateBoundsCall { minimum, maximum: maximum + U256::ONE };
    seen.revert(stage, owner, at, bounds).await;
    let bounds = factory::setEmissionRateBoundsCall { minimum, maximum };
    seen.logs(&stage.executes(&stage.owner, at, bounds).await, at);
    let bounds = factory::setMaxSupplyBoundsCall { minimum, maximum };
    seen.logs(&stage.executes(&stage.owner, at, bounds).await, at);

    let change = |token, rate| factory::setTokenEmissionRateCall { tokenAddress: token, newRate: rate };
    let token = stage.token().await;
    stage.install_generator(fixture::settles_nothing()).await;
    let unsettled = stage.token().await;
    let changes = [
        change(token, maximum),
        change(stage.system.registry, maximum),
        change(token, minimum),
        change(unsettled, tokens(10)),
        change(unsettled, maximum),
    ];
    for change in &changes {
        let call = change.abi_encode().into();
        stage.executes(&stage.owner, at, factory::scheduleCall { call }).await;
    }
    stage.world.advance_time(2 * DAY).await;
    let [first, refused @ ..] = changes;
    stage.executes(&stage.owner, at, first).await;
    for change in refused {
        seen.revert(stage, owner, at, change).await;
    }
    stage.install_generator(fixture::refuses_everything()).await;
    let credential = stage.credential().await.id;
    seen.revert(stage, stage.holder.address(), at, stage.token_call(credential)).await;
    let account = factory::setGeneratorCall { newGenerator: stage.generator.address() };
    stage.executes(&stage.owner, at, account).await;
}

async fn pauses(stage: &Stage, seen: &mut Seen) {
    let (at, owner) = (stage.system.factory, stage.owner.address());
    let guardian = factory::setGuardianCall { newGuardian: stage.relayer.address() };
    seen.logs(&stage.executes(&stage.owner, at, guardian).await, at);
    seen.revert(stage, stage.stranger.address(), at, factory::pauseCall {}).await;
    seen.revert(stage, owner, at, factory::unpauseCall {}).await;
    seen.logs(&stage.executes(&stage.relayer, at, factory::pauseCall {}).await, at);
    seen.revert(stage, stage.holder.address(), at, stage.token_call(B256::ZERO)).await;
    seen.logs(&stage.executes(&stage.owner, at, factory::unpauseCall {}).await, at);
}

/// What takes a clock of its own, or storage that no ordinary caller brings about.
async fn limits_and_announcements(seen: &mut Seen) {
    let world = World::own().await;
    let stage = Stage::in_world(world.clone()).await;
    let at = stage.system.factory;
    let (owner, holder) = (stage.owner.address(), stage.holder.address());
    for _ in 0..5 {
        stage.token().await;
    }
    seen.revert(&stage, holder, at, stage.token_call(stage.credential().await.id)).await;
    stage.exhaust_creations().await;
    world.advance_time(DAY / 5).await;
    let call = stage.token_call(stage.credential().await.id);
    stage.exhaust_creations().await;
    seen.revert(&stage, holder, at, call).await;

    stage.install_generator(fixture::generator()).await;
    seen.logs(&stage.executes(&stage.owner, at, factory::launchCall {}).await, at);
    seen.revert(&stage, owner, at, factory::launchCall {}).await;
    let change = factory::setTreasuryCall { newTreasury: stage.stranger.address() };
    let announcement = factory::scheduleCall { call: change.abi_encode().into() };
    seen.revert(&stage, owner, at, change.clone()).await;
    seen.logs(&stage.executes(&stage.owner, at, announcement.clone()).await, at);
    let cancel = factory::cancelCall { callHash: keccak256(change.abi_encode()) };
    seen.logs(&stage.executes(&stage.owner, at, cancel).await, at);
    stage.executes(&stage.owner, at, announcement.clone()).await;
    seen.revert(&stage, owner, at, change.clone()).await;
    world.advance_time(2 * DAY).await;
    seen.logs(&stage.executes(&stage.owner, at, change.clone()).await, at);
    stage.executes(&stage.owner, at, announcement).await;
    world.advance_time(17 * DAY).await;
    seen.revert(&stage, owner, at, change).await;
}

async fn wiring(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let owner = stage.owner.address();
    let generator = factory::setGeneratorCall { newGenerator: stage.relayer.address() };
    seen.revert(stage, stage.stranger.address(), at, generator.clone()).await;
    seen.revert(stage, owner, at, factory::setGeneratorCall { newGenerator: Address::ZERO }).await;
    seen.logs(&stage.executes(&stage.owner, at, generator).await, at);
    let registry = factory::setRegistryCall { newRegistry: stage.system.registry };
    seen.logs(&stage.executes(&stage.owner, at, registry).await, at);
    let implementation =
        factory::setImplementationCall { newImplementation: stage.world.programs.token.address };
    seen.logs(&stage.executes(&stage.owner, at, implementation).await, at);
}

/// Credentials held by contracts that make trouble when they are sent back what they sent.
async fn troublesome_holders(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let refusing = stage.account_with(fixture::refuses_ether(at)).await;
    let call = stage.token_call(credential_of(stage, refusing).await).abi_encode();
    let paying = |to| TransactionRequest::default().to(to).value(U256::ONE);
    seen.revert_of(stage, stage.holder.address(), paying(refusing).input(call.into())).await;

    let inner = stage.token_call(stage.credential().await.id).abi_encode();
    let reentering = stage.account_with(fixture::reenters(at, &inner)).await;
    let call = stage.token_call(credential_of(stage, reentering).await).abi_encode();
    let request = paying(reentering).input(call.into());
    let sent = stage.chain().send(&stage.holder, request, "a creation that re-enters").await;
    let sent = sent.unwrap_or_else(|error| panic!("{error}"));
    seen.logs(&sent, at);
    let log =
        sent.receipt.logs().iter().find(|log| log.address() == reentering).expect("it logs what it got");
    seen.error(&log.data().data);
}

async fn credential_of(stage: &Stage, holder: Address) -> B256 {
    let attested = stage.signed(CredentialAttestation { holder, ..stage.attestation().await });
    stage.register(&attested).await;
    attested.id
}

/// What the factory relies on stops working after it was chosen.
async fn failing_parts(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let holder = stage.holder.address();
    let credential = stage.credential().await.id;

    // A program that passes for a token's until a clone of it is set up.
    let steps = &mut Steps::silent();
    let poser = fixture::poses_as_token_program();
    let poser =
        deploy_and_activate(stage.chain(), &stage.owner, &poser, steps).await.expect("an active program");
    let implementation = factory::setImplementationCall { newImplementation: poser.address };
    stage.executes(&stage.owner, at, implementation).await;
    seen.revert(stage, holder, at, stage.token_call(credential)).await;
    let implementation =
        factory::setImplementationCall { newImplementation: stage.world.programs.token.address };
    stage.executes(&stage.owner, at, implementation).await;

    // A registry whose proxy is given another program.
    let program = stage.world.programs.token.address;
    let upgrade = IProxy::upgradeToAndCallCall { implementation: program, data: Bytes::new() };
    stage.executes(&stage.owner, stage.system.registry, upgrade).await;
    seen.revert(stage, holder, at, stage.token_call(credential)).await;
}

/// A token outlives its program, which nobody kept alive; the factory's own program was.
async fn expired_token(seen: &mut Seen) {
    let world = World::own().await;
    let stage = Stage::in_world(world.clone()).await;
    let token = stage.token().await;
    let credential = stage.reads(token, ICredentialToken::getCredentialIdCall {}).await;
    world.advance_time(364 * DAY).await;
    keep_alive(&world.chain, world.payer(), &world.programs.factory, &mut Steps::silent())
        .await
        .expect("old enough");
    world.advance_time(2 * DAY).await;

    let details = factory::getTokenDetailsCall { credentialId: credential };
    seen.revert(&stage, stage.stranger.address(), stage.system.factory, details).await;
}

async fn ownership(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let call = factory::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, call).await, at);
    seen.logs(&stage.executes(&stage.stranger, at, factory::acceptOwnershipCall {}).await, at);
}
