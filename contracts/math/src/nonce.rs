//! Where an unordered nonce lives in its bitmap.
//!
//! Each signer has 2²⁵⁶ nonces, one bit each, 256 to a storage word. A signer that counts upwards touches a
//! fresh word once in 256 uses; one that draws at random never has to wait for another signature to land
//! first.

use alloy_primitives::U256;

/// Position of one nonce: the index of its word, and the mask that selects its bit in that word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonceBit {
    /// Index of the 256-bit word that holds the nonce.
    pub word: U256,
    /// A word in which only the nonce's bit is set.
    pub mask: U256,
}

impl NonceBit {
    /// Finds the bit of `nonce`.
    ///
    /// Source: word = `nonce / 256`, bit = `nonce mod 256` (the layout of Permit2's `nonceBitmap`).
    #[must_use]
    pub fn of(nonce: U256) -> Self {
        let mut mask = U256::ZERO;
        mask.set_bit(usize::from(nonce.byte(0)), true);
        Self { word: nonce.wrapping_shr(8), mask }
    }

    /// Tells whether the bit is set in `word`, the stored word of index `self.word`.
    #[must_use]
    pub fn is_set_in(&self, word: U256) -> bool {
        word & self.mask != U256::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nonces_fill_a_word_before_the_next() {
        assert_eq!(NonceBit::of(U256::ZERO), NonceBit { word: U256::ZERO, mask: U256::from(1) });
        assert_eq!(NonceBit::of(U256::from(255)), NonceBit { word: U256::ZERO, mask: U256::from(1) << 255 });
        assert_eq!(NonceBit::of(U256::from(256)), NonceBit { word: U256::from(1), mask: U256::from(1) });
        assert_eq!(NonceBit::of(U256::MAX), NonceBit { word: U256::MAX >> 8, mask: U256::from(1) << 255 });
    }

    proptest! {
        #[test]
        fn position_determines_the_nonce(nonce: [u8; 32]) {
            let nonce = U256::from_be_bytes(nonce);
            let bit = NonceBit::of(nonce);
            prop_assert_eq!(bit.mask.count_ones(), 1);
            prop_assert_eq!((bit.word << 8) + U256::from(bit.mask.trailing_zeros()), nonce);
        }

        #[test]
        fn setting_one_nonce_sets_no_other(word: [u8; 32], nonce: u8, other: u8) {
            let word = U256::from_be_bytes(word);
            let (bit, neighbour) = (NonceBit::of(U256::from(nonce)), NonceBit::of(U256::from(other)));
            let updated = word | bit.mask;
            prop_assert!(bit.is_set_in(updated));
            if nonce != other {
                prop_assert_eq!(neighbour.is_set_in(updated), neighbour.is_set_in(word));
            }
        }
    }
}
