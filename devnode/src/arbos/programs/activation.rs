//! `ArbWasm.activateProgram`: checks, measures and records a program, in the order in which it is charged (§2.2).

use super::{ProgramRecord, pricer, read_record, record, wasm, write_record};
use crate::{
    arbos::{
        gas::{Gas, Meter},
        params::StylusParams,
        precompiles::{Failure, Frame, abi},
        storage::{self, MODULE_HASHES},
    },
    vm::{Activation, Rules},
};
use alloy_primitives::{Address, U256};

/// Gas taken before anything is looked at, so that no refused attempt is cheap.
const START_GAS: u64 = 1_659_168;

/// What an activation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arbos) struct Activated {
    pub(in crate::arbos) version: u16,
    pub(in crate::arbos) data_fee: U256,
}

/// Activates the code of `program`, paid by the frame's value.
pub(in crate::arbos) fn activate(frame: &mut Frame<'_, '_>, program: Address) -> Result<Activated, Failure> {
    if frame.version.has_activation_gas() {
        let extra = frame.store().read_u64(storage::ACTIVATION_GAS)?;
        frame.burn(extra)?;
    }
    frame.burn(START_GAS)?;
    if frame.context.ledger.self_destructed(program) {
        return Err(Failure::Plain("the program has destroyed itself".into()));
    }
    let now = frame.context.block.timestamp;
    let code_hash = frame.context.ledger.code_hash(program);
    let params = StylusParams::read(&mut frame.store())?;
    let earlier = read_record(&mut frame.store(), code_hash)?;
    if earlier.version == params.version && !earlier.expired(&params, now) {
        return Err(Failure::custom(&abi::ArbWasm::ProgramUpToDate {}, "ProgramUpToDate()"));
    }

    let code = frame.context.ledger.code(program);
    let version = frame.version;
    let wasm = wasm::wasm_to_activate(&mut frame.store(), &code, &params, version)?;
    let measured = measure(frame, &wasm, &params)?;

    if earlier.cached {
        // Nitro replaces the module in its own cache here, for which it reads the old one's hash.
        frame.store().read(MODULE_HASHES.slot(code_hash))?;
    }
    frame.store().write(MODULE_HASHES.slot(code_hash), measured.module_hash)?;
    let data_fee = pricer::buy(&mut frame.store(), measured.asm_estimate, now)?;
    write_record(&mut frame.store(), code_hash, &new_record(&measured, &params, &earlier, now))?;

    frame.pay_data_fee(data_fee)?;
    frame.emit(&abi::ArbWasm::ProgramActivated {
        codehash: code_hash,
        moduleHash: measured.module_hash,
        program,
        dataFee: data_fee,
        version: params.version,
    })?;
    Ok(Activated { version: params.version, data_fee })
}

/// Validates the wasm and charges for the work that this takes; every failure takes all gas.
fn measure(frame: &mut Frame<'_, '_>, wasm: &[u8], params: &StylusParams) -> Result<Activation, Failure> {
    let rules = Rules {
        arbos_version: frame.version.number,
        stylus_version: params.version,
        debug_chain: true, // A development chain is a debug chain to Nitro.
    };
    let budget = params.page_limit.saturating_sub(frame.context.pages.open);
    let measured = frame
        .context
        .engine
        .activate(wasm, rules, budget)
        .map_err(|error| Failure::Activation(error.to_string()))?;
    charge(&mut frame.gas, &measured)?;
    Ok(measured)
}

fn charge(mut gas: &mut Gas, measured: &Activation) -> Result<(), Failure> {
    for line in measured.charges {
        gas.burn(line).map_err(|_| Failure::Activation("out of gas".into()))?;
    }
    Ok(())
}

fn new_record(
    measured: &Activation,
    params: &StylusParams,
    earlier: &ProgramRecord,
    now: u64,
) -> ProgramRecord {
    ProgramRecord {
        version: params.version,
        init_cost: measured.init_cost,
        cached_cost: measured.cached_cost,
        footprint: measured.footprint,
        activated_at: record::hour(now),
        asm_kib: record::kib(measured.asm_estimate),
        cached: earlier.cached,
    }
}
