//! Other code behind the proxies: what survives, what is refused, and what to do when a program can't be called any more.

mod added_field;
mod announced;
mod lifetimes;
mod pools;
mod refused;

use abi::{
    pool::ICredentialPool::{self as pool, Swap},
    proxy::IProxy as proxy,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    activation::{Deployed, deploy_and_activate},
    chain::ChainError,
    key::Key,
    program::Program,
    proxy::{DELAY_SECS, GATE_SLOT, Gate, IMPLEMENTATION_SLOT, PENDING_SLOT},
    steps::Steps,
};
use ecosystem_tests::{Stage, grown, wei};
use xtask::artifacts::edited::Edited;

/// An upgrade without a call.
fn upgrade(implementation: Address) -> proxy::upgradeToAndCallCall {
    proxy::upgradeToAndCallCall { implementation, data: Bytes::new() }
}

/// The announcement of a call.
fn announcement(call: &impl SolCall) -> proxy::announceProxyCallCall {
    proxy::announceProxyCallCall { call: call.abi_encode().into() }
}

fn hash(call: &impl SolCall) -> B256 {
    keccak256(call.abi_encode())
}

/// Ends the time in which upgrades happen at once, for every proxy.
async fn lock(stage: &Stage) {
    for at in [stage.system.registry, stage.system.factory, stage.system.pool_factory] {
        let sent = stage.executes(&stage.owner, at, proxy::lockUpgradesCall {}).await;
        stage.event::<proxy::UpgradesLocked>(&sent, at);
    }
}

/// Puts a grown program on the chain, paid by the stage's owner.
async fn active(stage: &Stage, edited: &Edited) -> Deployed {
    let program: Program = grown::program(edited);
    let deployed = deploy_and_activate(stage.chain(), &stage.owner, &program, &mut Steps::silent()).await;
    deployed.expect("a grown program can be activated")
}

/// Announces the upgrades of the proxies, waits as long as it takes, and makes them.
async fn upgrade_as_announced(stage: &Stage, upgrades: &[(Address, &Deployed)]) {
    for (at, program) in upgrades {
        let sent = stage.executes(&stage.owner, *at, announcement(&upgrade(program.address))).await;
        stage.event::<proxy::ProxyCallAnnounced>(&sent, *at);
    }
    stage.world.advance_time(DELAY_SECS).await;
    for (at, program) in upgrades {
        let sent = stage.executes(&stage.owner, *at, upgrade(program.address)).await;
        let upgraded = proxy::Upgraded { implementation: program.address };
        assert_eq!(stage.event::<proxy::Upgraded>(&sent, *at), upgraded);
        assert_eq!(implementation(stage, *at).await, program.address);
        assert_eq!(announced(stage, *at).await, (B256::ZERO, Gate { locked: true, from: None }));
    }
}

async fn implementation(stage: &Stage, at: Address) -> Address {
    Address::from_word(stage.chain().storage(at, IMPLEMENTATION_SLOT).await.expect("the node answers"))
}

/// The hash and the gate of what is announced to a proxy.
async fn announced(stage: &Stage, at: Address) -> (B256, Gate) {
    let read = async |slot| stage.chain().storage(at, slot).await.expect("the node answers");
    (read(PENDING_SLOT).await, read(GATE_SLOT).await.into())
}

/// A call that the proxy passes on to a contract which has no such function: it fails without data.
async fn is_nobodys(stage: &Stage, who: &Key, at: Address, call: &[u8]) {
    let request = TransactionRequest::default().to(at).input(call.to_vec().into());
    let error = stage.chain().call(request.from(who.address()), "a call of no function").await;
    let error = error.expect_err("there is no such function");
    assert!(error.revert().is_none_or(|revert| revert.data.is_empty()), "{error}");
}

/// A view whose program can't be called any more: what stands in front of it passes on that it says nothing.
async fn is_silent(stage: &Stage, at: Address, view: impl SolCall) {
    match stage.chain().read(at, view).await {
        Err(ChainError::Reverted { revert, .. }) => assert!(revert.data.is_empty(), "{revert}"),
        other => panic!("{at} has to fail without data: {:?}", other.map(drop)),
    }
}

/// Buys a pool's tokens for the stage's holder, for a thousandth of an Ether.
async fn buys(stage: &Stage, pool: Address) -> Swap {
    let to = stage.holder.address();
    stage.world.give(to, wei(1)).await;
    let call = pool::swapExactEthForTokensCall { minOut: U256::ONE, to, deadline: U256::MAX };
    stage.event(&stage.pays(&stage.holder, pool, call, wei(1)).await, pool)
}
