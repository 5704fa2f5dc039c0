//! Programs: wasm of every kind through validation, activation, deployment and execution.

mod calls;
mod smith;

use alloy_primitives::{Address, B256};
use arbitrary::{Result, Unstructured};
use stylus_devnode::{
    chain::Receipt,
    replay::LocalNode,
    vm::{Engine, ModuleKey, Rules},
};

use crate::{
    base::{Base, Call, MOST_GAS, Shared},
    code,
};

/// Most pages that a program may start with, as far as activation is concerned.
const PAGE_BUDGET: u16 = 128;

/// Longest calldata, bytes.
const MOST_CALLDATA: usize = 96;

/// Longest code that an account may hold, bytes.
const MOST_CODE: usize = 24_576;

/// The oldest and the newest rules, and those between them that differ: ArbOS and Stylus version.
const VERSIONS: [(u64, u16); 3] = [(40, 2), (51, 2), (61, 3)];

/// A chain for each.
static BASES: [Shared; VERSIONS.len()] = [
    Shared::new(VERSIONS[0].0, MOST_USES),
    Shared::new(VERSIONS[1].0, MOST_USES),
    Shared::new(VERSIONS[2].0, MOST_USES),
];
const MOST_USES: u32 = 200;

/// What an input says.
struct Case {
    version: usize,
    /// Gas of the calls; little, as many modules loop for ever.
    gas: u64,
    calldata: Vec<u8>,
    wasm: Vec<u8>,
}

impl Case {
    fn read(data: &[u8]) -> Result<Self> {
        let mut input = Unstructured::new(data);
        let kind: u8 = input.arbitrary()?;
        let version = usize::from(input.arbitrary::<u8>()?) % VERSIONS.len();
        let gas = match input.arbitrary::<u8>()? {
            0 => 5_000_000,
            short @ 1..=63 => 21_000 + 1_000 * u64::from(short),
            _ => 300_000,
        };
        let length = usize::from(input.arbitrary::<u8>()?) % MOST_CALLDATA;
        let calldata = input.bytes(length.min(input.len()))?.to_vec();
        let wasm = match kind % 4 {
            0 => input.take_rest().to_vec(),
            1 => calls::module(&mut input)?,
            _ => smith::module(&mut input)?,
        };
        Ok(Self { version, gas, calldata, wasm })
    }
}

/// Runs an input.
pub fn run(data: &[u8]) {
    let Ok(case) = Case::read(data) else { return };
    LocalNode::on_large_stack(|| {
        let verdict = judge(&case);
        BASES[case.version].lend(|base| {
            on_chain(base, &case, verdict);
            true
        });
    });
}

/// Whether the program may be activated; and if so, it can be compiled, and what activation says is always the same.
fn judge(case: &Case) -> bool {
    let (arbos_version, stylus_version) = VERSIONS[case.version];
    let rules = Rules { arbos_version, stylus_version, debug_chain: true };
    let engine = Engine::new();
    let first = engine.activate(&case.wasm, rules, PAGE_BUDGET);
    assert_eq!(first, engine.activate(&case.wasm, rules, PAGE_BUDGET), "activation changes its mind");

    let live = Rules { debug_chain: false, ..rules };
    if first.is_err() {
        let live = engine.activate(&case.wasm, live, PAGE_BUDGET);
        assert!(live.is_err(), "a debug chain refuses what others accept: {first:?}");
    }
    if first.is_ok() {
        let key = ModuleKey { code_hash: B256::ZERO, stylus_version };
        let compiled = engine.module(key, rules, || Ok(case.wasm.clone()));
        assert!(compiled.is_ok(), "an active program can't be compiled: {:?}", compiled.err());
    }
    first.is_ok()
}

/// What a program did from its deployment on.
#[derive(Debug, PartialEq)]
struct Life {
    activated: Receipt,
    calls: Vec<Receipt>,
    state_root: B256,
}

/// Deploys, activates and calls the program twice over: what is the same must do the same, compiled before or not.
fn on_chain(base: &mut Base, case: &Case, valid: bool) {
    let code = code::program(&case.wasm);
    if code.len() > MOST_CODE {
        return;
    }
    let first = live(base, case, &code);
    if valid {
        let Receipt { success, gas_used, .. } = first.activated;
        assert!(success || gas_used == MOST_GAS, "a valid program isn't activated: {:?}", first.activated);
    } else {
        assert!(!first.activated.success, "an invalid program is activated");
    }
    base.restore();
    assert_eq!(first, live(base, case, &code), "the same program does something else the second time");
}

fn live(base: &Base, case: &Case, code: &[u8]) -> Life {
    let wealth = base.chain().history().state().total_balance();
    let deployed = base.send(base.user(), Call::deploying(code));
    assert!(deployed.success, "code with the prefix of programs can't be deployed: {deployed:?}");
    let program = deployed.contract_address.expect("creations have one");
    let activated = base.send(base.user(), Call::activating(program));
    let calls = if activated.success { called(base, case, program) } else { Vec::new() };
    let history = base.chain().history();
    let state_root = history.head().header.state_root;
    assert_eq!(state_root, history.state().root(), "the header's root is the state's");
    assert_eq!(history.state().total_balance(), wealth, "programs neither make nor burn ether");
    Life { activated, calls, state_root }
}

/// Three calls: a plain one, one by way of an EVM contract with value, and one with little gas.
fn called(base: &Base, case: &Case, program: Address) -> Vec<Receipt> {
    let forwarder = base.contracts[1];
    let through = [program.as_slice(), &case.calldata].concat();
    let calls = [
        Call::new(program, case.calldata.clone(), case.gas),
        Call { value: 12_345.try_into().expect("small"), ..Call::new(forwarder, through, case.gas) },
        Call::new(program, case.calldata.clone(), 21_000 + 16 * MOST_CALLDATA as u64 + 30_000),
    ];
    calls.into_iter().map(|call| base.send(base.user(), call)).collect()
}
