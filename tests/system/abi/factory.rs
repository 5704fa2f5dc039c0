//! The factory.

use abi::factory::ICredentialTokenFactory as factory;
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::program::Program;
use ecosystem_tests::{Stage, run};

use super::{Seen, created, creation};

#[test]
fn factory_shows_every_event_and_error() {
    run(async {
        let stage = Stage::shared().await;
        let mut seen = Seen::nothing_of("token-factory").beside("proxy");
        initialisation(&stage, &mut seen).await;
        creation_of_tokens(&stage, &mut seen).await;
        lists(&stage, &mut seen).await;
        wiring(&stage, &mut seen).await;
        ownership(&stage, &mut seen).await;
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
    let paying = TransactionRequest::default().to(at).input(good.abi_encode().into()).value(U256::ONE);
    seen.revert_of(stage, holder, paying).await;
    seen.logs(&stage.executes(&stage.holder, at, good.clone()).await, at);
    seen.revert(stage, holder, at, good).await;
}

async fn lists(stage: &Stage, seen: &mut Seen) {
    let call = factory::getTokensCall { offset: U256::ZERO, limit: U256::from(1_001) };
    seen.revert(stage, stage.stranger.address(), stage.system.factory, call).await;
}

async fn wiring(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let (owner, holder) = (stage.owner.address(), stage.holder.address());
    let generator = factory::setGeneratorCall { newGenerator: stage.relayer.address() };
    seen.revert(stage, stage.stranger.address(), at, generator.clone()).await;
    seen.revert(stage, owner, at, factory::setGeneratorCall { newGenerator: Address::ZERO }).await;
    seen.logs(&stage.executes(&stage.owner, at, generator).await, at);

    // A program that isn't a token: clones of it refuse what the factory tells them.
    let credential = stage.credential().await.id;
    let (tokens, no_token) = (stage.world.programs.token.address, stage.world.programs.registry.address);
    let implementation = |program| factory::setImplementationCall { newImplementation: program };
    seen.logs(&stage.executes(&stage.owner, at, implementation(no_token)).await, at);
    seen.revert(stage, holder, at, stage.token_call(credential)).await;
    stage.executes(&stage.owner, at, implementation(tokens)).await;

    // A registry that answers every question with nothing: its code is a single STOP.
    let silent = Program { name: "silent".to_owned(), code: vec![0].into() };
    let (silent, _) = created(stage, silent.creation_code()).await;
    let registry = factory::setRegistryCall { newRegistry: silent };
    seen.logs(&stage.executes(&stage.owner, at, registry).await, at);
    seen.revert(stage, holder, at, stage.token_call(credential)).await;
}

async fn ownership(stage: &Stage, seen: &mut Seen) {
    let at = stage.system.factory;
    let call = factory::transferOwnershipCall { newOwner: stage.stranger.address() };
    seen.logs(&stage.executes(&stage.owner, at, call).await, at);
    seen.logs(&stage.executes(&stage.stranger, at, factory::acceptOwnershipCall {}).await, at);
}
