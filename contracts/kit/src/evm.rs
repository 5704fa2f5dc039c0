//! A small assembler for EVM code, run by the compiler: what doesn't assemble doesn't compile.
//!
//! Code is written as a chain of named opcodes. Jump targets are labels; every jump pushes two bytes, so that the length
//! doesn't depend on where a label lies.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where overflow and bad indexes are compile errors"
)]

#[cfg(test)]
pub(crate) mod chain;
#[cfg(test)]
pub(crate) mod listing;
pub mod op;
pub mod selectors;

use op::{JUMP, JUMPDEST, JUMPI, PUSH1, PUSH2};

/// Longest code, in bytes.
const BYTES_MAX: usize = 2048;
/// Most labels in one piece of code.
const LABELS_MAX: usize = 32;
/// Most jumps in one piece of code.
const JUMPS_MAX: usize = 64;
/// Where a label lies that isn't placed yet.
const NOWHERE: usize = usize::MAX;

/// A place to jump to, numbered by its user.
#[derive(Clone, Copy)]
pub struct Label(usize);

impl Label {
    /// The label with this number, from 0.
    #[must_use]
    pub const fn new(number: usize) -> Self {
        assert!(number < LABELS_MAX, "too many labels");
        Self(number)
    }
}

/// A piece of code being written.
#[derive(Clone, Copy)]
#[must_use]
pub struct Code {
    bytes: [u8; BYTES_MAX],
    len: usize,
    labels: [usize; LABELS_MAX],
    /// Where the two bytes of a target go, and the label's number.
    jumps: [(usize, usize); JUMPS_MAX],
    jump_count: usize,
}

#[expect(clippy::new_without_default, reason = "a trait's function can't be called by the compiler")]
impl Code {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            bytes: [0; BYTES_MAX],
            len: 0,
            labels: [NOWHERE; LABELS_MAX],
            jumps: [(0, 0); JUMPS_MAX],
            jump_count: 0,
        }
    }

    /// Length so far, in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends opcodes that take nothing from the code.
    pub const fn ops<const N: usize>(mut self, ops: [u8; N]) -> Self {
        let mut i = 0;
        while i < N {
            self.bytes[self.len] = ops[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// Appends a push of these bytes.
    pub const fn push<const N: usize>(self, value: [u8; N]) -> Self {
        assert!(1 <= N && N <= 32, "a push carries 1 to 32 bytes");
        #[expect(
            clippy::as_conversions,
            reason = "there is no other conversion in constants; N is at most 32"
        )]
        let push = PUSH1 + (N - 1) as u8;
        self.ops([push]).ops(value)
    }

    /// Appends a push of one byte.
    pub const fn push1(self, value: u8) -> Self {
        self.push([value])
    }

    /// Appends a push of a length or an offset, in two bytes.
    pub const fn push2(self, value: usize) -> Self {
        self.push(two_bytes(value))
    }

    /// Places `label` here, once, with the `JUMPDEST` that it needs.
    pub const fn label(mut self, label: Label) -> Self {
        assert!(self.labels[label.0] == NOWHERE, "a label is placed once");
        self.labels[label.0] = self.len;
        self.ops([JUMPDEST])
    }

    /// Appends a jump to `label`.
    pub const fn jump(self, label: Label) -> Self {
        self.target(label).ops([JUMP])
    }

    /// Appends a jump to `label` that is taken unless the top of the stack, which it pops, is zero.
    pub const fn jump_if(self, label: Label) -> Self {
        self.target(label).ops([JUMPI])
    }

    /// The finished code, whose length is `N`.
    #[must_use]
    pub const fn finish<const N: usize>(self) -> [u8; N] {
        assert!(self.len == N, "the length is not the declared one");
        let mut code = [0; N];
        let mut i = 0;
        while i < N {
            code[i] = self.bytes[i];
            i += 1;
        }
        let mut jump = 0;
        while jump < self.jump_count {
            let (at, label) = self.jumps[jump];
            assert!(self.labels[label] != NOWHERE, "a jump to a label that is not placed");
            let target = two_bytes(self.labels[label]);
            code[at] = target[0];
            code[at + 1] = target[1];
            jump += 1;
        }
        code
    }

    const fn target(mut self, label: Label) -> Self {
        self.jumps[self.jump_count] = (self.len + 1, label.0);
        self.jump_count += 1;
        self.ops([PUSH2, 0, 0])
    }
}

const fn two_bytes(value: usize) -> [u8; 2] {
    assert!(value <= 0xffff, "too long for two bytes");
    let [low, high, ..] = value.to_le_bytes();
    [high, low]
}

#[cfg(test)]
mod tests {
    use super::*;
    use op::{ADD, PUSH0, STOP};

    const END: Label = Label::new(0);
    const START: Label = Label::new(1);

    #[test]
    fn labels_resolve_forwards_and_backwards() {
        let code: [u8; 11] =
            Code::new().label(START).ops([PUSH0]).jump_if(END).jump(START).label(END).finish();
        assert_eq!(code, [0x5b, 0x5f, 0x61, 0, 10, 0x57, 0x61, 0, 0, 0x56, 0x5b]);
    }

    #[test]
    fn pushes_carry_their_bytes() {
        let code: [u8; 12] = Code::new().push1(7).push2(0x1234).push([1, 2, 3, 4]).ops([ADD, STOP]).finish();
        assert_eq!(code, [0x60, 7, 0x61, 0x12, 0x34, 0x63, 1, 2, 3, 4, 0x01, 0x00]);
    }

    #[test]
    #[should_panic(expected = "a jump to a label that is not placed")]
    fn a_missing_label_is_refused() {
        let _: [u8; 4] = Code::new().jump(END).finish();
    }

    #[test]
    #[should_panic(expected = "a label is placed once")]
    fn a_label_placed_twice_is_refused() {
        let _: [u8; 2] = Code::new().label(END).label(END).finish();
    }
}
