//! One function through all stages.

use wasmparser::FunctionBody;

use super::code::Code;
use super::{Function, Globals, depth, dynamic, heap, meter};
use crate::vm::error::ActivationError;
use crate::vm::parse::Source;

pub(super) fn instrument(
    index: usize,
    code: &FunctionBody<'_>,
    source: &Source<'_>,
    globals: Globals,
    pay_for_memory_grow: Option<u32>,
) -> Result<Function, ActivationError> {
    let (declarations, locals) = locals(code)?;
    let stream = read(code)?;
    let stream = meter::ink_meter(stream, source, globals);
    let stream = dynamic::dynamic_meter(stream, globals);
    let stream = depth::depth_checker(stream, source, locals, globals)?;
    let stream = match pay_for_memory_grow {
        Some(pay) => heap::heap_bound(stream, pay, globals),
        None => stream,
    };
    let mut body = declarations.to_vec();
    for code in &stream {
        code.encode(&mut body);
    }
    Ok(Function { index, locals, operators: stream.len() as u64, body })
}

/// The encoded declarations of locals and how many locals they declare.
fn locals<'a>(code: &FunctionBody<'a>) -> Result<(&'a [u8], u32), ActivationError> {
    let mut total = 0;
    for declaration in code.get_locals_reader()? {
        let (count, _) = declaration?;
        total += count;
    }
    let operators = code.get_operators_reader()?.original_position();
    let length = usize::try_from(operators - code.range().start).expect("an offset into a slice fits usize");
    Ok((&code.as_bytes()[..length], total))
}

fn read<'a>(code: &FunctionBody<'a>) -> Result<Vec<Code<'a>>, ActivationError> {
    let start = code.range().start;
    let at = |position: u64| usize::try_from(position - start).expect("an offset into a slice fits usize");
    let mut reader = code.get_operators_reader()?;
    let mut stream = Vec::new();
    while !reader.eof() {
        let from = at(reader.original_position());
        let operator = reader.read()?;
        stream.push(Code::Source(operator, &code.as_bytes()[from..at(reader.original_position())]));
    }
    Ok(stream)
}
