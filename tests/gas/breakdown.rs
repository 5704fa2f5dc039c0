//! What a transaction's gas goes to: host functions, calls, and each contract's own code.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    sol,
};
use ecosystem::{chain::Sent, precompiles::ARB_WASM};
use ecosystem_tests::Stage;
use serde_json::{Value, json};

/// Ink in a unit of gas, as Stylus chains are configured.
const INK: f64 = 10_000.0;
/// How a program's creations are recorded; the host function's own record follows, and its cost holds the new code's run.
const CREATIONS: [&str; 2] = ["evm_create1", "evm_create2"];
/// The host functions that call: their cost holds what was called.
const CALLS: [&str; 3] = ["call_contract", "delegate_call_contract", "static_call_contract"];

sol! {
    /// What else Arbitrum's ArbWasm knows of a program.
    interface ArbWasm {
        /// Gas that a call of `program` pays before it runs, outside and inside the chain's cache.
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    }
}

/// What one transaction consists of. The parts add up to the whole.
pub(crate) struct Breakdown {
    operation: &'static str,
    gas: u64,
    parts: Vec<Part>,
}

struct Part {
    /// Whose: a program, `proxy`, `clone` and so on, or the transaction.
    who: String,
    what: String,
    count: u64,
    gas: f64,
}

/// Takes a transaction with cached programs apart, by the traces that the node has of it. `others` names contracts that
/// aren't the stage's.
pub(crate) async fn of(
    stage: &Stage,
    operation: &'static str,
    sent: &Sent,
    others: &[(Address, &str)],
) -> Breakdown {
    let hash = sent.receipt.transaction_hash;
    let call = trace(stage, hash, "callTracer").await;
    let steps = trace(stage, hash, "stylusTracer").await;
    let gas = sent.receipt.gas_used;
    let mut parts = Parts::new(stage, others).await;
    let intrinsic = intrinsic(call["input"].as_str().unwrap_or_default());
    parts.add("transaction", "base and calldata", intrinsic);
    let steps = steps.as_array().map(Vec::as_slice).unwrap_or_default();
    parts.frame(&call, steps, gas_used(&call) - intrinsic);
    let parts = parts.parts.into_iter().map(|((who, what), (count, gas))| Part { who, what, count, gas });
    let mut parts: Vec<_> = parts.collect();
    parts.sort_by(|one, other| other.gas.total_cmp(&one.gas));
    let sum: f64 = parts.iter().map(|part| part.gas).sum();
    assert!((sum - gas as f64).abs() < 1.0, "{operation}: the parts are {sum} of {gas}");
    Breakdown { operation, gas, parts }
}

impl Breakdown {
    pub(crate) fn json(&self) -> Value {
        let parts = self.parts.iter().map(|Part { who, what, count, gas }| {
            json!({ "who": who, "what": what, "count": count, "gas": gas.round() })
        });
        json!({ "operation": self.operation, "gas": self.gas, "parts": parts.collect::<Vec<_>>() })
    }
}

struct Parts {
    names: BTreeMap<Address, String>,
    /// Gas that a call of each program pays before it runs.
    loading: BTreeMap<Address, f64>,
    /// Count and gas by contract and what it spent it on.
    parts: BTreeMap<(String, String), (u64, f64)>,
}

impl Parts {
    async fn new(stage: &Stage, others: &[(Address, &str)]) -> Self {
        let proxies = [
            (stage.system.registry, "registry's proxy"),
            (stage.system.factory, "factory's proxy"),
            (stage.system.pool_factory, "pool factory's proxy"),
        ];
        let named = proxies.iter().chain(others).map(|(address, name)| (*address, (*name).to_owned()));
        let mut names: BTreeMap<_, _> = named.collect();
        let mut loading = BTreeMap::new();
        for program in stage.world.programs.all() {
            let call = ArbWasm::programInitGasCall { program: program.address };
            let gas = stage.reads(ARB_WASM, call).await.gasWhenCached;
            loading.insert(program.address, gas as f64);
            names.insert(program.address, program.name.clone());
        }
        Self { names, loading, parts: BTreeMap::new() }
    }

    fn add(&mut self, who: &str, what: &str, gas: f64) {
        let (count, sum) = self.parts.entry((who.to_owned(), what.to_owned())).or_default();
        *count += 1;
        *sum += gas;
    }

    /// One frame: `call` as the call tracer has it, `steps` as the tracer of host functions has them, and the gas that is
    /// to be explained.
    fn frame(&mut self, call: &Value, steps: &[Value], gas: f64) {
        let who = self.name(call);
        let nested = call["calls"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut entered = nested.iter();
        let mut own = gas;
        // What the creation that was entered last used: its host function's record follows it.
        let mut created = 0.0;
        for step in steps {
            let name = step["name"].as_str().unwrap_or_default();
            let cost = (ink(step, "startInk") - ink(step, "endInk")) / INK;
            if let Some(inner) = step["steps"].as_array() {
                let inner_call = entered.next().expect("both tracers saw the call");
                let used = gas_used(inner_call);
                self.frame(inner_call, inner, used);
                if CALLS.contains(&name) {
                    own -= cost;
                    self.add(&who, &format!("{name}, without what was called"), cost - used);
                } else if CREATIONS.contains(&name) {
                    created = used;
                } else {
                    // A contract of the EVM has no record of the call itself.
                    own -= used;
                }
            } else if name.starts_with("create") {
                own -= cost;
                self.add(&who, &format!("{name}, without the new code's run"), cost - created);
            } else {
                own -= cost;
                self.add(&who, name, cost);
            }
        }
        if let Some(loading) = target(call).and_then(|address| self.loading.get(&address)).copied() {
            own -= loading;
            self.add(&who, "loading", loading);
        }
        self.add(&who, "own code", own);
    }

    fn name(&self, call: &Value) -> String {
        if call["type"].as_str().is_some_and(|kind| kind.starts_with("CREATE")) {
            return "new account".to_owned();
        }
        let known = target(call).and_then(|address| self.names.get(&address));
        known.cloned().unwrap_or_else(|| panic!("who is {}?", call["to"]))
    }
}

fn target(call: &Value) -> Option<Address> {
    call["to"].as_str()?.parse().ok()
}

async fn trace(stage: &Stage, hash: B256, tracer: &str) -> Value {
    let parameters = json!([hash, { "tracer": tracer }]);
    let method = "debug_traceTransaction";
    let answer = stage.chain().provider().raw_request::<_, Value>(method.into(), parameters).await;
    answer.unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// What every transaction costs: 21 000, and 4 or 16 for each byte of calldata.
fn intrinsic(input: &str) -> f64 {
    let bytes = alloy::primitives::hex::decode(input).expect("calldata");
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    (21_000 + 4 * zeros + 16 * (bytes.len() - zeros)) as f64
}

fn gas_used(call: &Value) -> f64 {
    let used = call["gasUsed"].as_str().and_then(|used| used.parse::<U256>().ok());
    used.unwrap_or_else(|| panic!("a frame without gasUsed: {call}")).to::<u64>() as f64
}

fn ink(step: &Value, key: &str) -> f64 {
    step[key].as_u64().unwrap_or_default() as f64
}
