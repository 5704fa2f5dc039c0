//! Fees, of trades and of creations: P4, P5, P8, P13, P15.

use abi::{
    erc20::IERC20::balanceOfCall,
    pool::ICredentialPool as pool,
    pool_factory::IPoolFactory::{
        self as pools, FeesCollected, NotScheduled, PoolFactoryFeeTooHigh, PoolFactoryWithdrawalFailed,
    },
};
use alloy::{
    primitives::{Address, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{chain::ChainError, key::Key};
use ecosystem_tests::{Stage, fixture, run, tokens, wei};
use math::{bounds::CREATION_FEE_CEILING, curve};

use crate::pool::{Amounts, EVER, Market, NONE, WORTHLESS, addition, buy, sales};

/// A market whose protocol's fee is on, and goes to the relayer, who does nothing else from now on.
async fn market_with_fee() -> Market {
    let stage = Stage::shared().await;
    pay_fees_to(&stage, &stage.relayer).await;
    Market::on(stage).await
}

async fn pay_fees_to(stage: &Stage, recipient: &Key) {
    let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient.address() };
    stage.executes(&stage.owner, stage.system.pool_factory, call).await;
}

/// A trade in each direction, and a change of liquidity, by which what the protocol is due for the trades becomes shares.
/// Returns how many.
async fn earns(market: &Market) -> U256 {
    let usual = Amounts::usual();
    let [sale, _] = sales(&usual, market.holder, EVER, WORTHLESS);
    for trade in [buy(&usual, market.holder, EVER), sale] {
        market.takes(trade).await;
    }
    let supply = market.reads(pool::totalSupplyCall {}).await;
    let k_last = market.reads(pool::kLastCall {}).await;
    let due = curve::protocol_shares(supply, market.reserves().await, k_last);
    assert!(!due.is_zero());
    market.takes(addition(market.holder, EVER, tokens(1), wei(5))).await;
    due
}

/// Tokens and Ether of an account. Units: base units, wei.
async fn holdings(market: &Market, account: Address) -> [U256; 2] {
    let held = market.stage.reads(market.token, balanceOfCall { account }).await;
    [held, market.stage.chain().balance(account).await.expect("the node answers")]
}

/// What the protocol's shares are worth now. Units: base units, wei.
async fn worth(market: &Market, shares: U256) -> [U256; 2] {
    let supply = market.reads(pool::totalSupplyCall {}).await;
    let worth = curve::worth_of(shares, supply, market.reserves().await).expect("not nothing");
    worth.map(U256::from)
}

/// There a single number counted base units of the token and wei.
#[test]
fn p4_fees_are_counted_in_shares_and_paid_in_both() {
    run(async {
        let market = market_with_fee().await;
        let (stage, factory) = (&market.stage, market.stage.system.pool_factory);
        for signature in ["getTotalFees()", "getProtocolFees()"] {
            let call = keccak256(signature)[..4].to_vec();
            let request = TransactionRequest::default().to(market.at).input(call.into());
            let answer = stage.chain().call(request, signature).await;
            assert!(
                matches!(answer, Err(ChainError::Refused { .. } | ChainError::Reverted { .. })),
                "{answer:?}"
            );
        }
        let due = earns(&market).await;
        assert_eq!(market.reads(pool::balanceOfCall { account: factory }).await, due);
        let expected = worth(&market, due).await;
        let collect = pools::collectProtocolFeesCall { pool: market.at };
        let paid = stage.reads(factory, collect).await;
        assert_eq!([paid.tokenAmount, paid.ethAmount], expected);
        // In the pool's ratio, which is 1 000 tokens an Ether, more or less.
        let ratio = expected[0] / expected[1];
        assert!(ratio.abs_diff(U256::from(1_000)) < U256::from(50), "{ratio}");
    });
}

/// There nothing was paid, and each time an event said that it was.
#[test]
fn p5_what_is_collected_arrives_and_is_told_once() {
    run(async {
        let market = market_with_fee().await;
        let (stage, recipient) = (&market.stage, market.stage.relayer.address());
        let factory = stage.system.pool_factory;
        let collect = pools::collectProtocolFeesCall { pool: market.at };
        let due = earns(&market).await;
        let (expected, before) = (worth(&market, due).await, holdings(&market, recipient).await);
        let sent = stage.executes(&stage.stranger, factory, collect.clone()).await;
        let told = FeesCollected { pool: market.at, amount: due };
        assert_eq!(stage.event::<FeesCollected>(&sent, factory), told);
        let after = holdings(&market, recipient).await;
        assert_eq!([after[0] - before[0], after[1] - before[1]], expected);
        for _ in 0..2 {
            let sent = stage.executes(&stage.stranger, factory, collect.clone()).await;
            assert!(sent.receipt.logs().is_empty());
        }
        assert_eq!(holdings(&market, recipient).await, after);
    });
}

/// There it stayed zero.
#[test]
fn p8_the_last_product_is_kept_while_the_fee_is_on() {
    run(async {
        let market = market_with_fee().await;
        let k_last = || market.reads(pool::kLastCall {});
        let opened = curve::product(market.reserves().await);
        assert_eq!(k_last().await, opened);
        market.takes(buy(&Amounts::usual(), market.holder, EVER)).await;
        assert!(curve::product(market.reserves().await) > opened);
        assert_eq!(k_last().await, opened, "a trade leaves what it grows from");
        market.takes(addition(market.holder, EVER, tokens(1), wei(5))).await;
        assert_eq!(k_last().await, curve::product(market.reserves().await));

        let off = pools::setProtocolFeeCall { pools: vec![market.at], on: false };
        market.stage.executes(&market.stage.owner, market.stage.system.pool_factory, off).await;
        assert_eq!(k_last().await, NONE);
    });
}

/// There the fee had no end, was raised at once, and a recipient that takes no Ether kept everybody from opening a pool.
#[test]
fn p13_a_creation_costs_little_and_needs_no_recipient() {
    run(async {
        let stage = Stage::shared().await;
        let (factory, owner) = (stage.system.pool_factory, &stage.owner);
        let fee = |fee: U256| pools::setPoolCreationFeeCall { newFee: fee };
        let (maximum, too_much) = (CREATION_FEE_CEILING, CREATION_FEE_CEILING + U256::ONE);
        let refused = PoolFactoryFeeTooHigh { fee: too_much, maximum };
        stage.reverts_with(owner, factory, fee(too_much), refused).await;
        stage.executes(owner, factory, fee(maximum)).await;
        let recipient = stage.account_with(fixture::refuses_everything()).await;
        let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
        stage.executes(owner, factory, call).await;

        let token = stage.token_with(tokens(100)).await;
        let at = stage.pool_of(token, tokens(50), wei(1_000)).await;
        let reserves = stage.reads(at, pool::getReservesCall {}).await;
        assert_eq!(U256::from(reserves.reserve1), wei(1_000) - maximum);
        assert_eq!(stage.reads(factory, pools::accruedFeesCall {}).await, maximum);
        // It is the recipient's own loss.
        let refused = PoolFactoryWithdrawalFailed { recipient, amount: maximum };
        stage.would_revert_with(recipient, factory, pools::withdrawFeesCall {}, refused).await;

        // From the launch on everybody knows two days before.
        stage.executes(owner, factory, fee(NONE)).await;
        stage.install_oracle(fixture::oracle()).await;
        stage.executes(owner, factory, pools::launchCall {}).await;
        let not_announced = NotScheduled { callHash: keccak256(fee(maximum).abi_encode()) };
        stage.reverts_with(owner, factory, fee(maximum), not_announced).await;
    });
}

/// There each pool kept the recipient that it was opened with.
#[test]
fn p15_another_recipient_gets_the_fees_of_pools_that_exist() {
    run(async {
        let market = market_with_fee().await;
        let (stage, factory) = (&market.stage, market.stage.system.pool_factory);
        let due = earns(&market).await;
        let (first, next) = (stage.relayer.address(), stage.generator.address());
        pay_fees_to(stage, &stage.generator).await;
        let expected = worth(&market, due).await;
        let before = [holdings(&market, first).await, holdings(&market, next).await];
        let collect = pools::collectProtocolFeesCall { pool: market.at };
        stage.executes(&stage.stranger, factory, collect).await;
        let after = [holdings(&market, first).await, holdings(&market, next).await];
        assert_eq!(after[0], before[0]);
        assert_eq!([after[1][0] - before[1][0], after[1][1] - before[1][1]], expected);
    });
}
