//! Two-step ownership: a new owner takes over by an act of its own, so a typo can't lose the contract.

use abi::ownable::IOwnable::{
    OwnableInvalidOwner, OwnableUnauthorizedAccount, OwnershipTransferStarted, OwnershipTransferred,
};
use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, B256, U256};
use stylus_sdk::prelude::*;

use crate::{
    authority::AuthorityError,
    namespace::Namespace,
    word::{Word, account, number},
};

/// Bits of an address.
const ADDRESS_BITS: usize = 160;

crate::events! {
    OwnershipTransferStarted [previousOwner, newOwner] {}
    OwnershipTransferred [previousOwner, newOwner] {}
}

/// Who owns the contract, and whom it was offered to.
///
/// Layout v1, append-only, namespace `air.storage.Ownership`, highest bits first:
///
/// | slot | field | content |
/// |---|---|---|
/// | 0 | `owner` | tenure (96), owner (160) |
/// | 1 | `pending` | 96 bits free, who may accept (160) |
#[storage]
pub struct Ownership {
    /// The owner (zero before the initialisation and after renouncing), and the number of owners so far.
    owner: Word,
    /// Whom the ownership was offered to; zero if nobody.
    pending: Word,
}

impl Namespace for Ownership {
    const ID: &'static str = "air.storage.Ownership";
}

impl Ownership {
    /// The owner; zero if there is none.
    #[must_use]
    pub fn owner(&self) -> Address {
        Address::from_word(self.owner.get())
    }

    /// Whom the ownership was offered to; zero if nobody.
    #[must_use]
    pub fn pending_owner(&self) -> Address {
        Address::from_word(self.pending.get())
    }

    /// How often the owner changed so far: what an owner announces is void in the tenure of the next.
    #[must_use]
    pub fn tenure(&self) -> U256 {
        self.owner.number().wrapping_shr(ADDRESS_BITS)
    }

    /// Sets the first owner, during the initialisation.
    ///
    /// Errors: [`OwnableInvalidOwner`] if `owner` is zero.
    /// Events: [`OwnershipTransferred`] from zero.
    pub fn initialize(&mut self, owner: Address) -> Result<(), AuthorityError> {
        if owner.is_zero() {
            return Err(OwnableInvalidOwner { owner }.into());
        }
        self.hand_over(owner);
        Ok(())
    }

