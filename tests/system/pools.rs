//! What the pool factory does beside opening pools: who hears of them, what the protocol gets of them, how they are stopped.

use abi::{
    erc20::IERC20::{approveCall, balanceOfCall},
    pausable::IPausable::EnforcedPause,
    pool::ICredentialPool::{self as pool, PoolPausedSet, ProtocolFeeSet},
    pool_factory::IPoolFactory::{self as pools, FeesCollected},
    token::ICredentialToken as token,
};
use alloy::{
    primitives::{Address, U256, keccak256},
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, fixture, run, tokens, wei};
use math::curve;

const DAY: u64 = 86_400;

/// A pool whose creator has Ether, and lets it take tokens.
async fn market(stage: &Stage) -> (Address, Address) {
    let (at, token) = stage.pool().await;
    stage.world.give(stage.holder.address(), wei(1_000)).await;
    stage.executes(&stage.holder, token, approveCall { spender: at, value: U256::MAX }).await;
    (at, token)
}

fn purchase(stage: &Stage) -> pool::swapExactEthForTokensCall {
    let to = stage.holder.address();
    pool::swapExactEthForTokensCall { minOut: U256::ONE, to, deadline: U256::MAX }
}

fn addition(stage: &Stage) -> pool::addLiquidityCall {
    pool::addLiquidityCall {
        tokenDesired: tokens(1),
        tokenMin: U256::ZERO,
        ethMin: U256::ZERO,
        to: stage.holder.address(),
        deadline: U256::MAX,
    }
}

async fn reserves(stage: &Stage, at: Address) -> [u128; 2] {
    let reserves = stage.reads(at, pool::getReservesCall {}).await;
    [reserves.reserve0, reserves.reserve1].map(|reserve| reserve.to::<u128>())
}

#[test]
fn an_oracle_hears_of_a_pool_in_the_transaction_that_opens_it() {
    run(async {
        let stage = Stage::shared().await;
        let (before, _) = stage.pool().await;
        let oracle = stage.install_oracle(fixture::oracle()).await;
        let (pool, token) = stage.pool().await;
        let slot = stage.reads(token, token::getCredentialIdCall {}).await;
        assert_eq!(stage.stored(oracle, slot).await, U256::from_be_bytes(token.into_word().0));
        let next = (U256::from_be_bytes(slot.0) + U256::ONE).into();
        assert_eq!(stage.stored(oracle, next).await, U256::from_be_bytes(pool.into_word().0));
        let all = stage.reads(stage.system.pool_factory, pools::getAllPoolsCall {}).await;
        assert_eq!(all, [before, pool]);
        let page = pools::getPoolsCall { offset: U256::ONE, limit: U256::from(5) };
        assert_eq!(stage.reads(stage.system.pool_factory, page).await, [pool]);
    });
}

