//! Short texts in storage: a length byte and the first bytes share a word with other values, the rest follows in words
//! of its own, which short texts never touch.

use alloc::vec::Vec;
use alloy_primitives::B256;

/// The part of `text` that shares a word: its length and its first `HEAD - 1` bytes, padded with zeros. `None` if the
/// length doesn't fit its byte.
#[must_use]
pub fn head<const HEAD: usize>(text: &[u8]) -> Option<[u8; HEAD]> {
    let length = u8::try_from(text.len()).ok()?;
    let mut head = [0; HEAD];
    for (to, from) in head.iter_mut().zip([&length].into_iter().chain(text)) {
        *to = *from;
    }
    Some(head)
}

/// The words that follow a head of `HEAD` bytes, the last one padded with zeros.
pub fn tail<const HEAD: usize>(text: &[u8]) -> impl Iterator<Item = B256> {
    let rest = text.get(const { HEAD.saturating_sub(1) }..).unwrap_or_default();
    rest.chunks(32).map(B256::right_padding_from)
}

/// The text of `head`, which asks `word` for the words of the tail, from 0, as far as there are any.
#[must_use]
pub fn read(head: &[u8], word: impl Fn(usize) -> B256) -> Vec<u8> {
    let Some((length, first)) = head.split_first() else { return Vec::new() };
    let length = usize::from(*length);
    let mut text = Vec::with_capacity(length);
    text.extend_from_slice(first.get(..length).unwrap_or(first));
    for index in 0.. {
        let missing = length.saturating_sub(text.len());
        if missing == 0 {
            break;
        }
        let word = word(index);
        text.extend_from_slice(word.get(..missing).unwrap_or(word.as_slice()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: usize = 12;

    #[test]
    fn head_takes_what_fits_and_the_tail_the_rest() {
        assert_eq!(head::<HEAD>(b"AIR"), Some(*b"\x03AIR\0\0\0\0\0\0\0\0"));
        assert_eq!(tail::<HEAD>(b"AIR").count(), 0);
        assert_eq!(tail::<HEAD>(b"ELEVENBYTES").count(), 0);
        let long = b"TWELVE BYTES";
        assert_eq!(head::<HEAD>(long), Some(*b"\x0cTWELVE BYTE"));
        assert_eq!(tail::<HEAD>(long).collect::<Vec<_>>(), [B256::right_padding_from(b"S")]);
    }

    #[test]
    fn head_refuses_a_length_beyond_its_byte() {
        assert!(head::<HEAD>(&[b'x'; 255]).is_some());
        assert_eq!(head::<HEAD>(&[b'x'; 256]), None);
    }

    #[test]
    fn read_of_untouched_storage_is_empty() {
        assert_eq!(read(&[0; HEAD], |_| unreachable!("an empty text has no tail")), b"");
    }

    proptest! {
        #[test]
        fn read_gives_back_what_was_stored(text in prop::collection::vec(any::<u8>(), 0..=255)) {
            let words: Vec<B256> = tail::<HEAD>(&text).collect();
            let head = head::<HEAD>(&text).unwrap();
            prop_assert_eq!(read(&head, |index| words[index]), text);
        }
    }
}
