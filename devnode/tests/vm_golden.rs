//! The VM's figures of activation against recordings of a real Nitro node.

use std::collections::HashMap;

use serde_json::Value;
use stylus_devnode::vm::code::classic_wasm;
use stylus_devnode::vm::costs::InitRules;
use stylus_devnode::vm::{Activation, Engine, Rules};

const PROGRAMS: &str = include_str!("golden/programs.json");
const ACTIVATION: &str = include_str!("golden/histories/activation-51.json");

/// Pages that a chain lets programs have by default.
const PAGE_LIMIT: u16 = 128;
const MAX_WASM_SIZE: u32 = 131_072;

fn rules(arbos_version: u64) -> Rules {
    let stylus_version = if arbos_version >= 60 { 3 } else { 2 };
    Rules { arbos_version, stylus_version, debug_chain: true }
}

fn bytes(hex: &Value) -> Vec<u8> {
    alloy_primitives::hex::decode(hex.as_str().unwrap()).unwrap()
}

#[test]
fn activation_agrees_with_every_recorded_program() {
    let golden: Value = serde_json::from_str(PROGRAMS).unwrap();
    let engine = Engine::new();
    let mut compared = 0;
    for vector in golden["vectors"].as_array().unwrap() {
        let (name, wasm) = (&vector["name"], bytes(&vector["wasm"]));
        let Some(recorded) = vector["activation"].as_object() else { continue };
        for (version, expected) in recorded {
            let arbos_version = version.parse().unwrap();
            // What the precompile charges beside the program's own figures (§2.2).
            let fixed = if arbos_version >= 60 { 1_748_626 } else { 1_747_826 };
            let activation = engine.activate(&wasm, rules(arbos_version), PAGE_LIMIT);
            match activation {
                Ok(activation) => {
                    assert_eq!(expected["ok"], true, "{name} at {version} was refused");
                    let gas = fixed + activation.charges.iter().sum::<u64>();
                    assert_eq!(expected["gas"], gas, "{name} at {version}");
                }
                Err(error) => assert_eq!(expected["ok"], false, "{name} at {version}: {error}"),
            }
            compared += 1;
        }
    }
    assert!(compared > 300, "only {compared} recorded activations");
}

/// Activations of the programs that a history deploys, by the label of their deployment.
fn deployed(steps: &[Value]) -> HashMap<String, Activation> {
    let engine = Engine::new();
    let mut activations = HashMap::new();
    for step in steps {
        let label = step["label"].as_str().unwrap();
        let Some(name) = label.strip_prefix("deploy ") else { continue };
        const PRELUDE: usize = 10; // 61 <length> 80 60 0a 5f 39 5f f3
        let code = &bytes(&step["data"])[PRELUDE..];
        let activation = classic_wasm(code, MAX_WASM_SIZE)
            .ok()
            .and_then(|wasm| engine.activate(&wasm, rules(51), PAGE_LIMIT).ok());
        if let Some(activation) = activation {
            activations.insert(name.to_owned(), activation);
        }
    }
    activations
}

#[test]
fn stored_figures_agree_with_the_recorded_getters() {
    let history: Value = serde_json::from_str(ACTIVATION).unwrap();
    let steps = history["steps"].as_array().unwrap();
    let activations = deployed(steps);
    let defaults =
        InitRules { min_init_gas: 69, min_cached_init_gas: 11, init_cost_scalar: 50, cached_cost_scalar: 50 };
    let mut compared = 0;
    for step in steps.iter().filter(|step| step["op"] == "call") {
        let label = step["label"].as_str().unwrap();
        let Some((name, getter)) = label.strip_suffix(" (call)").and_then(|label| label.split_once(' '))
        else {
            continue;
        };
        let Some(activation) = activations.get(name) else { continue };
        let word = |number: u64| format!("{number:064x}");
        let expected = match getter {
            "programInitGas(address)" => {
                let cached = defaults.cached_gas(activation.cached_cost);
                word(defaults.init_gas(activation.init_cost) + cached) + &word(cached)
            }
            "codehashAsmSize" => word(u64::from(activation.asm_estimate).div_ceil(1_024) * 1_024),
            "programMemoryFootprint(address)" => word(activation.footprint.into()),
            _ => continue,
        };
        assert_eq!(step["expect"]["ret"], format!("0x{expected}"), "{label}");
        compared += 1;
    }
    assert!(compared >= 30, "only {compared} recorded getters");
}
