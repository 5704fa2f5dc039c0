//! Who is called in the middle of something, because Ether comes or a flash swap's tokens do, and makes use of it.

use abi::{
    pool::{
        DEAD,
        ICredentialPool::{self as pool, PoolPlainEther, ReentrancyGuardReentrantCall},
    },
    pool_factory::IPoolFactory as pools,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolError},
};
use ecosystem::chain::Sent;
use ecosystem_tests::{attacker, fixture, run, tokens, wei};
use math::curve;

use super::{Player, sells};
use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, buy_exact, entries, exact_sales, pair_trade,
    prices, removal,
};

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
    ]);
    calls.extend(prices());
    calls
}

/// What came back to an attacker that was called, in the order of its calls: whether they succeeded, and their data.
fn answers(sent: &Sent, attacker: Address) -> Vec<(bool, Bytes)> {
    let logs = sent.receipt.logs().iter().filter(|log| log.address() == attacker);
    logs.map(|log| (!log.topics()[0].is_zero(), log.data().data.clone())).collect()
}

/// A flash swap of `lent` tokens and wei, for which its callee pays this many wei.
fn flash(lent: [U256; 2], callee: Address, pays: U256) -> Entry {
    pair_trade(lent, callee, pays.to_be_bytes_vec().into(), NONE)
}

#[test]
fn nobody_comes_back_in_the_middle_of_anything() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let calls = guarded(market.holder);
        // And plain Ether, which is nothing but a call without data.
        let plain = (market.at, Bytes::new());
        let inputs = calls.iter().map(|call| (market.at, call.input.clone())).chain([plain]);
        let callee = stage.account_with(attacker::comes_back(&inputs.collect::<Vec<_>>())).await;
        let (lent, fee) = (wei(10), wei(1));
        stage.world.give(callee, fee).await;
        let mut donor = Player::with(&market, &stage.stranger, tokens(10), wei(100)).await;
        let mut holder = Player::at(&market, &stage.holder).await;
        let free = market.free_shares().await / U256::from(2);

        let [exact_sale, _] = exact_sales(&Amounts::usual(), callee, EVER, WORTHLESS);
        // The last one calls twice: Ether comes, which isn't the time to send some back; then the callback, which is.
        for (call, occasions) in [
            (sells(tokens(1), callee), 1),
            (exact_sale, 1),
            (removal(free, callee, EVER), 1),
            (Entry::of(pool::burnCall { to: callee }), 1),
            (Entry::of(pool::skimCall { to: callee }), 1),
            (pair_trade([NONE, wei(1)], callee, Bytes::new(), NONE), 1),
            (flash([NONE, lent], callee, lent + fee), 2),
        ] {
            // What has to be there before.
            match call.name {
                pool::burnCall::SIGNATURE => {
                    market.takes(Entry::of(pool::transferCall { to: market.at, value: free })).await;
                }
                pool::skimCall::SIGNATURE => donor.forces_ether(U256::from(7)).await,
                pool::swapCall::SIGNATURE if occasions == 1 => donor.gives_tokens(tokens(2)).await,
                _ => {}
            }
            let before = (market.reserves().await, market.reads(pool::totalSupplyCall {}).await);
            let sent = holder.does(call.clone()).await;
            let answers = answers(&sent, callee);
            assert_eq!(answers.len(), occasions * (calls.len() + 1), "{}", call.name);
            for (occasion, answers) in answers.chunks(calls.len() + 1).enumerate() {
                let (plain, answers) = answers.split_last().expect("one for each call");
                for (answer, refused) in answers.iter().zip(&calls) {
                    let expected = (false, ReentrancyGuardReentrantCall {}.abi_encode().into());
                    assert_eq!(*answer, expected, "{} in {}", refused.name, call.name);
                }
                let taken = occasion == 1;
                let data = if taken { Vec::new() } else { PoolPlainEther {}.abi_encode() };
                assert_eq!(*plain, (taken, data.into()), "plain Ether in {}", call.name);
            }
            // P2, squared: what is behind a share is no less.
            let after = (market.reserves().await, market.reads(pool::totalSupplyCall {}).await);
            let square = |number: U256| number * number;
            let (less, more) =
                (curve::product(before.0) * square(after.1), curve::product(after.0) * square(before.1));
            assert!(less <= more, "{}: {before:?}, {after:?}", call.name);
        }
    });
}

/// What depends on nothing that is about to change, or is settled already.
fn told(market: &Market) -> Vec<(Address, Bytes)> {
    let at = |call: Vec<u8>| (market.at, call.into());
    vec![
        at(pool::getReservesCall {}.abi_encode()),
        at(pool::totalSupplyCall {}.abi_encode()),
        at(pool::balanceOfCall { account: DEAD }.abi_encode()),
        at(pool::balanceOfCall { account: market.holder }.abi_encode()),
        at(pool::lockedBalanceOfCall { account: market.holder }.abi_encode()),
        at(pool::kLastCall {}.abi_encode()),
        at(pool::pausedCall {}.abi_encode()),
        at(pool::protocolFeeCall {}.abi_encode()),
        (market.stage.system.pool_factory, pools::getPoolInfoCall { pool: market.at }.abi_encode().into()),
    ]
}

/// The same, asked from outside.
async fn read(market: &Market) -> Vec<(bool, Bytes)> {
    let mut answers = Vec::new();
    for (to, input) in told(market) {
        let request = alloy::rpc::types::TransactionRequest::default().to(to).input(input.into());
        let answer = market.stage.chain().call(request, "a view").await;
        answers.push((true, answer.unwrap_or_else(|error| panic!("{error}"))));
    }
    answers
}

