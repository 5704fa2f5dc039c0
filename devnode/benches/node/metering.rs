//! What metering costs: a loop as a program, and the same module in bare wasmer with the same compiler.

use criterion::Criterion;
use wasmer::{Function, Imports, Instance, Module, Store, sys::EngineBuilder, sys::Singlepass};

use super::program::Deployed;

/// A loop of two million rounds over a hash that mixes shifts, products, memory and a branch.
const LOOP: &str = r#"(module
    (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
    (memory (export "memory") 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (local $round i32) (local $hash i64) (local $at i32)
        (local.set $hash (i64.const 0x517cc1b727220a95))
        (loop $next
            (local.set $hash (i64.xor (local.get $hash) (i64.shl (local.get $hash) (i64.const 13))))
            (local.set $hash (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 7))))
            (local.set $at (i32.and (i32.wrap_i64 (local.get $hash)) (i32.const 0x7ff8)))
            (if (i64.eqz (i64.and (local.get $hash) (i64.const 1)))
                (then (i64.store (local.get $at) (i64.mul (local.get $hash) (i64.const 0x9e3779b97f4a7c15))))
                (else (local.set $hash (i64.add (local.get $hash) (i64.load (local.get $at))))))
            (local.set $round (i32.add (local.get $round) (i32.const 1)))
            (br_if $next (i32.lt_u (local.get $round) (i32.const 2000000))))
        (i64.eqz (local.get $hash)))
    (func (export "never_called") (call $pay_for_memory_grow (i32.const 0))))"#;

pub(super) fn bench(criterion: &mut Criterion) {
    let wasm = wat::parse_str(LOOP).expect("the loop is well-formed");
    let mut group = criterion.benchmark_group("loop");
    group.sample_size(20);

    let program = Deployed::new(&wasm);
    program.activate();
    assert_eq!(program.call(), "0x");
    group.bench_function("program", |bencher| bencher.iter(|| program.call()));

    let mut store = Store::new(EngineBuilder::new(Singlepass::default()));
    let module = Module::new(&store, &wasm).expect("the loop compiles");
    let mut imports = Imports::new();
    let hook = Function::new_typed(&mut store, |_: u32| ());
    imports.define("vm_hooks", "pay_for_memory_grow", hook);
    let instance = Instance::new(&mut store, &module, &imports).expect("the loop can be instantiated");
    let entry = instance.exports.get_typed_function::<u32, u32>(&store, "user_entrypoint");
    let entry = entry.expect("the loop has an entry point");
    group.bench_function("bare wasmer", |bencher| {
        bencher.iter(|| assert_eq!(entry.call(&mut store, 0).expect("it ends"), 0));
    });
    group.finish();
}
