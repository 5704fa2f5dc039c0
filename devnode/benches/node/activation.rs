//! A program of the largest size: activation, and the first call, which compiles it.

use criterion::{BatchSize, Criterion};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction as I,
    MemorySection, MemoryType, Module, TypeSection, ValType,
};

use super::program::{Deployed, code};

/// Bytes that an account's code may have, prefix included (EIP-170).
const LARGEST_CODE: usize = 24 * 1024;
/// Operators in a function, about.
const OPERATORS: usize = 400;

pub(super) fn bench(criterion: &mut Criterion) {
    let wasm = largest();
    let mut group = criterion.benchmark_group("program of 24 KiB");
    group.sample_size(20);
    group.bench_function("activate", |bencher| {
        let step = |deployed: Deployed| {
            deployed.activate();
            deployed
        };
        bencher.iter_batched(|| Deployed::new(&wasm), step, BatchSize::PerIteration);
    });
    group.bench_function("activate and compile", |bencher| {
        let steps = |deployed: Deployed| {
            deployed.activate();
            assert_eq!(deployed.call(), "0x");
            deployed
        };
        bencher.iter_batched(|| Deployed::new(&wasm), steps, BatchSize::PerIteration);
    });
    group.finish();
}

/// The program of most functions whose code an account can hold.
fn largest() -> Vec<u8> {
    let fits = |functions: &u32| code(&module(*functions)).len() <= LARGEST_CODE;
    let (mut fit, mut too_large) = (1, 256);
    assert!(fits(&fit) && !fits(&too_large));
    while fit + 1 < too_large {
        let middle = (fit + too_large) / 2;
        if fits(&middle) { fit = middle } else { too_large = middle }
    }
    module(fit)
}

/// `functions` functions that mix integers, memory and constants, each another way, and an entry point that calls none
/// of them and returns nothing.
fn module(functions: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    types.ty().function([ValType::I32], []);
    let mut imports = ImportSection::new();
    imports.import("vm_hooks", "pay_for_memory_grow", wasm_encoder::EntityType::Function(1));
    let (mut declared, mut bodies) = (FunctionSection::new(), CodeSection::new());
    let mut dice = Dice(1);
    for _ in 0..functions {
        declared.function(0);
        bodies.function(&body(&mut dice));
    }
    declared.function(0);
    let mut entry = Function::new([]);
    entry.instruction(&I::I32Const(0)).instruction(&I::End);
    bodies.function(&entry);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("user_entrypoint", ExportKind::Func, functions + 1);
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&declared).section(&memories).section(&exports);
    module.section(&bodies);
    module.finish()
}

/// Folds constants, memory and locals into one number, in an order that the dice decide.
fn body(dice: &mut Dice) -> Function {
    let mut body = Function::new([(2, ValType::I32)]);
    body.instruction(&I::LocalGet(0));
    for _ in 0..OPERATORS / 3 {
        let at = wasm_encoder::MemArg {
            offset: dice.roll(60_000).into(),
            align: 2,
            target: Default::default(),
            ordering: None,
        };
        match dice.roll(4) {
            0 => body.instruction(&I::LocalTee(1 + dice.roll(2))).instruction(&I::LocalGet(dice.roll(3))),
            1 => body.instruction(&I::I32Const(dice.roll(1 << 14).cast_signed())),
            2 => body.instruction(&I::I32Const(0)).instruction(&I::I32Load(at)),
            _ => body.instruction(&I::LocalGet(dice.roll(3))),
        };
        body.instruction(&[I::I32Add, I::I32Xor, I::I32Mul, I::I32Rotl][dice.roll(4) as usize]);
    }
    body.instruction(&I::End);
    body
}

/// A small deterministic generator: the program is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(sides)) as u32
    }
}
