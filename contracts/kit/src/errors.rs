//! Flat errors: a contract's are one list, whatever shared part they come from.

use alloc::vec::Vec;

/// Declares a contract's error: the revert data of any of the listed ones, each with its fields in the order of the
/// declaration, of one word each. Keeping the data and not the error itself makes results small, which every function
/// passes on; and all errors share one encoder. The errors of a shared part, which are of such a type too, are taken over
/// as they are.
///
/// ```text
/// kit::errors! { pub PoolError and AuthorityError: Paused {}, TooLittle { amount, minimum } }
/// ```
#[macro_export]
macro_rules! errors {
    (
        $(#[$meta:meta])*
        pub $name:ident $(and $shared:ident)*: $($error:ident { $($field:ident),* }),+ $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(alloc::vec::Vec<u8>);

        $(
            impl From<$shared> for $name {
                fn from(error: $shared) -> Self {
                    Self(error.into())
                }
            }
        )*

        $(
            impl From<$error> for $name {
                #[cold]
                #[inline(never)]
                fn from(error: $error) -> Self {
                    let $error { $($field),* } = error;
                    let selector = <$error as alloy_sol_types::SolError>::SELECTOR;
                    Self($crate::errors::revert_data(selector, &[$($crate::reply::Word::word($field)),*]))
                }
            }
        )+

        impl From<$name> for alloc::vec::Vec<u8> {
            fn from(error: $name) -> Self {
                error.0
            }
        }
    };
}

/// The revert data of an error with this selector and these words.
#[cold]
#[inline(never)]
#[must_use]
pub fn revert_data(selector: [u8; 4], words: &[[u8; 32]]) -> Vec<u8> {
    let mut data = Vec::from(selector);
    data.extend_from_slice(words.as_flattened());
    data
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use alloy_primitives::{Address, B256, U256};
    use alloy_sol_types::{SolError, sol};
    use proptest::prelude::*;

    sol! {
        #[derive(Debug, PartialEq, Eq)]
        error Closed();
        #[derive(Debug, PartialEq, Eq)]
        error TooLittle(bytes32 id, address account, uint256 amount, uint64 since, uint8 reason, bool last);
    }

    errors! {
        /// What the tests are refused with.
        pub Refusal: Closed {}, TooLittle { id, account, amount, since, reason, last }
    }

    errors! {
        /// What a shared part refuses.
        pub PartRefusal: Closed {}, TooLittle { id, account, amount, since, reason, last }
    }

    errors! {
        /// What a contract with that part refuses.
        pub WholeRefusal and PartRefusal: Closed {}
    }

    proptest! {
        #[test]
        fn errors_are_encoded_as_by_another_encoder(
            id: [u8; 32],
            account: [u8; 20],
            amount: [u8; 32],
            since: u64,
            reason: u8,
            last: bool,
        ) {
            let error = TooLittle {
                id: B256::from(id),
                account: Address::from(account),
                amount: U256::from_be_bytes(amount),
                since,
                reason,
                last,
            };
            let encoded = error.abi_encode();
            prop_assert_eq!(Vec::from(Refusal::from(error.clone())), encoded.clone());
            prop_assert_eq!(Vec::from(WholeRefusal::from(PartRefusal::from(error))), encoded);
        }
    }

    #[test]
    fn an_error_without_fields_is_its_selector() {
        assert_eq!(Vec::from(Refusal::from(Closed {})), Closed::SELECTOR);
        assert_eq!(WholeRefusal::from(PartRefusal::from(Closed {})), Closed {}.into());
    }
}
