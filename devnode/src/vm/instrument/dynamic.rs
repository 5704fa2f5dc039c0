//! Second stage: `memory.fill` and `memory.copy` pay for their length, which only the running program knows (§4.4).

use wasmparser::Operator;

use super::Globals;
use super::code::{Added, Code, add};
use crate::vm::prices::INK_PER_BULK_BYTE;

pub(super) fn dynamic_meter<'a>(stream: Vec<Code<'a>>, globals: Globals) -> Vec<Code<'a>> {
    let mut metered = Vec::with_capacity(stream.len());
    for code in stream {
        if matches!(code, Code::Source(Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }, _)) {
            add(&mut metered, charge(globals));
        }
        metered.push(code);
    }
    metered
}

/// Takes ink for the number of bytes on top of the stack and leaves that number there.
///
/// The subtraction may wrap: then the result is greater than what was there, and the program has run out.
fn charge(Globals { ink, status, scratch, .. }: Globals) -> [Added; 17] {
    use Added as A;
    [
        A::GlobalSet(scratch),
        A::GlobalGet(ink),
        A::GlobalGet(ink),
        A::GlobalGet(scratch),
        A::I64ExtendI32U,
        A::I64Const(INK_PER_BULK_BYTE.cast_signed()),
        A::I64Mul,
        A::I64Sub,
        A::GlobalSet(ink),
        A::GlobalGet(ink),
        A::I64LtU,
        A::If,
        A::I32Const(1),
        A::GlobalSet(status),
        A::Unreachable,
        A::End,
        A::GlobalGet(scratch),
    ]
}
