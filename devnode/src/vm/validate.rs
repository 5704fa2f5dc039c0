//! What a program must look like beyond being valid wasm (§3.2, §3.3): names, imports, exports, memory, limits.

use wasmparser::{ExternalKind, FuncType, ValType};

use super::Rules;
use super::error::{ActivationError, refuse};
use super::hostio;
use super::instrument::{ADDED_GLOBALS, Instrumented};
use super::parse::Source;

/// The function that a call runs.
pub(super) const ENTRYPOINT: &str = "user_entrypoint";
/// The export that names the program's memory.
pub(super) const MEMORY: &str = "memory";
/// What a start function is exported as; never run.
pub(super) const START: &str = "stylus_start";
/// The module of all host functions but the console's.
pub(super) const HOOKS: &str = "vm_hooks";
/// The import that a program with growing memory must have.
pub(super) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

/// Names that begin like this are the VM's own.
const RESERVED: &str = "stylus";

/// Most pages a program may start with, whatever the chain's parameters.
const MAX_INITIAL_PAGES: u64 = 128;
const MAX_SEGMENTS: u32 = 128;
const MAX_EXPORTS: usize = 1_024;
const MAX_FUNCTIONS: usize = 4_096;
const MAX_GLOBALS: usize = 32_768;
const MAX_IMPORTS: usize = 513;
const MAX_TABLE: u64 = 4_096;
const MAX_ELEMENT_BYTES: u64 = 4_096;
const MAX_NAME: usize = 512;
const MAX_LOCALS: u32 = 348;
const MAX_OPERATORS: u64 = 65_536;

/// Step (c): names that would collide with imports or with what instrumentation adds.
pub(super) fn check_names(source: &Source<'_>) -> Result<(), ActivationError> {
    for import in &source.imports {
        if import.name.starts_with(RESERVED) {
            refuse!("import {} uses a reserved name", import.name);
        }
    }
    for export in &source.exports {
        let name = export.name.rsplit("__").next().unwrap_or(export.name);
        if source.imports.iter().any(|import| import.name == name) {
            refuse!("export {} has the name of an import", export.name);
        }
        if name.starts_with(RESERVED) {
            refuse!("export {} uses a reserved name", export.name);
        }
    }
    Ok(())
}

/// Step (d): memory, start function and what metering needs.
pub(super) fn check_module(source: &Source<'_>, rules: Rules) -> Result<(), ActivationError> {
    if source.start.is_some() && !rules.debug_chain {
        refuse!("start functions are not allowed");
    }
    if source.memory.initial > MAX_INITIAL_PAGES {
        refuse!("memory of {} pages exceeds {MAX_INITIAL_PAGES}", source.memory.initial);
    }
    if grows(source) {
        let Some(index) = source.import_index(HOOKS, PAY_FOR_MEMORY_GROW) else {
            refuse!("missing import {HOOKS}.{PAY_FOR_MEMORY_GROW}");
        };
        let ty = source.function_type(index);
        if !ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results().is_empty()) {
            refuse!("wrong type of import {HOOKS}.{PAY_FOR_MEMORY_GROW}");
        }
    }
    Ok(())
}

/// Whether the memory can grow, so that growing must be charged.
pub(super) fn grows(source: &Source<'_>) -> bool {
    source.memory.maximum != Some(source.memory.initial)
}

/// Whether instrumentation keeps an export (§3.2).
pub(super) fn keeps_export(name: &str, kind: ExternalKind, rules: Rules) -> bool {
    rules.debug_chain
        || matches!((name, kind), (ENTRYPOINT, ExternalKind::Func) | (MEMORY, ExternalKind::Memory))
}

/// Step (f): limits of the instrumented module.
pub(super) fn check_limits(
    source: &Source<'_>,
    instrumented: &Instrumented,
    rules: Rules,
) -> Result<(), ActivationError> {
    fn limit<T: PartialOrd + std::fmt::Display>(what: &str, got: T, most: T) -> Result<(), ActivationError> {
        if got > most {
            refuse!("too many {what}: {got} exceeds {most}");
        }
        Ok(())
    }
    limit("data segments", source.data.count, MAX_SEGMENTS)?;
    limit("element segments", source.elements.count, MAX_SEGMENTS)?;
    limit("exports", instrumented.exports.len(), MAX_EXPORTS)?;
    limit("functions", source.functions.len(), MAX_FUNCTIONS)?;
    limit("globals", source.globals.len() + ADDED_GLOBALS, MAX_GLOBALS)?;
    if rules.arbos_version >= 32 {
        limit("imports", source.imports.len(), MAX_IMPORTS)?;
    }
    limit("table entries", source.table.map_or(0, |table| table.initial), MAX_TABLE)?;
    limit("bytes of element segments", source.elements.encoded_bytes, MAX_ELEMENT_BYTES)?;
    limit("bytes of the module's name", source.module_name.len(), MAX_NAME)?;
    for name in &instrumented.exports {
        limit("bytes of an export's name", name.len(), MAX_NAME)?;
    }
    for function in &instrumented.functions {
        let place = |error: ActivationError| error.within(format!("function {}", function.index));
        limit("locals", function.locals, MAX_LOCALS).map_err(place)?;
        limit("operators", function.operators, MAX_OPERATORS).map_err(place)?;
    }
    Ok(())
}

/// Step (h): every import exists with its type, and the exports that a call needs are there.
pub(super) fn check_linkage(source: &Source<'_>, rules: Rules) -> Result<(), ActivationError> {
    for import in &source.imports {
        let Some(hook) = hostio::find(import.module, import.name, rules.debug_chain) else {
            refuse!("unknown import {}.{}", import.module, import.name);
        };
        let ty = source.types.get(import.type_index as usize);
        if !ty.is_some_and(|ty| has_type(ty, hook.params, hook.results)) {
            refuse!("wrong type of import {}.{}", import.module, import.name);
        }
    }
    let exported = |name: &str| source.exports.iter().find(|export| export.name == name);
    match exported(MEMORY) {
        Some(export) if export.kind == ExternalKind::Memory => {}
        _ => refuse!("missing export {MEMORY}"),
    }
    let entrypoint = match exported(ENTRYPOINT) {
        Some(export) if export.kind == ExternalKind::Func => source.function_type(export.index),
        _ => refuse!("missing export {ENTRYPOINT}"),
    };
    if !entrypoint.is_some_and(|ty| has_type(ty, &[ValType::I32], &[ValType::I32])) {
        refuse!("wrong type of export {ENTRYPOINT}");
    }
    Ok(())
}

fn has_type(ty: &FuncType, params: &[ValType], results: &[ValType]) -> bool {
    ty.params() == params && ty.results() == results
}
