//! A program's sections, read under the restrictions that Stylus puts on the format (§3.1, §3.2).

use std::ops::Range;

use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, Export, FuncType, FunctionBody,
    KnownCustom, MemoryType, Name, Operator, Parser, Payload, TableInit, TableType, TypeRef, ValType,
    Validator, WasmFeatures,
};

use super::Rules;
use super::error::{ActivationError, refuse};

/// Bytes of one page of wasm memory.
const PAGE_BYTES: u64 = 65_536;

/// A function that a program imports.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import<'a> {
    pub(super) module: &'a str,
    pub(super) name: &'a str,
    pub(super) type_index: u32,
}

/// A global with its constant initialiser.
#[derive(Clone, Copy, Debug)]
pub(super) struct Global {
    pub(super) ty: ValType,
    pub(super) mutable: bool,
    pub(super) init: Constant,
}

/// The value of a `const` operator; floats as their bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Constant {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
}

/// What the figures of activation need to know about data or element segments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Segments {
    pub(super) count: u32,
    /// Bytes of the segments as encoded, with their headers.
    pub(super) encoded_bytes: u64,
    /// Bytes of the payloads alone; only counted for data.
    pub(super) payload_bytes: u64,
}

/// Where the sections lie that are taken over as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct RawSections {
    pub(super) types: Option<Range<usize>>,
    pub(super) imports: Option<Range<usize>>,
    pub(super) functions: Option<Range<usize>>,
    pub(super) tables: Option<Range<usize>>,
    pub(super) memories: Option<Range<usize>>,
    pub(super) elements: Option<Range<usize>>,
    pub(super) data: Option<Range<usize>>,
}

/// A parsed program.
#[derive(Clone)]
pub(super) struct Source<'a> {
    pub(super) wasm: &'a [u8],
    pub(super) types: Vec<FuncType>,
    pub(super) imports: Vec<Import<'a>>,
    /// Type index of each function that the module defines.
    pub(super) functions: Vec<u32>,
    pub(super) table: Option<TableType>,
    pub(super) memory: MemoryType,
    pub(super) globals: Vec<Global>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    pub(super) elements: Segments,
    pub(super) data: Segments,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    pub(super) module_name: &'a str,
    pub(super) raw: RawSections,
}

/// The proposals that programs may use (§3.1).
fn features(rules: Rules) -> WasmFeatures {
    let mut features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS;
    features.set(WasmFeatures::MULTI_VALUE, rules.multi_value());
    features
}

impl<'a> Source<'a> {
    /// Validates the binary and reads its sections.
    pub(super) fn parse(wasm: &'a [u8], rules: Rules) -> Result<Self, ActivationError> {
        Validator::new_with_features(features(rules))
            .validate_all(wasm)
            .map_err(|error| ActivationError::from(error).within("failed to validate wasm"))?;
        let source = Self::read(wasm, rules).map_err(|error| error.within("failed to parse wasm"))?;
        source.check_imports_agree()?;
        Ok(source)
    }

