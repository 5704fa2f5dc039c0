//! A guardian who can stop entry to the contract, and nothing else: only the owner lets it go on.
//!
//! What counts as entry is the contract's matter: such functions begin with [`Guardian::when_running`]. Exit never does.

use abi::pausable::IPausable::{
    EnforcedPause, ExpectedPause, GuardianSet, GuardianUnauthorizedAccount, Paused, Unpaused,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, FixedBytes};
use stylus_sdk::prelude::*;

use crate::{authority::AuthorityError, namespace::Namespace, ownership::Ownership, word::Word};

/// What the byte above the guardian's address is while entry is stopped.
const PAUSED: u8 = 1;

crate::events! {
    GuardianSet [previousGuardian, newGuardian] {}
    Paused [] { account }
    Unpaused [] { account }
}

/// Who can pause, and whether somebody has.
///
/// Layout v1, append-only, namespace `air.storage.Guardian`, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `state` | 88 bits free, paused (8), guardian (160) |
#[storage]
pub struct Guardian {
    /// Read by every entry function.
    state: Word,
}

impl Namespace for Guardian {
    const ID: &'static str = "air.storage.Guardian";
}

impl Guardian {
    /// Who, beside the owner, can pause; zero if nobody.
    #[must_use]
    pub fn guardian(&self) -> Address {
        Address::from_word(self.state.get())
    }

