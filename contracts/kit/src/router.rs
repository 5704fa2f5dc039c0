//! A router for contracts with so many functions that the SDK's would not fit.
//!
//! The SDK's compiles a decoder and an encoder for each signature; with this one all functions share
//! [`Arguments`](crate::arguments::Arguments) and [`reply`](crate::reply). Selectors are those of the declared interface.

/// Implements the SDK's router for a contract: a line for each function of its interface, none of them payable but those
/// listed: `routes! { Contract, payable [someCall], |this, a| { … } }`.
///
/// `routes! { Contract, |this, a| { someCall => reply::words(&[this.some(a.address()?)?.word()]); … } }` answers
/// `someCall` (a call of an interface declared by `sol!`) with the bytes that the line gives; `?` reverts with an error
/// that converts into bytes. What has no line is left to what `others` names, if it does. A test can compare
/// `Contract::SELECTORS` with the interface.
#[macro_export]
macro_rules! routes {
    ($contract:ident, |$this:ident, $arguments:ident| { $($routes:tt)+ } $(others $others:expr)?) => {
        $crate::routes! { $contract, payable [], |$this, $arguments| { $($routes)+ } $(others $others)? }
    };
    (
        $contract:ident,
        payable [$($payable:ident),*],
        |$this:ident, $arguments:ident| { $($routes:tt)+ } $(others $others:expr)?
    ) => {
        $crate::routes! {
            $contract, payable [$($payable),*], receive |_it| None, fallback |_it, _input| None,
            |$this, $arguments| { $($routes)+ } $(others $others)?
        }
    };
    (
        $contract:ident,
        payable [$($payable:ident),*],
        receive |$receiver:ident| $receive:expr,
        fallback |$other:ident, $input:ident| $fallback:expr,
        |$this:ident, $arguments:ident| { $($routes:tt)+ } $(others $others:expr)?
    ) => {
        $crate::answers! { $contract, |$this, $arguments| { $($routes)+ } $(others $others)? }

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

            fn receive($receiver: &mut Self) -> Option<Result<(), alloc::vec::Vec<u8>>> {
                $receive
            }

            fn fallback($other: &mut Self, $input: &[u8]) -> Option<stylus_sdk::ArbResult> {
                $fallback
            }

            fn constructor(_: &mut Self, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }
        }
    };
}

/// The part of [`routes!`](crate::routes) that finds the function, for what several contracts answer alike.
#[macro_export]
macro_rules! answers {
    (
        $answering:ident,
        |$this:ident, $arguments:ident| { $($call:ident => $reply:expr;)+ } $(others $others:expr)?
    ) => {
        impl $answering {
            /// The selectors of the functions that have a line here.
            pub const SELECTORS: &'static [[u8; 4]] =
                &[$(<$call as alloy_sol_types::SolCall>::SELECTOR,)+];

            /// The answer to the call with this selector and these arguments; `None` if there is no such function.
            pub fn answer(
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
                $crate::answers!(@rest selector, arguments $(, $others)?)
            }
        }
    };
    (@rest $selector:ident, $arguments:ident) => { Ok(None) };
    (@rest $selector:ident, $arguments:ident, $others:expr) => { $others.answer($selector, $arguments) };
}

