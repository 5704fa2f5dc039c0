//! `stylus-devnode`: a Stylus chain on this machine.

mod banner;

use alloy_primitives::U256;
use clap::Parser;
use std::{net::IpAddr, process::ExitCode};
use stylus_devnode::{
    Config, Devnode,
    accounts::MNEMONIC,
    arbos::genesis::{BASE_FEE, GAS_LIMIT},
    chain::MiningMode,
    config::ETHER,
};

/// Requests allocate on threads of their own, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An Arbitrum Stylus chain on this machine: real wasm, real gas, no Docker.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Args {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Port to listen on; 0 picks a free one
    #[arg(long, short, default_value_t = 8547)]
    port: u16,
    /// Chain id
    #[arg(long, default_value_t = 412_346)]
    chain_id: u64,
    /// ArbOS version to start with: 40, 51, 60 or 61
    #[arg(long, default_value_t = 61)]
    arbos_version: u64,
    /// How many accounts of the mnemonic to fund, beside Nitro's dev account
    #[arg(long, default_value_t = 10)]
    accounts: u32,
    /// BIP-39 phrase that the accounts come from
    #[arg(long, value_name = "PHRASE", default_value = MNEMONIC)]
    mnemonic: String,
    /// What each account owns, in ether
    #[arg(long, value_name = "ETHER", default_value_t = 1_000)]
    balance: u64,
    /// Price of L1 data in wei per unit; 0 leaves that part of fees out
    #[arg(long, value_name = "WEI", default_value_t = U256::ZERO)]
    l1_price: U256,
    /// Least base fee, and the first one, in wei per gas
    #[arg(long, value_name = "WEI", default_value_t = BASE_FEE)]
    base_fee: u64,
    /// Compute gas that a block may use; the gas limit in its header is always 2^50, as on Arbitrum
    #[arg(long, value_name = "GAS", default_value_t = GAS_LIMIT)]
    gas_limit: u64,
    /// Make a block every so many seconds, instead of one for each transaction
    #[arg(long, short, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    block_time: Option<u64>,
    /// Sign for nobody and list no accounts, as a Nitro node
    #[arg(long)]
    locked: bool,
    /// Leave the list of cache managers empty, as a Nitro node does until an owner fills it
    #[arg(long)]
    no_cache_manager: bool,
    /// Print no banner
    #[arg(long)]
    silent: bool,
    /// Print one line of JSON in place of the banner: rpc, ws, chainId, accounts
    #[arg(long)]
    json: bool,
    /// Not available: this node runs chains of its own only
    #[arg(long, short = 'f', value_name = "URL", hide = true)]
    fork_url: Option<String>,
}

/// What to say to somebody who wants another chain's state.
const NO_FORKS: &str = "--fork-url is not available: this node runs chains of its own only; deploy what you need on it, or \
                        take another chain's state over account by account with anvil_setCode and anvil_setStorageAt";

impl Args {
    fn config(&self) -> Result<Config, String> {
        if self.fork_url.is_some() {
            return Err(NO_FORKS.to_owned());
        }
        Ok(Config {
            host: self.host,
            port: self.port,
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            accounts: self.accounts,
            mnemonic: self.mnemonic.clone(),
            balance: U256::from(self.balance) * U256::from(ETHER),
            unlocked: !self.locked,
            l1_price: self.l1_price,
            base_fee: self.base_fee,
            gas_limit: self.gas_limit,
            mining: self.block_time.map_or(MiningMode::Automatic, MiningMode::every),
            cache_manager: !self.no_cache_manager,
            silent: self.silent,
            ..Config::default()
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("stylus-devnode: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<(), String> {
    // Listening for signals before anything is announced: whoever reads the banner may send one at once.
    let ended = end_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let node = Devnode::spawn(args.config()?).await.map_err(|error| error.to_string())?;
    if args.json {
        banner::print_json(&node);
    } else if !args.silent {
        banner::print(&node, args.arbos_version, args.balance, &args.mnemonic);
    }
    ended.await;
    node.stop().await;
    Ok(())
}

/// Ready when the process is asked to end: by ctrl-c or, on Unix, SIGTERM.
#[cfg(unix)]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the process is asked to end by ctrl-c.
#[cfg(not(unix))]
fn end_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
