//! Code as people read it: what stands at which offset, by name. For the documentation, and so for tests alone.

use super::{Code, Label, op};
use alloc::{format, string::String};
use alloy_primitives::hex;
use core::fmt::Write as _;

/// Operands of more bytes have a line of their own.
const SHORT: usize = 4;

/// What the numbers in a piece of code are.
pub(crate) struct Legend<'a> {
    /// Where code jumps to: the label's offset, and what happens there.
    pub(crate) places: &'a [(usize, &'a str)],
    /// What a push of these bytes is of; none: it is a number.
    pub(crate) constant: &'a dyn Fn(&[u8]) -> Option<String>,
}

/// Where `label` is placed in `code`, if it is.
pub(crate) fn place(code: &Code, label: Label) -> Option<usize> {
    let at = code.labels[label.0];
    (at != super::NOWHERE).then_some(at)
}

/// A line for each opcode of `code`, whose first byte has this offset: offset, bytes, name, and what it does or pushes.
pub(crate) fn of(code: &[u8], first: usize, legend: &Legend<'_>) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < code.len() {
        let byte = code[at];
        let operand_bytes = operand_bytes(byte);
        let next = at + 1 + operand_bytes;
        let operand = &code[at + 1..next];
        let label = legend.places.iter().find(|(place, _)| *place == at);
        let said = match label {
            Some((_, what)) if byte == op::JUMPDEST => format!("{what}:"),
            _ if operand.is_empty() => String::from(op::meaning(byte).expect("an opcode in use")),
            _ => pushed(operand, code.get(next).copied(), legend),
        };
        let name = op::name(byte).expect("an opcode in use");
        let (offset, bytes) = (first + at, hex::encode(&code[at..next]));
        if operand_bytes > SHORT {
            writeln!(text, "{offset:04x}  {bytes}").unwrap();
            writeln!(text, "{:18}{name:<16}{said}", "").unwrap();
        } else {
            writeln!(text, "{offset:04x}  {bytes:<12}{name:<16}{said}").unwrap();
        }
        at = next;
    }
    text
}

/// Bytes that an opcode takes from the code.
fn operand_bytes(code: u8) -> usize {
    if (op::PUSH1..=op::PUSH32).contains(&code) { usize::from(code - op::PUSH1) + 1 } else { 0 }
}

/// What a push is of, which `then` is the opcode after.
fn pushed(operand: &[u8], then: Option<u8>, legend: &Legend<'_>) -> String {
    let number = || operand.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte));
    if matches!(then, Some(op::JUMP | op::JUMPI)) {
        let target = legend.places.iter().find(|(place, _)| *place == number());
        return format!("to: {}", target.expect("a jump goes to a label").1);
    }
    (legend.constant)(operand).unwrap_or_else(|| {
        assert!(operand.len() <= SHORT, "{} has no name", hex::encode(operand));
        format!("{}", number())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    const END: Label = Label::new(0);
    const NOWHERE_YET: Label = Label::new(1);

    #[test]
    fn every_byte_is_in_the_listing_with_its_name() {
        let code =
            Code::new().push([7; 20]).jump_if(END).push1(0x10).ops([op::ADD]).label(END).ops([op::STOP]);
        let places = [(place(&code, END).unwrap(), "the end")];
        assert_eq!(place(&code, NOWHERE_YET), None);
        let bytes: [u8; 30] = code.finish();
        let sevens = |value: &[u8]| (value == [7; 20]).then(|| String::from("sevens"));
        let text = of(&bytes, 0x100, &Legend { places: &places, constant: &sevens });
        let lines: Vec<_> = text.lines().collect();
        let expected = vec![
            "0100  730707070707070707070707070707070707070707",
            "                  PUSH20          sevens",
            "0115  61001c      PUSH2           to: the end",
            "0118  57          JUMPI           Goes to `a` unless `b` is zero.",
            "0119  6010        PUSH1           16",
            "011b  01          ADD             `a + b`.",
            "011c  5b          JUMPDEST        the end:",
            "011d  00          STOP            Ends the call, returning nothing.",
        ];
        assert_eq!(lines, expected);
    }
}
