//! The main job end to end on a real chain: from programs to a credential's token in several hands, and to its market.

mod cast;
mod gas;
mod journey;
mod market;
mod readback;
mod report;
mod safeguards;

pub use report::{GasRow, ReadBack, Report};

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256, utils::format_ether};

use crate::{
    activation::{self, ActivationError},
    attester::VerificationError,
    chain::{Chain, ChainError},
    key::Key,
    market::quote::QuoteError,
    steps::Steps,
    system::{Artifacts, Programs, System},
};
use cast::Cast;
use journey::Journey;

/// Gas that a whole run pays for, rounded up: deployments, activations and what the players are given.
const GAS_OF_A_RUN: u64 = 130_000_000;

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The account can't pay.
    #[error(
        "{account} has {has} ETH on chain {chain_id}, and the demo needs about {needs}: send it some, or use another \
         key"
    )]
    Poor {
        /// The account.
        account: Address,
        /// The chain.
        chain_id: u64,
        /// What it has, in Ether.
        has: String,
        /// What it needs, in Ether.
        needs: String,
    },
    /// A program couldn't be deployed or activated.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// What was verified isn't what is attested.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// No quote.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// The chain said no.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// A transaction succeeded without the event that it has to have.
    #[error("{what} succeeded without the event {event}: the contract behind the address is another one")]
    NoEvent {
        /// What was done.
        what: &'static str,
        /// The missing event.
        event: &'static str,
    },
}

/// Runs the demo on `chain`; `owner` pays for everything and owns it. `steps` is what was done before.
///
/// Each run creates a registry and a factory of its own, so it can be repeated on the same chain. What takes two days is
/// only announced.
pub async fn run(
    chain: &Chain,
    owner: Key,
    artifacts: &Artifacts,
    steps: Steps,
) -> Result<Report, DemoError> {
    play(chain, owner, artifacts, false, steps).await
}

/// As [`run`], on a test node whose clock may be moved: what takes two days is done, too.
pub async fn run_moving_the_clock(
    chain: &Chain,
    owner: Key,
    artifacts: &Artifacts,
    steps: Steps,
) -> Result<Report, DemoError> {
    play(chain, owner, artifacts, true, steps).await
}

async fn play(
    chain: &Chain,
    owner: Key,
    artifacts: &Artifacts,
    may_move_clock: bool,
    mut steps: Steps,
) -> Result<Report, DemoError> {
    let cast = Cast::of(owner);
    require_ether(chain, &cast.owner).await?;

    let programs = Programs::deploy(chain, &cast.owner, artifacts, &mut steps).await?;
    let may_cache = activation::may_cache(chain, cast.owner.address()).await?;
    if may_cache {
        // An earlier run may have cached the same code; what is measured first is the uncached case.
        for program in programs.all() {
            activation::set_cached(chain, &cast.owner, program, false, &mut steps).await?;
        }
    }
    let generator = cast.generator.address();
    // Nobody listens to markets yet.
    let oracle = cast.generator.address();
    let evm = &artifacts.evm;
    let system = System::create(chain, &cast.owner, &programs, evm, generator, oracle, &mut steps).await?;
    cast.fund(chain, &mut steps).await?;

    let mut journey = Journey::start(chain, &cast, &system, &mut steps).await?;
    safeguards::fees(&mut journey, &mut steps).await?;
    safeguards::pause(&mut journey, &mut steps).await?;
    let gas = if may_cache { gas::compare(&mut journey, &mut steps).await? } else { Vec::new() };
    let market = market::open(&mut journey, &mut steps).await?;
    safeguards::announcement(&mut journey, may_move_clock, &mut steps).await?;
    market::release(&mut journey, &market, may_move_clock, &mut steps).await?;
    let read_back = readback::all(&journey, artifacts).await?;

    let addresses = addresses(&cast, &system, journey.token(), market.pool);
    Ok(Report::new(chain.chain_id(), addresses, steps.into_done(), gas, read_back))
}

async fn require_ether(chain: &Chain, owner: &Key) -> Result<(), DemoError> {
    let account = owner.address();
    let (has, price) = (chain.balance(account).await?, chain.gas_price().await?);
    let needs = U256::from(price).saturating_mul(U256::from(GAS_OF_A_RUN));
    if has >= needs {
        return Ok(());
    }
    let (has, needs) = (format_ether(has), format_ether(needs));
    Err(DemoError::Poor { account, chain_id: chain.chain_id(), has, needs })
}

fn addresses(cast: &Cast, system: &System, token: Address, pool: Address) -> BTreeMap<String, Address> {
    let programs =
        system.programs.all().map(|program| (format!("program {}", program.name), program.address));
    let named = [
        ("registry", system.registry),
        ("factory", system.factory),
        ("pool factory", system.pool_factory),
        ("token", token),
        ("pool", pool),
        ("account owner", cast.owner.address()),
        ("account issuer", cast.issuer.address()),
        ("account holder", cast.holder.address()),
        ("account relayer", cast.relayer.address()),
        ("account generator", cast.generator.address()),
        ("account friend", cast.friend.address()),
        ("account treasury", cast.treasury.address()),
        ("account guardian", cast.guardian.address()),
        ("account another issuer", cast.newcomer.address()),
    ];
    named.map(|(name, address)| (name.to_owned(), address)).into_iter().chain(programs).collect()
}
