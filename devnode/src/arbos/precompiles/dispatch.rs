//! The rules in front of and behind every method, in Nitro's order (§9.1).

use super::{
    Ctx, Failure, Frame, PrecompileCall, PrecompileOutcome, Status, abi,
    catalogue::{Access, Precompile},
    method::{Method, Mutability},
};
use crate::arbos::{
    Version,
    address_set::CHAIN_OWNERS,
    gas::{self, Gas, OutOfGas},
    pricing,
    storage::Store,
};
use alloy_primitives::{Bytes, FixedBytes};
use alloy_sol_types::SolEvent;

/// Runs a precompile that the chain has.
pub(super) fn dispatch(
    precompile: &Precompile,
    call: &PrecompileCall,
    context: &mut Ctx<'_>,
    version: &'static Version,
) -> PrecompileOutcome {
    match precompile.access {
        Access::Anyone => dispatch_method(precompile, call, context, version),
        Access::ChainOwners => dispatch_for_owner(precompile, call, context, version),
    }
}

/// Owners pay nothing, but what they supply must cover the nominal cost; others halt. Every success is logged.
fn dispatch_for_owner(
    precompile: &Precompile,
    call: &PrecompileCall,
    context: &mut Ctx<'_>,
    version: &'static Version,
) -> PrecompileOutcome {
    let mut gas = Gas::new(call.gas);
    let mut store = Store { ledger: context.ledger, meter: &mut gas };
    let is_owner =
        store.burn(gas::STORAGE_READ).and_then(|()| CHAIN_OWNERS.contains(&mut store, call.caller));
    if is_owner != Ok(true) {
        return PrecompileOutcome::failure(Status::Halt);
    }
    let mut outcome = dispatch_method(precompile, call, context, version);
    if outcome.status != Status::Halt {
        outcome.gas_left = call.gas;
    }
    if outcome.status == Status::Success && !call.is_direct_static {
        let method = call.input.first_chunk().map_or(FixedBytes::ZERO, FixedBytes::from);
        let acts = abi::ArbOwner::OwnerActs { method, owner: call.caller, data: call.input.clone() };
        let topics = acts.encode_topics().into_iter().map(Into::into).collect();
        context.ledger.log(call.address, topics, acts.encode_data().into());
    }
    outcome
}

fn dispatch_method(
    precompile: &Precompile,
    call: &PrecompileCall,
    context: &mut Ctx<'_>,
    version: &'static Version,
) -> PrecompileOutcome {
    let gas = Gas::new(call.gas);
    let method = precompile.methods.find(&call.input, version.number);
    let Some(method) = method.filter(|method| is_reachable(method.mutability, call)) else {
        return Failure::BurnAll.outcome(gas);
    };
    let mut frame = Frame { call, context, gas, version };
    match run_method(method, &mut frame) {
        Ok(output) => PrecompileOutcome::success(frame.gas.left(), output),
        Err(failure) => failure.outcome(frame.gas),
    }
}

/// Delegate calls reach pure methods only, static calls no writes, value only payable methods.
fn is_reachable(mutability: Mutability, call: &PrecompileCall) -> bool {
    let delegated = call.acting != call.address;
    match mutability {
        Mutability::Pure => call.value.is_zero(),
        Mutability::View => !delegated && call.value.is_zero(),
        Mutability::Write => !delegated && !call.is_direct_static && call.value.is_zero(),
        Mutability::Payable => !delegated && !call.is_direct_static,
    }
}

fn run_method(method: &Method, frame: &mut Frame<'_, '_>) -> Result<Bytes, Failure> {
    if method.mutability != Mutability::Pure {
        open_state(method.mutability, frame)?;
    }
    let arguments = &frame.call.input[4..];
    frame.burn(gas::copy(arguments.len()))?;
    let output = (method.body)(frame, arguments).ok_or(Failure::BurnAll)??;
    frame.burn(gas::copy(output.len()))?;
    Ok(output.into())
}

/// Pays for opening the ArbOS state. A write under somebody else's static frame is allowed to happen, but only to who
/// can burn the compute gas of a whole transaction first.
fn open_state(mutability: Mutability, frame: &mut Frame<'_, '_>) -> Result<(), Failure> {
    frame.burn(gas::STORAGE_READ)?;
    let writes = matches!(mutability, Mutability::Write | Mutability::Payable);
    if writes && frame.call.is_static {
        penalise(frame).map_err(|OutOfGas| Failure::Halt)?;
    }
    Ok(())
}

fn penalise(frame: &mut Frame<'_, '_>) -> Result<(), OutOfGas> {
    let limit = pricing::tx_gas_limit(frame.version);
    let limit = frame.store().read_u64(limit)?;
    frame.burn(limit)
}
