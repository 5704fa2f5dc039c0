//! What the caller doesn't have, or hasn't allowed the pool to take, with a permit and without one.

use abi::{
    erc20::IERC20::approveCall,
    pool::ICredentialPool::{
        self as pool, ERC20InsufficientAllowance, ERC20InsufficientBalance, ERC2612ExpiredSignature,
        ERC2612InvalidSigner, Mint, Swap,
    },
};
use alloy::primitives::{Address, U256};
use ecosystem::signing::Parts;
use ecosystem_tests::{run, tokens, wei};

use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, Permitted, WORTHLESS, additions, exact_sales, sales,
};

/// What takes tokens of the caller, with the amounts that it takes: without and with a permit.
async fn takers(market: &Market, to: Address, permit: Permitted) -> Vec<(Entry, U256)> {
    let usual = Amounts::usual();
    let cost = pool::getAmountInCall { amountOut: usual.ether_out, tokenOut: NOBODY };
    let cost = market.reads(cost).await;
    let sold = sales(&usual, to, EVER, permit).map(|call| (call, tokens(1)));
    let sold_exactly = exact_sales(&usual, to, EVER, permit).map(|call| (call, cost));
    let added = additions(to, EVER, [tokens(1), wei(1)], [NONE, NONE], permit).map(|call| (call, tokens(1)));
    sold.into_iter().chain(sold_exactly).chain(added).collect()
}

#[test]
fn what_the_pool_may_not_take_is_refused() {
    run(async {
        let market = Market::shared().await;
        let stranger = &market.stage.stranger;
        let from = stranger.address();
        let small = market.permit(stranger, from, U256::ONE, 0, EVER);
        for (index, (call, needed)) in takers(&market, from, small).await.into_iter().enumerate() {
            // Every second one brings a permit, which works, over too little.
            let allowance = U256::from(index % 2);
            let refused = ERC20InsufficientAllowance { spender: market.at, allowance, needed };
            market.refuses_to(stranger, call, refused).await;
        }
    });
}

#[test]
fn what_the_caller_does_not_have_is_refused() {
    run(async {
        let market = Market::shared().await;
        let (to, usual) = (market.holder, Amounts::usual());
        let poor = |needed| ERC20InsufficientBalance { sender: to, balance: tokens(50), needed };
        for call in sales(&Amounts { tokens_in: tokens(51), ..usual }, to, EVER, WORTHLESS) {
            market.refuses(call, poor(tokens(51))).await;
        }
        let cost = market.reads(pool::getAmountInCall { amountOut: wei(30), tokenOut: NOBODY }).await;
        for call in exact_sales(&Amounts { ether_out: wei(30), ..usual }, to, EVER, WORTHLESS) {
            market.refuses(call, poor(cost)).await;
        }
        for call in additions(to, EVER, [tokens(51), wei(51)], [NONE, NONE], WORTHLESS) {
            market.refuses(call, poor(tokens(51))).await;
        }
    });
}

#[test]
fn permits_that_do_not_work_are_refused_unless_the_allowance_does() {
    run(async {
        let market = Market::shared().await;
        let (stranger, relayer) = (&market.stage.stranger, &market.stage.relayer);
        let from = stranger.address();
        let late = market.permit(stranger, from, U256::MAX, 0, U256::ONE);
        let forged = market.permit(relayer, from, U256::MAX, 0, EVER);
        for permit in [late, forged] {
            for (call, _) in takers(&market, from, permit).await.into_iter().skip(1).step_by(2) {
                if permit.deadline == EVER {
                    let refused = ERC2612InvalidSigner { signer: relayer.address(), owner: from };
                    market.refuses_to(stranger, call, refused).await;
                } else {
                    let refused = ERC2612ExpiredSignature { deadline: U256::ONE };
                    market.refuses_to(stranger, call, refused).await;
                }
            }
        }
        // The holder's allowance makes any permit needless.
        for (call, _) in takers(&market, market.holder, WORTHLESS).await.into_iter().skip(1).step_by(2) {
            market.takes(call).await;
        }
    });
}

#[test]
fn permits_stand_for_an_approval() {
    run(async {
        let market = Market::shared().await;
        let (stage, holder) = (&market.stage, &market.stage.holder);
        let unapproved = approveCall { spender: market.at, value: NONE };
        stage.executes(holder, market.token, unapproved).await;
        for number in 0..3 {
            let permit = market.permit(holder, market.holder, tokens(2), number, EVER);
            let call =
                takers(&market, market.holder, permit).await.remove(2 * usize::try_from(number).unwrap() + 1);
            let sent = market.takes(call.0).await;
            let events =
                stage.events::<Swap>(&sent, market.at).len() + stage.events::<Mint>(&sent, market.at).len();
            assert_eq!(events, 1);
        }
        // Brought by somebody else before: what it allows is there.
        let permit = market.permit(holder, market.holder, tokens(2), 3, EVER);
        let Parts { v, r, s } = permit.parts;
        let (value, deadline) = (permit.value, permit.deadline);
        let (owner, spender) = (market.holder, market.at);
        let call = pool::permitCall { owner, spender, value, deadline, v, r, s };
        stage.executes(&stage.relayer, market.token, call).await;
        let [_, call] = sales(&Amounts::usual(), market.holder, EVER, permit);
        market.takes(call).await;
    });
}
