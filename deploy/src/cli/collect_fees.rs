//! `ecosystem collect-fees`

use std::{
    io::{self, Write},
    path::PathBuf,
};

use alloy::primitives::{Address, utils::format_ether};
use clap::Args;
use serde_json::json;

use crate::{
    chain::Chain,
    error::Error,
    key::{KEY_VARIABLE, Key},
    market::fees::{self, Collected},
};

/// Options of `ecosystem collect-fees`.
#[derive(Debug, Args)]
pub(super) struct CollectFeesArguments {
    /// The node to use, e.g. http://127.0.0.1:8547
    #[arg(long, value_name = "URL")]
    rpc: String,

    /// The pool factory's proxy.
    #[arg(long, value_name = "ADDRESS")]
    pool_factory: Address,

    /// A pool; may be given several times [default: all pools of the factory]
    #[arg(long = "pool", value_name = "ADDRESS")]
    pools: Vec<Address>,

    /// File with the private key of the account that pays for the gas [default: the environment variable
    /// ECOSYSTEM_PRIVATE_KEY; on a dev chain the account that it funds].
    #[arg(long, value_name = "FILE")]
    private_key_path: Option<PathBuf>,

    /// Print one JSON object, shares in base units.
    #[arg(long)]
    pub(super) json: bool,
}

/// Collects, and says whether no pool had a problem.
pub(super) async fn run(arguments: &CollectFeesArguments) -> Result<bool, Error> {
    let chain = Chain::connect(&arguments.rpc, None).await?;
    let variable = std::env::var(KEY_VARIABLE).ok();
    let payer = Key::find(arguments.private_key_path.clone(), variable, chain.chain_id())?;
    let collected = fees::collect(&chain, &payer, arguments.pool_factory, &arguments.pools).await?;
    let ok = collected.iter().all(|pool| pool.problem.is_none());
    let mut out = io::stdout().lock();
    if arguments.json {
        let rows: Vec<_> = collected
            .iter()
            .map(|Collected { pool, shares, problem }| {
                json!({ "pool": pool, "shares": shares.to_string(), "problem": problem })
            })
            .collect();
        let object = json!({ "schema": 1, "ok": ok, "rows": rows });
        writeln!(out, "{object}").map_err(Error::Output)?;
        return Ok(ok);
    }
    for Collected { pool, shares, problem } in &collected {
        let line = match problem {
            Some(problem) => format!("{pool}  {problem}"),
            None if shares.is_zero() => format!("{pool}  nothing to collect"),
            None => format!("{pool}  {} shares redeemed", format_ether(*shares)),
        };
        writeln!(out, "{line}").map_err(Error::Output)?;
    }
    Ok(ok)
}
