//! A chain small enough for the VM's own tests, and short ways to run programs on it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256};

use super::host::{Access, CallRequest, CreateRequest, FrameEnv, FrameOutcome, Host, HostCall, Pages};
use super::{Engine, Module, ModuleKey, PageRules, ProgramCall, ProgramResult, Rules};

/// The rules of a debug chain at ArbOS 51.
pub(super) const RULES_51: Rules = Rules { arbos_version: 51, stylus_version: 2, debug_chain: true };
/// The rules of a debug chain at ArbOS 61.
pub(super) const RULES_61: Rules = Rules { arbos_version: 61, stylus_version: 3, debug_chain: true };

/// Ink per gas by default.
pub(super) const INK_PRICE: u32 = 10_000;

/// What the frame did and will be told. Warmth is kept, state changes are not undone.
#[derive(Default)]
pub(super) struct MockHost {
    pub(super) env: FrameEnv,
    pub(super) storage: HashMap<B256, B256>,
    pub(super) warm_slots: HashSet<B256>,
    /// What each [`Host::storage_store`] costs.
    pub(super) store_gas: u64,
    pub(super) transient: HashMap<B256, B256>,
    pub(super) warm_accounts: HashSet<Address>,
    pub(super) codes: HashMap<Address, Bytes>,
    pub(super) balances: HashMap<Address, U256>,
    pub(super) logs: Vec<(Vec<B256>, Bytes)>,
    pub(super) calls: Vec<CallRequest>,
    pub(super) creates: Vec<CreateRequest>,
    /// What calls and creates answer; `gas_left` counts as burnt gas.
    pub(super) answer: FrameOutcome,
    pub(super) page_counters: Pages,
    pub(super) printed: Vec<String>,
    /// A slot that every call overwrites.
    pub(super) rewrites: Option<(B256, B256)>,
    /// Runs instead of a call, to nest programs.
    pub(super) nested: Option<Nested>,
    /// What the program called, if that is wanted.
    pub(super) recorded: Option<Vec<HostCall>>,
}

/// A program that every call runs again, so many levels deep.
#[derive(Clone)]
pub(super) struct Nested {
    pub(super) engine: Engine,
    pub(super) module: Arc<Module>,
    pub(super) levels: u32,
}

impl MockHost {
    fn touch(&mut self, address: Address) -> bool {
        self.warm_accounts.insert(address)
    }

    fn answered(&self, gas: u64) -> FrameOutcome {
        let FrameOutcome { gas_left: burnt, .. } = self.answer;
        FrameOutcome { gas_left: gas.saturating_sub(burnt), ..self.answer.clone() }
    }
}

impl Host for MockHost {
    fn env(&self) -> &FrameEnv {
        &self.env
    }

    fn storage_load(&mut self, key: B256) -> Access<B256> {
        let value = self.storage.get(&key).copied().unwrap_or_default();
        Access { value, cold: self.warm_slots.insert(key) }
    }

    fn storage_store(&mut self, key: B256, value: B256) -> u64 {
        self.storage.insert(key, value);
        self.store_gas
    }

    fn transient_load(&mut self, key: B256) -> B256 {
        self.transient.get(&key).copied().unwrap_or_default()
    }

    fn transient_store(&mut self, key: B256, value: B256) {
        self.transient.insert(key, value);
    }

    fn warm_account(&mut self, address: Address) -> bool {
        self.touch(address)
    }

    fn balance(&mut self, address: Address) -> Access<U256> {
        let cold = self.touch(address);
        Access { value: self.balances.get(&address).copied().unwrap_or_default(), cold }
    }

    fn code(&mut self, address: Address) -> Access<Bytes> {
        let cold = self.touch(address);
        Access { value: self.codes.get(&address).cloned().unwrap_or_default(), cold }
    }

    fn code_hash(&mut self, address: Address) -> Access<B256> {
        let cold = self.touch(address);
        let value = self.codes.get(&address).map(alloy_primitives::keccak256).unwrap_or_default();
        Access { value, cold }
    }

    fn is_empty(&mut self, address: Address) -> bool {
        !self.codes.contains_key(&address) && !self.balances.contains_key(&address)
    }

    fn emit_log(&mut self, topics: Vec<B256>, data: Bytes) {
        self.logs.push((topics, data));
    }

    fn call(&mut self, request: CallRequest) -> FrameOutcome {
        let gas = request.gas;
        self.calls.push(request);
        self.storage.extend(self.rewrites);
        let Some(nested) = self.nested.clone() else { return self.answered(gas) };
        if nested.levels == 0 {
            return FrameOutcome { success: true, gas_left: gas, ..FrameOutcome::default() };
        }
        self.nested = Some(Nested { levels: nested.levels - 1, ..nested.clone() });
        let result = nested.engine.run(&nested.module, call(gas), self);
        FrameOutcome {
            success: result.status == super::ProgramStatus::Success,
            gas_left: result.gas_left,
            output: result.output,
            created: None,
        }
    }

    fn create(&mut self, request: CreateRequest) -> FrameOutcome {
        let gas = request.gas;
        self.creates.push(request);
        self.answered(gas)
    }

    fn pages(&mut self) -> &mut Pages {
        &mut self.page_counters
    }

    fn console(&mut self, text: String) {
        self.printed.push(text);
    }

    fn records(&self) -> bool {
        self.recorded.is_some()
    }

    fn record(&mut self, call: HostCall) {
        self.recorded.get_or_insert_default().push(call);
    }
}

/// A call without calldata at default prices.
pub(super) fn call(gas: u64) -> ProgramCall {
    ProgramCall {
        calldata: Bytes::new(),
        gas,
        gas_at_entry: gas,
        ink_price: INK_PRICE,
        max_stack_depth: 22_000,
        arbos_version: 51,
        max_code_size: 24_576,
        pages: PageRules { free_pages: 2, page_gas: 1_000, page_limit: 0 },
    }
}

/// The compiled form of a program in text form.
pub(super) fn compile(engine: &Engine, wat: &str) -> Arc<Module> {
    let wasm = wat::parse_str(wat).expect("the test's program is well-formed");
    let key = ModuleKey { code_hash: alloy_primitives::keccak256(&wasm), stylus_version: 2 };
    engine.module(key, RULES_51, || Ok(wasm)).expect("the test's program is valid")
}

/// Runs a program in text form once.
pub(super) fn run(wat: &str, call: ProgramCall, host: &mut MockHost) -> ProgramResult {
    let engine = Engine::new();
    let module = compile(&engine, wat);
    engine.run(&module, call, host)
}
