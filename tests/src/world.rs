//! A chain with the ecosystem's programs on it.

use std::sync::Arc;

use alloy::{
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
};
use ecosystem::{
    chain::Chain,
    key::{KEY_VARIABLE, Key},
    network::DEVNODE_CHAIN_ID,
    program::Program,
    steps::Steps,
    system::{Artifacts, Programs},
};
use stylus_devnode::{Config, Devnode, chain::TimeSource, evm::Observer};
use tokio::sync::{Mutex, OnceCell};

use crate::outcomes;

/// Names a node to test on; without it the tests bring their own.
const RPC_VARIABLE: &str = "ECOSYSTEM_TEST_RPC";

/// Gas that each account of a test can pay for.
const GAS_OF_AN_ACCOUNT: u64 = 60_000_000;

/// Bytes of stack that the contracts are linked with (`contracts/.cargo/config.toml`).
pub const STACK_BYTES: u32 = 8_192;

static SHARED: OnceCell<Arc<World>> = OnceCell::const_new();

/// A chain with the ecosystem's programs, active, and an account that pays for tests.
pub struct World {
    /// The chain.
    pub chain: Chain,
    /// The programs on it.
    pub programs: Programs,
    /// What they were made of.
    pub artifacts: Artifacts,
    payer: Key,
    /// Held while the payer sends, so that no two transactions take the same nonce.
    paying: Mutex<()>,
    /// Kept running for as long as the world is in use; none if somebody else runs it.
    node: Option<Devnode>,
}

impl World {
    /// The world that all tests of this process share.
    pub async fn shared() -> Arc<Self> {
        let new = || async {
            Arc::new(match std::env::var(RPC_VARIABLE) {
                Ok(url) => {
                    Self::on(Chain::connect(&url, None).await.expect("ECOSYSTEM_TEST_RPC answers"), None)
                        .await
                }
                Err(_) => Self::new().await,
            })
        };
        SHARED.get_or_init(new).await.clone()
    }

    /// A world of the test's own, on a devnode even if the others are elsewhere: for tests that move the clock, or
    /// change what all share.
    pub async fn own() -> Arc<Self> {
        Arc::new(Self::new().await)
    }

    /// As [`own`](Self::own), with programs that have `stack` bytes of stack: what works there needs no more.
    pub async fn own_with_stack(stack: u32) -> Arc<Self> {
        Arc::new(Self::with_stack(stack).await)
    }

    /// As [`own_with_stack`](Self::own_with_stack), with an observer of the test's own.
    pub async fn own_observed(stack: u32, observer: Arc<dyn Observer>) -> Arc<Self> {
        let node = devnode(Config { observer: Some(observer), ..Config::test() }).await;
        let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
        Arc::new(Self::with(chain, Some(node), stack).await)
    }

    /// A world of the caller's own in which everything happens as it did the last time, to the last byte: the dev account
    /// pays, and the clock moves only when it is told to.
    pub async fn reproducible() -> Arc<Self> {
        Self::reproducible_on(DEVNODE_CHAIN_ID).await
    }

    /// As [`reproducible`](Self::reproducible), on a chain of this id.
    pub async fn reproducible_on(chain_id: u64) -> Arc<Self> {
        let node = devnode(Config { chain_id, time: Arc::new(StandsStill), ..Config::test() }).await;
        let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
        Arc::new(Self::paid_by(Key::dev(), chain, Some(node), STACK_BYTES).await)
    }

    /// As [`own`](Self::own), under another version of ArbOS.
    pub async fn own_under(arbos_version: u64) -> Arc<Self> {
        let node = devnode(Config { arbos_version, ..Config::test() }).await;
        let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
        Arc::new(Self::with(chain, Some(node), STACK_BYTES).await)
    }

    async fn new() -> Self {
        Self::with_stack(STACK_BYTES).await
    }

    async fn with_stack(stack: u32) -> Self {
        let node = devnode(Config::test()).await;
        let chain = Chain::connect(&node.rpc_url(), None).await.expect("the devnode answers");
        Self::with(chain, Some(node), stack).await
    }

    async fn on(chain: Chain, node: Option<Devnode>) -> Self {
        Self::with(chain, node, STACK_BYTES).await
    }

    async fn with(chain: Chain, node: Option<Devnode>, stack: u32) -> Self {
        let payer =
            Key::find(None, std::env::var(KEY_VARIABLE).ok(), chain.chain_id()).expect("a key for the chain");
        Self::paid_by(payer, chain, node, stack).await
    }

