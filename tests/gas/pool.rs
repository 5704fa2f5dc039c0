//! What a pool's own program answers: trades of exact input, liquidity, the pair flow, and what its factory switches.

use std::sync::Arc;

use abi::{
    erc20::IERC20::transferCall,
    pool::{CloneArgs, ICredentialPool as pool},
};
use alloy::{
    primitives::{Address, Bytes, U256, hex},
    sol_types::SolCall,
};
use ecosystem::key::Key;
use ecosystem_tests::{Stage, World, tokens, wei};

use crate::{
    breakdown::{self, Breakdown},
    market::{ANY, ANY_TIME, Market},
    meter::{Costs, Meter},
};

/// Accounts that never had a token or a share.
const NEW_HOLDERS: [Address; 2] = [Address::repeat_byte(0xb1), Address::repeat_byte(0xb2)];

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) -> Vec<Breakdown> {
    let stage = &Stage::named(world.clone(), "gas: pool").await;
    let market = &Market::open(stage).await;
    let meter = &mut costs.of("pool", stage);
    let buy = buys(meter, market).await;
    let sell = sells(meter, market).await;
    let add = additions(meter, market).await;
    let remove = removals(meter, market).await;
    pair_swaps(meter, market).await;
    pair_liquidity(meter, market).await;
    with_the_protocols_fee(meter, market).await;
    switches(meter).await;
    vec![buy, sell, add, remove]
}

const fn buy(to: Address) -> pool::swapExactEthForTokensCall {
    pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME }
}

fn sell(key: &Key, amount: U256) -> pool::swapExactTokensForEthCall {
    pool::swapExactTokensForEthCall { amountIn: amount, minOut: ANY, to: key.address(), deadline: ANY_TIME }
}

async fn buys(meter: &mut Meter<'_>, market: &Market<'_>) -> Breakdown {
    let (stage, at) = (meter.stage, market.at);
    let (holder, to) = (&stage.holder, stage.holder.address());
    market.pause().await;
    meter.paying("first of the pool", holder, at, buy(to), wei(1)).await;
    market.within_an_hour().await;
    let sent = meter.paying("to an existing holder", holder, at, buy(to), wei(1)).await;
    let operation = "swapExactEthForTokens, to an existing holder";
    let parts = breakdown::of(stage, operation, &sent, &market.names()).await;
    market.pause().await;
    let [new, _] = NEW_HOLDERS;
    meter.paying("to a new holder", holder, at, buy(new), wei(1)).await;
    meter.paying("to an existing holder, in the same second", holder, at, buy(to), wei(1)).await;
    market.next_hour().await;
    meter.paying("to an existing holder, first of an hour", holder, at, buy(to), wei(1)).await;
    market.next_day().await;
    meter.paying("to an existing holder, first of a day", holder, at, buy(to), wei(1)).await;
    parts
}

async fn sells(meter: &mut Meter<'_>, market: &Market<'_>) -> Breakdown {
    let (stage, at) = (meter.stage, market.at);
    let (holder, seller) = (&stage.holder, &stage.stranger);
    market.within_an_hour().await;
    let sent = meter.call("of all", holder, at, sell(holder, tokens(1))).await;
    let parts = breakdown::of(stage, "swapExactTokensForEth, of all", &sent, &market.names()).await;
    market.pause().await;
    stage.executes(holder, market.token, transferCall { to: seller.address(), value: tokens(2) }).await;
    market.allow(seller, tokens(2)).await;
    meter.call("some left", seller, at, sell(seller, tokens(1))).await;
    market.pause().await;
    meter.call("whole balance, none left", seller, at, sell(seller, tokens(1))).await;
    market.allow(seller, U256::MAX).await;
    market.next_hour().await;
    meter.call("of all, first of an hour", holder, at, sell(holder, tokens(1))).await;
    market.next_day().await;
    meter.call("of all, first of a day", holder, at, sell(holder, tokens(1))).await;
    parts
}

fn add(amount: U256, to: Address) -> pool::addLiquidityCall {
    pool::addLiquidityCall { tokenDesired: amount, tokenMin: ANY, ethMin: ANY, to, deadline: ANY_TIME }
}

fn remove(shares: U256, to: Address) -> pool::removeLiquidityCall {
    pool::removeLiquidityCall { shares, tokenMin: ANY, ethMin: ANY, to, deadline: ANY_TIME }
}

