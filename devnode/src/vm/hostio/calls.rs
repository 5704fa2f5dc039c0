//! Nested calls and creates, and what they returned (§6.8, §7).

use alloy_primitives::{Address, B256, Bytes, U256};
use wasmer::FunctionEnvMut;

use super::accounts::access_gas;
use crate::vm::frame::{Escape, Frame, Guest, Outcome};
use crate::vm::host::{CallKind, CallRequest, CreateRequest, FrameOutcome};
use crate::vm::ink::{self, ENTER, EVM_API, POINTER, words};

/// Gas of moving value.
const VALUE_GAS: u64 = 9_000;
/// Gas of bringing an account to life.
const NEW_ACCOUNT_GAS: u64 = 25_000;
/// Gas that a callee gets on top when it receives value; the caller pays what it uses of it.
const STIPEND_GAS: u64 = 2_300;
/// Gas of a create.
const CREATE_GAS: u64 = 32_000;
/// Gas of hashing a word of init code.
const HASH_WORD_GAS: u64 = 6;

/// What calls answer when they worked.
const SUCCESS: u32 = 0;
/// What calls answer for every kind of failure.
const FAILED: u32 = 2;

impl CallKind {
    /// The host function.
    fn name(self) -> &'static str {
        match self {
            Self::Call => "call_contract",
            Self::Delegate => "delegate_call_contract",
            Self::Static => "static_call_contract",
        }
    }
}

/// Where a call finds its arguments in guest memory.
struct CallArguments {
    kind: CallKind,
    target: u32,
    data: u32,
    length: u32,
    /// Only calls that move value have one.
    value: Option<u32>,
    /// Most gas that the callee may get.
    gas: u64,
    return_length: u32,
}

pub(super) fn call_contract(
    env: FunctionEnvMut<'_, Frame>,
    target: u32,
    data: u32,
    length: u32,
    value: u32,
    gas: u64,
    return_length: u32,
) -> Outcome<u32> {
    let kind = CallKind::Call;
    call(env, CallArguments { kind, target, data, length, value: Some(value), gas, return_length })
}

pub(super) fn delegate_call_contract(
    env: FunctionEnvMut<'_, Frame>,
    target: u32,
    data: u32,
    length: u32,
    gas: u64,
    return_length: u32,
) -> Outcome<u32> {
    let kind = CallKind::Delegate;
    call(env, CallArguments { kind, target, data, length, value: None, gas, return_length })
}

pub(super) fn static_call_contract(
    env: FunctionEnvMut<'_, Frame>,
    target: u32,
    data: u32,
    length: u32,
    gas: u64,
    return_length: u32,
) -> Outcome<u32> {
    let kind = CallKind::Static;
    call(env, CallArguments { kind, target, data, length, value: None, gas, return_length })
}

fn call(mut env: FunctionEnvMut<'_, Frame>, arguments: CallArguments) -> Outcome<u32> {
    let CallArguments { kind, target, data, length, value, gas, return_length } = arguments;
    let mut guest = Guest::enter(&mut env, ENTER + 3 * POINTER + EVM_API)?;
    guest.buy(ink::read(length.into()).saturating_mul(2))?;
    let target = guest.read_address(target)?;
    let input = Bytes::from(guest.read_bytes(data, length)?);
    let value = value.map_or(Ok(U256::ZERO), |value| guest.read_number(value))?;

    let (status, cost, output) = perform_call(&mut guest, kind, target, value, gas, input.clone());
    guest.buy_gas(cost)?;
    let returned = output.len() as u32;
    write_return_length(&mut guest, return_length, output)?;
    let (word, amount) = (value.to_be_bytes::<32>(), gas.to_be_bytes());
    let value = if kind == CallKind::Call { word.as_slice() } else { &[] };
    // A status is 0 or 2.
    let outs: [&[u8]; 2] = [&returned.to_be_bytes(), &[status as u8]];
    guest.record(kind.name(), &[target.as_slice(), &amount, value, &input], &outs);
    Ok(status)
}

/// Answers status, gas and return data. A call that can't be made fails without ending the program.
fn perform_call(
    guest: &mut Guest<'_>,
    kind: CallKind,
    target: Address,
    value: U256,
    gas: u64,
    input: Bytes,
) -> (u32, u64, Bytes) {
    let gas_left = guest.gas();
    let moves_value = !value.is_zero();
    if moves_value && guest.frame.env.is_static {
        return (FAILED, 0, Bytes::new());
    }
    let mut base = access_gas(guest.host(|host| host.warm_account(target)));
    if moves_value {
        base += VALUE_GAS;
        if guest.host(|host| host.is_empty(target)) {
            base += NEW_ACCOUNT_GAS;
        }
    }
    let Some(rest) = gas_left.checked_sub(base) else {
        return (FAILED, gas_left, Bytes::new());
    };
    let mut forwarded = all_but_one_64th(rest).min(gas);
    if moves_value {
        forwarded = forwarded.saturating_add(STIPEND_GAS);
    }
    let request = CallRequest { kind, target, value, gas: forwarded, input };
    let FrameOutcome { success, gas_left: returned, output, .. } = guest.host(|host| host.call(request));
    let cost = base.saturating_add(forwarded.saturating_sub(returned));
    (if success { SUCCESS } else { FAILED }, cost, output)
}

