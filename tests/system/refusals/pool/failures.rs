//! Others' failures: a token that fails, receivers that don't take Ether.

use abi::{
    erc20::IERC20::{approveCall, transferCall},
    pool::ICredentialPool::{self as pool, PoolEtherRefused, PoolTokenFailed},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{fixture, run, tokens, wei};
use math::curve;

use crate::pool::{
    Amounts, EVER, Entry, Market, NONE, WORTHLESS, additions, buy_exact, entries, exact_sales, pair_trade,
    removal, sales,
};

#[test]
fn a_token_that_fails_is_named() {
    run(async {
        let market = Market::own().await;
        let to = market.holder;
        let shares = market.free_shares().await;
        market.stage.replaces_code(market.token, &fixture::refuses_everything()).await;
        let pairs = [
            pair_trade([tokens(1), NONE], to, Bytes::new(), wei(5)),
            Entry::paid(wei(1), pool::mintCall { to }),
            Entry::of(pool::burnCall { to }),
            Entry::of(pool::skimCall { to }),
            Entry::of(pool::syncCall {}),
        ];
        for call in entries(to, EVER).into_iter().chain([removal(shares, to, EVER)]).chain(pairs) {
            market.refuses(call, PoolTokenFailed { token: market.token }).await;
        }
        // One that answers, but not what it was asked.
        market.stage.replaces_code(market.token, &Bytes::from_static(&[0x00])).await;
        for call in entries(to, EVER) {
            market.refuses(call, PoolTokenFailed { token: market.token }).await;
        }
    });
}

#[test]
fn a_receiver_that_does_not_take_ether_is_named() {
    run(async {
        let market = Market::own().await;
        let usual = Amounts::usual();
        let to = market.stage.account_with(fixture::refuses_everything()).await;
        let refused = |amount| PoolEtherRefused { to, amount };

        let quote = pool::getAmountOutCall { amountIn: tokens(1), tokenIn: market.token };
        let amount = market.reads(quote).await;
        for call in sales(&usual, to, EVER, WORTHLESS) {
            market.refuses(call, refused(amount)).await;
        }
        for call in exact_sales(&usual, to, EVER, WORTHLESS) {
            market.refuses(call, refused(wei(1))).await;
        }
        market.refuses(pair_trade([NONE, wei(1)], to, Bytes::new(), NONE), refused(wei(1))).await;

        let shares = market.free_shares().await;
        let supply = market.reads(pool::totalSupplyCall {}).await;
        let [_, ether] = market.reserves().await;
        let worth = curve::worth_of(shares, supply, market.reserves().await).expect("something");
        let refused_worth = refused(U256::from(worth[1]));
        market.refuses(removal(shares, to, EVER), refused_worth.clone()).await;
        market.takes(Entry::of(pool::transferCall { to: market.at, value: shares })).await;
        market.refuses(Entry::of(pool::burnCall { to }), refused_worth).await;

        let gift = U256::from(7);
        market.stage.endows(market.at, U256::from(ether) + gift).await;
        market.refuses(Entry::of(pool::skimCall { to }), refused(gift)).await;
    });
}

#[test]
fn a_caller_that_does_not_take_the_rest_back_is_named() {
    run(async {
        let market = Market::shared().await;
        let (stage, usual) = (&market.stage, Amounts::usual());
        let caller = stage.account_with(fixture::acts_and_refuses_ether()).await;
        let through = |target: Address, call: &[u8], value| {
            let input: Bytes = [target.into_word().as_slice(), call].concat().into();
            TransactionRequest::default().to(caller).input(input.into()).value(value)
        };
        // So that it can add liquidity.
        stage.executes(&stage.holder, market.token, transferCall { to: caller, value: tokens(5) }).await;
        let approval = approveCall { spender: market.at, value: U256::MAX }.abi_encode();
        let sent = stage.chain().send(&stage.stranger, through(market.token, &approval, NONE), "an approval");
        sent.await.unwrap_or_else(|error| panic!("{error}"));

        let cost = pool::getAmountInCall { amountOut: tokens(1), tokenOut: market.token };
        let cost = market.reads(cost).await;
        let bought = (buy_exact(&usual, market.holder, EVER), usual.ether_max - cost);
        let added = additions(market.holder, EVER, [tokens(1), wei(3)], [NONE, NONE], WORTHLESS);
        let added = added.map(|call| (call, wei(2)));
        for (call, amount) in [bought].into_iter().chain(added) {
            let request = through(market.at, &call.input, call.value);
            let error: PoolEtherRefused = stage.refuses_request(&stage.holder, request).await;
            assert_eq!(error, PoolEtherRefused { to: caller, amount }, "{}", call.name);
        }
        // With nothing to give back it works.
        let call = buy_exact(&usual, market.holder, EVER);
        let request = through(market.at, &call.input, cost);
        let sent = stage.chain().send(&stage.holder, request, call.name).await;
        sent.unwrap_or_else(|error| panic!("{error}"));
    });
}
