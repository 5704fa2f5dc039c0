//! What a pool leaves to its extension: each figure has the way there in it, the pool's program and one more call.

use std::sync::Arc;

use abi::{
    erc20::IERC20::transferCall,
    pool::{DOMAIN_VERSION, ICredentialPool as pool, NAME},
};
use alloy::{
    primitives::{Address, U256},
    sol_types::eip712_domain,
};
use ecosystem::signing::{Parts, Permit, deadline_after, sign_permit};
use ecosystem_tests::{Stage, World, tokens, wei};
use math::{
    bounds::DAY_SECS,
    history::{HOUR_SECS, HOURS},
};

use crate::{
    market::{ANY, ANY_TIME, Market},
    meter::{Costs, Meter},
};

/// Accounts that only receive.
const FIRST_RECEIVER: Address = Address::repeat_byte(0xc1);
const SECOND_RECEIVER: Address = Address::repeat_byte(0xc2);
const THIRD_RECEIVER: Address = Address::repeat_byte(0xc3);

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) {
    let stage = &Stage::named(world.clone(), "gas: pool's extension").await;
    let market = &Market::open(stage).await;
    let meter = &mut costs.of("pool-extension", stage);
    exact_outputs(meter, market).await;
    permitted(meter, market).await;
    // Of shares that permitted additions gave, and answered by the pool itself.
    ledger(&mut costs.of("pool", stage), market).await;
    let meter = &mut costs.of("pool-extension", stage);
    shares(meter, market).await;
    views(meter, market).await;
    past(meter, market).await;
    fill_the_rings(meter, market).await;
    // The pool's own, but after a longer past than its trades have else.
    in_used_places(&mut costs.of("pool", stage), market).await;
}

async fn exact_outputs(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, to) = (&stage.holder, stage.holder.address());
    // The first trade of a pool fills slots for all that follow.
    let first = pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME };
    stage.pays(holder, at, first, wei(1)).await;
    market.within_an_hour().await;
    let buy = pool::swapEthForExactTokensCall { amountOut: tokens(1), to, deadline: ANY_TIME };
    let cost = pool::getAmountInCall { amountOut: tokens(1), tokenOut: market.token };
    let exact = stage.reads(at, cost).await;
    meter.paying("to an existing holder, without a refund", holder, at, buy.clone(), exact).await;
    market.pause().await;
    meter.paying("to an existing holder", holder, at, buy.clone(), wei(5)).await;
    market.pause().await;
    let sell =
        |to| pool::swapTokensForExactEthCall { amountOut: wei(1), maxIn: tokens(10), to, deadline: ANY_TIME };
    meter.call("of all", holder, at, sell(to)).await;
    market.next_hour().await;
    meter.paying("to an existing holder, first of an hour", holder, at, buy, wei(5)).await;
    market.next_hour().await;
    meter.call("of all, first of an hour", holder, at, sell(to)).await;
}

/// With a permit in the same call: the spender's allowance is used up again, so it always is a fresh one.
async fn permitted(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (seller, to) = (&stage.relayer, stage.relayer.address());
    stage.executes(&stage.holder, market.token, transferCall { to, value: tokens(20) }).await;
    market.allow(seller, U256::ZERO).await;
    market.within_an_hour().await;
    for case in ["first permit of an owner", "later"] {
        let call = market.permitted_sale(seller, tokens(1)).await;
        meter.call(case, seller, at, call).await;
        market.pause().await;
    }
    let call = market.permitted_sale_for(seller, wei(1), tokens(5)).await;
    meter.call("later", seller, at, call).await;
    market.pause().await;
    market.allow(seller, U256::ZERO).await;
    for case in ["to a new holder", "to an existing holder"] {
        let (permit_deadline, Parts { v, r, s }) = market.permit(seller, tokens(1)).await;
        let call = pool::addLiquidityWithPermitCall {
            tokenDesired: tokens(1),
            tokenMin: ANY,
            ethMin: ANY,
            to,
            deadline: ANY_TIME,
            value: tokens(1),
            permitDeadline: permit_deadline,
            v,
            r,
            s,
        };
        meter.paying(case, seller, at, call, wei(3)).await;
        market.pause().await;
    }
}

/// The shares' ledger.
async fn ledger(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (creator, provider, spender) = (&stage.holder, &stage.relayer, &stage.stranger);
    let some = |count: u64| U256::from(count) * U256::from(1_000_000_000);
    let send = |to| pool::transferCall { to, value: some(1) };
    meter.call("to a new holder", provider, at, send(FIRST_RECEIVER)).await;
    meter.call("to an existing holder", provider, at, send(FIRST_RECEIVER)).await;
    stage.executes(provider, at, send(creator.address())).await;
    meter.call("by the creator, of what isn't locked", creator, at, send(FIRST_RECEIVER)).await;
    let approve = |value| pool::approveCall { spender: spender.address(), value };
    meter.call("0 to some", provider, at, approve(some(3))).await;
    meter.call("some to others", provider, at, approve(some(4))).await;
    let spend = |to, value| pool::transferFromCall { from: provider.address(), to, value };
    meter.call("to a new holder, some left", spender, at, spend(SECOND_RECEIVER, some(1))).await;
    meter.call("to an existing holder, some left", spender, at, spend(SECOND_RECEIVER, some(1))).await;
    let owner = provider.address();
    meter.view("", at, pool::pausedCall {}).await;
    meter.view("", at, pool::totalSupplyCall {}).await;
    meter.view("", at, pool::balanceOfCall { account: owner }).await;
    meter.view("", at, pool::allowanceCall { owner, spender: spender.address() }).await;
}

