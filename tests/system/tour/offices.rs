//! Owners and guardians of the registry and both factories: all of them have these functions.

use abi::{
    announced::IAnnounced::{cancelCall, scheduleCall},
    ownable::IOwnable::{acceptOwnershipCall, renounceOwnershipCall, transferOwnershipCall},
    pausable::IPausable::{pauseCall, setGuardianCall, unpauseCall},
};
use alloy::primitives::{Bytes, keccak256};
use ecosystem_tests::Stage;

pub(super) async fn visit(stage: &Stage) {
    let Stage { system, owner, relayer: guardian, stranger: next, .. } = stage;
    for at in [system.registry, system.factory, system.pool_factory] {
        stage.executes(owner, at, setGuardianCall { newGuardian: guardian.address() }).await;
        stage.executes(guardian, at, pauseCall {}).await;
        stage.executes(owner, at, unpauseCall {}).await;
        // As long as no call is.
        let [long, other] = [1, 2].map(|byte| Bytes::from(vec![byte; 3_000]));
        for call in [&long, &other] {
            stage.executes(owner, at, scheduleCall { call: call.clone() }).await;
        }
        stage.executes(guardian, at, cancelCall { callHash: keccak256(&long) }).await;
        stage.executes(owner, at, transferOwnershipCall { newOwner: next.address() }).await;
        // What is announced is void from here on.
        stage.executes(next, at, acceptOwnershipCall {}).await;
        stage.executes(next, at, renounceOwnershipCall {}).await;
    }
}
