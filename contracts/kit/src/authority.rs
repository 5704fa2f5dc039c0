//! Who decides in a contract behind a proxy, and when: the owner, the guardian who can stop entry, and the announcements
//! that the owner's changes need. Written once for all such contracts, with the functions that they answer alike.
//!
//! A contract holds an [`Authority`], begins its own functions with the guards of it, and ends its routes with
//! `others this.authority`. What is entry, and what has to be announced, is the contract's matter. So are `launch` and
//! `renounceOwnership`: a contract may have reasons to refuse them, and has routes of its own for both.

use abi::{
    announced::IAnnounced::{AlreadyLaunched, NotScheduled, NotYetDue, ScheduleExpired},
    initializable::IInitializable::{AlreadyInitialized, DirectInitialization},
    ownable::IOwnable::{OwnableInvalidOwner, OwnableUnauthorizedAccount},
    pausable::IPausable::{EnforcedPause, ExpectedPause, GuardianUnauthorizedAccount},
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

use crate::{
    guardian::Guardian, initializer::Initializer, namespace::Namespaced, ownership::Ownership,
    schedule::Schedule,
};

mod routes;
#[cfg(feature = "testing")]
pub mod suite;

crate::errors! {
    /// Why owner, guardian or anyone else was refused.
    pub AuthorityError:
    AlreadyInitialized { version },
    DirectInitialization { implementation },
    OwnableUnauthorizedAccount { account },
    OwnableInvalidOwner { owner },
    GuardianUnauthorizedAccount { account },
    EnforcedPause {},
    ExpectedPause {},
    NotScheduled { callHash },
    NotYetDue { callHash, from },
    ScheduleExpired { callHash, until },
    AlreadyLaunched {},
}

/// What a contract is initialised as first.
const INITIAL_VERSION: u64 = 1;

/// Owner, guardian and announcements of a contract, each in a namespace of its own.
#[storage]
pub struct Authority {
    initializer: Namespaced<Initializer>,
    ownership: Namespaced<Ownership>,
    guardian: Namespaced<Guardian>,
    schedule: Namespaced<Schedule>,
}

/// What a contract's own functions begin with.
impl Authority {
    /// Begins the contract's initialisation, by which `owner` becomes its owner.
    ///
    /// Errors: [`AlreadyInitialized`] the second time; [`DirectInitialization`] on the program itself;
    /// [`OwnableInvalidOwner`] for the zero address.
    /// Events: `Initialized`, `OwnershipTransferred` from zero.
    pub fn initialize(&mut self, owner: Address) -> Result<(), AuthorityError> {
        self.initialize_again(INITIAL_VERSION)?;
        self.ownership.initialize(owner)
    }

    /// Begins what sets up a later `version` (from 2) after an upgrade: owner, guardian and announcements stay as they are.
    ///
    /// Errors: [`AlreadyInitialized`] if that version or a later one was; [`DirectInitialization`] on the program itself.
    /// Events: `Initialized`.
    pub fn initialize_again(&mut self, version: u64) -> Result<(), AuthorityError> {
        self.initializer.begin(version)
    }

    /// Whether the owner calls.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.ownership.is_owner()
    }

    /// Guards a function for the owner alone.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    pub fn only_owner(&self) -> Result<(), AuthorityError> {
        self.ownership.only_owner()
    }

    /// Guards a function for the guardian and the owner.
    ///
    /// Errors: [`GuardianUnauthorizedAccount`] if the caller is neither.
    pub fn only_guardian_or_owner(&self) -> Result<(), AuthorityError> {
        self.guardian.only_guardian_or_owner(&self.ownership)
    }

    /// Guards a function that is entry.
    ///
    /// Errors: [`EnforcedPause`] while entry is stopped.
    pub fn when_running(&self) -> Result<(), AuthorityError> {
        self.guardian.when_running()
    }

    /// Guards a setter, whose own call has this hash: see [`Schedule::authorize`].
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; once launched [`NotScheduled`], [`NotYetDue`],
    /// [`ScheduleExpired`].
    /// Events: `Executed` if it was announced.
    pub fn authorize(&mut self, call_hash: B256) -> Result<(), AuthorityError> {
        self.schedule.authorize(&self.ownership, call_hash)
    }

    /// Guards what the owner can do at once, launched or not: see [`Schedule::authorize_at_once`].
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `Executed` if it was announced.
    pub fn authorize_at_once(&mut self, call_hash: B256) -> Result<(), AuthorityError> {
        self.schedule.authorize_at_once(&self.ownership, call_hash)
    }

    /// Guards what has to be announced, launched or not: see [`Schedule::authorize_announced`].
    ///
    /// Errors: as [`Self::authorize`] once launched.
    /// Events: `Executed`.
    pub fn authorize_announced(&mut self, call_hash: B256) -> Result<(), AuthorityError> {
        self.schedule.authorize_announced(&self.ownership, call_hash)
    }
}

