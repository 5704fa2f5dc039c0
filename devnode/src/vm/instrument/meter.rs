//! First stage: every basic block pays for all of itself before its first operator (§4.3).

use super::Globals;
use super::code::{Added, Code, add};
use crate::vm::parse::Source;
use crate::vm::prices::{BLOCK_HEADER, ends_block, operator_ink};

pub(super) fn ink_meter<'a>(stream: Vec<Code<'a>>, source: &Source<'_>, globals: Globals) -> Vec<Code<'a>> {
    let params_of = |type_index: u32| source.types.get(type_index as usize).map_or(0, |ty| ty.params().len());
    let mut metered = Vec::with_capacity(stream.len() * 2);
    let mut block = Vec::new();
    let mut cost = BLOCK_HEADER;
    for code in stream {
        let operator = code.operator();
        cost = cost.saturating_add(operator_ink(&operator, params_of));
        block.push(code);
        if ends_block(&operator) {
            add(&mut metered, header(cost, globals));
            metered.append(&mut block);
            cost = BLOCK_HEADER;
        }
    }
    // A body ends with `end`, which ends a block: nothing is left over.
    metered
}

/// Traps with the status set unless at least `cost` ink is left, and takes it.
fn header(cost: u64, Globals { ink, status, .. }: Globals) -> [Added; 12] {
    use Added as A;
    let cost = cost.cast_signed();
    [
        A::GlobalGet(ink),
        A::I64Const(cost),
        A::I64LtU,
        A::If,
        A::I32Const(1),
        A::GlobalSet(status),
        A::Unreachable,
        A::End,
        A::GlobalGet(ink),
        A::I64Const(cost),
        A::I64Sub,
        A::GlobalSet(ink),
    ]
}