    async fn paid_by(payer: Key, chain: Chain, node: Option<Devnode>, stack: u32) -> Self {
        let Built { files, artifacts } = built().await;
        let mut artifacts = artifacts.clone();
        if stack != STACK_BYTES {
            for program in artifacts.programs_mut() {
                let module = std::fs::read(files.wasm_path(&program.name)).expect("the program's module");
                let module = with_stack(&module, stack);
                *program = Program::from_wasm(&program.name, &module).expect("still a program");
            }
        }
        let programs = Programs::deploy(&chain, &payer, &artifacts, &mut Steps::silent()).await;
        let programs = programs.expect("the programs can be deployed and activated");
        Self { chain, programs, artifacts, payer, paying: Mutex::new(()), node }
    }

    /// The account that pays; on a devnode it owns the chain.
    #[must_use]
    pub const fn payer(&self) -> &Key {
        &self.payer
    }

    /// The devnode, if this world has one of its own.
    #[must_use]
    pub const fn node(&self) -> Option<&Devnode> {
        self.node.as_ref()
    }

    /// Gives each account Ether for gas.
    pub async fn fund(&self, accounts: impl IntoIterator<Item = &Key>) {
        let _turn = self.paying.lock().await;
        let price = self.chain.gas_price().await.expect("a gas price");
        let value = U256::from(price) * U256::from(2 * GAS_OF_AN_ACCOUNT);
        for account in accounts {
            let request = TransactionRequest::default().to(account.address()).value(value);
            self.chain.send(&self.payer, request, "funding an account").await.expect("the payer has Ether");
        }
    }

    /// Gives an account Ether beyond what it needs for gas. Units: wei.
    pub async fn give(&self, account: Address, amount: U256) {
        let _turn = self.paying.lock().await;
        let request = TransactionRequest::default().to(account).value(amount);
        self.chain.send(&self.payer, request, "giving Ether").await.expect("the payer has Ether");
    }

    /// Moves the chain's clock forward. Only on a world of the test's own.
    pub async fn advance_time(&self, seconds: u64) {
        assert!(self.node.is_some(), "only a devnode's clock can be moved");
        self.chain.advance_time(seconds).await.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// A clock at a time that this machine's hasn't reached: whatever counts from the later of both counts from here.
#[derive(Debug)]
struct StandsStill;

impl TimeSource for StandsStill {
    fn unix_seconds(&self) -> u64 {
        const IN_2033: u64 = 2_000_000_000;
        IN_2033
    }
}

/// The contracts as they ship.
struct Built {
    files: xtask::artifacts::Artifacts,
    artifacts: Artifacts,
}

static BUILT: OnceCell<Built> = OnceCell::const_new();

async fn built() -> &'static Built {
    let build = || xtask::artifacts::ensure().expect("the contracts are there or can be built");
    let build = || async {
        let files = tokio::task::spawn_blocking(build).await.expect("the build ends");
        let artifacts = Artifacts::read(&files).expect("the artifacts are programs");
        Built { files, artifacts }
    };
    BUILT.get_or_init(build).await
}

/// Starts a devnode, and has it observed if somebody wants to know how the contracts' functions end, unless it has an observer
/// already.
pub async fn devnode(config: Config) -> Devnode {
    let observer = match config.observer {
        Some(observer) => Some(observer),
        None => outcomes::observer(&built().await.artifacts).await,
    };
    Devnode::spawn(Config { observer, ..config }).await.expect("a devnode on a free port")
}

/// `module` with less stack: it starts to grow down, towards address 0, from `stack` instead of from [`STACK_BYTES`].
fn with_stack(module: &[u8], stack: u32) -> Vec<u8> {
    // A global, mutable i32, that starts as a constant of three LEB128 bytes.
    let global = |start: u32| {
        let [low, middle, high] =
            [0, 7, 14].map(|shift| u8::try_from((start >> shift) & 0x7f).expect("7 bits"));
        [0x7f, 0x01, 0x41, low | 0x80, middle | 0x80, high, 0x0b]
    };
    let (before, after) = (global(STACK_BYTES), global(stack));
    let places: Vec<_> =
        module.windows(before.len()).enumerate().filter(|(_, bytes)| *bytes == before).collect();
    assert_eq!(places.len(), 1, "one stack pointer");
    let at = places[0].0;
    let mut module = module.to_vec();
    module[at..at + after.len()].copy_from_slice(&after);
    module
}
