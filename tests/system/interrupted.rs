//! A pause in the middle of a trade, by a guardian that is called with what was traded: it takes effect at once and stays, and
//! the trade is on record as if nothing had happened.

use abi::{
    pausable::IPausable::EnforcedPause,
    pool::ICredentialPool::{self as pool, PoolPausedSet, Swap},
    pool_factory::IPoolFactory::{pausePoolsCall, pausedPoolsCall, setGuardianCall},
};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem_tests::{Stage, World, attacker, run, tokens, wei};

use crate::pool::{Amounts, EVER, NONE, buy, pair_trade};

const DAY: u64 = 86_400;

/// All that a pool tells of its reserves and its past, calls and answers.
async fn told(stage: &Stage, at: Address) -> Vec<Bytes> {
    let questions = [
        pool::getReservesCall {}.abi_encode(),
        pool::price0CumulativeLastCall {}.abi_encode(),
        pool::price1CumulativeLastCall {}.abi_encode(),
        pool::totalSupplyCall {}.abi_encode(),
        pool::kLastCall {}.abi_encode(),
        pool::protocolFeeCall {}.abi_encode(),
        pool::consultCall { window: 3_600 }.abi_encode(),
        pool::volumeCall { window: 86_400 }.abi_encode(),
        pool::liquidityCall { window: 2 * 86_400 }.abi_encode(),
        pool::observeCall { secondsAgo: vec![2 * 86_400, 86_400, 3_600, 0] }.abi_encode(),
        pool::dailyMeansCall {}.abi_encode(),
    ];
    let mut answers = Vec::new();
    for question in questions {
        let request = TransactionRequest::default().to(at).input(question.into());
        let answer = stage.chain().call(request, "a view").await;
        answers.push(answer.unwrap_or_else(|error| panic!("{error}")));
    }
    answers
}

#[test]
fn a_pause_in_a_flash_swap_changes_nothing_but_the_flag() {
    run(async {
        // Both pools at the same times.
        let stage = Stage::in_world(World::reproducible().await).await;
        let (factory, owner, holder) = (stage.system.pool_factory, &stage.owner, &stage.holder);
        let (paused, _) = stage.pool().await;
        let (other, _) = stage.pool().await;
        let pause = pausePoolsCall { pools: vec![paused] }.abi_encode();
        let guardian = stage.account_with(attacker::comes_back(&[(factory, pause.into())])).await;
        let bystander = stage.account_with(attacker::comes_back(&[])).await;
        // Before it is the guardian: it pauses whenever Ether comes.
        for callee in [guardian, bystander] {
            stage.world.give(callee, wei(10)).await;
        }
        stage.executes(owner, factory, setGuardianCall { newGuardian: guardian }).await;
        stage.world.give(holder.address(), wei(1_000)).await;

        let trades = [(paused, guardian), (other, bystander)];
        // An hour and a day end twice: by a trade that nothing happens in, and by the one that is interrupted.
        stage.world.advance_time(DAY).await;
        for (at, _) in trades {
            let trade = buy(&Amounts::usual(), holder.address(), EVER);
            let sent = stage.chain().send(holder, trade.request(at), trade.name).await;
            sent.unwrap_or_else(|error| panic!("{error}"));
        }
        stage.world.advance_time(DAY).await;
        for (at, callee) in trades {
            let flash = pair_trade([tokens(1), wei(1)], callee, wei(10).to_be_bytes_vec().into(), NONE);
            let sent = stage.chain().send_with_gas(holder, flash.request(at), 3_000_000, flash.name).await;
            let sent = sent.unwrap_or_else(|error| panic!("{error}"));
            let swap = stage.event::<Swap>(&sent, at);
            assert_eq!((swap.amount0Out, swap.amount1In), (tokens(1), wei(10)));
            let told = stage.events::<PoolPausedSet>(&sent, at);
            assert_eq!(told.len(), usize::from(at == paused), "{told:?}");
        }
        assert_eq!(stage.reads(factory, pausedPoolsCall {}).await, U256::ONE);
        for (at, is_paused) in [(paused, true), (other, false)] {
            assert_eq!(stage.reads(at, pool::pausedCall {}).await, is_paused);
        }
        assert_eq!(told(&stage, paused).await, told(&stage, other).await);
        stage.world.advance_time(DAY).await;
        assert_eq!(told(&stage, paused).await, told(&stage, other).await);

        let trade = buy(&Amounts::usual(), holder.address(), EVER).request(paused);
        let error: EnforcedPause = stage.refuses_request(holder, trade).await;
        assert_eq!(error, EnforcedPause {});
    });
}
