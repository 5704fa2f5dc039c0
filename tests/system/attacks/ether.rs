//! Ether that comes without a call that takes it.

use abi::pool::ICredentialPool::{self as pool, PoolPlainEther};
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
};
use ecosystem::chain::ChainError;
use ecosystem_tests::{fixture, run, wei};

use super::Player;
use crate::pool::{Entry, Market};

#[test]
fn plain_ether_is_refused_from_whoever_it_comes() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let plain = |to: Address| TransactionRequest::default().to(to).value(U256::ONE);
        let error: PoolPlainEther = stage.refuses_request(&stage.holder, plain(market.at)).await;
        assert_eq!(error, PoolPlainEther {});
        let contract = stage.account_with(fixture::acts_and_refuses_ether()).await;
        let through = plain(contract).input(Bytes::copy_from_slice(market.at.into_word().as_slice()).into());
        let error: PoolPlainEther = stage.refuses_request(&stage.holder, through).await;
        assert_eq!(error, PoolPlainEther {});

        // Nor does anything else here take it, which has no use for it; the proxies pass it on to programs that don't.
        let programs = stage.world.programs.all().into_iter().map(|program| program.address);
        let system = &stage.system;
        for to in
            [market.token, system.registry, system.factory, system.pool_factory].into_iter().chain(programs)
        {
            let request = plain(to).from(market.holder);
            match stage.chain().call(request, "plain Ether").await {
                Err(ChainError::Reverted { .. }) => {}
                other => panic!("{to} takes Ether: {other:?}"),
            }
        }
    });
}

/// What can't be refused counts for nothing, and goes to who takes it.
#[test]
fn ether_that_is_forced_on_a_pool_is_no_reserve() {
    run(async {
        let market = Market::shared().await;
        let stage = &market.stage;
        let before = market.reserves().await;
        let mut giver = Player::with(&market, &stage.stranger, U256::ZERO, wei(5)).await;
        giver.forces_ether(wei(3)).await;
        assert_eq!(stage.chain().balance(market.at).await.expect("the node answers"), wei(53));
        assert_eq!(market.reserves().await, before);
        assert_eq!(giver.gain().await, [0, -3_000_000_000_000_000]);
        // Its own giver, if nobody was faster.
        giver.does(Entry::of(pool::skimCall { to: giver.address() })).await;
        assert_eq!(giver.gain().await, [0, 0]);
        assert_eq!(market.reserves().await, before);
    });
}