    fn read(wasm: &'a [u8], rules: Rules) -> Result<Self, ActivationError> {
        let mut source = Self::empty(wasm);
        let mut memories = Vec::new();
        let mut parser = Parser::new(0);
        parser.set_features(features(rules));
        for payload in parser.parse_all(wasm) {
            match payload? {
                Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
                Payload::TypeSection(reader) => {
                    source.raw.types = Some(range(reader.range()));
                    source.types = reader.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
                }
                Payload::ImportSection(reader) => {
                    source.raw.imports = Some(range(reader.range()));
                    for import in reader.into_imports() {
                        source.imports.push(function_import(import?)?);
                    }
                }
                Payload::FunctionSection(reader) => {
                    source.raw.functions = Some(range(reader.range()));
                    source.functions = reader.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::TableSection(reader) => {
                    source.raw.tables = Some(range(reader.range()));
                    for table in reader {
                        source.add_table(table?)?;
                    }
                }
                Payload::MemorySection(reader) => {
                    source.raw.memories = Some(range(reader.range()));
                    memories = reader.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::GlobalSection(reader) => {
                    for global in reader {
                        let global = global?;
                        let init = constant(&global.init_expr)?;
                        let wasmparser::GlobalType { content_type: ty, mutable, .. } = global.ty;
                        source.globals.push(Global { ty, mutable, init });
                    }
                }
                Payload::ExportSection(reader) => {
                    source.exports = reader.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::StartSection { func, .. } => source.start = Some(func),
                Payload::ElementSection(reader) => {
                    source.raw.elements = Some(range(reader.range()));
                    for element in reader {
                        source.add_element(&element?)?;
                    }
                }
                Payload::CodeSectionEntry(body) => source.bodies.push(body),
                Payload::DataSection(reader) => {
                    source.raw.data = Some(range(reader.range()));
                    let Some(memory) = memories.first() else { refuse!("data without a memory") };
                    for data in reader {
                        source.data.add(&data?, memory)?;
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        source.module_name = module_name(names).map_err(|e| e.within("bad name section"))?;
                    }
                }
                Payload::DataCountSection { .. } => refuse!("data count sections are not supported"),
                Payload::TagSection(_) => refuse!("tag sections are not supported"),
                _ => refuse!("unknown section"),
            }
        }
        match memories[..] {
            [memory] => source.memory = memory,
            [] => refuse!("missing memory"),
            _ => refuse!("multiple memories"),
        }
        Ok(source)
    }

    fn empty(wasm: &'a [u8]) -> Self {
        let no_memory =
            MemoryType { memory64: false, shared: false, initial: 0, maximum: None, page_size_log2: None };
        Self {
            wasm,
            types: Vec::new(),
            imports: Vec::new(),
            functions: Vec::new(),
            table: None,
            memory: no_memory,
            globals: Vec::new(),
            exports: Vec::new(),
            start: None,
            elements: Segments::default(),
            data: Segments::default(),
            bodies: Vec::new(),
            module_name: "",
            raw: RawSections::default(),
        }
    }

    /// Type of the function with this index, imports first.
    pub(super) fn function_type(&self, function: u32) -> Option<&FuncType> {
        let function = function as usize;
        let type_index = match self.imports.get(function) {
            Some(import) => import.type_index,
            None => *self.functions.get(function - self.imports.len())?,
        };
        self.types.get(type_index as usize)
    }

    /// Index of an imported function.
    pub(super) fn import_index(&self, module: &str, name: &str) -> Option<u32> {
        let index = self.imports.iter().position(|import| (import.module, import.name) == (module, name))?;
        u32::try_from(index).ok()
    }

    fn add_table(&mut self, table: wasmparser::Table<'_>) -> Result<(), ActivationError> {
        if !matches!(table.init, TableInit::RefNull) {
            refuse!("table initialisers are not supported");
        }
        if self.table.replace(table.ty).is_some() {
            refuse!("multiple tables");
        }
        Ok(())
    }

    fn add_element(&mut self, element: &Element<'_>) -> Result<(), ActivationError> {
        self.elements.count += 1;
        self.elements.encoded_bytes += element.range.end - element.range.start;
        let ElementKind::Active { offset_expr, .. } = &element.kind else { return Ok(()) };
        let ElementItems::Functions(items) = &element.items else {
            refuse!("element segments must list functions");
        };
        let end = u64::from(offset(offset_expr)?) + u64::from(items.count());
        let size = self.table.map_or(0, |table| table.initial);
        if end > size {
            refuse!("element segment ends at {end} in a table of {size}");
        }
        Ok(())
    }

    /// Two imports of one function must have one type index.
    fn check_imports_agree(&self) -> Result<(), ActivationError> {
        let mut seen = std::collections::HashMap::new();
        for Import { module, name, type_index } in &self.imports {
            if seen.insert((module, name), type_index).is_some_and(|before| before != type_index) {
                refuse!("inconsistent imports {module}.{name}");
            }
        }
        Ok(())
    }
}

impl Segments {
    fn add(&mut self, data: &Data<'_>, memory: &MemoryType) -> Result<(), ActivationError> {
        self.count += 1;
        self.encoded_bytes += data.range.end - data.range.start;
        self.payload_bytes += data.data.len() as u64;
        let DataKind::Active { offset_expr, .. } = &data.kind else { return Ok(()) };
        let end = u64::from(offset(offset_expr)?) + data.data.len() as u64;
        let size = memory.initial.saturating_mul(PAGE_BYTES);
        if end > size {
            refuse!("data segment ends at {end} in a memory of {size} bytes");
        }
        Ok(())
    }
}

/// wasmparser counts in `u64`; a slice's offsets fit `usize`.
fn range(range: Range<u64>) -> Range<usize> {
    let offset = |o: u64| usize::try_from(o).expect("an offset into a slice fits usize");
    offset(range.start)..offset(range.end)
}

fn function_import(import: wasmparser::Import<'_>) -> Result<Import<'_>, ActivationError> {
    let wasmparser::Import { module, name, ty } = import;
    match ty {
        TypeRef::Func(type_index) => Ok(Import { module, name, type_index }),
        other => refuse!("import {module}.{name} is not a function but {other:?}"),
    }
}

/// An initialiser of exactly one constant.
fn constant(init: &ConstExpr<'_>) -> Result<Constant, ActivationError> {
    let mut operators = init.get_operators_reader();
    let constant = match operators.read()? {
        Operator::I32Const { value } => Constant::I32(value),
        Operator::I64Const { value } => Constant::I64(value),
        Operator::F32Const { value } => Constant::F32(value.bits()),
        Operator::F64Const { value } => Constant::F64(value.bits()),
        other => refuse!("initialiser {other:?} is not a constant"),
    };
    match operators.read()? {
        Operator::End => Ok(constant),
        other => refuse!("initialiser goes on with {other:?}"),
    }
}

/// A segment's offset.
fn offset(init: &ConstExpr<'_>) -> Result<u32, ActivationError> {
    match constant(init)? {
        Constant::I32(offset) => Ok(offset.cast_unsigned()),
        other => refuse!("segment offset {other:?} is not an i32"),
    }
}

/// Reads the whole name section, which must parse, and returns the module's name.
fn module_name(names: wasmparser::NameSectionReader<'_>) -> Result<&str, ActivationError> {
    let mut module = "";
    for name in names {
        match name? {
            Name::Module { name, .. } => module = name,
            Name::Function(map) => map.into_iter().try_for_each(|naming| naming.map(drop))?,
            _ => {}
        }
    }
    Ok(module)
}
