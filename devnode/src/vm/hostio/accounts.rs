//! Balance and code of accounts (§6.6).

use alloy_primitives::{Address, Bytes};
use wasmer::FunctionEnvMut;

use crate::vm::code::DEFAULT_MAX_CODE_SIZE;
use crate::vm::frame::{Frame, Guest, Outcome};
use crate::vm::host::Access;
use crate::vm::ink::{self, ENTER, EVM_API, POINTER};

/// Gas of touching an account for the first time in a transaction.
pub(super) const COLD_ACCOUNT_GAS: u64 = 2_600;
/// Gas of touching it again.
pub(super) const WARM_ACCOUNT_GAS: u64 = 100;
/// Gas of loading code, per default limit of code size.
const LOAD_CODE_GAS: u64 = 700;

/// Gas of touching an account.
pub(super) fn access_gas(cold: bool) -> u64 {
    if cold { COLD_ACCOUNT_GAS } else { WARM_ACCOUNT_GAS }
}

pub(super) fn account_balance(mut env: FunctionEnvMut<'_, Frame>, address: u32, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    let Access { value, cold } = guest.host(|host| host.balance(address));
    guest.buy_gas(access_gas(cold))?;
    let balance = value.to_be_bytes::<32>();
    guest.write(dest, &balance)?;
    guest.record("account_balance", &[address.as_slice()], &[&balance]);
    Ok(())
}

pub(super) fn account_codehash(mut env: FunctionEnvMut<'_, Frame>, address: u32, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 2 * POINTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    let Access { value, cold } = guest.host(|host| host.code_hash(address));
    guest.buy_gas(access_gas(cold))?;
    guest.write(dest, value.as_slice())?;
    guest.record("account_codehash", &[address.as_slice()], &[value.as_slice()]);
    Ok(())
}

/// Pays for writing the whole code, whatever slice of it is asked for.
pub(super) fn account_code(
    mut env: FunctionEnvMut<'_, Frame>,
    address: u32,
    offset: u32,
    size: u32,
    dest: u32,
) -> Outcome<u32> {
    let mut guest = Guest::enter(&mut env, ENTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    let code = load_code(&mut guest, address)?;
    guest.buy(ink::write(code.len() as u64))?;
    let start = (offset as usize).min(code.len());
    let end = (offset.saturating_add(size) as usize).min(code.len());
    let slice = &code[start..end];
    guest.write(dest, slice)?;
    let (offset, size) = (offset.to_be_bytes(), size.to_be_bytes());
    guest.record("account_code", &[address.as_slice(), &offset, &size], &[slice]);
    Ok(slice.len() as u32)
}

pub(super) fn account_code_size(mut env: FunctionEnvMut<'_, Frame>, address: u32) -> Outcome<u32> {
    let mut guest = Guest::enter(&mut env, ENTER + EVM_API)?;
    guest.require_gas(COLD_ACCOUNT_GAS)?;
    let address = guest.read_address(address)?;
    let size = load_code(&mut guest, address)?.len() as u32;
    guest.record("account_code_size", &[address.as_slice()], &[&size.to_be_bytes()]);
    Ok(size)
}

/// The code of an account, free if it was the last one asked for. Empty code isn't remembered.
fn load_code(guest: &mut Guest<'_>, address: Address) -> Outcome<Bytes> {
    if let Some((last, code)) = &guest.frame.code_memo
        && *last == address
    {
        return Ok(code.clone());
    }
    let Access { value: code, cold } = guest.host(|host| host.code(address));
    let size_factor = guest.frame.call.max_code_size / DEFAULT_MAX_CODE_SIZE;
    guest.buy_gas((LOAD_CODE_GAS.saturating_mul(size_factor)).saturating_add(access_gas(cold)))?;
    if !code.is_empty() {
        guest.frame.code_memo = Some((address, code.clone()));
    }
    Ok(code)
}
