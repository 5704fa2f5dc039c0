//! Whole transactions of recorded programs that need no chain around them: operators, memory, metering, outcomes.

use alloy_primitives::hex;
use serde_json::Value;

use super::costs::InitRules;
use super::pages::{memory_cost, open};
use super::testing::{MockHost, RULES_51, call};
use super::{Engine, Host, ModuleKey, ProgramCall, ProgramStatus};

const PROGRAMS: &str = include_str!("../../tests/golden/programs.json");

/// What a transaction costs before anything runs.
const INTRINSIC_GAS: u64 = 21_000;

/// Programs that ask nothing of the chain that this test's host can't answer.
fn stands_alone(name: &str) -> bool {
    let prefixes = ["op_", "host_", "ret_", "memory_", "recursion_", "exit_", "gas_", "infinite_"];
    let names = ["unreachable", "out_of_bounds"];
    let asks = ["host_account_", "host_tx_gas_price"];
    (names.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix)))
        && !asks.iter().any(|prefix| name.starts_with(prefix))
}

fn calldata_gas(data: &[u8]) -> u64 {
    data.iter().map(|&byte| if byte == 0 { 4 } else { 16 }).sum()
}

#[test]
fn transactions_agree_with_every_recorded_program_that_stands_alone() {
    let defaults =
        InitRules { min_init_gas: 69, min_cached_init_gas: 11, init_cost_scalar: 50, cached_cost_scalar: 50 };
    let golden: Value = serde_json::from_str(PROGRAMS).unwrap();
    let engine = Engine::new();
    let mut compared = 0;
    for vector in golden["vectors"].as_array().unwrap() {
        let name = vector["name"].as_str().unwrap();
        if !stands_alone(name) {
            continue;
        }
        let wasm = hex::decode(vector["wasm"].as_str().unwrap()).unwrap();
        let activation = engine.activate(&wasm, RULES_51, 128).unwrap();
        let key = ModuleKey { code_hash: activation.module_hash, stylus_version: 2 };
        let module = engine.module(key, RULES_51, || Ok(wasm)).unwrap();
        for recorded in vector["calls"].as_array().unwrap() {
            let data = hex::decode(recorded["data"].as_str().unwrap()).unwrap();
            let limit = recorded["gas"].as_u64().unwrap();
            let gas_at_entry = limit - INTRINSIC_GAS - calldata_gas(&data);
            let mut host = MockHost::default();
            host.env.chain_id = 412_346;

            let rules = call(0).pages;
            let entry = defaults.init_gas(activation.init_cost)
                + defaults.cached_gas(activation.cached_cost)
                + memory_cost(activation.footprint, *host.pages(), rules);
            let (mut succeeded, mut gas_used) = (false, limit);
            if let Some(gas) = gas_at_entry.checked_sub(entry) {
                open(activation.footprint, host.pages());
                let call = ProgramCall { calldata: data.into(), gas_at_entry, ..call(gas) };
                let result = engine.run(&module, call, &mut host);
                succeeded = result.status == ProgramStatus::Success;
                gas_used = limit - result.gas_left;
                if succeeded {
                    let ret = hex::decode(recorded["ret"].as_str().unwrap()).unwrap();
                    let bytes = vector["compare_ret_bytes"].as_u64().map_or(ret.len(), |n| n as usize);
                    assert_eq!(result.output.get(..bytes), ret.get(..bytes), "{name}: returned data");
                }
            }
            assert_eq!(recorded["status"], u64::from(succeeded), "{name}: status");
            assert_eq!(recorded["gas_used"], gas_used, "{name}: gas used");
            let logs = recorded["logs"].as_array().unwrap();
            assert_eq!(host.logs.len(), logs.len(), "{name}: logs");
            compared += 1;
        }
    }
    assert!(compared >= 100, "only {compared} recorded transactions");
}
