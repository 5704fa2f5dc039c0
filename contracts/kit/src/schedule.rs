//! Announced changes: until the contract is launched its owner sets it up at once; afterwards what can hurt users has to
//! be announced, word for word, [`DELAY_SECS`] before it happens.
//!
//! A setter begins with [`Schedule::authorize`] and [`call_hash`] of its own call. What an announcement says is compared
//! by the hash of the call as the ABI encodes it: selector and arguments, nothing more. A change of owner voids all that
//! is announced.

use abi::announced::IAnnounced::{
    AlreadyLaunched, Cancelled, Executed, Launched, NotScheduled, NotYetDue, ScheduleExpired, Scheduled,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{B256, U256, uint};
use alloy_sol_types::SolEvent;
use stylus_sdk::{crypto, prelude::*};

use crate::{
    authority::AuthorityError,
    calldata,
    guardian::Guardian,
    namespace::Namespace,
    ownership::Ownership,
    word::{Word, WordMap},
};

/// How long a change has to be announced before it can happen, in seconds: 48 hours. Fixed.
pub const DELAY_SECS: u64 = 172_800;

/// For how long an announced change can happen once it is due, in seconds: 14 days. Fixed.
pub const WINDOW_SECS: u64 = 1_209_600;

crate::events! {
    Executed [callHash] {}
    Cancelled [callHash, account] {}
    Launched [] {}
}

/// What is announced.
///
/// Layout v1, append-only, namespace `air.storage.Schedule`, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `launched` | 1 once the set-up has ended |
/// | 1 | `pending` | hash of the call → tenure of the announcer (128), from when on it can be made (128, Unix seconds) |
#[storage]
pub struct Schedule {
    launched: Word,
    pending: WordMap<B256>,
}

impl Namespace for Schedule {
    const ID: &'static str = "air.storage.Schedule";
}

/// The hash of a call whose arguments are one word each.
///
/// Source: `keccak256(selector ‖ abi.encode(arguments))`.
#[must_use]
pub fn call_hash(selector: [u8; 4], arguments: &[[u8; 32]]) -> B256 {
    crypto::keccak(calldata::encode(selector, arguments))
}

impl Schedule {
    /// Whether the set-up has ended.
    #[must_use]
    pub fn is_launched(&self) -> bool {
        !self.launched.get().is_zero()
    }

    /// Ends the set-up, for ever.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; [`AlreadyLaunched`].
    /// Events: [`Launched`].
    pub fn launch(&mut self, ownership: &Ownership) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        if self.is_launched() {
            return Err(AlreadyLaunched {}.into());
        }
        self.launched.set_number(U256::ONE);
        Launched {}.emit(self.vm());
        Ok(())
    }

    /// First and last second at which the call with this hash can be made; zeros if it isn't announced.
    #[must_use]
    pub fn window(&self, ownership: &Ownership, call_hash: B256) -> (U256, U256) {
        match self.due(ownership, call_hash) {
            Some(from) => (U256::from(from), U256::from(until(from))),
            None => (U256::ZERO, U256::ZERO),
        }
    }

    /// Announces `call`. If it is announced already, its time starts anew.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner.
    /// Events: [`Scheduled`].
    pub fn schedule(&mut self, ownership: &Ownership, call: &[u8]) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        let call_hash = crypto::keccak(call);
        let from = self.vm().block_timestamp().saturating_add(DELAY_SECS);
        let tenure = ownership.tenure().saturating_to();
        self.pending.at_mut(call_hash).set_halves([tenure, u128::from(from)]);
        // By hand: the event's type holds the call in alloy's shared `Bytes`.
        let (offset, first, last) = (CALL_OFFSET, U256::from(from), U256::from(until(from)));
        let topics = [crate::in_code!(Scheduled::SIGNATURE_HASH).0, call_hash.0];
        let head: [[u8; 32]; 3] = [offset.to_be_bytes(), first.to_be_bytes(), last.to_be_bytes()];
        let mut log = Vec::from(topics.as_flattened());
        log.extend_from_slice(head.as_flattened());
        calldata::append_bytes(&mut log, call);
        self.vm().emit_log(&log, topics.len());
        Ok(())
    }

    /// Withdraws the announcement of the call with this hash.
    ///
    /// Errors: `GuardianUnauthorizedAccount` if the caller is neither guardian nor owner; [`NotScheduled`].
    /// Events: [`Cancelled`].
    pub fn cancel(
        &mut self,
        ownership: &Ownership,
        guardian: &Guardian,
        call_hash: B256,
    ) -> Result<(), AuthorityError> {
        guardian.only_guardian_or_owner(ownership)?;
        if self.due(ownership, call_hash).is_none() {
            return Err(NotScheduled { callHash: call_hash }.into());
        }
        self.pending.at_mut(call_hash).set(B256::ZERO);
        let account = self.vm().msg_sender();
        Cancelled { callHash: call_hash, account }.emit(self.vm());
        Ok(())
    }

    /// Guards a setter, whose own call has this hash: for the owner, at once before the launch, and after it once per
    /// announcement, within its time.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; [`NotScheduled`], also if another owner
    /// announced it; [`NotYetDue`]; [`ScheduleExpired`].
    /// Events: [`Executed`] if it was announced, as it has to be after the launch.
    pub fn authorize(&mut self, ownership: &Ownership, call_hash: B256) -> Result<(), AuthorityError> {
        if self.is_launched() {
            self.authorize_announced(ownership, call_hash)
        } else {
            self.authorize_at_once(ownership, call_hash)
        }
    }

    /// Guards a setter, or what it does in a harmless direction, that the owner can make at once, launched or not. If it
    /// is announced nevertheless, that is used up: it would else happen again, when nobody expects it any more.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner.
    /// Events: [`Executed`] if it was announced.
    pub fn authorize_at_once(
        &mut self,
        ownership: &Ownership,
        call_hash: B256,
    ) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        if self.due(ownership, call_hash).is_some() {
            self.use_up(call_hash);
        }
        Ok(())
    }

    /// Guards a setter that has to be announced, launched or not.
    ///
    /// Errors: as [`Self::authorize`] after the launch.
    /// Events: [`Executed`].
    pub fn authorize_announced(
        &mut self,
        ownership: &Ownership,
        call_hash: B256,
    ) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        let Some(from) = self.due(ownership, call_hash) else {
            return Err(NotScheduled { callHash: call_hash }.into());
        };
        let now = self.vm().block_timestamp();
        if now < from {
            return Err(NotYetDue { callHash: call_hash, from: U256::from(from) }.into());
        }
        if now > until(from) {
            return Err(ScheduleExpired { callHash: call_hash, until: U256::from(until(from)) }.into());
        }
        self.use_up(call_hash);
        Ok(())
    }

    fn use_up(&mut self, call_hash: B256) {
        self.pending.at_mut(call_hash).set(B256::ZERO);
        Executed { callHash: call_hash }.emit(self.vm());
    }

    /// From when on the call with this hash can be made, if it is announced and its announcer is still the owner.
    fn due(&self, ownership: &Ownership, call_hash: B256) -> Option<u64> {
        let [tenure, from] = self.pending.at(call_hash).halves();
        let valid = from != 0 && U256::from(tenure) == ownership.tenure();
        valid.then(|| u64::try_from(from).unwrap_or(u64::MAX))
    }
}

/// Where `bytes` stand that follow three words.
const CALL_OFFSET: U256 = uint!(0x60_U256);

/// Last second at which a call can be made that can be made from `from` on.
fn until(from: u64) -> u64 {
    from.saturating_add(WINDOW_SECS)
}

#[cfg(test)]
mod tests;
