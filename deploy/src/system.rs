//! The ecosystem on a chain: its programs, and a registry and factories wired together.

use abi::{factory::ICredentialTokenFactory, pool_factory::IPoolFactory, registry::ICredentialRegistry};
use alloy::{primitives::Address, sol_types::SolCall};

use crate::{
    activation::{ActivationError, Deployed, deploy_and_activate},
    chain::{Chain, ChainError},
    key::Key,
    program::{Program, ProgramError},
    proxy::{EvmCode, EvmCodeError},
    steps::Steps,
};

/// What the contracts' build made, read and checked.
#[derive(Clone, Debug)]
pub struct Artifacts {
    /// `contracts/credential-registry`.
    pub registry: Program,
    /// `contracts/token-factory`.
    pub factory: Program,
    /// `contracts/credential-token`.
    pub token: Program,
    /// `contracts/pool-factory`.
    pub pool_factory: Program,
    /// `contracts/pool`.
    pub pool: Program,
    /// `contracts/pool-extension`.
    pub pool_extension: Program,
    /// Proxy and clone.
    pub evm: EvmCode,
}

/// Why the artifacts can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactsError {
    /// A program.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The proxy.
    #[error(transparent)]
    EvmCode(#[from] EvmCodeError),
    /// A file was changed after it was built.
    #[error(
        "{name} isn't the program that the manifest beside it describes: build it by `cargo xtask build-contracts`"
    )]
    Other {
        /// The program.
        name: &'static str,
    },
}

/// The programs on a chain, active. They are stateless: any number of systems can share them.
#[derive(Clone, Debug)]
pub struct Programs {
    /// Behind the registry's proxy.
    pub registry: Deployed,
    /// Behind the factory's proxy.
    pub factory: Deployed,
    /// Behind every token.
    pub token: Deployed,
    /// Behind the pool factory's proxy.
    pub pool_factory: Deployed,
    /// Behind every pool.
    pub pool: Deployed,
    /// Behind every pool, for what its own program leaves to it.
    pub pool_extension: Deployed,
}

/// A registry and factories that know each other.
#[derive(Clone, Debug)]
pub struct System {
    /// The registry's proxy.
    pub registry: Address,
    /// The token factory's proxy.
    pub factory: Address,
    /// The pool factory's proxy.
    pub pool_factory: Address,
    /// The programs that they, their tokens and their pools run.
    pub programs: Programs,
}

impl Artifacts {
    /// What is in `files`, after checking every program and that it is the one which the manifest describes.
    pub fn read(files: &xtask::artifacts::Artifacts) -> Result<Self, ArtifactsError> {
        let program = |name: &'static str| {
            let program = Program::read(name, &files.wasm_path(name))?;
            let hash = program.code_hash().to_string();
            match files.programs().get(name) {
                Some(recorded) if recorded.code_hash == hash => Ok(program),
                _ => Err(ArtifactsError::Other { name }),
            }
        };
        Ok(Self {
            registry: program("credential-registry")?,
            factory: program("token-factory")?,
            token: program("credential-token")?,
            pool_factory: program("pool-factory")?,
            pool: program("pool")?,
            pool_extension: program("pool-extension")?,
            evm: EvmCode::read(&files.folder().join("evm.json"))?,
        })
    }
}

impl Artifacts {
    /// Each of the programs.
    #[must_use]
    pub fn programs(&self) -> [&Program; 6] {
        [&self.registry, &self.factory, &self.token, &self.pool_factory, &self.pool, &self.pool_extension]
    }

    /// Each of the programs, to be replaced.
    pub fn programs_mut(&mut self) -> [&mut Program; 6] {
        [
            &mut self.registry,
            &mut self.factory,
            &mut self.token,
            &mut self.pool_factory,
            &mut self.pool,
            &mut self.pool_extension,
        ]
    }
}

impl Programs {
    /// Deploys and activates every program.
    pub async fn deploy(
        chain: &Chain,
        payer: &Key,
        artifacts: &Artifacts,
        steps: &mut Steps,
    ) -> Result<Self, ActivationError> {
        Ok(Self {
            registry: deploy_and_activate(chain, payer, &artifacts.registry, steps).await?,
            factory: deploy_and_activate(chain, payer, &artifacts.factory, steps).await?,
            token: deploy_and_activate(chain, payer, &artifacts.token, steps).await?,
            pool_factory: deploy_and_activate(chain, payer, &artifacts.pool_factory, steps).await?,
            pool: deploy_and_activate(chain, payer, &artifacts.pool, steps).await?,
            pool_extension: deploy_and_activate(chain, payer, &artifacts.pool_extension, steps).await?,
        })
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> [&Deployed; 6] {
        [&self.registry, &self.factory, &self.token, &self.pool_factory, &self.pool, &self.pool_extension]
    }
}

impl System {
    /// Creates the registry and the factories, each with its initialisation in one step; `owner` pays and owns all of them.
    /// New tokens take `generator` as their minter; `oracle` hears of new pools, if it is a contract.
    pub async fn create(
        chain: &Chain,
        owner: &Key,
        programs: &Programs,
        evm: &EvmCode,
        generator: Address,
        oracle: Address,
        steps: &mut Steps,
    ) -> Result<Self, ChainError> {
        let what = "create the registry's proxy";
        let call = ICredentialRegistry::initializeCall { owner: owner.address() }.abi_encode();
        let code = evm.proxy_creation(programs.registry.address, owner.address(), call);
        let (registry, sent) = chain.create(owner, code, what).await?;
        steps.sent(what, &sent);

        let what = "create the factory's proxy";
        let call = ICredentialTokenFactory::initializeCall {
            owner: owner.address(),
            registry,
            generator,
            implementation: programs.token.address,
        };
        let code = evm.proxy_creation(programs.factory.address, owner.address(), call.abi_encode());
        let (factory, sent) = chain.create(owner, code, what).await?;
        steps.sent(what, &sent);

        let what = "create the pool factory's proxy";
        let call = IPoolFactory::initializeCall {
            owner: owner.address(),
            tokenFactory: factory,
            oracle,
            implementation: programs.pool.address,
            extension: programs.pool_extension.address,
        };
        let code = evm.proxy_creation(programs.pool_factory.address, owner.address(), call.abi_encode());
        let (pool_factory, sent) = chain.create(owner, code, what).await?;
        steps.sent(what, &sent);
        Ok(Self { registry, factory, pool_factory, programs: programs.clone() })
    }
}
