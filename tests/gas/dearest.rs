//! The dearest trades: those that fill the most slots. A day begins, and the pool's rings have unused places.

use std::sync::Arc;

use abi::{erc20::IERC20::transferCall, pool::ICredentialPool as pool};
use alloy::primitives::{Address, U256};
use ecosystem_tests::{Stage, World, tokens, wei};

use crate::{
    market::{ANY, ANY_TIME, Market},
    meter::Costs,
};

/// Accounts that never had a token or Ether.
const NEW_HOLDERS: [Address; 2] = [Address::repeat_byte(0xd1), Address::repeat_byte(0xd2)];
const NEW_ACCOUNT: Address = Address::repeat_byte(0xd3);

/// What a pool's first trade fills for ever, a day after the pool was opened: price sums and history.
const FIRST: &str = "first of the pool, a day later";

pub(crate) async fn measure(world: &Arc<World>, costs: &mut Costs) {
    let stage = &Stage::named(world.clone(), "gas: dearest trades").await;
    own(stage, costs).await;
    extension(stage, costs).await;
}

/// Of the pool's own program.
async fn own(stage: &Stage, costs: &mut Costs) {
    let market = &Market::open(stage).await;
    let meter = &mut costs.of("pool", stage);
    let (holder, at) = (&stage.holder, market.at);
    let buy = |to| pool::swapExactEthForTokensCall { minOut: ANY, to, deadline: ANY_TIME };
    market.next_day().await;
    meter.paying(FIRST, holder, at, buy(holder.address()), wei(1)).await;
    market.next_day().await;
    meter.paying("to a new holder, first of a day", holder, at, buy(NEW_HOLDERS[0]), wei(1)).await;
    market.next_day().await;
    let sell = pool::swapExactTokensForEthCall {
        amountIn: tokens(1),
        minOut: ANY,
        to: NEW_ACCOUNT,
        deadline: ANY_TIME,
    };
    meter.call("of all, to a new account, first of a day", holder, at, sell).await;
}

/// Of its extension.
async fn extension(stage: &Stage, costs: &mut Costs) {
    let market = &Market::open(stage).await;
    let meter = &mut costs.of("pool-extension", stage);
    let (holder, seller, at) = (&stage.holder, &stage.relayer, market.at);
    let to = seller.address();
    stage.executes(holder, market.token, transferCall { to, value: tokens(20) }).await;
    let buy = |to| pool::swapEthForExactTokensCall { amountOut: tokens(1), to, deadline: ANY_TIME };
    market.next_day().await;
    meter.paying(FIRST, holder, at, buy(holder.address()), wei(5)).await;
    market.next_day().await;
    meter.paying("to a new holder, first of a day", holder, at, buy(NEW_HOLDERS[1]), wei(5)).await;
    market.next_day().await;
    let maximum = tokens(5);
    let sell = pool::swapTokensForExactEthCall { amountOut: wei(1), maxIn: maximum, to, deadline: ANY_TIME };
    meter.call("of all, first of a day", seller, at, sell).await;

    market.allow(seller, U256::ZERO).await;
    market.next_day().await;
    let sell = market.permitted_sale(seller, tokens(1)).await;
    meter.call("first permit of an owner, first of a day", seller, at, sell).await;
    market.next_day().await;
    let sell = market.permitted_sale_for(seller, wei(1), maximum).await;
    meter.call("later, first of a day", seller, at, sell).await;
}
