//! What is told of a stage's market: every view of it, and so whatever changes there.

use abi::{erc20::IERC20::approveCall, json, pool::ICredentialPool as pool};
use alloy::{
    json_abi::StateMutability,
    primitives::{Address, U256},
};
use ecosystem_tests::{Stage, State, World, run, storage::touched, tokens, wei};

const HOUR_SECS: u64 = 3_600;
const DAY_SECS: u64 = 24 * HOUR_SECS;

/// A view that is asked by hashes of calls, of which a stage doesn't know.
const BY_HASH: &str = "getScheduled";

/// A bit that counts for something in each word of a pool: in those of its past, the least volume.
const BIT: usize = 24;

#[test]
fn every_view_of_the_market_is_told() {
    run(async {
        let stage = Stage::shared().await;
        let (pool, _) = stage.pool().await;
        let state = State::of(&stage).await;
        for (folder, at) in [("pool", pool), ("pool-factory", stage.system.pool_factory)] {
            let interface = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
            let views = interface.functions().filter(|function| {
                matches!(function.state_mutability, StateMutability::View | StateMutability::Pure)
            });
            let names = views.map(|view| view.name.as_str()).filter(|name| *name != BY_HASH);
            let missing: Vec<_> = names.filter(|name| !state.tells(at, name)).collect();
            assert!(missing.is_empty(), "{folder}: {missing:?}");
        }
        assert!(!state.tells(pool, "getReserve"), "the beginning of a name is another");
    });
}

/// So is every change, whatever makes it.
#[test]
fn every_word_of_a_pool_is_told_and_time_alone_changes_nothing() {
    run(async {
        // Storage is changed: not in the world that others share.
        let stage = Stage::in_world(World::own().await).await;
        let at = used(&stage).await;
        let state = State::of(&stage).await;
        stage.world.advance_time(3 * DAY_SECS).await;
        assert_eq!(State::of(&stage).await, state);

        let slots = touched(&stage.world).await.remove(&at).expect("a pool that was used");
        let mut written = 0;
        for slot in slots {
            let word = stage.stored(at, slot).await;
            if word.is_zero() {
                continue;
            }
            written += 1;
            stage.stores(at, slot, word ^ (U256::ONE << BIT)).await;
            assert_ne!(State::of(&stage).await, state, "slot {slot}");
            stage.stores(at, slot, word).await;
        }
        assert_eq!(State::of(&stage).await, state);
        // Reserves, both sums of prices, the history's totals, the supply, the last product; three holders and an
        // allowance; of the past two hours and a day, or one more if they changed meanwhile.
        assert!(written >= 6 + 4 + 3, "{written} words");
    });
}

/// A pool with the protocol's fee, trades of two hours of two days, liquidity that was added, and an allowance.
async fn used(stage: &Stage) -> Address {
    let recipient = stage.relayer.address();
    let call = abi::pool_factory::IPoolFactory::setProtocolFeeRecipientCall { newRecipient: recipient };
    stage.executes(&stage.owner, stage.system.pool_factory, call).await;
    let (at, token) = stage.pool().await;
    let (holder, to, deadline) = (&stage.holder, stage.holder.address(), U256::MAX);
    stage.world.give(to, wei(100)).await;
    stage.executes(holder, token, approveCall { spender: at, value: U256::MAX }).await;
    let buy = pool::swapExactEthForTokensCall { minOut: U256::ONE, to, deadline };
    stage.pays(holder, at, buy.clone(), wei(5)).await;
    stage.world.advance_time(DAY_SECS).await;
    stage.pays(holder, at, buy.clone(), wei(5)).await;
    stage.world.advance_time(HOUR_SECS).await;
    let (desired, least) = (tokens(5), U256::ZERO);
    let add = pool::addLiquidityCall { tokenDesired: desired, tokenMin: least, ethMin: least, to, deadline };
    stage.pays(holder, at, add, wei(10)).await;
    stage.executes(holder, at, pool::approveCall { spender: recipient, value: tokens(1) }).await;
    at
}
