//! How contracts come to life, and how they refuse to twice, directly, or before their program is active.

use abi::{
    factory::ICredentialTokenFactory::{self as factory, TokenFactoryUnsuitable},
    proxy::IProxy::{self as proxy, ERC1967InvalidImplementation, ERC1967ProxyUninitialized},
    registry::ICredentialRegistry::{
        self as registry, AlreadyInitialized, DirectInitialization, OwnableInvalidOwner,
    },
    token::ICredentialToken::{self as token, CredentialTokenNotClone, CredentialTokenOnlyFactory},
};
use alloy::{
    primitives::{Address, Bytes, TxKind, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    activation::{Deployed, activate, active_version, deploy, deploy_and_activate},
    chain::Chain,
    demo,
    key::Key,
    precompiles::{ARB_WASM, ArbWasm},
    program::Program,
    steps::Steps,
};
use ecosystem_tests::{Stage, State, World, devnode, run};
use stylus_devnode::{Config, arbos::Version};

#[test]
fn initialize_reverts_with_already_initialized_the_second_time() {
    run(async {
        let stage = Stage::shared().await;
        let owner = stage.stranger.address();
        let call = registry::initializeCall { owner };
        let error = stage.refuses(&stage.stranger, stage.system.registry, call).await;
        assert_eq!(AlreadyInitialized { version: 1 }, error);

        let error = stage.refuses(&stage.stranger, stage.system.factory, factory_setup(&stage, owner)).await;
        assert_eq!(factory::AlreadyInitialized { version: 1 }, error);
    });
}

#[test]
fn initialize_reverts_with_direct_initialization_on_the_program_itself() {
    run(async {
        let stage = Stage::shared().await;
        let owner = stage.stranger.address();
        let program = stage.world.programs.registry.address;
        let error = stage.refuses(&stage.stranger, program, registry::initializeCall { owner }).await;
        assert_eq!(DirectInitialization { implementation: program }, error);

        let program = stage.world.programs.factory.address;
        let error = stage.refuses(&stage.stranger, program, factory_setup(&stage, owner)).await;
        assert_eq!(factory::DirectInitialization { implementation: program }, error);
    });
}

#[test]
fn token_initialize_reverts_for_all_but_its_factory() {
    run(async {
        let stage = Stage::shared().await;
        let token = stage.token().await;
        let (caller, expected) = (stage.holder.address(), stage.system.factory);
        let error = stage.refuses(&stage.holder, token, token_setup(caller)).await;
        assert_eq!(CredentialTokenOnlyFactory { caller, expected }, error);

        let program = stage.world.programs.token.address;
        let error = stage.refuses(&stage.holder, program, token_setup(caller)).await;
        assert_eq!(CredentialTokenNotClone { account: program }, error);
    });
}

#[test]
fn proxy_creation_reverts_when_its_initialisation_does_or_is_missing() {
    run(async {
        let stage = Stage::shared().await;
        let program = stage.world.programs.registry.address;
        let evm = &stage.world.artifacts.evm;
        let admin = stage.owner.address();

        let nobody = registry::initializeCall { owner: Address::ZERO }.abi_encode();
        let error =
            stage.refuses_request(&stage.owner, creation(evm.proxy_creation(program, admin, nobody))).await;
        assert_eq!(OwnableInvalidOwner { owner: Address::ZERO }, error);

        let error = stage
            .refuses_request(&stage.owner, creation(evm.proxy_creation(program, admin, Vec::new())))
            .await;
        assert_eq!(ERC1967ProxyUninitialized {}, error);
    });
}

#[test]
fn programs_fail_until_they_are_activated() {
    run(async {
        let stage = Stage::shared().await;
        let chain = stage.chain();
        let inactive = inactive_twin(&stage, "credential-registry").await;
        assert_eq!(active_version(chain, inactive.address).await.expect("the node answers"), None);

        // Called directly it fails as on Arbitrum: without data, all gas gone, the reason in the node's words.
        let message = stage.halts(&stage.stranger, inactive.address, registry::ownerCall {}).await;
        assert!(message.contains("ProgramNotActivated"), "{message}");

        // Nothing takes it for an implementation.
        let owner = stage.owner.address();
        let setup = registry::initializeCall { owner }.abi_encode();
        let code = stage.world.artifacts.evm.proxy_creation(inactive.address, owner, setup);
        let error = stage.refuses_request(&stage.owner, creation(code)).await;
        assert_eq!(ERC1967InvalidImplementation { implementation: inactive.address }, error);

        let call = proxy::upgradeToAndCallCall { implementation: inactive.address, data: Bytes::new() };
        let error = stage.refuses(&stage.owner, stage.system.registry, call).await;
        assert_eq!(ERC1967InvalidImplementation { implementation: inactive.address }, error);

        let call = factory::setImplementationCall { newImplementation: inactive.address };
        let error = stage.refuses(&stage.owner, stage.system.factory, call).await;
        assert_eq!(TokenFactoryUnsuitable { account: inactive.address }, error);

        // Once it is active, the same proxy takes it and keeps its state.
        activate(chain, &stage.owner, &inactive, &mut Steps::silent()).await.expect("it can be activated");
        let call = proxy::upgradeToAndCallCall { implementation: inactive.address, data: Bytes::new() };
        let sent = stage.executes(&stage.owner, stage.system.registry, call).await;
        let upgraded = stage.event::<proxy::Upgraded>(&sent, stage.system.registry);
        assert_eq!(upgraded, proxy::Upgraded { implementation: inactive.address });
        assert_eq!(stage.reads(stage.system.registry, registry::ownerCall {}).await, owner);
    });
}

#[test]
fn everything_that_ships_is_activated_under_every_version_of_arbos() {
    run(async {
        let shipped = xtask::artifacts::ensure().expect("the contracts are there or can be built");
        let versions: Vec<_> = Version::all().iter().map(|version| version.number).collect();
        assert_eq!(versions, [40, 51, 60, 61]);
        for number in versions {
            let node = devnode(Config { arbos_version: number, ..Config::test() }).await;
            let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
            let wanted = chain.read(ARB_WASM, ArbWasm::stylusVersionCall {}).await.expect("a version");
            // Whatever lies in the folder, also what no deployment uses yet.
            for (name, recorded) in shipped.programs() {
                let module = std::fs::read(shipped.wasm_path(name)).expect("a file");
                let program = Program::from_wasm(name, &module).expect("a program");
                assert_eq!(program.code.len(), recorded.compressed_bytes);
                let steps = &mut Steps::silent();
                let deployed = deploy_and_activate(&chain, &Key::dev(), &program, steps).await;
                let deployed = deployed.unwrap_or_else(|error| panic!("ArbOS {number}: {error}"));
                let active = active_version(&chain, deployed.address).await.expect("the node answers");
                assert_eq!(active, Some(wanted), "{name} on ArbOS {number}");
            }
            node.stop().await;
        }
    });
}

#[test]
fn demo_is_right_under_every_version_of_arbos() {
    run(async {
        for version in Version::all() {
            let number = version.number;
            let config = Config { arbos_version: number, ..Config::test() };
            let node = devnode(config).await;
            let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
            let artifacts = &World::shared().await.artifacts;
            let report = demo::run(&chain, Key::dev(), artifacts, Steps::silent()).await;
            let report = report.unwrap_or_else(|error| panic!("ArbOS {number}: {error}"));
            assert!(report.ok, "ArbOS {number}: {:#?}", report.read_back);
            node.stop().await;
        }
    });
}

#[test]
fn proxy_delegates_its_own_functions_for_all_but_the_admin() {
    run(async {
        let stage = Stage::shared().await;
        let before = State::of(&stage).await;
        let request = TransactionRequest::default()
            .to(stage.system.registry)
            .input(proxy::changeAdminCall { newAdmin: stage.stranger.address() }.abi_encode().into());
        // The registry has no such function: the stranger's call ends there.
        let refused =
            stage.chain().call(request.from(stage.stranger.address()), "a stranger's change of admin").await;
        assert!(refused.is_err());
        assert_eq!(before, State::of(&stage).await);

        let call = proxy::changeAdminCall { newAdmin: stage.stranger.address() };
        let sent = stage.executes(&stage.owner, stage.system.registry, call).await;
        let changed = stage.event::<proxy::AdminChanged>(&sent, stage.system.registry);
        let (previous, new) = (stage.owner.address(), stage.stranger.address());
        assert_eq!(changed, proxy::AdminChanged { previousAdmin: previous, newAdmin: new });
        assert_ne!(before, State::of(&stage).await);
    });
}

#[test]
fn activate_passes_on_the_chains_reason() {
    run(async {
        let stage = Stage::shared().await;
        // Validates as wasm and has an entrypoint, but doesn't import what every program has to.
        let module = [
            b"\0asm\x01\0\0\0".as_slice(),
            // One function type (i32) -> i32, one function of it, one page of memory.
            &[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 5, 3, 1, 0, 1],
            // Exports: the entrypoint and the memory.
            &[7, 28, 2, 15],
            b"user_entrypoint",
            &[0, 0, 6],
            b"memory",
            &[2, 0],
            // The body: local.get 0.
            &[10, 6, 1, 4, 0, 0x20, 0, 0x0b],
        ]
        .concat();
        let program = Program::from_wasm("no-imports", &module).expect("good wasm with an entrypoint");
        let steps = &mut Steps::silent();
        let deployed =
            deploy(stage.chain(), &stage.owner, &program, steps).await.expect("any program can be deployed");
        let error =
            activate(stage.chain(), &stage.owner, &deployed, steps).await.expect_err("it can't be activated");
        assert!(error.to_string().contains("pay_for_memory_grow"), "{error}");
    });
}

/// A program like one of the artifacts, under a code hash that nobody has activated.
pub(crate) async fn inactive_twin(stage: &Stage, name: &str) -> Deployed {
    let artifacts = xtask::artifacts::ensure().expect("the artifacts of this world");
    let mut module = std::fs::read(artifacts.wasm_path(name)).expect("a file");
    // A custom section changes the code, not what it does. The stage's owner is of this test alone.
    let tag = stage.owner.address();
    module.extend([0, 1 + 4 + 20, 4]);
    module.extend(b"twin");
    module.extend(tag.as_slice());
    let program = Program::from_wasm(&format!("twin of {name}"), &module).expect("still a program");
    let deployed = deploy(stage.chain(), &stage.owner, &program, &mut Steps::silent()).await;
    deployed.expect("it can be deployed")
}

fn creation(code: Bytes) -> TransactionRequest {
    let mut request = TransactionRequest::default().input(code.into());
    request.to = Some(TxKind::Create);
    request
}

fn factory_setup(stage: &Stage, owner: Address) -> factory::initializeCall {
    factory::initializeCall {
        owner,
        registry: stage.system.registry,
        generator: stage.generator.address(),
        implementation: stage.world.programs.token.address,
    }
}

fn token_setup(creator: Address) -> token::initializeCall {
    token::initializeCall {
        creator,
        name: "N".to_owned(),
        symbol: "S".to_owned(),
        emissionRate: U256::from(1),
        maxSupply: U256::from(1),
    }
}
