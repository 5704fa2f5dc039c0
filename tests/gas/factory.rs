//! The factory of tokens, with a generator that fills three slots for a new token, as the one to come will.

use std::sync::Arc;

use abi::{
    announced::IAnnounced::scheduleCall,
    factory::ICredentialTokenFactory::{self as factory, TokenCreated, createTokenCall},
    registry::ICredentialRegistry::CredentialAttestation,
};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use ecosystem::key::Key;
use ecosystem_tests::{Stage, World, fixture, tokens};
use math::bounds::{
    CREATION_FEE_CEILING, EMISSION_RATE_CEILING, MAX_SUPPLY_MAX_DEFAULT, NAME_BYTES_MAX, SYMBOL_BYTES_MAX,
};

use crate::{
    breakdown::{self, Breakdown},
    meter::{Costs, Meter},
    roles,
};

const TWO_DAYS: u64 = 2 * math::bounds::DAY_SECS;

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) -> Vec<Breakdown> {
    let stage = &Stage::named(world.clone(), "gas: factory").await;
    let meter = &mut costs.of("token-factory", stage);
    initialisation(meter).await;
    let generator = stage.install_generator(fixture::generator()).await;
    let creation = creations(meter, generator).await;
    fees(meter).await;
    let newest = token_of_holder(stage).await;
    rates(meter, newest).await;
    views(meter, newest).await;
    settings(meter, generator).await;
    after_the_launch(meter).await;

    let stage = &Stage::named(world.clone(), "gas: factory's roles").await;
    stage.install_generator(fixture::generator()).await;
    let change = factory::setTreasuryCall { newTreasury: stage.stranger.address() };
    roles::measure(&mut costs.of("token-factory", stage), stage.system.factory, change.abi_encode()).await;
    vec![creation]
}

async fn initialisation(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let programs = &stage.world.programs;
    let setup = factory::initializeCall {
        owner: stage.owner.address(),
        registry: stage.system.registry,
        generator: stage.generator.address(),
        implementation: programs.token.address,
    };
    let code = stage.world.artifacts.evm.proxy_creation(
        programs.factory.address,
        stage.owner.address(),
        setup.abi_encode(),
    );
    let created = stage.chain().create(&stage.owner, code, "a proxy of the factory").await;
    let (_, sent) = created.unwrap_or_else(|error| panic!("{error}"));
    meter.keep(factory::initializeCall::SIGNATURE, "in the creation of the proxy", &sent);
}

async fn creations(meter: &mut Meter<'_>, generator: Address) -> Breakdown {
    let stage = meter.stage;
    let at = stage.system.factory;
    let call = stage.token_call(stage.credential().await.id);
    meter.call("first of the factory", &stage.holder, at, call).await;

    let (creator, call) = by_a_new_creator(stage, "one").await;
    let sent = meter.call("first of a creator", &creator, at, call).await;
    let token = stage.event::<TokenCreated>(&sent, at).tokenAddress;
    let others = [(generator, "generator"), (token, "token's clone")];
    let creation = breakdown::of(stage, "createToken, first of a creator", &sent, &others).await;

    let call = stage.token_call(stage.credential().await.id);
    meter.call("later", &stage.holder, at, call).await;

    let (creator, call) = by_a_new_creator(stage, "two").await;
    let call = createTokenCall { name: "n".repeat(39), ..call };
    meter.call("first of a creator, name of 39 bytes", &creator, at, call).await;
    let (creator, call) = by_a_new_creator(stage, "three").await;
    let call =
        createTokenCall { name: "n".repeat(NAME_BYTES_MAX), symbol: "s".repeat(SYMBOL_BYTES_MAX), ..call };
    meter.call("first of a creator, longest name and symbol", &creator, at, call).await;
    creation
}

/// Most people who create a token never created one before.
async fn by_a_new_creator(stage: &Stage, name: &str) -> (Key, createTokenCall) {
    let creator = stage.world.payer().derive(&format!("gas: creator {name}"));
    stage.world.fund([&creator]).await;
    let attestation = stage.attestation().await;
    let attested = stage.signed(CredentialAttestation { holder: creator.address(), ..attestation });
    stage.register(&attested).await;
    (creator, stage.token_call(attested.id))
}

async fn fees(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let at = stage.system.factory;
    let set = |fee| factory::setCreationFeeCall { newFee: fee };
    let fee = CREATION_FEE_CEILING / U256::from(1_000);
    let treasury = factory::setTreasuryCall { newTreasury: stage.relayer.address() };
    stage.executes(&stage.owner, at, treasury).await;
    meter.call("0 to some", &stage.owner, at, set(fee + U256::ONE)).await;
    meter.call("some to less", &stage.owner, at, set(fee)).await;

    let (creator, call) = by_a_new_creator(stage, "four").await;
    meter.paying("first of the factory that pays a fee", &creator, at, call, fee).await;
    let (creator, call) = by_a_new_creator(stage, "five").await;
    meter.paying("first of a creator, with a fee", &creator, at, call, fee).await;
    let (creator, call) = by_a_new_creator(stage, "six").await;
    let twice = fee * U256::from(2);
    meter.paying("first of a creator, with a fee and a refund", &creator, at, call, twice).await;
    meter.view("", at, factory::accruedFeesCall {}).await;
    meter.call("", &stage.relayer, at, factory::withdrawFeesCall {}).await;
    meter.call("some to 0", &stage.owner, at, set(U256::ZERO)).await;
}

