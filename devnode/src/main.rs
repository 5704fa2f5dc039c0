//! `stylus-devnode`: a Stylus chain on this machine.

mod banner;

use alloy_primitives::U256;
use clap::Parser;
use std::{net::IpAddr, process::ExitCode};
use stylus_devnode::{Config, Devnode, config::ETHER};

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
    /// Accounts of the mnemonic "test test … junk" to fund, beside Nitro's dev account
    #[arg(long, default_value_t = 10)]
    accounts: u32,
    /// What each account owns, in ether
    #[arg(long, default_value_t = 1_000)]
    balance: u64,
    /// Leave the list of cache managers empty, as a Nitro node does until an owner fills it
    #[arg(long)]
    no_cache_manager: bool,
    /// Print nothing
    #[arg(long)]
    silent: bool,
    /// Print one line of JSON instead of the banner
    #[arg(long, conflicts_with = "silent")]
    json: bool,
}

impl Args {
    fn config(&self) -> Config {
        Config {
            host: self.host,
            port: self.port,
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            accounts: self.accounts,
            balance: U256::from(self.balance) * U256::from(ETHER),
            cache_manager: !self.no_cache_manager,
            silent: self.silent,
            ..Config::default()
        }
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
    let node = Devnode::spawn(args.config()).await.map_err(|error| error.to_string())?;
    if args.json {
        banner::print_json(&node);
    } else if !args.silent {
        banner::print(&node, args.arbos_version, args.balance);
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
