//! What others take for the same on the same chain: Uniswap v2, and ERC-20s by OpenZeppelin and solady.
//!
//! Their code comes compiled from `tests/peers`. Each operation is measured as ours is: the same amounts, the same accounts
//! new or known, the same seconds in between.

mod agreement;
mod compiled;
mod events;
mod market;
mod theirs;
mod uniswap;

use std::{collections::BTreeMap, sync::Arc};

use abi::erc20::IERC20 as erc20;
use ecosystem_tests::{Stage, World, tokens};

use crate::{
    limits::{OPEN_ZEPPELIN, PAIR, ROUTER, SOLADY},
    meter::{Cost, Costs},
    token,
};
pub(crate) use agreement::Agreement;
pub(crate) use compiled::Compiled;
use market::Market;

/// What an operation costs a peer: by who it is, and by the contract, the function and the case of ours that does the same.
pub(crate) type Live = BTreeMap<(&'static str, &'static str, &'static str, &'static str), u64>;

pub(crate) async fn measure(world: &Arc<World>, compiled: &Compiled) -> Live {
    let stage = &Stage::named(world.clone(), "gas: peers").await;
    let mut live = Live::new();
    for (peer, contract) in [(OPEN_ZEPPELIN, "OpenZeppelinToken"), (SOLADY, "SoladyToken")] {
        let costs = &mut Costs::default();
        let at = compiled.create(stage, contract, ()).await;
        for key in [&stage.stranger, &stage.relayer] {
            let call = erc20::transferCall { to: key.address(), value: tokens(10) };
            stage.executes(&stage.holder, at, call).await;
        }
        token::erc20(&mut costs.of("credential-token", stage), at).await;
        keep(&mut live, peer, costs);
    }
    let (router, pair) = (&mut Costs::default(), &mut Costs::default());
    let market = &Market::open(stage, compiled, &mut router.of("pool-factory", stage)).await;
    let meter = &mut router.of("pool", stage);
    market.buys(meter).await;
    market.sells(meter).await;
    market.additions(meter).await;
    market.removals(meter).await;
    let meter = &mut pair.of("pool", stage);
    market.swaps(meter).await;
    market.liquidity(meter).await;
    keep(&mut live, ROUTER, router);
    keep(&mut live, PAIR, pair);
    live
}

fn keep(live: &mut Live, peer: &'static str, costs: &mut Costs) {
    for cost in std::mem::take(costs).into_rows() {
        live.insert((peer, cost.contract, cost.name(), cost.case), cost.gas);
    }
}

/// What the operation of ours that cost this costs others, by their names.
pub(crate) fn of<'a>(live: &'a Live, cost: &'a Cost) -> impl Iterator<Item = (&'static str, u64)> + 'a {
    let ours = (cost.contract, cost.name(), cost.case);
    live.iter()
        .filter(move |((_, contract, function, case), _)| (*contract, *function, *case) == ours)
        .map(|((peer, ..), gas)| (*peer, *gas))
}