#[test]
fn the_protocol_gets_its_part_where_it_is_on_and_anyone_has_it_paid() {
    run(async {
        // The clock is moved: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let (without, _) = market(&stage).await;
        let recipient = stage.relayer.address();
        let call = pools::setProtocolFeeRecipientCall { newRecipient: recipient };
        stage.executes(owner, at, call).await;
        let (with, token) = market(&stage).await;
        assert!(!stage.reads(without, pool::protocolFeeCall {}).await);
        assert!(stage.reads(with, pool::protocolFeeCall {}).await);

        // A sixth of the growth of √k becomes shares with the next change of liquidity.
        let (supply, k_last) =
            (stage.reads(with, pool::totalSupplyCall {}).await, stage.reads(with, pool::kLastCall {}).await);
        for pool in [with, without] {
            stage.pays(holder, pool, purchase(&stage), wei(40)).await;
        }
        let due = curve::protocol_shares(supply, reserves(&stage, with).await, k_last);
        assert!(!due.is_zero());
        for pool in [with, without] {
            stage.pays(holder, pool, addition(&stage), wei(100)).await;
        }
        assert_eq!(stage.reads(with, balanceOfCall { account: at }).await, due);
        assert_eq!(stage.reads(without, balanceOfCall { account: at }).await, U256::ZERO);

        let supply = stage.reads(with, pool::totalSupplyCall {}).await;
        let worth = curve::worth_of(due, supply, reserves(&stage, with).await).expect("a worth");
        let worth = worth.map(U256::from);
        let collect = pools::collectProtocolFeesCall { pool: with };
        let paid = stage.reads(at, collect.clone()).await;
        assert_eq!([paid.tokenAmount, paid.ethAmount], worth);
        let ether = stage.chain().balance(recipient).await.expect("the node answers");
        let sent = stage.executes(&stage.stranger, at, collect.clone()).await;
        assert_eq!(stage.event::<FeesCollected>(&sent, at).amount, due);
        let paid = stage.chain().balance(recipient).await.expect("the node answers") - ether;
        assert_eq!([stage.reads(token, balanceOfCall { account: recipient }).await, paid], worth);
        let paid = stage.reads(at, collect).await;
        assert_eq!([paid.tokenAmount, paid.ethAmount], [U256::ZERO; 2]);

        // Once launched: off at once, on by announcement.
        stage.install_oracle(fixture::oracle()).await;
        stage.executes(owner, at, pools::launchCall {}).await;
        let switch = |on| pools::setProtocolFeeCall { pools: vec![with, without], on };
        let sent = stage.executes(owner, at, switch(false)).await;
        assert_eq!(stage.events::<ProtocolFeeSet>(&sent, with), [ProtocolFeeSet { on: false }]);
        assert_eq!(stage.events::<ProtocolFeeSet>(&sent, without), []);
        let refused = pools::NotScheduled { callHash: keccak256(switch(true).abi_encode()) };
        stage.reverts_with(owner, at, switch(true), refused).await;
        let announce = pools::scheduleCall { call: switch(true).abi_encode().into() };
        stage.executes(owner, at, announce).await;
        stage.world.advance_time(2 * DAY).await;
        let sent = stage.executes(owner, at, switch(true)).await;
        for pool in [with, without] {
            assert_eq!(stage.events::<ProtocolFeeSet>(&sent, pool), [ProtocolFeeSet { on: true }]);
        }
    });
}

#[test]
fn a_paused_pool_redeems_shares_and_another_trades_on() {
    run(async {
        let stage = Stage::shared().await;
        let (at, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let (paused, _) = market(&stage).await;
        let (running, _) = market(&stage).await;
        let before = stage.reads(paused, balanceOfCall { account: holder.address() }).await;
        stage.pays(holder, paused, addition(&stage), wei(100)).await;
        let free = stage.reads(paused, balanceOfCall { account: holder.address() }).await - before;
        let guardian = pools::setGuardianCall { newGuardian: stage.relayer.address() };
        stage.executes(owner, at, guardian).await;
        let call = pools::pausePoolsCall { pools: vec![paused] };
        let sent = stage.executes(&stage.relayer, at, call).await;
        assert_eq!(stage.event::<PoolPausedSet>(&sent, paused), PoolPausedSet { paused: true });

        let sale = pool::swapExactTokensForEthCall {
            amountIn: tokens(1),
            minOut: U256::ONE,
            to: holder.address(),
            deadline: U256::MAX,
        };
        stage.reverts_with(holder, paused, sale.clone(), EnforcedPause {}).await;
        stage.executes(holder, running, sale.clone()).await;
        let redemption = pool::removeLiquidityCall {
            shares: free,
            tokenMin: U256::ZERO,
            ethMin: U256::ZERO,
            to: holder.address(),
            deadline: U256::MAX,
        };
        stage.executes(holder, paused, redemption).await;
        let call = pools::unpausePoolsCall { pools: vec![paused, running] };
        let sent = stage.executes(owner, at, call).await;
        assert_eq!(stage.event::<PoolPausedSet>(&sent, paused), PoolPausedSet { paused: false });
        stage.executes(holder, paused, sale).await;
    });
}