/// What a program may forward: one less than the EVM's `gas - gas / 64`, unless 64 divides `gas`.
fn all_but_one_64th(gas: u64) -> u64 {
    let product = u128::from(gas) * 63 / 64;
    u64::try_from(product).expect("less than gas")
}

pub(super) fn create1(
    mut env: FunctionEnvMut<'_, Frame>,
    code: u32,
    length: u32,
    endowment: u32,
    contract: u32,
    return_length: u32,
) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 3 * POINTER + EVM_API)?;
    guest.buy(ink::read(length.into()).saturating_mul(2))?;
    let code = Bytes::from(guest.read_bytes(code, length)?);
    let endowment = guest.read_number(endowment)?;
    let outs = create(&mut guest, code.clone(), endowment, None, contract, return_length)?;
    guest.record("create1", &[&endowment.to_be_bytes::<32>(), &code], &[&outs]);
    Ok(())
}

pub(super) fn create2(
    mut env: FunctionEnvMut<'_, Frame>,
    code: u32,
    length: u32,
    endowment: u32,
    salt: u32,
    contract: u32,
    return_length: u32,
) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 4 * POINTER + EVM_API)?;
    guest.buy(ink::read(length.into()).saturating_mul(2))?;
    let code = Bytes::from(guest.read_bytes(code, length)?);
    let endowment = guest.read_number(endowment)?;
    let salt = guest.read_word(salt)?;
    let outs = create(&mut guest, code.clone(), endowment, Some(salt), contract, return_length)?;
    guest.record("create2", &[&endowment.to_be_bytes::<32>(), salt.as_slice(), &code], &[&outs]);
    Ok(())
}

/// Answers what tracers see of the result: the address and the length of what reverting init code returned.
fn create(
    guest: &mut Guest<'_>,
    code: Bytes,
    endowment: U256,
    salt: Option<B256>,
    contract: u32,
    return_length: u32,
) -> Outcome<[u8; 24]> {
    let gas_left = guest.gas();
    guest.refuse_static()?;
    let hashing = if salt.is_some() { HASH_WORD_GAS * words(code.len() as u64) } else { 0 };
    let Some(rest) = gas_left.checked_sub(CREATE_GAS + hashing) else {
        return Err(Escape::Failure("too little gas to create a contract"));
    };
    let held_back = rest / 64;
    let request = CreateRequest { code, endowment, salt, gas: rest - held_back };
    let outcome = guest.host(|host| host.create(request));
    guest.buy_gas(gas_left.saturating_sub(outcome.gas_left.saturating_add(held_back)))?;
    let created = outcome.created.unwrap_or_default();
    let mut outs = [0; 24];
    outs[..20].copy_from_slice(created.as_slice());
    outs[20..].copy_from_slice(&(outcome.output.len() as u32).to_be_bytes());
    write_return_length(guest, return_length, outcome.output)?;
    guest.write(contract, created.as_slice())?;
    Ok(outs)
}

/// Keeps return data for [`read_return_data`] and tells the guest its length, little-endian unlike all else.
fn write_return_length(guest: &mut Guest<'_>, pointer: u32, data: Bytes) -> Outcome {
    let length = data.len() as u32;
    guest.frame.return_data = data;
    guest.write(pointer, &length.to_le_bytes())
}

/// Copies what there is of the asked range; a range without anything in it leaves guest memory alone.
pub(super) fn read_return_data(
    mut env: FunctionEnvMut<'_, Frame>,
    dest: u32,
    offset: u32,
    size: u32,
) -> Outcome<u32> {
    let mut guest = Guest::enter(&mut env, ENTER + EVM_API)?;
    let data = guest.frame.return_data.clone();
    let rest = data.get(offset as usize..).unwrap_or_default();
    let slice = &rest[..rest.len().min(size as usize)];
    guest.buy(ink::write(slice.len() as u64))?;
    if !slice.is_empty() {
        guest.write(dest, slice)?;
    }
    guest.record("read_return_data", &[&offset.to_be_bytes(), &size.to_be_bytes()], &[slice]);
    Ok(slice.len() as u32)
}

pub(super) fn return_data_size(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u32> {
    let mut guest = Guest::enter(&mut env, ENTER)?;
    let size = guest.frame.return_data.len() as u32;
    guest.record("return_data_size", &[], &[&size.to_be_bytes()]);
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::all_but_one_64th;

    #[test]
    fn forwarded_gas_is_one_less_than_the_evms_unless_64_divides() {
        assert_eq!(all_but_one_64th(997_400), 981_815);
        assert_eq!(all_but_one_64th(640), 630);
        assert_eq!(all_but_one_64th(u64::MAX), u64::MAX - u64::MAX / 64 - 1);
    }
}
