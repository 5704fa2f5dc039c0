//! A router for contracts with so many functions that the SDK's would not fit.
//!
//! The SDK's compiles a decoder and an encoder for each signature; with this one all functions share
//! [`Arguments`](crate::arguments::Arguments) and [`reply`](crate::reply). Selectors are those of the declared interface.

/// Implements the SDK's router for a contract: a line for each function of its interface, none of them payable.
///
/// `routes! { Contract, |this, a| { someCall => reply::words(&[this.some(a.address()?)?.word()]); … } }` answers
/// `someCall` (a call of an interface declared by `sol!`) with the bytes that the line gives; `?` reverts with an error
/// that converts into bytes. A test can compare `Contract::SELECTORS` with the interface.
#[macro_export]
macro_rules! routes {
    ($contract:ident, |$this:ident, $arguments:ident| { $($call:ident => $reply:expr;)+ }) => {
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
                if !storage.vm().msg_value().is_zero() {
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
