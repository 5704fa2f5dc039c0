//! A guard against re-entry, in transient storage (EIP-1153): it costs a tenth of a storage slot and is gone with the
//! transaction.

use alloy_primitives::{B256, U256, uint};
use stylus_sdk::keccak_const::Keccak256;

/// Where the guard is in transient storage: `keccak256("air.transient.Guard")`, which can't be what another use of
/// transient storage picks.
pub const SLOT: B256 = B256::new(Keccak256::new().update(b"air.transient.Guard").finalize());

/// What the slot holds while a guarded function runs.
const HELD: U256 = uint!(1_U256);

/// What it holds while a guarded function runs that takes plain Ether meanwhile.
const OPEN: U256 = uint!(2_U256);

/// The guarded function was entered again before it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reentered;

/// Takes the guard of the acting contract. It is released by [`release`], or by the revert of the call.
///
/// Errors: [`Reentered`] while it is held.
pub fn enter() -> Result<(), Reentered> {
    if is_held() {
        return Err(Reentered);
    }
    transient::store(SLOT, B256::new(HELD.to_be_bytes()));
    Ok(())
}

/// Releases the guard of the acting contract.
pub fn release() {
    transient::store(SLOT, B256::ZERO);
}

/// Has the acting contract, while it holds the guard, take plain Ether or refuse it (as it does from [`enter`] on).
pub fn take_ether(taken: bool) {
    let value = if taken { OPEN } else { HELD };
    transient::store(SLOT, B256::new(value.to_be_bytes()));
}

/// Whether the acting contract takes plain Ether now.
#[must_use]
pub fn takes_ether() -> bool {
    transient::load(SLOT) == B256::new(OPEN.to_be_bytes())
}

/// Whether a guarded function of the acting contract is running.
#[must_use]
pub fn is_held() -> bool {
    transient::load(SLOT) != B256::ZERO
}

#[cfg(target_arch = "wasm32")]
mod transient {
    //! Stylus' transient storage, which the SDK doesn't wrap.

    use alloy_primitives::B256;

    mod host {
        #[link(wasm_import_module = "vm_hooks")]
        unsafe extern "C" {
            pub(super) fn transient_load_bytes32(key: *const u8, dest: *mut u8);
            pub(super) fn transient_store_bytes32(key: *const u8, value: *const u8);
        }
    }

    /// The word at `key`, of the acting contract.
    pub(super) fn load(key: B256) -> B256 {
        let mut word = B256::ZERO;
        // SAFETY: both pointers are those of 32 bytes that live through the call.
        unsafe { host::transient_load_bytes32(key.as_ptr(), word.as_mut_ptr()) };
        word
    }

    /// Overwrites the word at `key`, of the acting contract.
    pub(super) fn store(key: B256, value: B256) {
        // SAFETY: both pointers are those of 32 bytes that live through the call.
        unsafe { host::transient_store_bytes32(key.as_ptr(), value.as_ptr()) }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod transient {
    //! What stands in for transient storage natively, where there is no chain: one contract and one transaction a thread.

    extern crate std;

    use alloy_primitives::B256;
    use std::{cell::RefCell, collections::HashMap, thread_local};

    thread_local! {
        static WORDS: RefCell<HashMap<B256, B256>> = RefCell::default();
    }

    /// The word at `key`.
    pub(super) fn load(key: B256) -> B256 {
        WORDS.with_borrow(|words| words.get(&key).copied().unwrap_or_default())
    }

    /// Overwrites the word at `key`.
    pub(super) fn store(key: B256, value: B256) {
        WORDS.with_borrow_mut(|words| words.insert(key, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enter_is_refused_until_the_guard_is_released() {
        assert!(!is_held());
        assert_eq!(enter(), Ok(()));
        assert!(is_held());
        assert_eq!(enter(), Err(Reentered));
        release();
        assert_eq!(enter(), Ok(()));
        release();
    }

    #[test]
    fn plain_ether_is_taken_only_while_a_guarded_function_says_so() {
        assert!(!takes_ether());
        assert_eq!(enter(), Ok(()));
        assert!(!takes_ether());
        take_ether(true);
        assert!(takes_ether());
        assert_eq!(enter(), Err(Reentered));
        take_ether(false);
        assert!(!takes_ether());
        assert_eq!(enter(), Err(Reentered));
        release();
        assert!(!takes_ether() && !is_held());
    }

    #[test]
    fn slot_is_the_hash_of_its_seed() {
        assert_eq!(SLOT, alloy_primitives::keccak256("air.transient.Guard"));
    }
}
