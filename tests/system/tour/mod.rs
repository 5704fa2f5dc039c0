//! A tour of every function that changes something, each as deep as it goes, for tests that ask something of all of them.
//!
//! Which functions there are, nobody writes down here: `stack` fails by name if one was left out.

mod offices;
mod pools;
mod registry;
mod tokens;

use abi::announced::IAnnounced::scheduleCall;
use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::{
    key::Key,
    signing::{Parts, Permit, sign_permit, token_domain},
};
use ecosystem_tests::Stage;

/// How long a change is announced.
const TWO_DAYS: u64 = 48 * 3_600;
/// A deadline that never passes.
const EVER: U256 = U256::MAX;

/// Where the tour leads, in this order: pools while the token factory and the registry are as they were, and at last the
/// offices, which nobody holds afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The pool factory, and a pool.
    Pools,
    /// The token factory, and a token.
    Tokens,
    /// The registry.
    Registry,
    /// Owners, guardians and announcements of all three.
    Offices,
}

impl Part {
    /// All of the tour.
    pub(crate) const ALL: [Self; 4] = [Self::Pools, Self::Tokens, Self::Registry, Self::Offices];

    /// Takes this part of the tour, on a stage in a world of the test's own, where the parts before it were taken.
    pub(crate) async fn take(self, stage: &Stage) {
        match self {
            Self::Pools => pools::visit(stage).await,
            Self::Tokens => tokens::visit(stage).await,
            Self::Registry => registry::visit(stage).await,
            Self::Offices => offices::visit(stage).await,
        }
    }
}

/// Sends a call that has to succeed.
async fn sends(stage: &Stage, who: &Key, to: Address, call: impl Into<Bytes>, value: U256) {
    let request = TransactionRequest::default().to(to).input(call.into().into()).value(value);
    let sent = stage.chain().send(who, request, "a step of the tour").await;
    sent.unwrap_or_else(|error| panic!("{error}"));
}

/// Announces calls, and makes them two days later.
async fn announced(stage: &Stage, at: Address, calls: Vec<Vec<u8>>) {
    for call in &calls {
        stage.executes(&stage.owner, at, scheduleCall { call: call.clone().into() }).await;
    }
    stage.world.advance_time(TWO_DAYS).await;
    for call in calls {
        sends(stage, &stage.owner, at, call, U256::ZERO).await;
    }
}

/// The holder's permit of everything that it has of `asset`, which calls itself `name`.
async fn signed_permit(stage: &Stage, asset: Address, name: &str, spender: Address, nonce: u64) -> Parts {
    let (owner, nonce) = (stage.holder.address(), U256::from(nonce));
    let permit = Permit { owner, spender, value: U256::MAX, nonce, deadline: EVER };
    sign_permit(&stage.holder, &permit, &token_domain(stage.chain().chain_id(), asset, name))
}

/// A call that brings such a permit.
async fn permit(stage: &Stage, asset: Address, name: &str, spender: Address, nonce: u64) -> Vec<u8> {
    let Parts { v, r, s } = signed_permit(stage, asset, name, spender, nonce).await;
    let owner = stage.holder.address();
    let (value, deadline) = (U256::MAX, EVER);
    abi::erc2612::IERC2612::permitCall { owner, spender, value, deadline, v, r, s }.abi_encode()
}
