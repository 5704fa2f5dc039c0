//! What a function answers, as the ABI encodes it; the counterpart of [`arguments`](crate::arguments).

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, FixedBytes, U256};

use crate::word::{account, bytes};

/// A value of one word.
pub trait Word {
    /// The word, as the ABI encodes the value.
    fn word(self) -> [u8; 32];
}

impl Word for B256 {
    fn word(self) -> [u8; 32] {
        self.0
    }
}

impl Word for U256 {
    fn word(self) -> [u8; 32] {
        bytes(self).0
    }
}

impl Word for Address {
    fn word(self) -> [u8; 32] {
        account(self).0
    }
}

impl Word for u64 {
    #[inline(never)]
    fn word(self) -> [u8; 32] {
        let word: B256 = FixedBytes([0; 24]).concat_const(FixedBytes(self.to_be_bytes()));
        word.0
    }
}

impl Word for u8 {
    fn word(self) -> [u8; 32] {
        B256::with_last_byte(self).0
    }
}

impl Word for bool {
    fn word(self) -> [u8; 32] {
        u8::from(self).word()
    }
}

/// Values of one word each.
#[must_use]
pub fn words(words: &[[u8; 32]]) -> Vec<u8> {
    Vec::from(words.as_flattened())
}

/// The answer of functions that give nothing back.
#[must_use]
pub fn done((): ()) -> Vec<u8> {
    Vec::new()
}

/// All items, as they come. With `collect` a program has the panic of lists too long to count, too, whose text and place
/// every call of it would pay for.
#[must_use]
pub fn collected<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for item in items {
        list.push(item);
    }
    list
}

/// One list of values of one word each.
#[must_use]
pub fn list(items: impl ExactSizeIterator<Item: Word>) -> Vec<u8> {
    let length = U256::from(items.len());
    let mut reply = words(&[0x20_u8.word(), length.word()]);
    for item in items {
        reply.extend_from_slice(&item.word());
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolValue;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn replies_are_what_the_abi_encodes(word: [u8; 32], address: [u8; 20], long: u64, byte: u8, flag: bool) {
            let (number, address) = (U256::from_be_bytes(word), Address::from(address));
            let ours = words(&[B256::new(word).word(), number.word(), address.word(), long.word(), byte.word(), flag.word()]);
            prop_assert_eq!(ours, (B256::new(word), number, address, long, U256::from(byte), flag).abi_encode_params());
        }

        #[test]
        fn lists_are_what_the_abi_encodes(items: Vec<[u8; 32]>, flags: Vec<bool>) {
            let items: Vec<B256> = items.into_iter().map(B256::new).collect();
            prop_assert_eq!(list(items.iter().copied()), items.abi_encode());
            prop_assert_eq!(list(flags.iter().copied()), flags.abi_encode());
        }
    }
}
