//! Which token names and symbols are acceptable.
//!
//! Names are shown to people by wallets and explorers, so text that can hide or reorder other text is
//! refused: control characters (C0, DEL, C1) and the bidirectional controls that make `gnp.exe` of `exe.png`.
//! Everything else in UTF-8 is the creator's choice.

use crate::bounds::{NAME_BYTES_MAX, SYMBOL_BYTES_MAX};

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
