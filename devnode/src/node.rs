//! The node: a chain with its front end, and the server around it.

use serde_json::Value;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::{
    net::TcpListener,
    runtime::{self, Handle, Runtime},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    accounts::{self, DevAccount, NITRO_DEV},
    arbos::{Version, genesis::GenesisConfig},
    chain::{Chain, Clock, MiningMode},
    config::Config,
    evm::Executor,
    rpc::{Rpc, server},
    vm::Engine,
};

/// Stack that a thread needs to run contracts, in bytes: nested calls, at most 1 024 deep, are nested Rust calls.
/// Address space only; memory is taken as it is used.
pub const EXECUTION_STACK: usize = 512 * 1024 * 1024;

/// How long [`Devnode::stop`] waits for requests that are under way.
const GRACE: Duration = Duration::from_secs(5);

/// Why a node doesn't start.
#[derive(Debug, Error)]
pub enum SpawnError {
    /// No rules for this ArbOS version.
    #[error("ArbOS version {0} is not available; choose one of {list}", list = version_list())]
    ArbosVersion(u64),
    /// Somebody listens there.
    #[error(
        "port {port} on {host} is already in use; stop what listens there or choose another port (0 picks a free one)"
    )]
    PortInUse {
        /// Address.
        host: IpAddr,
        /// Port.
        port: u16,
    },
    /// The address can't be listened on.
    #[error("cannot listen on {address}: {error}; choose another host or port")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// No threads to be had.
    #[error("cannot start the node's threads: {0}; is the address space limited (ulimit -v)?")]
    Threads(io::Error),
    /// The phrase yields no accounts.
    #[error(
        "cannot derive the accounts: {0}; is the mnemonic a phrase of 12 to 24 words of BIP-39's English list?"
    )]
    Accounts(#[from] alloy_signer_local::LocalSignerError),
}

fn version_list() -> String {
    Version::all().iter().map(|version| version.number.to_string()).collect::<Vec<_>>().join(", ")
}

/// A node without a socket: its chain, its front end and its accounts.
#[derive(Clone)]
pub struct Node {
    rpc: Rpc,
    accounts: Vec<DevAccount>,
}

impl Node {
    /// A fresh chain.
    ///
    /// # Errors
    /// If the configuration asks for what there isn't.
    pub fn new(config: &Config) -> Result<Self, SpawnError> {
        let version =
            Version::of(config.arbos_version).ok_or(SpawnError::ArbosVersion(config.arbos_version))?;
        let mut accounts = vec![NITRO_DEV];
        accounts.extend(accounts::of_mnemonic(&config.mnemonic, config.accounts)?);
        let genesis = GenesisConfig {
            accounts: accounts.iter().map(|account| (account.address, config.balance)).collect(),
            l1_price: config.l1_price,
            base_fee: config.base_fee,
            gas_limit: config.gas_limit,
            cache_manager: config.cache_manager,
            ..GenesisConfig::new(version, config.chain_id)
        };
        let executor = Executor::new(Engine::new(), config.chain_id).observed_by(config.observer.clone());
        let chain = Chain::new(executor, &genesis, Clock::new(config.time.clone()), config.mining);
        let keys = if config.unlocked { accounts.clone() } else { Vec::new() };
        Ok(Self { rpc: Rpc::new(Arc::new(chain), keys), accounts })
    }

    /// Answers a JSON-RPC request or batch on the calling thread, which needs [`EXECUTION_STACK`] bytes of stack;
    /// null if there is nothing to say.
    #[must_use]
    pub fn handle(&self, message: &Value) -> Value {
        self.rpc.handle(message).unwrap_or_default()
    }

    /// The front end.
    #[must_use]
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// The funded accounts, Nitro's dev account first.
    #[must_use]
    pub fn accounts(&self) -> &[DevAccount] {
        &self.accounts
    }
}

/// A node that serves HTTP on threads of its own. Dropping it stops it.
pub struct Devnode {
    node: Node,
    address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    server: JoinHandle<()>,
    /// Kept for its end.
    threads: Threads,
}

/// The node's own runtime: it hands connections to threads of their own and makes blocks at intervals. Dropping a mere [`Runtime`] would wait, which async code must not.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    fn start() -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("stylus-devnode")
            .thread_stack_size(EXECUTION_STACK)
            .enable_all()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Devnode {
    /// Starts a node; when this returns it answers.
    ///
    /// # Errors
    /// If the configuration asks for what there isn't, or the port is taken.
    ///
    /// # Panics
    /// If making the first block does.
    pub async fn spawn(config: Config) -> Result<Self, SpawnError> {
        let asked: SocketAddr = (config.host, config.port).into();
        let failed = |error| SpawnError::Listen { address: asked, error };
        let listener = listen(asked)?;
        let address = listener.local_addr().map_err(failed)?;
        let threads = Threads::start().map_err(SpawnError::Threads)?;
        let node = match threads.handle.spawn_blocking(move || Node::new(&config)).await {
            Ok(node) => node?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        let listener = {
            let _inside = threads.handle.enter();
            TcpListener::from_std(listener).map_err(failed)?
        };
        threads.handle.spawn(mine_at_intervals(node.rpc().chain().clone()));
        let (shutdown, stop) = oneshot::channel::<()>();
        let server = threads.handle.spawn(server::serve(node.rpc().clone(), listener, async {
            // A dropped sender means stop as well.
            let _ = stop.await;
        }));
        Ok(Self { node, address, shutdown, server, threads })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://host:port`, for clients on this machine.
    #[must_use]
    pub fn rpc_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            // "Any address" is nowhere to connect to.
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        format!("http://{address}")
    }

    /// `ws://host:port`, the same port.
    #[must_use]
    pub fn ws_url(&self) -> String {
        self.rpc_url().replacen("http", "ws", 1)
    }

    /// Chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.node.rpc().chain().chain_id()
    }

    /// The funded accounts, Nitro's dev account first.
    #[must_use]
    pub fn accounts(&self) -> &[DevAccount] {
        self.node.accounts()
    }

    /// Nitro's dev account, a chain owner.
    #[must_use]
    pub fn dev_account(&self) -> DevAccount {
        NITRO_DEV
    }

    /// The node itself, for use without a socket.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Stops listening, lets requests that are under way finish, and ends the node's threads.
    pub async fn stop(self) {
        let Self { shutdown, server, threads, .. } = self;
        // Errors mean that the server has ended already, or that somebody holds on for too long.
        let _ = shutdown.send(());
        let _ = tokio::time::timeout(GRACE, server).await;
        drop(threads);
    }
}

/// Makes blocks while the chain is in that mode; ends with the runtime.
async fn mine_at_intervals(chain: Arc<Chain>) {
    let mut mode = chain.watch_mode();
    loop {
        let now = *mode.borrow_and_update();
        let MiningMode::Interval(interval) = now else {
            if mode.changed().await.is_err() {
                return;
            }
            continue;
        };
        tokio::select! {
            () = tokio::time::sleep(interval) => {
                let chain = chain.clone();
                // A panic in a contract's execution is reported where it happens; the next block may do better.
                let _ = tokio::task::spawn_blocking(move || chain.mine()).await;
            }
            changed = mode.changed() => if changed.is_err() { return },
        }
    }
}

fn listen(address: SocketAddr) -> Result<std::net::TcpListener, SpawnError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => SpawnError::PortInUse { host: address.ip(), port: address.port() },
        _ => SpawnError::Listen { address, error },
    };
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}
