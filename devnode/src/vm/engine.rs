//! Compiles programs and keeps what it compiled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use alloy_primitives::B256;
use wasmer::sys::{EngineBuilder, Singlepass, vm};

use super::code::CodeError;
use super::error::{ActivationError, refuse};
use super::estimate::Activation;
use super::host::Host;
use super::hostio::{self, Hook};
use super::instrument::{Instrumented, instrument};
use super::parse::Source;
use super::run::{ProgramCall, ProgramResult};
use super::{Rules, lent, run, validate};

/// Bytes of native stack per running program. Pages that a program never reaches are never backed by memory.
///
/// The stack limit in words must strike first. A frame of `n` words (6 at least) has fewer than `n` operands and
/// locals; its parameters were operands of its caller, which copied them for the call: 24 bytes a word and some 100
/// a frame, so less than 11 MiB for the 262 144 words of ArbOS 40. The tests try the densest shapes. Only programs
/// that hide operands behind multi-value blocks (before Stylus 3), or a deeper limit set by the chain's owner, can
/// reach the end; they run out of stack there.
const NATIVE_STACK_BYTES: usize = 24 << 20;

/// What a compiled module belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModuleKey {
    /// Hash of the account's code, prefix included.
    pub code_hash: B256,
    /// Stylus version that the program was activated with.
    pub stylus_version: u16,
}

/// A compiled program.
pub struct Module {
    pub(super) compiled: wasmer::Module,
    /// The host functions that it imports, in order.
    pub(super) hooks: Vec<&'static Hook>,
}

/// Activates, compiles and runs programs. Clones share the compiled modules.
#[derive(Clone)]
pub struct Engine {
    wasmer: wasmer::Engine,
    modules: Arc<Mutex<HashMap<ModuleKey, Arc<Module>>>>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// An engine without modules.
    #[must_use]
    pub fn new() -> Self {
        // A setting of the process: wasmer shares a pool of stacks among all engines.
        vm::set_stack_size(NATIVE_STACK_BYTES);
        let wasmer = EngineBuilder::new(Singlepass::default()).engine().into();
        Self { wasmer, modules: Arc::default() }
    }

    /// Validates and instruments a program and works out its figures (§3).
    ///
    /// `page_budget` is the number of pages that the program may start with at this point of the transaction.
    ///
    /// # Errors
    /// [`ActivationError`] says which rule the program breaks.
    pub fn activate(
        &self,
        wasm: &[u8],
        rules: Rules,
        page_budget: u16,
    ) -> Result<Activation, ActivationError> {
        let (source, instrumented) = prepare(wasm, rules)?;
        if source.memory.initial > u64::from(page_budget) {
            refuse!("memory of {} pages exceeds the limit of {page_budget}", source.memory.initial);
        }
        Activation::of(&source, &instrumented, rules)
    }

    /// The compiled form of an activated program, compiled at its first use; `wasm` supplies the decompressed module.
    ///
    /// # Errors
    /// [`ActivationError`] if the program could not have been activated under `rules`, or has lost its wasm.
    pub fn module(
        &self,
        key: ModuleKey,
        rules: Rules,
        wasm: impl FnOnce() -> Result<Vec<u8>, CodeError>,
    ) -> Result<Arc<Module>, ActivationError> {
        if let Some(module) = self.lock().get(&key) {
            return Ok(Arc::clone(module));
        }
        // Compiled without the lock: two threads may do the same work, but none waits for another program.
        let module = Arc::new(self.compile(&wasm()?, rules)?);
        Ok(Arc::clone(self.lock().entry(key).or_insert(module)))
    }

    /// Runs the program's entry point (§5.1 steps 10 to 13).
    ///
    /// # Panics
    /// If the machine can't provide the address space of the program's memory.
    pub fn run(&self, module: &Module, call: ProgramCall, host: &mut dyn Host) -> ProgramResult {
        lent::lend(host, |host| run::run(&self.wasmer, module, call, host))
    }

    fn compile(&self, wasm: &[u8], rules: Rules) -> Result<Module, ActivationError> {
        let (source, instrumented) = prepare(wasm, rules)?;
        let hook =
            |import: &super::parse::Import<'_>| hostio::find(import.module, import.name, rules.debug_chain);
        let hooks = source.imports.iter().map(hook).collect::<Option<Vec<_>>>();
        let hooks = hooks.ok_or_else(|| ActivationError::new("unknown import"))?;
        let compiled = wasmer::Module::new(&self.wasmer, &instrumented.wasm)
            .map_err(|error| ActivationError::new(format!("failed to compile: {error}")))?;
        Ok(Module { compiled, hooks })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ModuleKey, Arc<Module>>> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner) // the map is whole whenever it is unlocked
    }
}

/// Steps (a) to (h) of §3 but the charge.
fn prepare(wasm: &[u8], rules: Rules) -> Result<(Source<'_>, Instrumented), ActivationError> {
    let source = Source::parse(wasm, rules)?;
    validate::check_names(&source)?;
    validate::check_module(&source, rules)?;
    let instrumented = instrument(&source, rules)?;
    validate::check_limits(&source, &instrumented, rules)?;
    validate::check_linkage(&source, rules)?;
    Ok((source, instrumented))
}
