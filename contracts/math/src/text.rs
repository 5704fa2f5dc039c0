//! What is a text, and which token names and symbols are acceptable.
//!
//! Names are shown to people by wallets and explorers, so text that can hide or reorder other text is
//! refused: control characters (C0, DEL, C1) and the bidirectional controls that make `gnp.exe` of `exe.png`.
//! Everything else in UTF-8 is the creator's choice.

use crate::bounds::{NAME_BYTES_MAX, SYMBOL_BYTES_MAX};

/// The text that `bytes` are, if they are UTF-8.
///
/// The standard library's own looks each first byte up in a table of 256, and every call of a contract pays for its data,
/// whatever it calls.
/// Source: table 3-7 of the Unicode standard, well-formed byte sequences.
#[must_use]
pub fn utf8(bytes: &[u8]) -> Option<&str> {
    let mut rest = bytes;
    while !rest.is_empty() {
        rest = match rest {
            [0x00..=0x7f, rest @ ..]
            | [0xc2..=0xdf, 0x80..=0xbf, rest @ ..]
            | [0xe0, 0xa0..=0xbf, 0x80..=0xbf, rest @ ..]
            | [0xe1..=0xec | 0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf, rest @ ..]
            | [0xed, 0x80..=0x9f, 0x80..=0xbf, rest @ ..]
            | [0xf0, 0x90..=0xbf, 0x80..=0xbf, 0x80..=0xbf, rest @ ..]
            | [0xf1..=0xf3, 0x80..=0xbf, 0x80..=0xbf, 0x80..=0xbf, rest @ ..]
            | [0xf4, 0x80..=0x8f, 0x80..=0xbf, 0x80..=0xbf, rest @ ..] => rest,
            _ => return None,
        };
    }
    // SAFETY: all of it is well-formed by the table, sequence after sequence.
    Some(unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// Tells whether `name` has 1 to 64 bytes and no control or bidirectional character.
#[must_use]
pub fn valid_name(name: &str) -> bool {
    fits(name, NAME_BYTES_MAX)
}

/// Tells whether `symbol` has 1 to 16 bytes and no control or bidirectional character.
#[must_use]
pub fn valid_symbol(symbol: &str) -> bool {
    fits(symbol, SYMBOL_BYTES_MAX)
}

fn fits(text: &str, bytes_max: usize) -> bool {
    !text.is_empty() && text.len() <= bytes_max && text.chars().all(is_plain)
}

/// Neither a control character nor one of Unicode's `Bidi_Control` property.
fn is_plain(c: char) -> bool {
    !matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' // C0, DEL, C1
        | '\u{61c}' | '\u{200e}' | '\u{200f}' // Arabic letter mark, left-to-right and right-to-left marks
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // embeddings, overrides, isolates and their ends
    )
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use proptest::prelude::*;
    use std::{format, string::String};

    const BIDI_CONTROLS: [u32; 12] =
        [0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069];

    /// The same rule by another route: the standard library's control category and a plain list.
    fn refused(c: char) -> bool {
        c.is_control() || BIDI_CONTROLS.contains(&u32::from(c))
    }

    #[test]
    fn every_character_is_judged_by_the_rule() {
        let mut refusals = 0;
        for c in '\0'..=char::MAX {
            let text = String::from(c);
            assert_eq!(valid_name(&text), !refused(c), "U+{:04X}", u32::from(c));
            refusals += usize::from(refused(c));
        }
        assert_eq!(refusals, 32 + 33 + 12, "C0, DEL with C1, bidirectional controls");
    }

    #[test]
    fn texts_are_those_of_the_standard_library() {
        // Every sequence of up to three bytes; of four, every start, and behind it the edges of every range.
        let edges = [0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
        let mut texts = 0_u32;
        let mut agree = |bytes: &[u8]| {
            let expected = core::str::from_utf8(bytes).ok();
            assert_eq!(utf8(bytes), expected, "{bytes:x?}");
            texts += u32::from(expected.is_some());
        };
        agree(&[]);
        for [_, a, b, c] in (0_u32..1 << 24).map(u32::to_be_bytes) {
            agree(&[a, b, c]);
            if a == 0 {
                agree(&[b, c]);
            }
            if a == 0 && b == 0 {
                agree(&[c]);
            }
            for last in edges.into_iter().filter(|_| a >= 0xf0 && edges.contains(&c)) {
                agree(&[a, b, c, last]);
            }
        }
        assert!(texts > 2_000_000, "{texts}");
    }

    #[test]
    fn lengths_are_counted_in_bytes() {
        assert!(!valid_name(""));
        assert!(valid_name(&"n".repeat(64)));
        assert!(!valid_name(&"n".repeat(65)));
        assert!(valid_name(&"é".repeat(32)));
        assert!(!valid_name(&"é".repeat(33)));
        assert!(!valid_symbol(""));
        assert!(valid_symbol(&"S".repeat(16)));
        assert!(!valid_symbol(&"S".repeat(17)));
        assert!(valid_symbol("🎓🎓🎓🎓"));
        assert!(!valid_symbol("🎓🎓🎓🎓!"));
    }

    #[test]
    fn ordinary_names_of_many_scripts_are_accepted() {
        for name in ["Alice's PhD (2026)", "Doctorat ès lettres", "修士課程", "шифр", "علوم", "🎓 M.Sc."]
        {
            assert!(valid_name(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn long_texts_are_those_of_the_standard_library(text: String, spoilt in any::<(prop::sample::Index, u8)>()) {
            prop_assert_eq!(utf8(text.as_bytes()), Some(text.as_str()));
            let mut bytes = text.into_bytes();
            if !bytes.is_empty() {
                let (at, byte) = spoilt;
                *at.get_mut(&mut bytes) = byte;
            }
            prop_assert_eq!(utf8(&bytes), core::str::from_utf8(&bytes).ok());
        }

        #[test]
        fn a_refused_character_spoils_any_name(before in "[a-z]{0,20}", after in "[a-z]{0,20}", at in 0usize..12) {
            let bidi = char::from_u32(BIDI_CONTROLS[at]).expect("a scalar value");
            let spoiled = format!("{before}{bidi}{after}");
            let control = format!("{before}\u{1b}{after}");
            prop_assert!(!valid_name(&spoiled));
            prop_assert!(!valid_name(&control));
        }

        #[test]
        fn symbols_are_names(text in any::<String>()) {
            prop_assert!(!valid_symbol(&text) || valid_name(&text));
        }
    }
}
