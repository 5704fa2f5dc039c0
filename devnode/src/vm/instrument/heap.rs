//! Last stage: memory pays before it grows (§4.6).

use wasmparser::Operator;

use super::Globals;
use super::code::{Added, Code, add};

/// `pay` is the index of the import `pay_for_memory_grow`.
pub(super) fn heap_bound<'a>(
    stream: Vec<Code<'a>>,
    pay: u32,
    Globals { scratch, .. }: Globals,
) -> Vec<Code<'a>> {
    use Added as A;
    let mut bound = Vec::with_capacity(stream.len());
    for code in stream {
        if matches!(code, Code::Source(Operator::MemoryGrow { .. }, _)) {
            add(
                &mut bound,
                [A::GlobalSet(scratch), A::GlobalGet(scratch), A::GlobalGet(scratch), A::Call(pay)],
            );
        }
        bound.push(code);
    }
    bound
}