    /// Whether entry is stopped.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        let [.., flag] = self.state.get().first_chunk::<12>().copied().unwrap_or_default();
        flag != 0
    }

    /// Guards a function that is entry.
    ///
    /// Errors: [`EnforcedPause`] while entry is stopped.
    pub fn when_running(&self) -> Result<(), AuthorityError> {
        if self.is_paused() { Err(EnforcedPause {}.into()) } else { Ok(()) }
    }

    /// Guards a function for the guardian and the owner.
    ///
    /// Errors: [`GuardianUnauthorizedAccount`] if the caller is neither.
    pub fn only_guardian_or_owner(&self, ownership: &Ownership) -> Result<(), AuthorityError> {
        let caller = self.vm().msg_sender();
        // A call from the zero address can only be simulated, but it must not pass as the guardian that isn't there.
        if caller.is_zero() || (caller != self.guardian() && caller != ownership.owner()) {
            return Err(GuardianUnauthorizedAccount { account: caller }.into());
        }
        Ok(())
    }

    /// Replaces the guardian; zero: there is none.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner.
    /// Events: [`GuardianSet`].
    pub fn set(&mut self, ownership: &Ownership, guardian: Address) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        self.replace(guardian);
        Ok(())
    }

    /// Stops entry.
    ///
    /// Errors: [`GuardianUnauthorizedAccount`] if the caller is neither guardian nor owner; [`EnforcedPause`] if it is
    /// stopped already.
    /// Events: [`Paused`].
    pub fn pause(&mut self, ownership: &Ownership) -> Result<(), AuthorityError> {
        self.only_guardian_or_owner(ownership)?;
        self.when_running()?;
        self.store(true, self.guardian());
        let account = self.vm().msg_sender();
        Paused { account }.emit(self.vm());
        Ok(())
    }

    /// Lets entry go on.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; [`ExpectedPause`] if entry isn't stopped.
    /// Events: [`Unpaused`].
    pub fn unpause(&mut self, ownership: &Ownership) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        if !self.is_paused() {
            return Err(ExpectedPause {}.into());
        }
        self.store(false, self.guardian());
        let account = self.vm().msg_sender();
        Unpaused { account }.emit(self.vm());
        Ok(())
    }

    /// Gives up the ownership, and with it the guardian, for ever. Not while entry is stopped: nobody could let it go on.
    ///
    /// Errors: `OwnableUnauthorizedAccount` if the caller isn't the owner; [`EnforcedPause`].
    /// Events: [`GuardianSet`] to zero unless there is none; `OwnershipTransferred` to zero.
    pub fn renounce(&mut self, ownership: &mut Ownership) -> Result<(), AuthorityError> {
        ownership.only_owner()?;
        self.when_running()?;
        if !self.guardian().is_zero() {
            self.replace(Address::ZERO);
        }
        ownership.renounce()
    }

    fn replace(&mut self, guardian: Address) {
        let previous = self.guardian();
        self.store(self.is_paused(), guardian);
        GuardianSet { previousGuardian: previous, newGuardian: guardian }.emit(self.vm());
    }

    fn store(&mut self, paused: bool, guardian: Address) {
        let flag = if paused { PAUSED } else { 0 };
        let above = FixedBytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, flag]);
        self.state.set(above.concat_const(guardian.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abi::ownable::IOwnable::OwnableUnauthorizedAccount;
    use alloy_primitives::{B256, U256, address, b256};
    use alloy_sol_types::SolEvent;
    use proptest::prelude::*;
    use std::format;
    use stylus_sdk::testing::TestVM;

    const OWNER: Address = address!("00000000000000000000000000000000000000ad");
    const GUARDIAN: Address = address!("000000000000000000000000000000000000d09e");
    const EVE: Address = address!("00000000000000000000000000000000000000ee");

    /// Ownership and guardian, each in a storage of its own, as namespaces keep them apart.
    struct World {
        vm: TestVM,
        owned: TestVM,
        ownership: Ownership,
        guardian: Guardian,
    }

    impl World {
        fn new() -> Self {
            let (vm, owned) = (TestVM::new(), TestVM::new());
            let (mut ownership, guardian) = (Ownership::from(&owned), Guardian::from(&vm));
            ownership.initialize(OWNER).unwrap();
            let mut world = Self { vm, owned, ownership, guardian };
            world.by(OWNER);
            world.guardian.set(&world.ownership, GUARDIAN).unwrap();
            world
        }

        fn by(&mut self, caller: Address) -> &mut Self {
            self.vm.set_sender(caller);
            self.owned.set_sender(caller);
            self
        }

        fn set(&mut self, guardian: Address) -> Result<(), AuthorityError> {
            self.guardian.set(&self.ownership, guardian)
        }

        fn pause(&mut self) -> Result<(), AuthorityError> {
            self.guardian.pause(&self.ownership)
        }

        fn unpause(&mut self) -> Result<(), AuthorityError> {
            self.guardian.unpause(&self.ownership)
        }

        fn renounce(&mut self) -> Result<(), AuthorityError> {
            self.guardian.renounce(&mut self.ownership)
        }

        #[track_caller]
        fn last<E: SolEvent>(&self) -> E {
            let (topics, data) = self.vm.get_emitted_logs().pop().unwrap();
            E::decode_raw_log(topics, &data).unwrap()
        }
    }

    fn not_owner(account: Address) -> Result<(), AuthorityError> {
        Err(OwnableUnauthorizedAccount { account }.into())
    }

    fn neither(account: Address) -> Result<(), AuthorityError> {
        Err(GuardianUnauthorizedAccount { account }.into())
    }

    #[test]
    fn guardian_and_owner_pause_and_the_owner_alone_unpauses() {
        for pauser in [GUARDIAN, OWNER] {
            let mut world = World::new();
            assert_eq!(world.guardian.when_running(), Ok(()));
            assert_eq!(world.by(pauser).pause(), Ok(()));
            assert_eq!(world.last::<Paused>(), Paused { account: pauser });
            assert_eq!(world.guardian.when_running(), Err(EnforcedPause {}.into()));
            assert_eq!(world.pause(), Err(EnforcedPause {}.into()));

            for other in [GUARDIAN, EVE, Address::ZERO] {
                assert_eq!(world.by(other).unpause(), not_owner(other));
            }
            assert_eq!(world.by(OWNER).unpause(), Ok(()));
            assert_eq!(world.last::<Unpaused>(), Unpaused { account: OWNER });
            assert_eq!(world.guardian.when_running(), Ok(()));
            assert_eq!(world.unpause(), Err(ExpectedPause {}.into()));
        }
    }

    #[test]
    fn strangers_and_nobody_cannot_pause() {
        let mut world = World::new();
        world.by(OWNER).set(Address::ZERO).unwrap();
        for other in [EVE, GUARDIAN, Address::ZERO] {
            assert_eq!(world.by(other).pause(), neither(other));
        }
        assert!(!world.guardian.is_paused());
    }

    #[test]
    fn the_owner_replaces_the_guardian_and_a_pause_stays() {
        let mut world = World::new();
        world.by(GUARDIAN).pause().unwrap();
        assert_eq!(world.set(EVE), not_owner(GUARDIAN));
        world.by(OWNER).set(EVE).unwrap();
        assert_eq!(world.last::<GuardianSet>(), GuardianSet { previousGuardian: GUARDIAN, newGuardian: EVE });
        assert_eq!(world.guardian.guardian(), EVE);
        assert!(world.guardian.is_paused());
        assert_eq!(world.by(GUARDIAN).pause(), neither(GUARDIAN));
    }

    #[test]
    fn renouncing_is_refused_while_paused_and_clears_the_guardian() {
        let mut world = World::new();
        world.by(GUARDIAN).pause().unwrap();
        assert_eq!(world.renounce(), not_owner(GUARDIAN));
        assert_eq!(world.by(OWNER).renounce(), Err(EnforcedPause {}.into()));
        world.unpause().unwrap();
        assert_eq!(world.renounce(), Ok(()));
        let cleared = GuardianSet { previousGuardian: GUARDIAN, newGuardian: Address::ZERO };
        assert_eq!(world.last::<GuardianSet>(), cleared);
        assert_eq!((world.ownership.owner(), world.guardian.guardian()), (Address::ZERO, Address::ZERO));
        for caller in [OWNER, GUARDIAN, Address::ZERO] {
            assert_eq!(world.by(caller).pause(), neither(caller));
        }
    }

    #[test]
    fn renouncing_without_a_guardian_says_nothing_of_one() {
        let mut world = World::new();
        world.by(OWNER).set(Address::ZERO).unwrap();
        let logs = world.vm.get_emitted_logs().len();
        world.renounce().unwrap();
        assert_eq!(world.vm.get_emitted_logs().len(), logs);
    }

    #[test]
    fn state_is_laid_out_as_documented() {
        let mut world = World::new();
        world.by(GUARDIAN).pause().unwrap();
        let expected = b256!("0000000000000000000000 01 000000000000000000000000000000000000d09e");
        assert_eq!(world.vm.get_storage(U256::ZERO), expected);
        assert_eq!(world.vm.get_storage(U256::from(1)), B256::ZERO);
    }

    proptest! {
        /// Whoever does whatever in whatever order: only guardian and owner pause, only the owner unpauses.
        #[test]
        fn histories_agree_with_a_plain_model(steps in prop::collection::vec((0..4usize, 0..3usize), 1..60)) {
            let callers = [OWNER, GUARDIAN, EVE, Address::ZERO];
            let mut world = World::new();
            let mut paused = false;
            for (caller, action) in steps {
                let (owner, guardian) = (caller == 0, caller == 1);
                world.by(callers[caller]);
                let (result, allowed) = match action {
                    0 => (world.pause(), (owner || guardian) && !paused),
                    1 => (world.unpause(), owner && paused),
                    _ => (world.set(GUARDIAN), owner),
                };
                prop_assert_eq!(result.is_ok(), allowed, "{}", format!("{caller} {action}"));
                if allowed && action < 2 {
                    paused = action == 0;
                }
                prop_assert_eq!(world.guardian.is_paused(), paused);
            }
        }
    }
}
