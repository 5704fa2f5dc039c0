//! What registry and factory share: owner, guardian, announced changes.

use abi::{
    announced::IAnnounced as announced, ownable::IOwnable as ownable, pausable::IPausable as pausable,
};
use alloy::primitives::{Address, B256, Bytes, keccak256};

use crate::meter::Meter;

/// Measures them all, on a stage that nothing else is measured on: at the end nobody owns the contract. `change` is a call
/// that its owner has to announce.
pub(crate) async fn measure(meter: &mut Meter<'_>, at: Address, change: Vec<u8>) {
    let stage = meter.stage;
    let (owner, guardian, next) = (&stage.owner, &stage.relayer, &stage.stranger);
    meter.view("", at, ownable::ownerCall {}).await;
    meter.view("", at, ownable::pendingOwnerCall {}).await;
    meter.view("", at, pausable::guardianCall {}).await;
    meter.view("", at, pausable::pausedCall {}).await;
    meter.view("", at, announced::launchedCall {}).await;

    let appoint = |guardian: Address| pausable::setGuardianCall { newGuardian: guardian };
    meter.call("first", owner, at, appoint(next.address())).await;
    meter.call("later", owner, at, appoint(guardian.address())).await;
    meter.call("by the owner", owner, at, pausable::pauseCall {}).await;
    meter.call("", owner, at, pausable::unpauseCall {}).await;
    meter.call("by the guardian", guardian, at, pausable::pauseCall {}).await;
    stage.executes(owner, at, pausable::unpauseCall {}).await;

    let hash: B256 = keccak256(&change);
    let announce = announced::scheduleCall { call: Bytes::from(change) };
    meter.call("first", owner, at, announce.clone()).await;
    meter.call("again, while it is pending", owner, at, announce.clone()).await;
    meter.view("", at, announced::getScheduledCall { callHash: hash }).await;
    meter.call("by the guardian", guardian, at, announced::cancelCall { callHash: hash }).await;
    stage.executes(owner, at, announce).await;
    meter.call("by the owner", owner, at, announced::cancelCall { callHash: hash }).await;
    meter.call("", owner, at, announced::launchCall {}).await;

    let offer = |to: Address| ownable::transferOwnershipCall { newOwner: to };
    meter.call("first", owner, at, offer(guardian.address())).await;
    meter.call("to somebody else, while an offer is open", owner, at, offer(next.address())).await;
    meter.call("", next, at, ownable::acceptOwnershipCall {}).await;
    meter.call("", next, at, ownable::renounceOwnershipCall {}).await;
}
