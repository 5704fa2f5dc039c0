//! Whoever is sent Ether in the middle of a trade can't come back, and gets no price that is about to change.

use abi::pool::ICredentialPool::{self as pool, ReentrancyGuardReentrantCall};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolError,
};
use ecosystem_tests::{fixture, run, tokens, wei};

use super::{Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, entries, pair_trade, removal, sales};

/// Everything that changes something, or tells a price.
fn guarded(to: Address) -> Vec<Entry> {
    let mut calls = entries(to, EVER);
    calls.extend([
        removal(U256::ONE, to, EVER),
        pair_trade([tokens(1), NONE], to, Bytes::new(), NONE),
        Entry::of(pool::mintCall { to }),
        Entry::of(pool::burnCall { to }),
        Entry::of(pool::skimCall { to }),
        Entry::of(pool::syncCall {}),
        Entry::of(pool::setProtocolFeeCall { on: true }),
        Entry::of(pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY }),
        Entry::of(pool::getAmountInCall { amountOut: wei(1), tokenOut: NOBODY }),
        Entry::of(pool::price0CumulativeLastCall {}),
        Entry::of(pool::price1CumulativeLastCall {}),
        Entry::of(pool::consultCall { window: 1 }),
        Entry::of(pool::volumeCall { window: 1 }),
        Entry::of(pool::liquidityCall { window: 1 }),
        Entry::of(pool::observeCall { secondsAgo: vec![0] }),
        Entry::of(pool::dailyMeansCall {}),
    ]);
    calls
}

#[test]
fn nobody_comes_back_in_the_middle_of_a_trade() {
    run(async {
        let market = Market::shared().await;
        let sell = Amounts { tokens_in: tokens(1), ..Amounts::usual() };
        for call in guarded(market.holder) {
            let receiver = market.stage.account_with(fixture::reenters(market.at, &call.input)).await;
            let [sale, _] = sales(&sell, receiver, EVER, WORTHLESS);
            let sent = market.takes(sale).await;
            // The receiver logs what its call got.
            let log = sent.receipt.logs().iter().find(|log| log.address() == receiver);
            let log = log.unwrap_or_else(|| panic!("{}: it was sent Ether", call.name));
            assert_eq!(log.data().data, ReentrancyGuardReentrantCall {}.abi_encode(), "{}", call.name);
        }
    });
}
