//! Storage through the frame's cache, and transient storage without one (§6.3 to §6.5).

use alloy_primitives::B256;
use wasmer::FunctionEnvMut;

use crate::vm::frame::{Escape, Frame, Guest, Outcome};
use crate::vm::host::Access;
use crate::vm::ink::{ENTER, EVM_API, POINTER};
use crate::vm::storage_cache::MAX_SURCHARGE;

/// Gas of reading a slot for the first time in a transaction.
const COLD_LOAD_GAS: u64 = 2_100;
/// Gas of reading it again.
const WARM_LOAD_GAS: u64 = 100;
/// Gas that a write must leave, as EIP-2200 demands.
const SENTRY_GAS: u64 = 2_300;
/// Gas of reading or writing a transient slot.
const TRANSIENT_GAS: u64 = 100;

/// From this ArbOS version on, a flush that can't pay ends out of ink; before, it was a failure.
const FLUSH_EXHAUSTS_FROM: u64 = 50;

pub(super) fn storage_load_bytes32(mut env: FunctionEnvMut<'_, Frame>, key: u32, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER)?;
    let api_gas = guest.evm_api_gas();
    guest.require_gas(COLD_LOAD_GAS + MAX_SURCHARGE + api_gas)?;
    let key = guest.read_word(key)?;
    let surcharge = guest.frame.storage.count_read();
    let (value, gas) = match guest.frame.storage.get(key) {
        Some(value) => (value, surcharge),
        None => {
            let Access { value, cold } = guest.host(|host| host.storage_load(key));
            guest.frame.storage.loaded(key, value);
            let access = if cold { COLD_LOAD_GAS } else { WARM_LOAD_GAS };
            (value, surcharge + access + api_gas)
        }
    };
    guest.buy_gas(gas)?;
    guest.write(dest, value.as_slice())?;
    guest.record("storage_load_bytes32", &[key.as_slice()], &[value.as_slice()]);
    Ok(())
}

pub(super) fn storage_cache_bytes32(mut env: FunctionEnvMut<'_, Frame>, key: u32, value: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER)?;
    guest.require_gas(SENTRY_GAS + MAX_SURCHARGE)?;
    let (key, value) = (guest.read_word(key)?, guest.read_word(value)?);
    guest.frame.storage.store(key, value);
    let gas = guest.frame.storage.count_write();
    guest.buy_gas(gas)?;
    guest.record("storage_cache_bytes32", &[key.as_slice(), value.as_slice()], &[]);
    Ok(())
}

pub(super) fn storage_flush_cache(mut env: FunctionEnvMut<'_, Frame>, clear: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + EVM_API)?;
    guest.require_gas(SENTRY_GAS)?;
    let dirty = guest.frame.storage.flush(clear != 0);
    if !dirty.is_empty() {
        guest.refuse_static()?;
        let budget = guest.gas().saturating_add(1);
        match write_slots(&mut guest, &dirty, budget) {
            Some(gas) => guest.buy_gas(gas)?,
            None if guest.frame.call.arbos_version >= FLUSH_EXHAUSTS_FROM => return Err(guest.exhaust()),
            None => return Err(Escape::Failure("too little gas to flush the storage cache")),
        }
    }
    guest.record("storage_flush_cache", &[&[u8::from(clear != 0)]], &[]);
    Ok(())
}

/// Writes slots and returns their gas; `None` unless some of the budget is left, in which case the frame is undone.
fn write_slots(guest: &mut Guest<'_>, dirty: &[(B256, B256)], budget: u64) -> Option<u64> {
    let mut left = budget;
    for &(key, value) in dirty {
        let gas = guest.host(|host| host.storage_store(key, value));
        left = left.checked_sub(gas)?;
    }
    (left > 0).then_some(budget - left)
}

pub(super) fn transient_load_bytes32(mut env: FunctionEnvMut<'_, Frame>, key: u32, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER + EVM_API)?;
    guest.buy_gas(TRANSIENT_GAS)?;
    let key = guest.read_word(key)?;
    let value = guest.host(|host| host.transient_load(key));
    guest.write(dest, value.as_slice())?;
    guest.record("transient_load_bytes32", &[key.as_slice()], &[value.as_slice()]);
    Ok(())
}

pub(super) fn transient_store_bytes32(mut env: FunctionEnvMut<'_, Frame>, key: u32, value: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER + EVM_API)?;
    guest.buy_gas(TRANSIENT_GAS)?;
    let (key, value) = (guest.read_word(key)?, guest.read_word(value)?);
    guest.refuse_static()?;
    guest.host(|host| host.transient_store(key, value));
    guest.record("transient_store_bytes32", &[key.as_slice(), value.as_slice()], &[]);
    Ok(())
}
