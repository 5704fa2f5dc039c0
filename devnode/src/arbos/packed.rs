//! Words that hold several big-endian fields, left to right.

use alloy_primitives::B256;

/// Fills a word from the left.
#[derive(Default)]
pub(super) struct Packer {
    pub(super) word: B256,
    length: usize,
}

impl Packer {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.word[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

/// Takes big-endian fields from the left of a word.
pub(super) struct Unpacker {
    word: B256,
    taken: usize,
}

impl Unpacker {
    pub(super) fn new(word: B256) -> Self {
        Self { word, taken: 0 }
    }

    /// The next `bytes` bytes, at most four, as a number.
    pub(super) fn take(&mut self, bytes: usize) -> u32 {
        let field = &self.word[self.taken..self.taken + bytes];
        self.taken += bytes;
        field.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn fields_lie_left_to_right_and_come_back() {
        let mut word = Packer::default();
        word.push(&[0xab, 0xcd]);
        word.push(&[1, 2, 3]);
        word.push(&[0xff]);
        assert_eq!(word.word, hex!("abcd010203ff0000000000000000000000000000000000000000000000000000"));
        let mut fields = Unpacker::new(word.word);
        assert_eq!(
            [fields.take(2), fields.take(3), fields.take(1), fields.take(4)],
            [0xabcd, 0x01_0203, 0xff, 0]
        );
    }
}
