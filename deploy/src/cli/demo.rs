//! `ecosystem demo`

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use clap::Args;
use stylus_devnode::{Config, Devnode};

use crate::{
    chain::Chain,
    demo::{self, Report},
    error::Error,
    key::{KEY_VARIABLE, Key},
    network::{Money, Network, NetworkError},
    steps::{Step, Steps},
    system::Artifacts,
};

/// Options of `ecosystem demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArguments {
    /// The node to use, e.g. http://127.0.0.1:8547 [default: the network's]
    #[arg(long, value_name = "URL")]
    rpc: Option<String>,

    /// The network that the node has to belong to: devnode, arbitrum-sepolia or arbitrum-one.
    #[arg(long, value_name = "NAME")]
    network: Option<String>,

    /// File with the private key of the account that pays [default: the environment variable ECOSYSTEM_PRIVATE_KEY;
    /// on a dev chain the account that it funds].
    #[arg(long, value_name = "FILE")]
    private_key_path: Option<PathBuf>,

    /// Run even where Ether costs money.
    #[arg(long)]
    allow_real_money: bool,

    /// Let two days pass on the node by moving its clock, so that what has to be announced is done, too. A chain that the
    /// demo starts itself does that anyway.
    #[arg(long)]
    move_clock: bool,

    /// Print one JSON object instead of tables.
    #[arg(long)]
    pub(super) json: bool,
}

/// Runs the demo, and says whether all that was read back was right.
pub(super) async fn run(arguments: &DemoArguments) -> Result<bool, Error> {
    let network = arguments.network.as_deref().map(Network::named).transpose()?;
    // The cheap checks come before the build and the chain.
    let url = arguments.rpc.clone().or_else(|| network.as_ref().map(|network| network.rpc.clone()));
    let remote = match url {
        Some(url) => Some(connect(&url, network.as_ref(), arguments).await?),
        None => None,
    };
    let mut steps = Steps::new(tell);
    let artifacts = artifacts(&mut steps).await?;
    let (report, explorer) = match remote {
        Some((chain, key)) => {
            let explorer = Network::with_chain_id(chain.chain_id()).and_then(|network| network.explorer);
            let report = if arguments.move_clock {
                demo::run_moving_the_clock(&chain, key, &artifacts, steps).await?
            } else {
                demo::run(&chain, key, &artifacts, steps).await?
            };
            (report, explorer)
        }
        None => (on_own_chain(&artifacts, arguments, steps).await?, None),
    };
    let mut out = io::stdout().lock();
    let written = if arguments.json {
        report.write_json(&mut out)
    } else {
        report.write_tables(&mut out, explorer.as_deref())
    };
    written.and_then(|()| out.flush()).map_err(Error::Output)?;
    Ok(report.ok)
}

/// The chain behind `url` and the key to use there.
async fn connect(
    url: &str,
    network: Option<&Network>,
    arguments: &DemoArguments,
) -> Result<(Chain, Key), Error> {
    let chain = Chain::connect(url, network).await?;
    if let Some(network) = Network::with_chain_id(chain.chain_id())
        && network.money == Money::Real
        && !arguments.allow_real_money
    {
        return Err(NetworkError::RealMoney { name: network.name }.into());
    }
    let key = find_key(arguments, chain.chain_id())?;
    Ok((chain, key))
}

async fn on_own_chain(
    artifacts: &Artifacts,
    arguments: &DemoArguments,
    mut steps: Steps,
) -> Result<Report, Error> {
    let start = Instant::now();
    let node = Devnode::spawn(Config::test()).await?;
    let chain = Chain::connect(&node.rpc_url(), None).await?;
    steps.done("start a Stylus chain in this process", start.elapsed());
    let key = find_key(arguments, chain.chain_id())?;
    let report = demo::run_moving_the_clock(&chain, key, artifacts, steps).await;
    node.stop().await;
    Ok(report?)
}

fn find_key(arguments: &DemoArguments, chain_id: u64) -> Result<Key, Error> {
    let variable = std::env::var(KEY_VARIABLE).ok();
    Ok(Key::find(arguments.private_key_path.clone(), variable, chain_id)?)
}

/// The compiled contracts, which are built now if they aren't up to date.
async fn artifacts(steps: &mut Steps) -> Result<Artifacts, Error> {
    let start = Instant::now();
    let build = || xtask::artifacts::ensure().map_err(|error| Error::Build(format!("{error:#}")));
    let built =
        tokio::task::spawn_blocking(build).await.map_err(|error| Error::Build(error.to_string()))??;
    let artifacts = Artifacts::read(&built)?;
    let what = if built.was_built() { "build the programs" } else { "check the programs built before" };
    steps.done(what, start.elapsed());
    Ok(artifacts)
}

/// Progress goes to stderr: stdout is the result.
fn tell(step: &Step) {
    match step.gas {
        0 => eprintln!("  {}, {} ms", step.name, step.millis),
        gas => eprintln!("  {}: {gas} gas, {} ms", step.name, step.millis),
    }
}
