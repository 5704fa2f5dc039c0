//! What comes to a pool's address before the pool does: anybody can tell where that will be.

use abi::{
    erc20::IERC20::{approveCall, balanceOfCall, transferCall},
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{PoolCreated, createPoolCall},
};
use alloy::{primitives::U256, sol_types::SolCall};
use ecosystem_tests::{Stage, World, run, tokens, wei};
use math::curve;

use crate::pool::{Entry, NOBODY};

#[test]
fn a_pool_opens_with_the_stated_amounts_whatever_lay_there() {
    run(async {
        // The address depends on the time: on a clock that stands still it stays what a simulation tells.
        let stage = Stage::in_world(World::reproducible().await).await;
        let (factory, giver) = (stage.system.pool_factory, &stage.stranger);
        let [gift_tokens, gift_ether] = [tokens(7), wei(30)];
        let token = stage.token_with(tokens(100)).await;
        let gift = transferCall { to: giver.address(), value: gift_tokens };
        stage.executes(&stage.holder, token, gift).await;
        let approval = approveCall { spender: factory, value: tokens(50) };
        stage.executes(&stage.holder, token, approval).await;
        stage.world.give(stage.holder.address(), wei(50)).await;

        let create = Entry::paid(wei(50), createPoolCall { token, initialTokenAmount: tokens(50) });
        let simulated = create.request(factory).from(stage.holder.address());
        let simulated = stage.chain().call(simulated, create.name).await;
        let simulated = simulated.unwrap_or_else(|error| panic!("{error}"));
        let at = createPoolCall::abi_decode_returns(&simulated).expect("an address");
        stage.executes(giver, token, transferCall { to: at, value: gift_tokens }).await;
        stage.world.give(at, gift_ether).await;

        let sent = stage.chain().send(&stage.holder, create.request(factory), create.name).await;
        let sent = sent.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(stage.event::<PoolCreated>(&sent, factory).pool, at);
        let reserves = stage.reads(at, pool::getReservesCall {}).await;
        let reserves = [reserves.reserve0, reserves.reserve1].map(|reserve| reserve.to::<u128>());
        assert_eq!(reserves.map(U256::from), [tokens(50), wei(50)]);
        assert_eq!(stage.reads(token, balanceOfCall { account: at }).await, tokens(57));
        assert_eq!(stage.chain().balance(at).await.expect("the node answers"), wei(80));
        // Neither shares nor prices know of it.
        let shares = curve::first_shares(reserves).expect("enough");
        let holder = stage.holder.address();
        assert_eq!(stage.reads(at, pool::balanceOfCall { account: holder }).await, shares);
        let supply = shares + U256::from(curve::MINIMUM_LIQUIDITY);
        assert_eq!(stage.reads(at, pool::totalSupplyCall {}).await, supply);
        let price = pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY };
        let expected = curve::amount_out(wei(1), reserves[1], reserves[0]).map(U256::from);
        assert_eq!(Some(stage.reads(at, price).await), expected);

        // It is whoever's takes it, and all of it.
        let taker = stage.world.payer().derive("takes what lay there before").address();
        for expected in [[gift_tokens, gift_ether]; 2] {
            stage.executes(giver, at, pool::skimCall { to: taker }).await;
            let ether = stage.chain().balance(taker).await.expect("the node answers");
            assert_eq!([stage.reads(token, balanceOfCall { account: taker }).await, ether], expected);
        }
        let told = stage.reads(at, pool::getReservesCall {}).await;
        assert_eq!([told.reserve0.to::<u128>(), told.reserve1.to()], reserves);
    });
}