async fn token_of_holder(stage: &Stage) -> (B256, Address) {
    let credential = stage.credential().await.id;
    let sent = stage.executes(&stage.holder, stage.system.factory, stage.token_call(credential)).await;
    (credential, stage.event::<TokenCreated>(&sent, stage.system.factory).tokenAddress)
}

/// Changes of a token's rate, which have to be announced.
async fn rates(meter: &mut Meter<'_>, (_, token): (B256, Address)) {
    let stage = meter.stage;
    let at = stage.system.factory;
    for (case, rate) in [("first of the token", tokens(20)), ("later", tokens(30))] {
        let change = factory::setTokenEmissionRateCall { tokenAddress: token, newRate: rate };
        stage.executes(&stage.owner, at, scheduleCall { call: change.abi_encode().into() }).await;
        stage.world.advance_time(TWO_DAYS).await;
        meter.call(case, &stage.owner, at, change).await;
    }
}

async fn views(meter: &mut Meter<'_>, (credential, token): (B256, Address)) {
    let stage = meter.stage;
    let at = stage.system.factory;
    let holder = stage.holder.address();
    meter.view("", at, factory::registryCall {}).await;
    meter.view("", at, factory::generatorCall {}).await;
    meter.view("", at, factory::implementationCall {}).await;
    meter.view("", at, factory::treasuryCall {}).await;
    meter.view("", at, factory::creationFeeCall {}).await;
    meter.view("", at, factory::getEmissionRateBoundsCall {}).await;
    meter.view("", at, factory::getMaxSupplyBoundsCall {}).await;
    meter.view("", at, factory::getAvailableCreationsCall { creator: holder }).await;
    meter.view("", at, factory::predictTokenAddressCall { credentialId: credential }).await;
    meter.view("", at, factory::getTokenByCredentialCall { credentialId: credential }).await;
    meter.view("", at, factory::getCredentialByTokenCall { tokenAddress: token }).await;
    meter.view("", at, factory::isValidTokenCall { tokenAddress: token }).await;
    meter.view("", at, factory::getTokenDetailsCall { credentialId: credential }).await;
    meter.view("", at, factory::getTokenCountCall {}).await;
    meter.view("of 9", at, factory::getAllTokensCall {}).await;
    for (case, limit) in [("1 token", 1), ("9 tokens", 9)] {
        let page = factory::getTokensCall { offset: U256::ZERO, limit: U256::from(limit) };
        meter.view(case, at, page).await;
    }
    let ask = factory::validateCredentialOwnershipCall { credentialId: credential, claimant: holder };
    meter.view("", at, ask).await;
    let count = stage.reads(at, factory::getTokenCountCall {}).await;
    assert_eq!(count, U256::from(9), "as many as the cases say");
}

/// Before the launch the owner sets up at once.
async fn settings(meter: &mut Meter<'_>, generator: Address) {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.factory);
    let registry = stage.system.registry;
    meter.call("before the launch", owner, at, factory::setRegistryCall { newRegistry: registry }).await;
    meter.call("before the launch", owner, at, factory::setGeneratorCall { newGenerator: generator }).await;
    let program = stage.world.programs.token.address;
    let call = factory::setImplementationCall { newImplementation: program };
    meter.call("before the launch", owner, at, call).await;
    let call = factory::setTreasuryCall { newTreasury: stage.stranger.address() };
    meter.call("before the launch", owner, at, call).await;
    let call = factory::setEmissionRateBoundsCall { minimum: U256::ONE, maximum: EMISSION_RATE_CEILING };
    meter.call("before the launch", owner, at, call).await;
    let call = factory::setMaxSupplyBoundsCall { minimum: tokens(1), maximum: MAX_SUPPLY_MAX_DEFAULT };
    meter.call("before the launch", owner, at, call).await;
}

/// The same as they are announced two days before. What the announcement costs is `schedule`'s.
async fn after_the_launch(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let (owner, at) = (&stage.owner, stage.system.factory);
    stage.executes(owner, at, abi::announced::IAnnounced::launchCall {}).await;
    let treasury = factory::setTreasuryCall { newTreasury: stage.relayer.address() };
    let generator =
        factory::setGeneratorCall { newGenerator: stage.account_with(fixture::generator()).await };
    let fee = factory::setCreationFeeCall { newFee: CREATION_FEE_CEILING };
    for call in [treasury.abi_encode(), generator.abi_encode(), fee.abi_encode()] {
        stage.executes(owner, at, scheduleCall { call: call.into() }).await;
    }
    stage.world.advance_time(TWO_DAYS).await;
    meter.call("as announced", owner, at, treasury).await;
    meter.call("as announced", owner, at, generator).await;
    meter.call("0 to some, as announced", owner, at, fee).await;
}
