//! The pool factory, and a pool with the protocol's fee on: everything a day later than what was before, so that an hour and
//! a day have ended each time.

use abi::{
    erc20::IERC20::transferCall,
    pool::{ICredentialPool as pool, NAME},
    pool_factory::IPoolFactory as pools,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, fixture, tokens, wei};

use super::{EVER, announced, permit, sends, signed_permit};
use crate::pool::{
    Amounts, Entry, NONE, Permitted, WORTHLESS, additions, buy, buy_exact, exact_sales, pair_trade, removal,
    sales,
};

/// A bit more than a day.
const NEXT_DAY: u64 = 25 * 3_600;

pub(super) async fn visit(stage: &Stage) {
    let Stage { owner, holder, relayer, .. } = stage;
    let (factory, fee) = (stage.system.pool_factory, U256::from(1_000));
    stage.install_oracle(fixture::oracle()).await;
    let recipient = pools::setProtocolFeeRecipientCall { newRecipient: relayer.address() };
    stage.executes(owner, factory, recipient).await;
    stage.executes(owner, factory, pools::setPoolCreationFeeCall { newFee: fee }).await;
    let token = stage.token_with(tokens(100)).await;
    let at = stage.pool_of(token, tokens(50), wei(50) + fee).await;
    stage.world.give(holder.address(), wei(1_000)).await;

    people(stage, at, token).await;
    contracts(stage, at, token).await;
    shares(stage, at).await;
    switches(stage, at).await;
    announcements(stage, at).await;
}

/// Does all of it, each a day later.
async fn days(stage: &Stage, to: Address, entries: impl IntoIterator<Item = Entry>) {
    for Entry { value, input, .. } in entries {
        stage.world.advance_time(NEXT_DAY).await;
        sends(stage, &stage.holder, to, input, value).await;
    }
}

/// What people do.
async fn people(stage: &Stage, at: Address, token: Address) {
    let (usual, to) = (Amounts::usual(), stage.holder.address());
    let added = [tokens(1), wei(5)];
    let name = "Ada Lovelace";
    let mut permits = Vec::new();
    for nonce in 0..3 {
        let parts = signed_permit(stage, token, name, at, nonce).await;
        permits.push(Permitted { value: U256::MAX, deadline: EVER, parts });
    }
    let [_, sale] = sales(&usual, to, EVER, permits[0]);
    let [_, exact_sale] = exact_sales(&usual, to, EVER, permits[1]);
    let [_, addition] = additions(to, EVER, added, [NONE, NONE], permits[2]);
    days(stage, at, [sale, exact_sale, addition]).await;
    let [sale, _] = sales(&usual, to, EVER, WORTHLESS);
    let [exact_sale, _] = exact_sales(&usual, to, EVER, WORTHLESS);
    let [addition, _] = additions(to, EVER, added, [NONE, NONE], WORTHLESS);
    let trades = [buy(&usual, to, EVER), buy_exact(&usual, to, EVER), sale, exact_sale];
    days(stage, at, trades.into_iter().chain([addition, removal(wei(1), to, EVER)])).await;
}

/// What contracts do, a flash swap among it that lends both.
async fn contracts(stage: &Stage, at: Address, token: Address) {
    let to = stage.holder.address();
    let callee = stage.account_with(fixture::pays_for_flash_swaps()).await;
    stage.world.give(callee, wei(10)).await;
    let flash = pair_trade([tokens(1), wei(1)], callee, wei(10).to_be_bytes_vec().into(), NONE);
    let trade = pair_trade([tokens(1), NONE], to, Bytes::new(), wei(5));
    days(stage, at, [flash, trade]).await;
    let give = |value| Entry::of(transferCall { to: at, value });
    days(stage, token, [give(tokens(2))]).await;
    days(stage, at, [Entry::paid(wei(5), pool::mintCall { to })]).await;
    days(stage, at, [give(wei(1)), Entry::of(pool::burnCall { to })]).await;
    // Ether, too.
    let balance = stage.chain().balance(at).await.expect("the node answers");
    for last in [Entry::of(pool::skimCall { to }), Entry::of(pool::syncCall {})] {
        days(stage, token, [give(tokens(1))]).await;
        stage.endows(at, balance + U256::from(7)).await;
        days(stage, at, [last]).await;
    }
}

/// What holders of shares do with them.
async fn shares(stage: &Stage, at: Address) {
    let (from, to) = (stage.holder.address(), stage.stranger.address());
    let value = U256::from(1_000_000);
    stage.executes(&stage.holder, at, pool::transferCall { to, value }).await;
    stage.executes(&stage.holder, at, pool::approveCall { spender: to, value }).await;
    stage.executes(&stage.stranger, at, pool::transferFromCall { from, to, value }).await;
    let permission = permit(stage, at, NAME, stage.relayer.address(), 0).await;
    sends(stage, &stage.stranger, at, permission, NONE).await;
}

/// What the factory does to pools, and what it gets of them.
async fn switches(stage: &Stage, at: Address) {
    let (factory, owner) = (stage.system.pool_factory, &stage.owner);
    let listed = vec![at];
    for on in [false, true] {
        stage.executes(owner, factory, pools::setProtocolFeeCall { pools: listed.clone(), on }).await;
    }
    stage.executes(owner, factory, pools::pausePoolsCall { pools: listed.clone() }).await;
    stage.executes(owner, factory, pools::unpausePoolsCall { pools: listed }).await;
    stage.executes(&stage.stranger, factory, pools::collectProtocolFeesCall { pool: at }).await;
    stage.executes(&stage.relayer, factory, pools::withdrawFeesCall {}).await;
}

/// What is announced once the pool factory is launched.
async fn announcements(stage: &Stage, at: Address) {
    let factory = stage.system.pool_factory;
    let programs = &stage.world.programs;
    let oracle = stage.reads(factory, pools::oracleCall {}).await;
    stage.executes(&stage.owner, factory, pools::setProtocolFeeCall { pools: vec![at], on: false }).await;
    stage.executes(&stage.owner, factory, pools::launchCall {}).await;
    let changes = vec![
        pools::setTokenFactoryCall { newTokenFactory: stage.system.factory }.abi_encode(),
        pools::setOracleCall { newOracle: oracle }.abi_encode(),
        pools::setImplementationCall {
            newImplementation: programs.pool.address,
            newExtension: programs.pool_extension.address,
        }
        .abi_encode(),
        pools::setMinimumLiquidityCall { tokenAmount: tokens(5), ethAmount: wei(5) }.abi_encode(),
        pools::setPoolCreationFeeCall { newFee: U256::from(2_000) }.abi_encode(),
        pools::setProtocolFeeRecipientCall { newRecipient: stage.stranger.address() }.abi_encode(),
        pools::setProtocolFeeCall { pools: vec![at], on: true }.abi_encode(),
    ];
    announced(stage, factory, changes).await;
}