/// Read-only re-entry: a price is refused, as above; what isn't refused is as it will stay, but in the pair's own trades,
/// where it is as it was, all of it.
#[test]
fn what_is_told_in_the_middle_is_true() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        // So that there is a product of before.
        let recipient = pools::setProtocolFeeRecipientCall { newRecipient: stage.owner.address() };
        stage.executes(&stage.owner, stage.system.pool_factory, recipient).await;
        let on = pools::setProtocolFeeCall { pools: vec![market.at], on: true };
        stage.executes(&stage.owner, stage.system.pool_factory, on).await;

        let callee = stage.account_with(attacker::comes_back(&told(&market))).await;
        let (lent, fee) = (wei(10), wei(1));
        stage.world.give(callee, fee).await;
        let mut holder = Player::at(&market, &stage.holder).await;
        let free = market.free_shares().await;
        for call in [sells(tokens(1), callee), removal(free, callee, EVER)] {
            let before = read(&market).await;
            let answers = answers(&holder.does(call.clone()).await, callee);
            assert_eq!(answers, read(&market).await, "{}", call.name);
            assert_ne!(answers, before, "{}", call.name);
        }
        let before = read(&market).await;
        let answers = answers(&holder.does(flash([NONE, lent], callee, lent + fee)).await, callee);
        assert_eq!(answers, [&before[..], &before].concat());
        assert_ne!(before, read(&market).await);
    });
}

/// Somebody who is given change asks in the same way.
#[test]
fn what_is_told_with_the_change_is_true() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let question = pool::getReservesCall {}.abi_encode();
        let caller = stage.account_with(fixture::reenters(market.at, &question)).await;
        let purchase = buy_exact(&Amounts::usual(), market.holder, EVER);
        let mut holder = Player::at(&market, &stage.holder).await;
        let sent = holder.sends(purchase.request(caller), purchase.name).await;
        let log = sent.receipt.logs().iter().find(|log| log.address() == caller).expect("its change came");
        let told = pool::getReservesCall::abi_decode_returns(&log.data().data).expect("reserves");
        let [token, ether] = market.reserves().await.map(U256::from);
        assert_eq!([U256::from(told.reserve0), U256::from(told.reserve1)], [token, ether]);
        assert_eq!(token, tokens(49));
    });
}

/// What is lent is missing where the token counts it, and nowhere else: who goes by the pool's balance instead of its reserves
/// is told of a fifth less.
#[test]
fn a_loan_shows_in_the_tokens_ledger_only() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let balance = abi::erc20::IERC20::balanceOfCall { account: market.at }.abi_encode();
        let calls =
            [(market.token, balance.into()), (market.at, pool::getReservesCall {}.abi_encode().into())];
        let callee = stage.account_with(attacker::comes_back(&calls)).await;
        let cost = pool::getAmountInCall { amountOut: tokens(10), tokenOut: market.token };
        let cost = market.reads(cost).await;
        stage.world.give(callee, cost).await;
        let mut holder = Player::at(&market, &stage.holder).await;
        let answers = answers(&holder.does(flash([tokens(10), NONE], callee, cost)).await, callee);
        let [(true, balance), (true, reserves)] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!(U256::from_be_slice(balance), tokens(40));
        let reserves = pool::getReservesCall::abi_decode_returns(reserves).expect("reserves");
        assert_eq!(U256::from(reserves.reserve0), tokens(50));
        assert_eq!(market.reserves().await.map(U256::from), [tokens(40), wei(50) + cost]);
    });
}

/// P7: the guardian may be a contract that anybody can have called in the middle of a trade.
#[test]
fn a_pause_in_the_middle_of_a_trade_stays() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let factory = stage.system.pool_factory;
        let pause = pools::pausePoolsCall { pools: vec![market.at] }.abi_encode();
        let guardian = stage.account_with(attacker::comes_back(&[(factory, pause.into())])).await;
        // It is called with this as well, and has no right to anything yet.
        stage.world.give(guardian, wei(1)).await;
        stage.executes(&stage.owner, factory, pools::setGuardianCall { newGuardian: guardian }).await;
        let mut holder = Player::at(&market, &stage.holder).await;
        for call in [flash([NONE, wei(10)], guardian, wei(11)), sells(tokens(1), guardian)] {
            let answers = answers(&holder.does(call).await, guardian);
            assert!(answers.iter().all(|(succeeded, _)| *succeeded), "{answers:?}");
            assert!(market.reads(pool::pausedCall {}).await);
            let call = pools::unpausePoolsCall { pools: vec![market.at] };
            stage.executes(&stage.owner, factory, call).await;
            assert!(!market.reads(pool::pausedCall {}).await);
        }
    });
}

/// Each pool has its own guard: another's price, in the middle of this one's trade, is nobody's secret.
#[test]
fn another_pool_is_open_meanwhile() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let (other, _) = stage.pool().await;
        let price = pool::getAmountOutCall { amountIn: wei(1), tokenIn: NOBODY };
        let expected = stage.reads(other, price.clone()).await;
        let callee = stage.account_with(attacker::comes_back(&[(other, price.abi_encode().into())])).await;
        let mut holder = Player::at(&market, &stage.holder).await;
        let answers = answers(&holder.does(sells(tokens(1), callee)).await, callee);
        assert_eq!(answers, [(true, expected.to_be_bytes_vec().into())]);
    });
}