/// What every such contract answers.
impl Authority {
    /// The owner; zero after renouncing.
    #[must_use]
    pub fn owner(&self) -> Address {
        self.ownership.owner()
    }

    /// Whom the ownership was offered to; zero if nobody.
    #[must_use]
    pub fn pending_owner(&self) -> Address {
        self.ownership.pending_owner()
    }

    /// Who, beside the owner, can pause; zero if nobody.
    #[must_use]
    pub fn guardian(&self) -> Address {
        self.guardian.guardian()
    }

    /// Whether entry is stopped.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.guardian.is_paused()
    }

    /// Whether the set-up has ended.
    #[must_use]
    pub fn launched(&self) -> bool {
        self.schedule.is_launched()
    }

    /// First and last second (Unix time) at which the call with this hash can be made; zeros if it isn't announced.
    #[must_use]
    pub fn get_scheduled(&self, call_hash: B256) -> (U256, U256) {
        self.schedule.window(&self.ownership, call_hash)
    }

    /// Offers the ownership to `new_owner`, which has to accept; the zero address withdraws the offer.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `OwnershipTransferStarted`.
    pub fn transfer_ownership(&mut self, new_owner: Address) -> Result<(), AuthorityError> {
        self.ownership.transfer(new_owner)
    }

    /// Takes over the ownership that was offered to the caller. What the last owner announced is void.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if it was not offered to the caller.
    /// Events: `OwnershipTransferred`.
    pub fn accept_ownership(&mut self) -> Result<(), AuthorityError> {
        self.ownership.accept()
    }

    /// Gives up the ownership, and with it the guardian, for ever.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`EnforcedPause`].
    /// Events: `GuardianSet` to zero unless there is none, `OwnershipTransferred` to zero.
    pub fn renounce_ownership(&mut self) -> Result<(), AuthorityError> {
        self.guardian.renounce(&mut self.ownership)
    }

    /// Replaces the guardian at once; zero: there is none.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `GuardianSet`.
    pub fn set_guardian(&mut self, new_guardian: Address) -> Result<(), AuthorityError> {
        self.guardian.set(&self.ownership, new_guardian)
    }

    /// Stops entry.
    ///
    /// Errors: [`GuardianUnauthorizedAccount`] if the caller is neither guardian nor owner; [`EnforcedPause`].
    /// Events: `Paused`.
    pub fn pause(&mut self) -> Result<(), AuthorityError> {
        self.guardian.pause(&self.ownership)
    }

    /// Lets entry go on.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`ExpectedPause`].
    /// Events: `Unpaused`.
    pub fn unpause(&mut self) -> Result<(), AuthorityError> {
        self.guardian.unpause(&self.ownership)
    }

    /// Announces `call`, a call of one of the contract's setters.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: `Scheduled`.
    pub fn schedule(&mut self, call: &[u8]) -> Result<(), AuthorityError> {
        self.schedule.schedule(&self.ownership, call)
    }

    /// Withdraws an announcement.
    ///
    /// Errors: [`GuardianUnauthorizedAccount`] if the caller is neither guardian nor owner; [`NotScheduled`].
    /// Events: `Cancelled`.
    pub fn cancel(&mut self, call_hash: B256) -> Result<(), AuthorityError> {
        self.schedule.cancel(&self.ownership, &self.guardian, call_hash)
    }

    /// Ends the set-up, for ever: from now on the contract's setters need announcements.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner; [`AlreadyLaunched`].
    /// Events: `Launched`.
    pub fn launch(&mut self) -> Result<(), AuthorityError> {
        self.schedule.launch(&self.ownership)
    }
}
