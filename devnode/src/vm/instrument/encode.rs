//! Writes the instrumented module: sections that nothing changed byte for byte, the others anew.

use std::ops::Range;

use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, GlobalType, Ieee32, Ieee64, Module,
    RawSection, SectionId, ValType as EncodedType,
};
use wasmparser::{ExternalKind, ValType};

use super::{Function, Globals, INK_LEFT, INK_STATUS, SCRATCH, STACK_LEFT};
use crate::vm::Rules;
use crate::vm::parse::{Constant, Global, Source};
use crate::vm::validate::{START, keeps_export};

/// An export of the instrumented module.
#[derive(Clone, Debug)]
pub(super) struct Export {
    pub(super) name: String,
    kind: ExportKind,
    index: u32,
}

/// What is left of the program's exports, the start function under its new name, and the added globals.
pub(super) fn exports(source: &Source<'_>, rules: Rules, globals: Globals) -> Vec<Export> {
    let kept = source.exports.iter().filter(|export| keeps_export(export.name, export.kind, rules));
    let mut exports: Vec<_> = kept
        .map(|export| Export { name: export.name.to_owned(), kind: kind(export.kind), index: export.index })
        .collect();
    if let Some(index) = source.start {
        exports.push(Export { name: START.to_owned(), kind: ExportKind::Func, index });
    }
    let added = [
        (INK_LEFT, globals.ink),
        (INK_STATUS, globals.status),
        (SCRATCH, globals.scratch),
        (STACK_LEFT, globals.space),
    ];
    for (name, index) in added {
        exports.push(Export { name: name.to_owned(), kind: ExportKind::Global, index });
    }
    exports
}

/// The module. It has no start section: a start function is never run.
pub(super) fn module(source: &Source<'_>, exports: &[Export], functions: &[Function]) -> Vec<u8> {
    let mut module = Module::new();
    let copy = |module: &mut Module, id: SectionId, range: &Option<Range<usize>>| {
        if let Some(range) = range {
            module.section(&RawSection { id: id.into(), data: &source.wasm[range.clone()] });
        }
    };
    copy(&mut module, SectionId::Type, &source.raw.types);
    copy(&mut module, SectionId::Import, &source.raw.imports);
    copy(&mut module, SectionId::Function, &source.raw.functions);
    copy(&mut module, SectionId::Table, &source.raw.tables);
    copy(&mut module, SectionId::Memory, &source.raw.memories);
    module.section(&global_section(&source.globals));
    let mut section = ExportSection::new();
    for export in exports {
        section.export(&export.name, export.kind, export.index);
    }
    module.section(&section);
    copy(&mut module, SectionId::Element, &source.raw.elements);
    let mut section = CodeSection::new();
    for function in functions {
        section.raw(&function.body);
    }
    module.section(&section);
    copy(&mut module, SectionId::Data, &source.raw.data);
    module.finish()
}

/// The program's globals and, in the order of [`Globals`], the added ones.
fn global_section(own: &[Global]) -> GlobalSection {
    let mut section = GlobalSection::new();
    for global in own {
        let init = match global.init {
            Constant::I32(value) => ConstExpr::i32_const(value),
            Constant::I64(value) => ConstExpr::i64_const(value),
            Constant::F32(bits) => ConstExpr::f32_const(Ieee32::new(bits)),
            Constant::F64(bits) => ConstExpr::f64_const(Ieee64::new(bits)),
        };
        section.global(
            GlobalType { val_type: value_type(global.ty), mutable: global.mutable, shared: false },
            &init,
        );
    }
    let mutable = |val_type| GlobalType { val_type, mutable: true, shared: false };
    section.global(mutable(EncodedType::I64), &ConstExpr::i64_const(0)); // ink
    section.global(mutable(EncodedType::I32), &ConstExpr::i32_const(0)); // status
    section.global(mutable(EncodedType::I32), &ConstExpr::i32_const(0)); // scratch
    section.global(mutable(EncodedType::I32), &ConstExpr::i32_const(0)); // space
    section
}

fn value_type(ty: ValType) -> EncodedType {
    match ty {
        ValType::I32 => EncodedType::I32,
        ValType::I64 => EncodedType::I64,
        ValType::F32 => EncodedType::F32,
        ValType::F64 => EncodedType::F64,
        ValType::V128 | ValType::Ref(_) => unreachable!("the validator allows numbers only"),
    }
}

fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => unreachable!("the validator knows no tags"),
    }
}
