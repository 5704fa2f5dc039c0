//! Every way around the lock of a creator's first shares.

use abi::pool::{
    ICredentialPool::{
        self as pool, InsufficientLiquidity, InsufficientLiquidityBurned, InvalidConstantProduct,
        LiquidityLocked,
    },
    NAME,
};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolError},
};
use ecosystem::signing::{Parts, Permit, sign_permit, token_domain};
use ecosystem_tests::{Stage, World, attacker, run, wei};
use math::lock;

use super::Player;
use crate::pool::{EVER, Entry, Market, NONE, pair_trade, removal};

/// What is said of the first share that moves, and of the last.
async fn refusals(market: &Market) -> [LiquidityLocked; 2] {
    let [first, .., last] = market.reads(pool::unlockScheduleCall {}).await.times;
    [first, last].map(|time| LiquidityLocked { unlockTime: U256::from(time) })
}

#[test]
fn no_way_leads_around_the_lock() {
    run(async {
        let market = Market::shared().await;
        let (stage, creator) = (&market.stage, market.holder);
        let (thief, to) = (&stage.stranger, stage.stranger.address());
        let refusals = refusals(&market).await;
        let all = market.reads(pool::balanceOfCall { account: creator }).await;
        let cases = || [U256::ONE, all].into_iter().zip(refusals.clone());

        // By the creator: to somebody, into the pool to redeem there, redeemed as people do. To itself it is no way out.
        for (value, refused) in cases() {
            for to in [to, market.at] {
                market.refuses(Entry::of(pool::transferCall { to, value }), refused.clone()).await;
            }
            market.takes(Entry::of(pool::transferCall { to: creator, value })).await;
            market.refuses(removal(value, creator, EVER), refused.clone()).await;
            market.refuses(removal(value, to, EVER), refused.clone()).await;
        }
        let nothing_there = Entry::of(pool::burnCall { to: creator });
        market.refuses(nothing_there, InsufficientLiquidityBurned {}).await;

        // By somebody whom the creator lets: by an approval, by a signature, the pool itself.
        let permit = Permit { owner: creator, spender: to, value: U256::MAX, nonce: NONE, deadline: EVER };
        let domain = token_domain(stage.chain().chain_id(), market.at, NAME);
        let Parts { v, r, s } = sign_permit(&stage.holder, &permit, &domain);
        let Permit { owner, spender, value, deadline, .. } = permit;
        stage.executes(thief, market.at, pool::permitCall { owner, spender, value, deadline, v, r, s }).await;
        let approval = pool::approveCall { spender: stage.relayer.address(), value: all };
        market.takes(Entry::of(approval)).await;
        market.takes(Entry::of(pool::approveCall { spender: market.at, value: all })).await;
        for (value, refused) in cases() {
            for who in [thief, &stage.relayer] {
                for to in [to, market.at] {
                    let call = Entry::of(pool::transferFromCall { from: creator, to, value });
                    market.refuses_to(who, call, refused.clone()).await;
                }
            }
        }
        assert_eq!(market.reads(pool::balanceOfCall { account: creator }).await, all);
        assert_eq!(market.reads(pool::lockedBalanceOfCall { account: creator }).await, all);
    });
}

/// What the shares are worth can't be lent for ever, and who is called with a loan is told of the lock as well: moving shares
/// is no business of the guard's.
#[test]
fn no_loan_leads_around_the_lock() {
    run(async {
        let market = Market::shared().await;
        let (stage, creator) = (&market.stage, market.holder);
        let [_, refused] = refusals(&market).await;
        let all = market.reads(pool::balanceOfCall { account: creator }).await;
        let [token, ether] = market.reserves().await.map(U256::from);
        let one = U256::ONE;
        let take = |amounts| pair_trade(amounts, creator, Bytes::new(), NONE);
        market.refuses(take([token, NONE]), InsufficientLiquidity {}).await;
        market.refuses(take([NONE, ether]), InsufficientLiquidity {}).await;
        let dust = pair_trade([token - one, ether - one], creator, Bytes::new(), one);
        market.refuses(dust, InvalidConstantProduct {}).await;

        let moves =
            |to: Address| pool::transferFromCall { from: creator, to, value: all }.abi_encode().into();
        let callee = stage.account_with(attacker::comes_back(&[(market.at, moves(market.at))])).await;
        market.takes(Entry::of(pool::approveCall { spender: callee, value: all })).await;
        stage.world.give(callee, wei(1)).await;
        let mut player = Player::at(&market, &stage.holder).await;
        let flash = pair_trade([NONE, wei(10)], callee, wei(11).to_be_bytes_vec().into(), NONE);
        let sent = player.does(flash).await;
        let logs: Vec<_> = sent.receipt.logs().iter().filter(|log| log.address() == callee).collect();
        assert_eq!(logs.len(), 2, "with the Ether, and with the callback");
        for log in logs {
            assert_eq!(log.data().data, refused.abi_encode());
        }
        assert_eq!(market.reads(pool::balanceOfCall { account: creator }).await, all);
    });
}

/// Not a second early, and not a share more.
#[test]
fn a_quarter_is_released_in_the_second_that_was_told() {
    run(async {
        let market = Market::on(Stage::in_world(World::reproducible().await).await).await;
        let stage = &market.stage;
        let schedule = market.reads(pool::unlockScheduleCall {}).await;
        let send = |value| Entry::of(pool::transferCall { to: stage.stranger.address(), value });
        for number in 0..lock::PARTS {
            let (time, part) = (schedule.times[number], schedule.shares[number]);
            let now = stage.chain().block_time().await.expect("the node answers");
            stage.world.advance_time(time - 1 - now).await;
            let refused = LiquidityLocked { unlockTime: U256::from(time) };
            market.refuses(send(U256::ONE), refused.clone()).await;
            market.refuses(removal(part, market.holder, EVER), refused).await;
            stage.world.advance_time(1).await;
            if let Some(next) = schedule.times.get(number + 1) {
                let refused = LiquidityLocked { unlockTime: U256::from(*next) };
                market.refuses(send(part + U256::ONE), refused).await;
            }
            market.takes(send(part)).await;
        }
        assert_eq!(market.reads(pool::balanceOfCall { account: market.holder }).await, NONE);
    });
}
