//! What the chain's cache saves: the same operations with their programs outside and inside it.

use alloy::primitives::U256;

use super::{
    DemoError, GasRow,
    journey::{Journey, tokens},
};
use crate::{activation::set_cached, chain::Sent, steps::Steps};

/// Creates two more tokens and makes two more transfers, one of each before and one after caching every program.
///
/// All are of the later kind (the factory has tokens, the receiver a balance), so that only the cache differs.
pub(super) async fn compare(journey: &mut Journey<'_>, steps: &mut Steps) -> Result<Vec<GasRow>, DemoError> {
    let creation = another_token(journey, 4, "create another token, uncached", steps).await?;
    let transfer = journey.transfer(tokens(1), "transfer again, uncached", steps).await?;
    for program in journey.system.programs.all() {
        set_cached(journey.chain, &journey.cast.owner, program, true, steps).await?;
    }
    let cached_creation = another_token(journey, 5, "create another token, cached", steps).await?;
    let cached_transfer = journey.transfer(tokens(1), "transfer again, cached", steps).await?;
    Ok([("createToken", creation, cached_creation), ("transfer to a holder", transfer, cached_transfer)]
        .map(|(operation, uncached, cached)| GasRow {
            operation: operation.to_owned(),
            uncached: uncached.receipt.gas_used,
            cached: cached.receipt.gas_used,
        })
        .to_vec())
}

async fn another_token(
    journey: &mut Journey<'_>,
    number: u8,
    what: &str,
    steps: &mut Steps,
) -> Result<Sent, DemoError> {
    Ok(journey.another_token(number, U256::ZERO, what, steps).await?.0)
}
