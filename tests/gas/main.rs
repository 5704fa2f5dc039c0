//! What every function costs, the same to the unit each time: `cargo xtask gas` runs this and judges the result.
//!
//! Every figure is the gas of a whole transaction on a devnode whose keys, clock and history are always the same. Views are
//! called by transactions, too: what an answer costs a contract that asks is that, less the transaction's own 21 000 and
//! its calldata. The whole history is played twice, without a program in the chain's cache and with all of them in it.
//!
//! Prints one JSON object: `functions` (what each contract declares), `rows` (what each costs, in which case, within which
//! budget, and what others take), `breakdowns` (what some operations consist of). With the path of what others published,
//! compiled, as its argument it measures that on the same chain afterwards, and `live` of each row is what it takes; and it
//! has our pools and Uniswap v2's own code go through the same histories: `agreement` is how many steps they agree in.

mod breakdown;
mod dearest;
mod factory;
mod limits;
mod market;
mod meter;
mod peers;
mod pool;
mod pool_extension;
mod pool_factory;
mod proxy;
mod registry;
mod roles;
mod token;

use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use ecosystem::{activation::set_cached, steps::Steps};
use ecosystem_tests::{World, run};
use serde_json::{Value, json};

use breakdown::Breakdown;
use meter::{Cost, Costs};
use peers::{Agreement, Compiled, Live};

fn main() -> io::Result<()> {
    let compiled = env::args_os().nth(1).map(|path| Compiled::read(Path::new(&path)));
    let report = run(async {
        let uncached = measured(false, compiled.as_ref()).await;
        let cached = measured(true, compiled.as_ref()).await;
        let agreement = match &compiled {
            Some(compiled) => Some(Agreement::reached(compiled).await),
            None => None,
        };
        report(&uncached, &cached, agreement.as_ref())
    });
    writeln!(io::stdout().lock(), "{report}")
}

/// What one history told.
struct Measured {
    costs: Vec<Cost>,
    breakdowns: Vec<Breakdown>,
    live: Live,
}

/// Everything once, on a chain of its own.
async fn measured(cached: bool, compiled: Option<&Compiled>) -> Measured {
    let world = World::reproducible().await;
    if cached {
        cache(&world).await;
    }
    let costs = &mut Costs::default();
    registry::measure(&world, costs).await;
    let mut breakdowns = factory::measure(&world, costs).await;
    breakdowns.extend(token::measure(&world, costs).await);
    breakdowns.extend(pool_factory::measure(&world, costs).await);
    breakdowns.extend(pool::measure(&world, costs).await);
    pool_extension::measure(&world, costs).await;
    dearest::measure(&world, costs).await;
    proxy::measure(&world, costs).await;
    // After all of ours, which so are the same with and without.
    let live = match compiled {
        Some(compiled) => peers::measure(&world, compiled).await,
        None => Live::new(),
    };
    Measured { costs: std::mem::take(costs).into_rows(), breakdowns, live }
}

async fn cache(world: &Arc<World>) {
    for program in world.programs.all() {
        set_cached(&world.chain, world.payer(), program, true, &mut Steps::silent())
            .await
            .expect("the chain's owner may");
    }
}

fn report(uncached: &Measured, cached: &Measured, agreement: Option<&Agreement>) -> Value {
    let Measured { breakdowns, live, .. } = cached;
    assert_eq!(uncached.live, *live, "the chain's cache is nothing to contracts of the EVM");
    let rows = uncached.costs.iter().zip(&cached.costs).flat_map(|(uncached, cached)| {
        assert_eq!(uncached.key(), cached.key(), "the same history both times");
        [(uncached, false), (cached, true)].map(|(cost, cached)| {
            json!({
                "contract": cost.contract,
                "function": cost.function,
                "case": cost.case,
                "cached": cached,
                "gas": cost.gas,
                "budget": limits::budget(cost, cached),
                "peer": limits::peers(cost),
                "live": peers::of(live, cost).collect::<BTreeMap<_, _>>(),
            })
        })
    });
    let rows: Vec<_> = rows.collect();
    limits::assert_all_used(&uncached.costs);
    if !live.is_empty() {
        limits::assert_all_live(live);
    }
    let declared = |name: &str| -> Vec<_> {
        let declared = abi::json::of(name).expect("it is one of the names");
        declared.functions().map(|function| function.signature()).collect()
    };
    let functions = abi::json::NAMES.iter().map(|name| (*name, declared(name)));
    let mut functions: BTreeMap<_, Vec<_>> = functions.collect();
    // At a pool's address are both programs' functions; each program has rows of its own.
    let extension = declared("pool-extension");
    functions.entry("pool").or_default().retain(|function| !extension.contains(function));
    json!({
        "functions": functions,
        "rows": rows,
        "breakdowns": breakdowns.iter().map(Breakdown::json).collect::<Vec<_>>(),
        "agreement": agreement.map(Agreement::json),
    })
}
