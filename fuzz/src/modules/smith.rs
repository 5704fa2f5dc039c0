//! Modules by wasm-smith, most of them valid programs or nearly so.

use arbitrary::{Error, Result, Unstructured};
use wasm_smith::{Config, Module};

use crate::host_functions;

/// What a program's interface may look like, valid or not: text for the memory's limits.
const MEMORIES: [&str; 8] = ["1 1", "0 0", "1", "2 2", "1 3", "128 128", "129 129", "0 65536"];

/// Imports that programs may not have.
const WRONG_IMPORTS: [&str; 6] = [
    r#"(import "vm_hooks" "read_args" (func (param i64)))"#,
    r#"(import "vm_hooks" "unheard_of" (func (param i32)))"#,
    r#"(import "env" "read_args" (func (param i32)))"#,
    r#"(import "vm_hooks" "stylus_ink_left" (func (result i64)))"#,
    r#"(import "vm_hooks" "global" (global i32))"#,
    r#"(import "console" "tee_i64" (func (param i64) (result i64)))"#,
];

/// Exports besides those that a program needs.
const MORE_EXPORTS: [&str; 4] = [
    r#"(func (export "stylus_more"))"#,
    r#"(func (export "more__read_args"))"#,
    r#"(global (export "global") i64 (i64.const 0))"#,
    r#"(func (export "stylus_start"))"#,
];

/// A module of random content in the shape of a program.
pub(super) fn module(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let shape = wat::parse_str(shape(input)?).map_err(|_| Error::IncorrectFormat)?;
    let config = config(input, shape)?;
    Module::new(config, input).map(|module| module.to_bytes())
}

/// The imports and exports, as a module in text form.
fn shape(input: &mut Unstructured<'_>) -> Result<String> {
    let chosen: u64 = input.arbitrary()?;
    let all = host_functions::ALL.iter().enumerate();
    let mut text = String::from("(module ");
    // With two masks in one, about half of the inputs import few functions.
    let mask = if chosen >> 63 == 0 { chosen & (chosen >> 21) } else { chosen };
    text.extend(all.filter(|(index, _)| mask >> index & 1 == 1).map(|(_, function)| function.import()));
    let odd: u8 = input.arbitrary()?;
    if odd < 16 {
        text += WRONG_IMPORTS[usize::from(odd) % WRONG_IMPORTS.len()];
    }
    let memory = MEMORIES[usize::from(input.arbitrary::<u8>()? >> 2) % MEMORIES.len()];
    // Most often the one that needs nothing else.
    let memory = if input.ratio(1, 3)? { memory } else { MEMORIES[0] };
    text += &match odd {
        16 => format!("(memory (export \"memories\") {memory})"),
        _ => format!("(memory (export \"memory\") {memory})"),
    };
    text += match odd {
        17 => r#"(func (export "user_entrypoint") (param i64) (result i32) unreachable)"#,
        18 => r#"(func (export "user_entry") (param i32) (result i32) unreachable)"#,
        _ => r#"(func (export "user_entrypoint") (param i32) (result i32) unreachable)"#,
    };
    if let 20..28 = odd {
        text += MORE_EXPORTS[usize::from(odd) % MORE_EXPORTS.len()];
    }
    Ok(text + ")")
}

/// What Stylus knows, and now and then something that it doesn't.
fn config(input: &mut Unstructured<'_>, shape: Vec<u8>) -> Result<Config> {
    let flags: u16 = input.arbitrary()?;
    let flag = |bit: u32| flags >> bit & 1 == 1;
    let beyond = if input.ratio(1, 16)? { input.arbitrary::<u8>()? } else { 0 };
    let strange = |bit: u32| beyond >> bit & 1 == 1;
    Ok(Config {
        module_shape: Some(shape),
        allow_floats: strange(0),
        allow_invalid_funcs: strange(1),
        allow_start_export: flag(0) && flag(1),
        bulk_memory_enabled: flag(2),
        disallow_traps: flag(3),
        generate_custom_sections: flag(4) && flag(5),
        max_data_segments: if flag(6) { 8 } else { 0 },
        max_element_segments: if flag(7) { 8 } else { 0 },
        max_funcs: if flag(8) { 120 } else { 60 },
        max_globals: if flag(9) { 40 } else { 3 },
        max_instructions: if flag(10) { 600 } else { 80 },
        max_nesting_depth: 8,
        max_table_elements: if flag(11) { 5_000 } else { 64 },
        max_tables: usize::from(flag(12)),
        memory_offset_choices: wasm_smith::MemoryOffsetChoices(90, 9, 1),
        multi_value_enabled: flag(13) && flag(14),
        reference_types_enabled: strange(2),
        saturating_float_to_int_enabled: true,
        sign_extension_ops_enabled: true,
        simd_enabled: strange(3),
        tail_call_enabled: strange(4),
        memory64_enabled: strange(5),
        compact_imports_enabled: false,
        custom_page_sizes_enabled: strange(6),
        exceptions_enabled: strange(7),
        extended_const_enabled: strange(2),
        gc_enabled: false,
        relaxed_simd_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    })
}