/// Somebody who adds liquidity for the first time and later, of tokens that the creator gave them.
async fn additions(meter: &mut Meter<'_>, market: &Market<'_>) -> Breakdown {
    let (stage, at) = (meter.stage, market.at);
    let (holder, provider) = (&stage.holder, &stage.relayer);
    let to = provider.address();
    stage.executes(holder, market.token, transferCall { to, value: tokens(20) }).await;
    market.within_an_hour().await;
    // More Ether than tokens: all tokens are taken, and what of the Ether doesn't fit goes back. Who doesn't know the ratio
    // to the wei can't do without.
    meter.paying("to a new holder", provider, at, add(tokens(1), to), wei(3)).await;
    market.pause().await;
    let sent = meter.paying("to an existing holder", provider, at, add(tokens(1), to), wei(3)).await;
    let parts = breakdown::of(stage, "addLiquidity, to an existing holder", &sent, &market.names()).await;
    market.pause().await;
    // More tokens than Ether: nothing goes back.
    let call = add(tokens(3), to);
    meter.paying("to an existing holder, without a refund", provider, at, call, wei(1)).await;
    market.next_hour().await;
    let call = add(tokens(1), to);
    meter.paying("to an existing holder, first of an hour", provider, at, call, wei(3)).await;
    parts
}

async fn removals(meter: &mut Meter<'_>, market: &Market<'_>) -> Breakdown {
    let (stage, at) = (meter.stage, market.at);
    let (creator, provider) = (&stage.holder, &stage.relayer);
    let to = provider.address();
    let shares = stage.reads(at, pool::balanceOfCall { account: to }).await;
    let quarter = shares / U256::from(4);
    // The creator's own, beyond what is locked.
    stage.executes(provider, at, pool::transferCall { to: creator.address(), value: quarter }).await;
    market.within_an_hour().await;
    let sent = meter.call("part", provider, at, remove(quarter, to)).await;
    let parts = breakdown::of(stage, "removeLiquidity, part", &sent, &market.names()).await;
    market.pause().await;
    meter.call("part, by the creator", creator, at, remove(quarter, creator.address())).await;
    market.next_hour().await;
    meter.call("part, first of an hour", provider, at, remove(quarter, to)).await;
    market.pause().await;
    let rest = stage.reads(at, pool::balanceOfCall { account: to }).await;
    meter.call("whole position", provider, at, remove(rest, to)).await;
    parts
}

fn pair_swap(out0: U256, out1: U256, to: Address, data: Bytes) -> pool::swapCall {
    pool::swapCall { amount0Out: out0, amount1Out: out1, to, data }
}

/// The pair's swap alone: what was put in came before, or comes with the call.
async fn pair_swaps(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, to) = (&stage.holder, stage.holder.address());
    market.within_an_hour().await;
    let buy = pool::getAmountOutCall { amountIn: wei(1), tokenIn: Address::ZERO };
    let out = stage.reads(at, buy).await;
    meter.paying("Ether for tokens", holder, at, pair_swap(out, ANY, to, Bytes::new()), wei(1)).await;
    market.pause().await;
    let put_in = transferCall { to: at, value: tokens(1) };
    stage.executes(holder, market.token, put_in).await;
    let sell = pool::getAmountOutCall { amountIn: tokens(1), tokenIn: market.token };
    let out = stage.reads(at, sell).await;
    meter.call("tokens for Ether", holder, at, pair_swap(ANY, out, to, Bytes::new())).await;
    market.pause().await;
    let callee = stage.account_with(gives_back_ether()).await;
    stage.world.give(callee, wei(1)).await;
    let lent = pair_swap(ANY, wei(10), callee, Bytes::from_static(&[1]));
    meter.call("of Ether that its callee gives back", holder, at, lent).await;
    market.pause().await;
    // A token and three thousandths more than what is left after the fee, rounded up.
    let back = tokens(1) * U256::from(1_000) / U256::from(997) + U256::ONE;
    let callee = stage.account_with(gives_back_tokens(market.token)).await;
    stage.executes(holder, market.token, transferCall { to: callee, value: tokens(1) }).await;
    let lent = pair_swap(tokens(1), ANY, callee, back.to_be_bytes_vec().into());
    meter.call("of tokens that its callee gives back", holder, at, lent).await;
}

/// Gives its Ether to who calls it with calldata.
fn gives_back_ether() -> Bytes {
    #[rustfmt::skip]
    let code = [
        // if calldatasize == 0 { goto 17 }
        &hex!("36 15 60 11 57")[..],
        // if !call(gas, caller, selfbalance, 0, 0, 0, 0) { goto 19 }
        &hex!("5f 5f 5f 5f 47 33 5a f1 15 60 13 57"),
        // 17: stop
        &hex!("5b 00"),
        // 19: revert(0, 0)
        &hex!("5b 5f 5f fd"),
    ];
    code.concat().into()
}

