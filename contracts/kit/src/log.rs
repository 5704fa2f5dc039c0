//! Events by one emitter for all of them: the SDK's compiles one for each.

use alloc::vec::Vec;
use stylus_sdk::stylus_core::RawLogAccess;

/// Emits a log of these topics and this data.
#[inline(never)]
pub fn emit<H: RawLogAccess + ?Sized>(host: &H, topics: &[[u8; 32]], data: &[[u8; 32]]) {
    let mut log = Vec::with_capacity(topics.as_flattened().len().saturating_add(data.as_flattened().len()));
    log.extend_from_slice(topics.as_flattened());
    log.extend_from_slice(data.as_flattened());
    host.emit_log(&log, topics.len());
}

/// Lets declared events emit themselves: each with its indexed fields in brackets and the others in braces, all of them in
/// the order of the declaration. For fields of one word.
///
/// ```ignore
/// kit::events! { Transfer [from, to] { value } }
/// ```
#[macro_export]
macro_rules! events {
    ($($event:ident [$($topic:ident),*] { $($field:ident),* })+) => {
        /// An event that knows how to emit itself.
        trait Emit {
            /// Emits it.
            fn emit<H: stylus_sdk::stylus_core::RawLogAccess + ?Sized>(self, host: &H);
        }

        $(
        impl Emit for $event {
            fn emit<H: stylus_sdk::stylus_core::RawLogAccess + ?Sized>(self, host: &H) {
                let Self { $($topic,)* $($field,)* } = self;
                let signature = <Self as alloy_sol_types::SolEvent>::SIGNATURE_HASH.0;
                $crate::log::emit(
                    host,
                    &[signature, $($crate::reply::Word::word($topic),)*],
                    &[$($crate::reply::Word::word($field),)*],
                );
            }
        }
        )+
    };
}
