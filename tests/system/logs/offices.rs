//! Owner, guardian and announcements, which the registry and both factories have alike.

use std::collections::BTreeMap;

use abi::{
    announced::IAnnounced::{IAnnouncedEvents, getScheduledCall, launchedCall},
    ownable::IOwnable::{IOwnableEvents, ownerCall, pendingOwnerCall},
    pausable::IPausable::{IPausableEvents, guardianCall, pausedCall},
};
use alloy::{
    primitives::{Address, B256, LogData, U256},
    sol_types::SolEventInterface,
};
use ecosystem_tests::Stage;

#[derive(Default)]
pub(super) struct Offices {
    owner: Address,
    pending_owner: Address,
    guardian: Address,
    paused: bool,
    launched: bool,
    /// First and last second of every call that was ever announced; zeros if it isn't any more.
    announced: BTreeMap<B256, [U256; 2]>,
}

impl Offices {
    /// Whether it is a log of theirs.
    pub(super) fn hears(&mut self, log: &LogData) -> bool {
        let (topics, data) = (log.topics(), &log.data);
        if let Ok(event) = IOwnableEvents::decode_raw_log(topics, data) {
            match event {
                IOwnableEvents::OwnershipTransferStarted(event) => self.pending_owner = event.newOwner,
                IOwnableEvents::OwnershipTransferred(event) => {
                    (self.owner, self.pending_owner) = (event.newOwner, Address::ZERO);
                    self.announced.values_mut().for_each(|times| *times = [U256::ZERO; 2]);
                }
            }
        } else if let Ok(event) = IPausableEvents::decode_raw_log(topics, data) {
            match event {
                IPausableEvents::GuardianSet(event) => self.guardian = event.newGuardian,
                IPausableEvents::Paused(_) => self.paused = true,
                IPausableEvents::Unpaused(_) => self.paused = false,
            }
        } else if let Ok(event) = IAnnouncedEvents::decode_raw_log(topics, data) {
            match event {
                IAnnouncedEvents::Scheduled(event) => {
                    self.announced.insert(event.callHash, [event.from, event.until]);
                }
                IAnnouncedEvents::Executed(event) => self.withdraw(event.callHash),
                IAnnouncedEvents::Cancelled(event) => self.withdraw(event.callHash),
                IAnnouncedEvents::Launched(_) => self.launched = true,
            }
        } else {
            return false;
        }
        true
    }

    fn withdraw(&mut self, call_hash: B256) {
        self.announced.insert(call_hash, [U256::ZERO; 2]);
    }

    pub(super) async fn agree(&self, stage: &Stage, at: Address) {
        assert_eq!(self.owner, stage.reads(at, ownerCall {}).await);
        assert_eq!(self.pending_owner, stage.reads(at, pendingOwnerCall {}).await);
        assert_eq!(self.guardian, stage.reads(at, guardianCall {}).await);
        assert_eq!(self.paused, stage.reads(at, pausedCall {}).await);
        assert_eq!(self.launched, stage.reads(at, launchedCall {}).await);
        for (call_hash, times) in &self.announced {
            let kept = stage.reads(at, getScheduledCall { callHash: *call_hash }).await;
            assert_eq!(*times, [kept.from, kept.until], "{call_hash}");
        }
    }
}