/// What else an ERC-20 with permit has.
async fn shares(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (provider, spender) = (&stage.relayer, &stage.stranger);
    let domain = eip712_domain! {
        name: NAME,
        version: DOMAIN_VERSION,
        chain_id: stage.chain().chain_id(),
        verifying_contract: at,
    };
    let owner = provider.address();
    let deadline = deadline_after(stage.chain().now().await.expect("the time"));
    for (nonce, case) in ["first of an owner", "later, for the same spender"].into_iter().enumerate() {
        let value = U256::from(1_000_000_000 + nonce);
        let permit = Permit { owner, spender: THIRD_RECEIVER, value, nonce: U256::from(nonce), deadline };
        let Parts { v, r, s } = sign_permit(provider, &permit, &domain);
        let call = pool::permitCall { owner, spender: THIRD_RECEIVER, value, deadline, v, r, s };
        meter.call(case, spender, at, call).await;
    }
    meter.view("", at, pool::noncesCall { owner }).await;
    meter.view("", at, pool::nameCall {}).await;
    meter.view("", at, pool::symbolCall {}).await;
    meter.view("", at, pool::decimalsCall {}).await;
    meter.view("", at, pool::DOMAIN_SEPARATORCall {}).await;
    meter.view("", at, pool::eip712DomainCall {}).await;
}

async fn views(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    meter.view("", at, pool::getAmountOutCall { amountIn: wei(1), tokenIn: Address::ZERO }).await;
    meter.view("", at, pool::getAmountInCall { amountOut: wei(1), tokenOut: Address::ZERO }).await;
    meter.view("", at, pool::kLastCall {}).await;
    meter.view("", at, pool::price0CumulativeLastCall {}).await;
    meter.view("", at, pool::price1CumulativeLastCall {}).await;
    meter.view("", at, pool::factoryCall {}).await;
    meter.view("", at, pool::token0Call {}).await;
    meter.view("", at, pool::token1Call {}).await;
    meter.view("", at, pool::MINIMUM_LIQUIDITYCall {}).await;
    meter.view("", at, pool::protocolFeeCall {}).await;
    meter.view("of the creator", at, pool::lockedBalanceOfCall { account: stage.holder.address() }).await;
    meter.view("of somebody else", at, pool::lockedBalanceOfCall { account: FIRST_RECEIVER }).await;
    meter.view("", at, pool::unlockScheduleCall {}).await;
}

/// Questions about the past, after a month with a trade in it every day.
async fn past(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, to) = (&stage.holder, stage.holder.address());
    for _ in 0..31 {
        market.next_day().await;
        let buy = pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME };
        stage.pays(holder, at, buy, wei(1)).await;
    }
    market.pause().await;
    let month = u32::try_from(30 * DAY_SECS).expect("a small number");
    let day = u32::try_from(DAY_SECS).expect("a small number");
    let hour = u32::try_from(HOUR_SECS).expect("a small number");
    for (case, window) in [("1 hour", hour), ("30 days", month)] {
        meter.view(case, at, pool::consultCall { window }).await;
        meter.view(case, at, pool::volumeCall { window }).await;
        meter.view(case, at, pool::liquidityCall { window }).await;
    }
    meter.view("a day ago", at, pool::observeCall { secondsAgo: vec![day] }).await;
    let week = (0..8).map(|days| days * day).collect();
    meter.view("8 times, a day apart", at, pool::observeCall { secondsAgo: week }).await;
    meter.view("30 days", at, pool::dailyMeansCall {}).await;
}

/// A month with an interaction in each hour: from then on an observation takes the place of an older one.
async fn fill_the_rings(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    for _ in 0..HOURS {
        market.next_hour().await;
        stage.executes(&stage.owner, at, pool::syncCall {}).await;
    }
    market.pause().await;
    let window = u32::try_from(30 * DAY_SECS).expect("a small number");
    meter.view("30 days, with an interaction in each hour", at, pool::consultCall { window }).await;
}

async fn in_used_places(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, to) = (&stage.holder, stage.holder.address());
    let buy = pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME };
    market.next_hour().await;
    let case = "to an existing holder, first of an hour, in a used place";
    meter.paying(case, holder, at, buy.clone(), wei(1)).await;
    market.next_day().await;
    meter.paying("to an existing holder, first of a day, in used places", holder, at, buy, wei(1)).await;
    let sell = pool::swapExactTokensForEthCall { amountIn: tokens(1), minOut: ANY, to, deadline: ANY_TIME };
    market.next_hour().await;
    meter.call("of all, first of an hour, in a used place", holder, at, sell.clone()).await;
    market.next_day().await;
    meter.call("of all, first of a day, in used places", holder, at, sell).await;
}
