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
/// ```text
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
                let signature = $crate::in_code!(<$event as alloy_sol_types::SolEvent>::SIGNATURE_HASH).0;
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

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, B256, U256};
    use alloy_sol_types::{SolEvent, sol};
    use proptest::prelude::*;
    use stylus_sdk::testing::TestVM;

    sol! {
        #[derive(Debug, PartialEq, Eq)]
        event Opened();
        #[derive(Debug, PartialEq, Eq)]
        event Moved(address indexed from, uint256 value, bytes32 indexed id, uint64 at, address indexed to, bool last);
    }

    crate::events! {
        Opened [] {}
        Moved [from, id, to] { value, at, last }
    }

    proptest! {
        #[test]
        fn events_are_emitted_as_by_another_encoder(
            accounts: [[u8; 20]; 2],
            value: [u8; 32],
            id: [u8; 32],
            at: u64,
            last: bool,
        ) {
            let [from, to] = accounts.map(Address::from);
            let event = Moved { from, value: U256::from_be_bytes(value), id: B256::from(id), at, to, last };
            let (ours, theirs) = (TestVM::new(), TestVM::new());
            event.clone().emit(&ours);
            Opened {}.emit(&ours);
            for log in [event.encode_log_data(), Opened {}.encode_log_data()] {
                let (topics, data) = log.split();
                stylus_sdk::stylus_core::RawLogAccess::raw_log(&theirs, &topics, &data).unwrap();
            }
            prop_assert_eq!(ours.get_emitted_logs(), theirs.get_emitted_logs());
        }
    }
}