/// Gives who calls it as many tokens as the first word of the swap's data says.
fn gives_back_tokens(token: Address) -> Bytes {
    #[rustfmt::skip]
    let code = [
        // mstore(0, transfer << 224); mstore(4, caller); mstore(36, calldataload(164))
        &hex!("63")[..], &transferCall::SELECTOR, &hex!("60 e0 1b 5f 52 33 60 04 52 60 a4 35 60 24 52"),
        // if !call(gas, token, 0, 0, 68, 0, 0) { goto 54 }
        &hex!("5f 5f 60 44 5f 5f 73"), token.as_slice(), &hex!("5a f1 15 60 36 57"),
        // stop
        &hex!("00"),
        // 54: revert(0, 0)
        &hex!("5b 5f 5f fd"),
    ];
    code.concat().into()
}

/// The pair's other functions: what was put in came before.
async fn pair_liquidity(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, provider) = (&stage.holder, &stage.relayer);
    let put_in = |count| transferCall { to: at, value: tokens(count) };
    let to = provider.address();
    market.within_an_hour().await;
    let [_, new] = NEW_HOLDERS;
    stage.executes(holder, market.token, put_in(1)).await;
    meter.paying("to a new holder", holder, at, pool::mintCall { to: new }, wei(1)).await;
    market.pause().await;
    stage.executes(holder, market.token, put_in(1)).await;
    stage.pays(holder, at, pool::mintCall { to }, wei(1)).await;
    market.pause().await;
    stage.executes(holder, market.token, put_in(1)).await;
    meter.paying("to an existing holder", holder, at, pool::mintCall { to }, wei(1)).await;
    market.pause().await;
    let half = stage.reads(at, pool::balanceOfCall { account: to }).await / U256::from(2);
    stage.executes(provider, at, pool::transferCall { to: at, value: half }).await;
    meter.call("", provider, at, pool::burnCall { to }).await;

    market.pause().await;
    meter.call("of nothing", holder, at, pool::skimCall { to }).await;
    stage.executes(holder, market.token, put_in(1)).await;
    meter.call("of tokens", holder, at, pool::skimCall { to }).await;
    market.pause().await;
    meter.call("of nothing", holder, at, pool::syncCall {}).await;
    market.pause().await;
    stage.executes(holder, market.token, put_in(1)).await;
    meter.call("of tokens", holder, at, pool::syncCall {}).await;
    meter.view("", at, pool::getReservesCall {}).await;
}

/// What the protocol's part of the fee adds to changes of liquidity; trades don't pay for it.
async fn with_the_protocols_fee(meter: &mut Meter<'_>, market: &Market<'_>) {
    let (stage, at) = (meter.stage, market.at);
    let (holder, provider) = (&stage.holder, &stage.relayer);
    let to = provider.address();
    let on = abi::pool_factory::IPoolFactory::setProtocolFeeCall { pools: vec![at], on: true };
    stage.executes(&stage.owner, stage.system.pool_factory, on).await;
    market.within_an_hour().await;
    for case in [
        "to an existing holder, protocol's fee on, its first shares",
        "to an existing holder, protocol's fee on",
    ] {
        stage.pays(holder, at, buy(holder.address()), wei(1)).await;
        market.pause().await;
        meter.paying(case, provider, at, add(tokens(1), to), wei(3)).await;
        market.pause().await;
    }
    stage.pays(holder, at, buy(holder.address()), wei(1)).await;
    market.pause().await;
    let half = stage.reads(at, pool::balanceOfCall { account: to }).await / U256::from(2);
    meter.call("part, protocol's fee on", provider, at, remove(half, to)).await;
}

/// What the factory does with a new clone and later, done by an account that stands where the factory would.
async fn switches(meter: &mut Meter<'_>) {
    let stage = meter.stage;
    let (owner, holder) = (&stage.owner, &stage.holder);
    let token = stage.token_with(tokens(100)).await;
    for (case, protocol_fee) in [("protocol's fee off", false), ("protocol's fee on", true)] {
        let arguments: [u8; CloneArgs::BYTES] = CloneArgs {
            extension: stage.world.programs.pool_extension.address,
            factory: owner.address(),
            token,
            creator: holder.address(),
            created_at: stage.chain().block_time().await.expect("the time"),
            initial_tokens: tokens(50).to(),
            initial_ether: wei(50).to(),
        }
        .into();
        let program = stage.world.programs.pool.address;
        let clone = stage.account_with(stage.world.artifacts.evm.clone_runtime(program, &arguments)).await;
        stage.executes(holder, token, transferCall { to: clone, value: tokens(50) }).await;
        stage.world.give(owner.address(), wei(50)).await;
        let start = pool::initializeCall { tokenAmount: tokens(50), protocolFee: protocol_fee };
        meter.paying(case, owner, clone, start, wei(50)).await;
        if protocol_fee {
            for (case, on) in [("on to off", false), ("off to on", true)] {
                meter.call(case, owner, clone, pool::setProtocolFeeCall { on }).await;
            }
            for (case, paused) in [("on", true), ("off", false)] {
                meter.call(case, owner, clone, pool::setPausedCall { paused }).await;
            }
        }
    }
}