    /// Whether the owner calls.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.is(self.owner())
    }

    /// Guards a function for the owner alone.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    pub fn only_owner(&self) -> Result<(), AuthorityError> {
        self.only(self.owner())
    }

    /// Offers the ownership to `new_owner`, which has to accept; a new offer replaces the last, and the zero
    /// address withdraws it.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: [`OwnershipTransferStarted`].
    pub fn transfer(&mut self, new_owner: Address) -> Result<(), AuthorityError> {
        self.only_owner()?;
        self.pending.set_account(new_owner);
        let previous = self.owner();
        OwnershipTransferStarted { previousOwner: previous, newOwner: new_owner }.emit(self.vm());
        Ok(())
    }

    /// Takes over the ownership that was offered to the caller.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if it was not offered to the caller.
    /// Events: [`OwnershipTransferred`].
    pub fn accept(&mut self) -> Result<(), AuthorityError> {
        self.only(self.pending_owner())?;
        self.hand_over(self.vm().msg_sender());
        Ok(())
    }

    /// Gives up the ownership for ever, and withdraws any offer.
    ///
    /// Errors: [`OwnableUnauthorizedAccount`] if the caller isn't the owner.
    /// Events: [`OwnershipTransferred`] to zero.
    pub fn renounce(&mut self) -> Result<(), AuthorityError> {
        self.only_owner()?;
        self.hand_over(Address::ZERO);
        Ok(())
    }

    fn is(&self, account: Address) -> bool {
        let caller = self.vm().msg_sender();
        // A call from the zero address can only be simulated, but it must not pass as "nobody" even there.
        caller == account && !caller.is_zero()
    }

    fn only(&self, account: Address) -> Result<(), AuthorityError> {
        if self.is(account) {
            return Ok(());
        }
        Err(OwnableUnauthorizedAccount { account: self.vm().msg_sender() }.into())
    }

    fn hand_over(&mut self, new_owner: Address) {
        let previous = self.owner();
        // Cannot overflow: a tenure takes a transaction, and 2^96 of them are out of reach.
        let tenure = self.tenure().wrapping_add(U256::ONE);
        let address = number(account(new_owner));
        self.owner.set_number(tenure.wrapping_shl(ADDRESS_BITS) | address);
        self.pending.set(B256::ZERO);
        OwnershipTransferred { previousOwner: previous, newOwner: new_owner }.emit(self.vm());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{address, b256};
    use alloy_sol_types::SolEvent;
    use stylus_sdk::testing::TestVM;

    const ALICE: Address = address!("00000000000000000000000000000000000a11ce");
    const BOB: Address = address!("0000000000000000000000000000000000000b0b");
    const EVE: Address = address!("00000000000000000000000000000000000000ee");

    fn owned_by_alice() -> (TestVM, Ownership) {
        let vm = TestVM::new();
        let mut ownership = Ownership::from(&vm);
        ownership.initialize(ALICE).unwrap();
        vm.set_sender(ALICE);
        (vm, ownership)
    }

    fn unauthorized(account: Address) -> Result<(), AuthorityError> {
        Err(OwnableUnauthorizedAccount { account }.into())
    }

    fn last_transfer(vm: &TestVM) -> (Address, Address) {
        let (topics, data) = vm.get_emitted_logs().pop().unwrap();
        let event = OwnershipTransferred::decode_raw_log(topics, &data).unwrap();
        (event.previousOwner, event.newOwner)
    }

    #[test]
    fn initialize_sets_the_owner_and_refuses_nobody() {
        let (vm, ownership) = owned_by_alice();
        assert_eq!((ownership.owner(), ownership.pending_owner()), (ALICE, Address::ZERO));
        assert_eq!(last_transfer(&vm), (Address::ZERO, ALICE));
        let word = b256!("000000000000000000000001 00000000000000000000000000000000000a11ce");
        assert_eq!(vm.get_storage(U256::ZERO), word, "owner lives in slot 0, below its tenure");

        let nobody = Ownership::from(&TestVM::new()).initialize(Address::ZERO);
        assert_eq!(nobody, Err(OwnableInvalidOwner { owner: Address::ZERO }.into()));
    }

    #[test]
    fn transfer_takes_effect_when_the_new_owner_accepts() {
        let (vm, mut ownership) = owned_by_alice();
        ownership.transfer(BOB).unwrap();
        assert_eq!((ownership.owner(), ownership.pending_owner()), (ALICE, BOB));
        assert_eq!(vm.get_storage(U256::from(1)), BOB.into_word(), "pending lives in slot 1");
        let (topics, data) = vm.get_emitted_logs().pop().unwrap();
        let started = OwnershipTransferStarted::decode_raw_log(topics, &data).unwrap();
        assert_eq!((started.previousOwner, started.newOwner), (ALICE, BOB));
        assert_eq!(ownership.only_owner(), Ok(()));

        vm.set_sender(EVE);
        assert_eq!(ownership.accept(), unauthorized(EVE));
        vm.set_sender(BOB);
        assert_eq!(ownership.only_owner(), unauthorized(BOB));
        assert_eq!(ownership.accept(), Ok(()));
        assert_eq!((ownership.owner(), ownership.pending_owner()), (BOB, Address::ZERO));
        assert_eq!(last_transfer(&vm), (ALICE, BOB));
        assert_eq!(ownership.accept(), unauthorized(BOB), "an offer is good for one acceptance");
    }

    #[test]
    fn transfer_to_nobody_withdraws_the_offer() {
        let (vm, mut ownership) = owned_by_alice();
        ownership.transfer(BOB).unwrap();
        ownership.transfer(Address::ZERO).unwrap();
        vm.set_sender(BOB);
        assert_eq!(ownership.accept(), unauthorized(BOB));
        // Nobody was offered anything, so not even a simulated call from nobody may accept.
        vm.set_sender(Address::ZERO);
        assert_eq!(ownership.accept(), unauthorized(Address::ZERO));
        assert_eq!(ownership.owner(), ALICE);
    }

    #[test]
    fn renounce_leaves_no_owner_and_no_offer() {
        let (vm, mut ownership) = owned_by_alice();
        ownership.transfer(BOB).unwrap();
        ownership.renounce().unwrap();
        assert_eq!((ownership.owner(), ownership.pending_owner()), (Address::ZERO, Address::ZERO));
        assert_eq!(last_transfer(&vm), (ALICE, Address::ZERO));
        for caller in [ALICE, BOB, Address::ZERO] {
            vm.set_sender(caller);
            assert_eq!(ownership.only_owner(), unauthorized(caller));
            assert_eq!(ownership.accept(), unauthorized(caller));
        }
    }

    #[test]
    fn a_tenure_ends_with_every_change_of_owner() {
        let (vm, mut ownership) = owned_by_alice();
        assert_eq!(ownership.tenure(), U256::from(1));
        for (number, (from, to)) in [(ALICE, BOB), (BOB, ALICE), (ALICE, ALICE)].into_iter().enumerate() {
            vm.set_sender(from);
            ownership.transfer(to).unwrap();
            assert_eq!(ownership.tenure(), U256::from(1 + number), "an offer changes nothing");
            vm.set_sender(to);
            ownership.accept().unwrap();
            assert_eq!((ownership.owner(), ownership.tenure()), (to, U256::from(2 + number)));
        }
        ownership.renounce().unwrap();
        assert_eq!((ownership.owner(), ownership.tenure()), (Address::ZERO, U256::from(5)));
    }

    #[test]
    fn strangers_change_nothing() {
        let (vm, mut ownership) = owned_by_alice();
        ownership.transfer(BOB).unwrap();
        let logs = vm.get_emitted_logs().len();
        vm.set_sender(EVE);
        assert_eq!(ownership.only_owner(), unauthorized(EVE));
        assert_eq!(ownership.transfer(EVE), unauthorized(EVE));
        assert_eq!(ownership.renounce(), unauthorized(EVE));
        assert_eq!((ownership.owner(), ownership.pending_owner()), (ALICE, BOB));
        assert_eq!(vm.get_emitted_logs().len(), logs);
    }
}
