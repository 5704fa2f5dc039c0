//! A router for contracts with so many functions that the SDK's would not fit.
//!
//! The SDK's compiles a decoder and an encoder for each signature; with this one all functions share
//! [`Arguments`](crate::arguments::Arguments) and [`reply`](crate::reply). Selectors are those of the declared interface.

/// Implements the SDK's router for a contract: a line for each function of its interface, none of them payable but those
/// listed: `routes! { Contract, payable [someCall], |this, a| { … } }`.
///
/// `routes! { Contract, |this, a| { someCall => reply::words(&[this.some(a.address()?)?.word()]); … } }` answers
/// `someCall` (a call of an interface declared by `sol!`) with the bytes that the line gives; `?` reverts with an error
/// that converts into bytes. A test can compare `Contract::SELECTORS` with the interface.
#[macro_export]
macro_rules! routes {
    ($contract:ident, |$this:ident, $arguments:ident| { $($routes:tt)+ }) => {
        $crate::routes! { $contract, payable [], |$this, $arguments| { $($routes)+ } }
    };
    (
        $contract:ident,
        payable [$($payable:ident),*],
        |$this:ident, $arguments:ident| { $($call:ident => $reply:expr;)+ }
    ) => {
        impl $contract {
            /// The selectors of all functions.
            #[cfg(test)]
            pub(crate) const SELECTORS: &'static [[u8; 4]] =
                &[$(<$call as alloy_sol_types::SolCall>::SELECTOR,)+];

            /// The answer to the call with this selector and these arguments; `None` if there is no such function.
            pub(crate) fn answer(
                &mut self,
                selector: u32,
                arguments: &[u8],
            ) -> Result<Option<alloc::vec::Vec<u8>>, alloc::vec::Vec<u8>> {
                let $this = self;
                let $arguments = &mut $crate::arguments::Arguments::new(arguments);
                $(
                    if selector == const { u32::from_be_bytes(<$call as alloy_sol_types::SolCall>::SELECTOR) } {
                        return Ok(Some($reply));
                    }
                )+
                Ok(None)
            }
        }

        impl stylus_sdk::abi::Router<Self> for $contract {
            type Storage = Self;

            fn route(storage: &mut Self, selector: u32, input: &[u8]) -> Option<stylus_sdk::ArbResult> {
                use stylus_sdk::prelude::*;
                const PAYABLE: &[u32] =
                    &[$(u32::from_be_bytes(<$payable as alloy_sol_types::SolCall>::SELECTOR)),*];
                if !PAYABLE.contains(&selector) && !storage.vm().msg_value().is_zero() {
                    return Some(Err(alloc::vec::Vec::new()));
                }
                storage.answer(selector, input).transpose()
            }

            fn receive(_: &mut Self) -> Option<Result<(), alloc::vec::Vec<u8>>> {
                None
            }

            fn fallback(_: &mut Self, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }

            fn constructor(_: &mut Self, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }
        }
    };
}

/// The `main` of a contract with [`routes!`](crate::routes), which prints the interface that is declared for it: the SDK
/// can't know it, and a test has compared the routes with it.
#[macro_export]
macro_rules! print_interface {
    ($folder:literal, $interface:literal) => {
        struct Interface;

        impl stylus_sdk::abi::GenerateAbi for Interface {
            const NAME: &'static str = $interface;

            fn fmt_abi(f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&abi::json::solidity($folder, Self::NAME).ok_or(core::fmt::Error)?)
            }

            fn fmt_constructor_signature(_: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                Ok(())
            }
        }

        fn main() {
            stylus_sdk::abi::export::handle_license_and_pragma();
            stylus_sdk::abi::export::print_from_args::<Interface>();
        }
    };
}
