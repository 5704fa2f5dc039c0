//! A counter that has an owner, a first number and some ether from its constructor, and no other way to any of them.
//!
//! The contracts of the ecosystem are initialised through proxies and clones, so none of them has a constructor.

extern crate alloc;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::prelude::*;
use stylus_sdk::storage::{StorageAddress, StorageU256};

sol! {
    /// A counter was made.
    event Started(address indexed owner, uint256 number, uint256 value);
    /// Nobody would own the counter.
    #[derive(Debug)]
    error NoOwner();
}

/// What a constructor can refuse.
#[derive(Debug, SolidityError)]
pub enum ConstructedError {
    /// The owner was the zero address.
    NoOwner(NoOwner),
}

/// Slot 0 `owner`, slot 1 `number`.
#[storage]
#[entrypoint]
pub struct Constructed {
    owner: StorageAddress,
    number: StorageU256,
}

#[public]
impl Constructed {
    /// Sets what can't be set later, and keeps the ether that came along.
    ///
    /// Errors: [`ConstructedError::NoOwner`]. Events: [`Started`].
    #[constructor]
    #[payable]
    pub fn constructor(&mut self, owner: Address, number: U256) -> Result<(), ConstructedError> {
        if owner.is_zero() {
            return Err(ConstructedError::NoOwner(NoOwner {}));
        }
        self.owner.set(owner);
        self.number.set(number);
        let value = self.vm().msg_value();
        self.vm().log(Started { owner, number, value });
        Ok(())
    }

    /// Whom the constructor was told.
    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    /// The number that the constructor was told, and one more for each increment.
    pub fn number(&self) -> U256 {
        self.number.get()
    }

    /// Adds one.
    pub fn increment(&mut self) {
        let number = self.number.get();
        self.number.set(number.wrapping_add(U256::ONE));
    }
}
