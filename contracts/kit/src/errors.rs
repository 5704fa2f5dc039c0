//! Flat errors: a contract's are one list, whatever shared part they come from.

use alloc::vec::Vec;

/// Lets a contract's error take over the variants of a shared part's.
#[macro_export]
macro_rules! absorb {
    ($inner:ident into $outer:ident: $($variant:ident),+ $(,)?) => {
        impl From<$inner> for $outer {
            fn from(error: $inner) -> Self {
                match error {
                    $($inner::$variant(error) => error.into(),)+
                }
            }
        }
    };
}

/// Declares a contract's error: the revert data of any of the listed ones, each with its fields in the order of the
/// declaration, of one word each. Keeping the data and not the error itself makes results small, which every function
/// passes on; and all errors share one encoder.
///
/// ```ignore
/// kit::errors! { pub PoolError: Paused {}, TooLittle { amount, minimum } }
/// ```
#[macro_export]
macro_rules! errors {
    ($(#[$meta:meta])* pub $name:ident: $($error:ident { $($field:ident),* }),+ $(,)?) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(alloc::vec::Vec<u8>);

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
