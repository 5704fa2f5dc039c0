//! Trades, and what is told of them: P1, P7, P12, P14, P16.

use abi::{
    erc20::IERC20::{approveCall, balanceOfCall},
    pool::ICredentialPool::{self as pool, PoolCallbackFailed, PoolPlainEther, PoolTokenFailed, Swap},
    pool_factory::IPoolFactory::{PoolFactoryTokenFailed, createPoolCall},
    token::ICredentialToken::mintCall,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::chain::Sent;
use ecosystem_tests::{Stage, World, fixture, run, tokens, wei};
use math::curve;

use super::nothing_is_left;
use crate::pool::{
    Amounts, EVER, Entry, Market, NOBODY, NONE, WORTHLESS, buy, entries, pair_trade, removal, sales,
};

/// There Ether came one transaction before the trade that it was for, and was whoever's came in between.
#[test]
fn p1_what_a_trader_sends_buys_for_the_trader() {
    run(async {
        let market = Market::shared().await;
        let (stage, usual) = (&market.stage, Amounts::usual());
        let plain = TransactionRequest::default().to(market.at).value(usual.ether_in);
        let error: PoolPlainEther = stage.refuses_request(&stage.holder, plain).await;
        assert_eq!(error, PoolPlainEther {});

        let quote = pool::getAmountOutCall { amountIn: usual.ether_in, tokenIn: NOBODY };
        let quote = market.reads(quote).await;
        // For somebody else than who opened the pool: what arrives is the trade's alone.
        let to = stage.relayer.address();
        let held = || stage.reads(market.token, balanceOfCall { account: to });
        let before = held().await;
        let sent = market.takes(buy(&usual, to, EVER)).await;
        assert_eq!(stage.event::<Swap>(&sent, market.at).amount0Out, quote);
        assert_eq!(held().await - before, quote);
        nothing_is_left(&market).await;

        let quote = pool::getAmountOutCall { amountIn: usual.tokens_in, tokenIn: market.token };
        let quote = market.reads(quote).await;
        let [sale, _] = sales(&usual, to, EVER, WORTHLESS);
        let before = stage.chain().balance(to).await.expect("the node answers");
        let sent = market.takes(sale).await;
        assert_eq!(stage.event::<Swap>(&sent, market.at).amount1Out, quote);
        assert_eq!(stage.chain().balance(to).await.expect("the node answers") - before, quote);
        nothing_is_left(&market).await;
    });
}

/// There the sum of the token's prices, in whole units, stayed nothing: 1 000 tokens, 0.05 Ether, an update in each of 300
/// blocks of 12 seconds. A token costs 0.00005 Ether, for an hour: 0.18.
#[test]
fn p7_a_small_price_is_summed_to_its_last_bit() {
    run(async {
        const BLOCKS: u64 = 300;
        const BLOCK_SECS: u64 = 12;
        let stage = Stage::in_world(World::reproducible().await).await;
        let token = stage.token().await;
        // As long as it takes until the daily limit lets so many be minted.
        stage.world.advance_time(10 * 86_400).await;
        let mint = mintCall { to: stage.holder.address(), amount: tokens(1_000) };
        stage.executes(&stage.generator, token, mint).await;
        let at = stage.pool_of(token, tokens(1_000), wei(50)).await;
        for _ in 0..BLOCKS {
            stage.world.advance_time(BLOCK_SECS).await;
            stage.executes(&stage.stranger, at, pool::syncCall {}).await;
        }
        let token_price = stage.reads(at, pool::price0CumulativeLastCall {}).await;
        let ether_price = stage.reads(at, pool::price1CumulativeLastCall {}).await;
        let exact = (U256::from(18) << 112) / U256::from(100);
        let seconds = U256::from(BLOCKS * BLOCK_SECS);
        assert!(token_price <= exact && exact - token_price < seconds, "{token_price} of {exact}");
        assert_eq!(ether_price, U256::from(72_000_000) << 112);
    });
}

/// What somebody logged who was called with Ether.
fn told<C: SolCall>(sent: &Sent, asker: Address) -> C::Return {
    let log = sent.receipt.logs().iter().find(|log| log.address() == asker).expect("the Ether came");
    C::abi_decode_returns(&log.data().data).expect("an answer")
}

/// There Ether went out before the reserves changed: in the middle of a redemption of half the pool a share looked twice as
/// dear.
#[test]
fn p12_who_is_called_with_ether_is_told_what_stays() {
    run(async {
        let market = Market::shared().await;
        let (stage, at) = (&market.stage, market.at);
        let asks =
            async |question: Vec<u8>| stage.account_with(fixture::calls_elsewhere(at, &question)).await;
        let of_reserves = asks(pool::getReservesCall {}.abi_encode()).await;
        let of_supply = asks(pool::totalSupplyCall {}.abi_encode()).await;
        let part = market.free_shares().await / U256::from(4);
        for burns in [false, true] {
            let redeems = async |to: Address| {
                if burns {
                    market.takes(Entry::of(pool::transferCall { to: at, value: part })).await;
                    return market.takes(Entry::of(pool::burnCall { to })).await;
                }
                market.takes(removal(part, to, EVER)).await
            };
            let before = (market.reserves().await, market.reads(pool::totalSupplyCall {}).await);
            let sent = redeems(of_reserves).await;
            let told_reserves = told::<pool::getReservesCall>(&sent, of_reserves);
            assert_eq!(told_reserves, market.reads(pool::getReservesCall {}).await);
            assert_ne!(before.0, market.reserves().await);
            let sent = redeems(of_supply).await;
            let supply = told::<pool::totalSupplyCall>(&sent, of_supply);
            assert_eq!(supply, market.reads(pool::totalSupplyCall {}).await);
            assert_eq!(supply, before.1 - part - part);
        }
    });
}

/// There a buyer paid for tokens that never came, of a token whose `transfer` answers false.
#[test]
fn p14_a_transfer_that_says_no_undoes_the_trade() {
    run(async {
        let market = Market::own().await;
        let (stage, to) = (&market.stage, market.holder);
        let shares = market.free_shares().await;
        let other = stage.token_with(tokens(100)).await;
        let spender = stage.system.pool_factory;
        stage.executes(&stage.holder, other, approveCall { spender, value: U256::MAX }).await;
        // Whose clones both tokens are.
        stage.replaces_code(stage.world.programs.token.address, &fixture::answers(0)).await;
        for call in entries(to, EVER).into_iter().chain([removal(shares, to, EVER)]) {
            market.refuses(call, PoolTokenFailed { token: market.token }).await;
        }
        let trade = pair_trade([tokens(1), NONE], to, Bytes::new(), wei(5));
        market.refuses(trade, PoolTokenFailed { token: market.token }).await;
        let create = Entry::paid(wei(50), createPoolCall { token: other, initialTokenAmount: tokens(50) });
        let error = stage.refuses_request(&stage.holder, create.request(spender)).await;
        assert_eq!(PoolFactoryTokenFailed { token: other }, error);
    });
}

/// There data was nothing: a swap with it was like one without, also for a contract without the callback.
#[test]
fn p16_data_is_for_a_callback_that_happens() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let cost = |[token, ether]: [u128; 2]| {
            U256::from(curve::amount_in(tokens(1), ether, token).expect("a trade"))
        };
        let price = cost(market.reserves().await);
        let callee = stage.account_with(fixture::refuses_everything()).await;
        // All of it is paid for before.
        let trade = |data: Bytes| pair_trade([tokens(1), NONE], callee, data, price);
        market.refuses(trade(Bytes::from_static(&[1])), PoolCallbackFailed { callee }).await;
        market.takes(trade(Bytes::new())).await;
        assert_eq!(stage.reads(market.token, balanceOfCall { account: callee }).await, tokens(1));

        // Who pays when it is called pays what it was told to.
        let price = cost(market.reserves().await);
        let callee = stage.account_with(fixture::pays_for_flash_swaps()).await;
        stage.world.give(callee, price).await;
        let trade = pair_trade([tokens(1), NONE], callee, price.to_be_bytes_vec().into(), NONE);
        let sent = market.takes(trade).await;
        assert_eq!(stage.event::<Swap>(&sent, market.at).amount1In, price);
        assert_eq!(stage.reads(market.token, balanceOfCall { account: callee }).await, tokens(1));
    });
}
