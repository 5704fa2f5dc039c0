//! How this crate declares an interface: [`sol!`](alloy_sol_types::sol), with what the chosen features add, and with
//! the items of shared interfaces taken over.
//!
//! `declare! { interface IToken is erc20, erc2612 { … } }` declares the items of both parents and its own: Solidity's
//! `is`, which `sol!` parses but doesn't follow. A parent is a macro of the shape
//! `($next:ident [$($args:tt)*] { $($body:tt)* }) => { $next! { $($args)* { its items $($body)* } } }`.

/// Declares one interface; see the module.
macro_rules! declare {
    ($(#[$meta:meta])* interface $name:ident $(is $($parent:ident),+)? { $($body:tt)* }) => {
        declare! { @inherit { $(#[$meta])* } $name [$($($parent)+)?] { $($body)* } }
    };
    (@inherit { $($meta:tt)* } $name:ident [$parent:ident $($rest:ident)*] { $($body:tt)* }) => {
        $parent! { declare [@inherit { $($meta)* } $name [$($rest)*]] { $($body)* } }
    };
    (@inherit { $($meta:tt)* } $name:ident [] { $($body:tt)* }) => {
        #[cfg(not(feature = "json"))]
        alloy_sol_types::sol! {
            #![sol(all_derives)]
            $($meta)*
            interface $name { $($body)* }
        }
        #[cfg(all(feature = "json", not(feature = "rpc")))]
        alloy_sol_types::sol! {
            #![sol(all_derives, abi)]
            $($meta)*
            interface $name { $($body)* }
        }
        #[cfg(feature = "rpc")]
        alloy::sol! {
            #![sol(all_derives, abi, rpc)]
            $($meta)*
            interface $name { $($body)* }
        }
    };
}
