//! What was wrong with the earlier system, each shown to be different here. The numbers are those of its list of defects, in
//! which each was shown by running it: F of the factory and its tokens, P of the pools and their factory.

mod creation;
mod factory;
mod fees;
mod liquidity;
mod trades;

use abi::pool::ICredentialPool::{
    self as pool, InsufficientInputAmount, InsufficientLiquidityBurned, InsufficientLiquidityMinted,
};
use alloy::primitives::{Bytes, U256};

use crate::pool::{Entry, Market, NONE, pair_trade};

/// Whoever comes next finds nothing to take, neither as a trader nor as a provider, and nothing to give away either.
async fn nothing_is_left(market: &Market) {
    let (stage, thief) = (&market.stage, &market.stage.stranger);
    let to = thief.address();
    for out in [[U256::ONE, NONE], [NONE, U256::ONE]] {
        let trade = pair_trade(out, to, Bytes::new(), NONE);
        market.refuses_to(thief, trade, InsufficientInputAmount {}).await;
    }
    let mint = Entry::of(pool::mintCall { to });
    market.refuses_to(thief, mint, InsufficientLiquidityMinted {}).await;
    let burn = Entry::of(pool::burnCall { to });
    market.refuses_to(thief, burn, InsufficientLiquidityBurned {}).await;
    let before = market.reserves().await;
    let skimmed = stage.executes(thief, market.at, pool::skimCall { to }).await;
    assert!(skimmed.receipt.logs().is_empty(), "{skimmed:?}");
    stage.executes(thief, market.at, pool::syncCall {}).await;
    assert_eq!(market.reserves().await, before);
}
