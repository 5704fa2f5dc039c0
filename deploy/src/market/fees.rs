//! The protocol's part of the trading fees, pool by pool.

use abi::{
    pool::ICredentialPool,
    pool_factory::IPoolFactory::{self, FeesCollected},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::SolEvent,
};

use crate::{
    chain::{Chain, ChainError},
    key::Key,
};

/// Pools that are asked for in one call.
const PAGE: u64 = 500;

/// What was done about one pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The pool.
    pub pool: Address,
    /// Shares that were redeemed; zero if the protocol had none. Units: base units.
    pub shares: U256,
    /// Why its shares could not be looked up or redeemed. The other pools' were.
    pub problem: Option<String>,
}

/// Redeems the protocol's shares of each of `pools`, or of all of the factory's if there are none; anyone may, and pays for
/// the gas. Pools without such shares cost nothing. Interrupted, it is started again: what was redeemed is gone.
pub async fn collect(
    chain: &Chain,
    payer: &Key,
    factory: Address,
    pools: &[Address],
) -> Result<Vec<Collected>, ChainError> {
    let pools = if pools.is_empty() { all(chain, factory).await? } else { pools.to_vec() };
    let mut results = Vec::with_capacity(pools.len());
    for pool in pools {
        results.push(match waiting(chain, factory, pool).await? {
            Ok(shares) if shares.is_zero() => Collected { pool, shares, problem: None },
            Ok(_) => redeem(chain, payer, factory, pool).await?,
            Err(problem) => Collected { pool, shares: U256::ZERO, problem: Some(problem) },
        });
    }
    Ok(results)
}

/// The protocol's shares of `pool`, or why it doesn't say: it is no pool, or its program is dead. Units: base units.
async fn waiting(chain: &Chain, factory: Address, pool: Address) -> Result<Result<U256, String>, ChainError> {
    match chain.read(pool, ICredentialPool::balanceOfCall { account: factory }).await {
        Ok(shares) => Ok(Ok(shares)),
        Err(
            error @ (ChainError::Reverted { .. }
            | ChainError::Refused { .. }
            | ChainError::Undecodable { .. }),
        ) => Ok(Err(error.to_string())),
        Err(other) => Err(other),
    }
}

/// Redeems the protocol's shares of `pool`.
async fn redeem(
    chain: &Chain,
    payer: &Key,
    factory: Address,
    pool: Address,
) -> Result<Collected, ChainError> {
    let what = format!("collect the fees of {pool}");
    let call = IPoolFactory::collectProtocolFeesCall { pool };
    match chain.execute(payer, factory, call, &what).await {
        Ok(sent) => {
            let logs = sent.receipt.logs().iter().filter(|log| log.address() == factory);
            let event = logs.filter_map(|log| FeesCollected::decode_log(&log.inner).ok()).next();
            let shares = event.map_or(U256::ZERO, |event| event.data.amount);
            Ok(Collected { pool, shares, problem: None })
        }
        Err(error @ (ChainError::Reverted { .. } | ChainError::Failed { .. })) => {
            Ok(Collected { pool, shares: U256::ZERO, problem: Some(error.to_string()) })
        }
        Err(other) => Err(other),
    }
}

/// All pools of the factory.
async fn all(chain: &Chain, factory: Address) -> Result<Vec<Address>, ChainError> {
    let mut pools = Vec::new();
    loop {
        let call = IPoolFactory::getPoolsCall { offset: U256::from(pools.len()), limit: U256::from(PAGE) };
        let page = chain.read(factory, call).await?;
        if page.is_empty() {
            return Ok(pools);
        }
        pools.extend(page);
    }
}