/// Tests that a contract's routes are what is declared for its folder, for its module of tests:
/// `route_tests! { Contract, "folder", World, field }`, where `World::new()` holds a contract that is set up in `field`; what
/// its routes leave to others is named behind that, `others Authority`.
///
/// Adds to `World` the methods `call`, which makes a typed call as the chain would, and `raw`, the same in bytes. Needs the
/// feature `json` of `abi`, and the crate's `SolCall` and `Vec` in scope.
#[macro_export]
macro_rules! route_tests {
    ($contract:ident, $folder:literal, $world:ident, $field:ident $(, others $others:ident)?) => {
        impl $world {
            /// Makes the call as the chain would: revert data if it is refused.
            fn call<C: SolCall>(&mut self, call: &C) -> Result<C::Return, Vec<u8>> {
                let data = self.raw(&call.abi_encode()).expect("a route")?;
                Ok(C::abi_decode_returns_validate(&data).expect("an answer of the declared types"))
            }

            fn raw(&mut self, data: &[u8]) -> Option<Result<Vec<u8>, Vec<u8>>> {
                use stylus_sdk::abi::Router;
                let (selector, arguments) = data.split_first_chunk().expect("a selector");
                $contract::route(&mut self.$field, u32::from_be_bytes(*selector), arguments)
            }
        }

        #[test]
        fn routes_are_the_declared_functions() {
            use std::collections::BTreeSet;
            use stylus_sdk::abi::Router;
            let declared = abi::json::of($folder).expect("an interface of that name");
            let declared: BTreeSet<[u8; 4]> =
                declared.functions().map(|function| function.selector().0).collect();
            let routes = [$contract::SELECTORS $(, $others::SELECTORS)?].concat();
            let routed: BTreeSet<[u8; 4]> = routes.iter().copied().collect();
            assert_eq!(routed, declared);
            assert_eq!(routes.len(), declared.len(), "each once");
            let mut world = $world::new();
            assert_eq!(world.raw(&[0xde, 0xad, 0xbe, 0xef]), None);
            assert!($contract::receive(&mut world.$field).is_none());
            assert!($contract::fallback(&mut world.$field, &[]).is_none());
            assert!($contract::constructor(&mut world.$field, &[]).is_none());
        }

        #[test]
        fn every_route_refuses_arguments_that_are_missing() {
            let declared = abi::json::of($folder).expect("an interface of that name");
            for function in declared.functions().filter(|function| !function.inputs.is_empty()) {
                let mut world = $world::new();
                let cut = [function.selector().as_slice(), &[0; 31]].concat();
                assert_eq!(world.raw(&cut), Some(Err(vec![])), "{}", function.signature());
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

#[cfg(test)]
#[expect(unreachable_pub, reason = "contracts are public, and so are their routes")]
mod tests {
    use alloc::{vec, vec::Vec};
    use alloy_primitives::U256;
    use alloy_sol_types::{SolCall, sol};
    use stylus_sdk::{abi::Router, prelude::*, testing::TestVM};

    use crate::{
        arguments::Malformed,
        reply::{self, Word as _},
        word::Word,
    };

    sol! {
        interface ITally {
            function add(uint256 amount) external returns (uint256 total);
            function total() external view returns (uint256);
            function missing() external;
        }
    }
    use ITally::{addCall, missingCall, totalCall};

    #[storage]
    struct Tally {
        total: Word,
    }

    // SAFETY: it is used as a contract's storage here, as the entrypoint would.
    unsafe impl TopLevelStorage for Tally {}

    impl Tally {
        /// Refuses what overflows.
        fn add(&mut self, amount: U256) -> Result<U256, Malformed> {
            let total = self.total.number().checked_add(amount).ok_or(Malformed)?;
            self.total.set_number(total);
            Ok(total)
        }
    }

    crate::routes! { Tally, |this, a| {
        addCall => reply::words(&[this.add(a.number()?)?.word()]);
        totalCall => reply::words(&[this.total.number().word()]);
    } }

    fn call(tally: &mut Tally, call: &[u8]) -> Option<stylus_sdk::ArbResult> {
        let (selector, arguments) = call.split_first_chunk().unwrap();
        Tally::route(tally, u32::from_be_bytes(*selector), arguments)
    }

    #[test]
    fn calls_find_their_function() {
        let vm = TestVM::new();
        let mut tally = Tally::from(&vm);
        assert_eq!(Tally::SELECTORS, [addCall::SELECTOR, totalCall::SELECTOR]);
        let add = addCall { amount: U256::from(7) }.abi_encode();
        let seven = U256::from(7).to_be_bytes_vec();
        assert_eq!(call(&mut tally, &add), Some(Ok(seven.clone())));
        assert_eq!(call(&mut tally, &totalCall {}.abi_encode()), Some(Ok(seven)));
        assert_eq!(call(&mut tally, &missingCall {}.abi_encode()), None);
    }

    #[test]
    fn calls_with_too_little_or_with_ether_are_refused_and_errors_passed_on() {
        let vm = TestVM::new();
        let mut tally = Tally::from(&vm);
        assert_eq!(call(&mut tally, &addCall::SELECTOR), Some(Err(vec![])));
        assert!(call(&mut tally, &addCall { amount: U256::MAX }.abi_encode()).unwrap().is_ok());
        assert_eq!(call(&mut tally, &addCall { amount: U256::ONE }.abi_encode()), Some(Err(vec![])));
        vm.set_value(U256::ONE);
        assert_eq!(call(&mut tally, &totalCall {}.abi_encode()), Some(Err(Vec::new())));
        assert!(Tally::receive(&mut tally).is_none());
        assert!(Tally::fallback(&mut tally, &[]).is_none());
        assert!(Tally::constructor(&mut tally, &[]).is_none());
    }
}
