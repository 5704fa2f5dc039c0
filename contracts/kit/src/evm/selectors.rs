//! Whether calldata starts with one of several selectors, for the same gas whatever their number.
//!
//! Comparing one after the other charges those calls most that mean none of them. Instead three bits of the selector, the
//! same for all and different between the wanted ones, say which of eight places of a table to look at.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where overflow, lost bits that matter and bad indexes are compile errors"
)]

use super::{
    Code,
    op::{AND, DUP2, SHL, SHR, XOR},
};

/// Bits that a place of the table is numbered by.
const INDEX_BITS: u32 = 3;
/// Places of the table: as many selectors as a word holds.
const PLACES: usize = 1 << INDEX_BITS;
/// Bits of a selector.
const SELECTOR_BITS: u32 = 32;
/// A place's number times a selector's bits has these bits: `32 * 0` to `32 * 7`.
const INDEX_MASK: u8 = 0xe0;
/// How far those are from the word's end.
const INDEX_SHIFT: u32 = 5;
/// Bits of a word behind a selector.
const REST_BITS: u32 = 224;

/// Asks whether the calldata's first word starts with none of `selectors`. Stack: word → not zero if so, word.
///
/// 33 gas.
pub const fn none_of<const N: usize>(code: Code, selectors: [[u8; 4]; N]) -> Code {
    let bit = distinctive_bit(&selectors);
    let code = code.push(table(&selectors, bit)); // table, word
    let code = code.ops([DUP2]).push1((REST_BITS + bit - INDEX_SHIFT) as u8).ops([SHR]);
    let code = code.push1(INDEX_MASK).ops([AND, SHL]); // the place and what follows it, word
    code.ops([DUP2, XOR]).push1(REST_BITS as u8).ops([SHR])
}

/// The lowest of the three bits.
const fn distinctive_bit(selectors: &[[u8; 4]]) -> u32 {
    let mut bit = 0;
    while !tells_apart(selectors, bit) {
        bit += 1;
        assert!(bit + INDEX_BITS <= SELECTOR_BITS, "no three bits tell these selectors from each other");
    }
    bit
}

/// Whether the three bits from `bit` on differ between all.
const fn tells_apart(selectors: &[[u8; 4]], bit: u32) -> bool {
    let mut taken = [false; PLACES];
    let mut i = 0;
    while i < selectors.len() && !taken[place(selectors[i], bit)] {
        taken[place(selectors[i], bit)] = true;
        i += 1;
    }
    i == selectors.len()
}

/// Each selector at its place; at the others the first, which no selector that leads there is.
const fn table(selectors: &[[u8; 4]], bit: u32) -> [u8; 32] {
    let mut places = [selectors[0]; PLACES];
    let mut i = 0;
    while i < selectors.len() {
        places[place(selectors[i], bit)] = selectors[i];
        i += 1;
    }
    let mut table = [0; 32];
    let mut at = 0;
    while at < table.len() {
        table[at] = places[at / 4][at % 4];
        at += 1;
    }
    table
}

const fn place(selector: [u8; 4], bit: u32) -> usize {
    (u32::from_be_bytes(selector) >> bit) as usize % PLACES
}
