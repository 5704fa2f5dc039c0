//! The market of a token: opened, traded in both ways, fed with liquidity and left again; the first shares stay.

use abi::{
    pool::ICredentialPool::{
        self as pool, Burn, LiquidityLocked, Mint, Swap, addLiquidityCall, balanceOfCall, getReservesCall,
        lockedBalanceOfCall, removeLiquidityCall, swapExactEthForTokensCall, swapExactTokensForEthCall,
        transferCall, unlockScheduleCall,
    },
    pool_factory::IPoolFactory::{PoolCreated, createPoolCall, getPoolCall, setMinimumLiquidityCall},
    token::ICredentialToken::{approveCall, mintCall},
};
use alloy::{
    primitives::{Address, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};

use super::{
    DemoError,
    journey::{Journey, event, tokens},
    safeguards::{execute, refused},
};
use crate::{
    chain::Sent,
    market::quote::{Quote, Trade},
    signing::deadline_after,
    steps::Steps,
};

/// Wei that the market is opened with: little, so that the demo can be played where Ether is scarce.
const ETHER: u64 = 10_000_000_000_000;
/// Slippage that trades accept. Units: hundredths of a percent.
const SLIPPAGE_BPS: u64 = 50;

/// An open market.
pub(super) struct Market {
    /// The pool.
    pub(super) pool: Address,
    /// Shares that are the creator's for the first time, and locked.
    first: U256,
}

/// Opens a market for a third token, trades in it, and adds and removes liquidity.
pub(super) async fn open(journey: &mut Journey<'_>, steps: &mut Steps) -> Result<Market, DemoError> {
    let (chain, cast, factory) = (journey.chain, journey.cast, journey.system.pool_factory);
    let (owner, holder) = (&cast.owner, &cast.holder);
    let (me, ether) = (holder.address(), U256::from(ETHER));
    let call = setMinimumLiquidityCall { tokenAmount: tokens(50), ethAmount: ether };
    execute(journey, owner, factory, call, "ask little Ether for opening a market", steps).await?;
    let what = "create the token that is traded";
    let (_, credential) = journey.another_token(9, U256::ZERO, what, steps).await?;
    let call =
        abi::factory::ICredentialTokenFactory::getTokenByCredentialCall { credentialId: credential.id };
    let token = chain.read(journey.system.factory, call).await?;
    let call = mintCall { to: me, amount: tokens(100) };
    execute(journey, &cast.generator, token, call, "mint what is traded", steps).await?;
    let what = "give the holder Ether to trade with";
    let request = TransactionRequest::default().to(me).value(ether * U256::from(3));
    steps.sent(what, &chain.send(owner, request, what).await?);

    let call = approveCall { spender: factory, value: tokens(50) };
    execute(journey, holder, token, call, "allow the pool factory the first tokens", steps).await?;
    let call = createPoolCall { token, initialTokenAmount: tokens(50) };
    let sent = pays(journey, factory, call, ether, "open the market", steps).await?;
    let at = event::<PoolCreated>(&sent, "opening the market", factory)?.pool;
    let known = chain.read(factory, getPoolCall { token }).await?;
    journey.see("pool factory: the pool of the token", at, known);
    let reserves = chain.read(at, getReservesCall {}).await?;
    journey.see("pool: tokens at first", tokens(50), U256::from(reserves.reserve0));
    journey.see("pool: Ether at first", ether, U256::from(reserves.reserve1));
    let first = chain.read(at, balanceOfCall { account: me }).await?;
    let locked = chain.read(at, lockedBalanceOfCall { account: me }).await?;
    journey.see("pool: first shares, all locked", first, locked);

    trades(journey, at, token, steps).await?;
    liquidity(journey, at, steps).await?;
    let call = transferCall { to: cast.friend.address(), value: U256::ONE };
    refused::<LiquidityLocked>(journey, "locked: sending first shares", holder, at, call).await?;
    Ok(Market { pool: at, first })
}

/// Buys and sells, each with the bound of a quote that was computed off chain.
async fn trades(
    journey: &mut Journey<'_>,
    at: Address,
    token: Address,
    steps: &mut Steps,
) -> Result<(), DemoError> {
    let (chain, holder) = (journey.chain, &journey.cast.holder);
    let to = holder.address();
    let quote = quoted(journey, at, Trade::SellEther(U256::from(ETHER / 10))).await?;
    let deadline = deadline_after(chain.now().await?);
    let call = swapExactEthForTokensCall { minOut: quote.bound, to, deadline };
    let sent = pays(journey, at, call, quote.amount_in, "buy tokens", steps).await?;
    let swap: Swap = event(&sent, "buying", at)?;
    journey.see("pool: tokens bought, as quoted", quote.amount_out, swap.amount0Out);

    let call = approveCall { spender: at, value: U256::MAX };
    execute(journey, holder, token, call, "allow the pool the holder's tokens", steps).await?;
    let quote = quoted(journey, at, Trade::SellTokens(tokens(2))).await?;
    let call = swapExactTokensForEthCall { amountIn: tokens(2), minOut: quote.bound, to, deadline };
    let sent = execute(journey, holder, at, call, "sell tokens", steps).await?;
    let swap: Swap = event(&sent, "selling", at)?;
    journey.see("pool: Ether for tokens, as quoted", quote.amount_out, swap.amount1Out);
    Ok(())
}

/// Adds liquidity and redeems what it was worth.
async fn liquidity(journey: &mut Journey<'_>, at: Address, steps: &mut Steps) -> Result<(), DemoError> {
    let (chain, holder) = (journey.chain, &journey.cast.holder);
    let to = holder.address();
    let before = chain.read(at, balanceOfCall { account: to }).await?;
    let deadline = deadline_after(chain.now().await?);
    let nine_tenths = |amount: U256| amount * U256::from(9) / U256::from(10);
    let (most, value) = (tokens(10), U256::from(ETHER));
    // All of the tokens, and of the Ether what goes with them; the rest goes back.
    let call = addLiquidityCall {
        tokenDesired: most,
        tokenMin: nine_tenths(most),
        ethMin: U256::ZERO,
        to,
        deadline,
    };
    let sent = pays(journey, at, call, value, "add liquidity", steps).await?;
    let added: Mint = event(&sent, "adding liquidity", at)?;
    journey.see("pool: tokens added", most, added.amount0);
    let after = chain.read(at, balanceOfCall { account: to }).await?;
    let call = removeLiquidityCall {
        shares: after - before,
        tokenMin: nine_tenths(added.amount0),
        ethMin: nine_tenths(added.amount1),
        to,
        deadline,
    };
    let sent = execute(journey, holder, at, call, "remove it again", steps).await?;
    let removed: Burn = event(&sent, "removing liquidity", at)?;
    // Rounded down: never more than was added.
    journey.see("pool: no more comes back than was added", true, removed.amount0 <= added.amount0);
    let left = chain.read(at, balanceOfCall { account: to }).await?;
    journey.see("pool: the holder's shares, as before", before, left);
    Ok(())
}

/// Lets time pass until the first quarter of the first shares is released, and sends that.
pub(super) async fn release(
    journey: &mut Journey<'_>,
    market: &Market,
    may_move_clock: bool,
    steps: &mut Steps,
) -> Result<(), DemoError> {
    let (chain, cast, at) = (journey.chain, journey.cast, market.pool);
    let account = cast.holder.address();
    let schedule = chain.read(at, unlockScheduleCall {}).await?;
    let all = schedule.shares.into_iter().fold(U256::ZERO, |sum, shares| sum + shares);
    journey.see("pool: first shares, in its schedule", market.first, all);
    let mut locked = market.first;
    if may_move_clock {
        let [first, ..] = schedule.times;
        let wait = first.saturating_sub(chain.block_time().await?);
        steps.done("let time pass until first shares are released", chain.advance_time(wait).await?);
        let [quarter, ..] = schedule.shares;
        let call = pool::transferCall { to: cast.friend.address(), value: quarter };
        execute(journey, &cast.holder, at, call, "send the first shares that are released", steps).await?;
        locked -= quarter;
    }
    let left = chain.read(at, lockedBalanceOfCall { account }).await?;
    journey.see("pool: shares that stay locked", locked, left);
    Ok(())
}

async fn quoted(journey: &Journey<'_>, at: Address, trade: Trade) -> Result<Quote, DemoError> {
    Ok(Quote::of(journey.chain, at, trade, SLIPPAGE_BPS).await?)
}

/// A call of the holder with `value` wei.
async fn pays<C: SolCall>(
    journey: &Journey<'_>,
    at: Address,
    call: C,
    value: U256,
    what: &str,
    steps: &mut Steps,
) -> Result<Sent, DemoError> {
    let request = TransactionRequest::default().to(at).input(call.abi_encode().into()).value(value);
    let sent = journey.chain.send(&journey.cast.holder, request, what).await?;
    steps.sent(what, &sent);
    Ok(sent)
}
