//! Rewrites a program so that it pays for itself and can't outgrow its stack (§4).
//!
//! Four stages, each on the output of the one before: ink meter → dynamic meter → depth checker → heap bound. So the
//! ink meter prices the program's own operators only, and the depth checker also measures what the two meters added.

mod body;
mod code;
mod depth;
mod dynamic;
mod encode;
mod heap;
mod meter;

#[cfg(test)]
mod tests;

use super::Rules;
use super::error::ActivationError;
use super::parse::Source;
use super::validate;

/// The exported globals that instrumentation adds, in their order.
pub(super) const INK_LEFT: &str = "stylus_ink_left";
/// 1 once a meter found too little ink.
pub(super) const INK_STATUS: &str = "stylus_ink_status";
/// Holds an operand for a moment.
const SCRATCH: &str = "stylus_scratch_global";
/// Words of stack that may still be used.
pub(super) const STACK_LEFT: &str = "stylus_stack_left";

/// How many globals are added.
pub(super) const ADDED_GLOBALS: usize = 4;

/// Indices of the added globals.
#[derive(Clone, Copy, Debug)]
struct Globals {
    ink: u32,
    status: u32,
    scratch: u32,
    space: u32,
}

/// One function after all stages.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Index among the functions that the module defines.
    pub(super) index: usize,
    /// Declared locals, parameters not counted.
    pub(super) locals: u32,
    /// Operators, the added ones included.
    pub(super) operators: u64,
    /// Locals and operators, encoded.
    body: Vec<u8>,
}

/// A program after all stages.
#[derive(Clone, Debug)]
pub(super) struct Instrumented {
    /// Names of all exports.
    pub(super) exports: Vec<String>,
    /// The functions, in order.
    pub(super) functions: Vec<Function>,
    /// The module, ready to be compiled.
    pub(super) wasm: Vec<u8>,
}

impl Instrumented {
    /// Sum of the operators of all functions.
    pub(super) fn operators(&self) -> u64 {
        self.functions.iter().map(|function| function.operators).sum()
    }
}

/// Runs all stages on every function.
pub(super) fn instrument(source: &Source<'_>, rules: Rules) -> Result<Instrumented, ActivationError> {
    let first = u32::try_from(source.globals.len()).expect("the validator allows a million globals");
    let globals = Globals { ink: first, status: first + 1, scratch: first + 2, space: first + 3 };
    let pay = match validate::grows(source) {
        true => source.import_index(validate::HOOKS, validate::PAY_FOR_MEMORY_GROW),
        false => None,
    };
    let mut functions = Vec::with_capacity(source.bodies.len());
    for (index, code) in source.bodies.iter().enumerate() {
        let function = body::instrument(index, code, source, globals, pay)
            .map_err(|error| error.within(format!("failed to instrument function {index}")))?;
        functions.push(function);
    }
    let exports = encode::exports(source, rules, globals);
    let wasm = encode::module(source, &exports, &functions);
    let exports = exports.into_iter().map(|export| export.name).collect();
    Ok(Instrumented { exports, functions, wasm })
}
