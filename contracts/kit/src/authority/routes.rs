//! Which call runs which function, for every contract with an [`Authority`].

use abi::{
    announced::IAnnounced::{cancelCall, getScheduledCall, launchedCall, scheduleCall},
    ownable::IOwnable::{acceptOwnershipCall, ownerCall, pendingOwnerCall, transferOwnershipCall},
    pausable::IPausable::{guardianCall, pauseCall, pausedCall, setGuardianCall, unpauseCall},
};

use super::Authority;
use crate::reply::{self, Word, done};

crate::answers! { Authority, |this, a| {
    ownerCall => reply::words(&[this.owner().word()]);
    pendingOwnerCall => reply::words(&[this.pending_owner().word()]);
    transferOwnershipCall => done(this.transfer_ownership(a.address()?)?);
    acceptOwnershipCall => done(this.accept_ownership()?);

    guardianCall => reply::words(&[this.guardian().word()]);
    pausedCall => reply::words(&[this.paused().word()]);
    setGuardianCall => done(this.set_guardian(a.address()?)?);
    pauseCall => done(this.pause()?);
    unpauseCall => done(this.unpause()?);

    scheduleCall => done(this.schedule(a.bytes()?)?);
    cancelCall => done(this.cancel(a.word()?)?);
    launchedCall => reply::words(&[this.launched().word()]);
    getScheduledCall => {
        let (from, until) = this.get_scheduled(a.word()?);
        reply::words(&[from.word(), until.word()])
    };
} }
