//! What a program can ask about its frame, block and transaction (§5.8).

use wasmer::FunctionEnvMut;

use crate::vm::frame::{Frame, Guest, Outcome};
use crate::vm::ink::{ENTER, POINTER};

/// Ink of a function that writes one value to guest memory.
const WRITES_ONE: u64 = ENTER + POINTER;

/// Answers with a number.
fn number(
    mut env: FunctionEnvMut<'_, Frame>,
    name: &'static str,
    value: impl FnOnce(&Guest<'_>) -> u64,
) -> Outcome<u64> {
    let mut guest = Guest::enter(&mut env, ENTER)?;
    let value = value(&guest);
    guest.record(name, &[], &[&value.to_be_bytes()]);
    Ok(value)
}

/// Answers with a number of 32 bits.
fn small_number(
    mut env: FunctionEnvMut<'_, Frame>,
    name: &'static str,
    value: impl FnOnce(&Frame) -> u32,
) -> Outcome<u32> {
    let mut guest = Guest::enter(&mut env, ENTER)?;
    let value = value(guest.frame);
    guest.record(name, &[], &[&value.to_be_bytes()]);
    Ok(value)
}

/// Answers in guest memory.
fn bytes<const N: usize>(
    mut env: FunctionEnvMut<'_, Frame>,
    name: &'static str,
    dest: u32,
    value: impl FnOnce(&Frame) -> [u8; N],
) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    let value = value(guest.frame);
    guest.write(dest, &value)?;
    guest.record(name, &[], &[&value]);
    Ok(())
}

pub(super) fn evm_gas_left(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "evm_gas_left", |guest| guest.gas())
}

pub(super) fn evm_ink_left(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "evm_ink_left", |guest| guest.ink())
}

pub(super) fn block_basefee(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "block_basefee", dest, |frame| frame.env.block_basefee.to_be_bytes::<32>())
}

pub(super) fn block_coinbase(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "block_coinbase", dest, |frame| frame.env.block_coinbase.into_array())
}

pub(super) fn block_gas_limit(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "block_gas_limit", |guest| guest.frame.env.block_gas_limit)
}

pub(super) fn block_number(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "block_number", |guest| guest.frame.env.block_number)
}

pub(super) fn block_timestamp(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "block_timestamp", |guest| guest.frame.env.block_timestamp)
}

pub(super) fn chainid(env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    number(env, "chainid", |guest| guest.frame.env.chain_id)
}

pub(super) fn contract_address(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "contract_address", dest, |frame| frame.env.contract.into_array())
}

pub(super) fn msg_sender(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "msg_sender", dest, |frame| frame.env.sender.into_array())
}

pub(super) fn msg_value(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "msg_value", dest, |frame| frame.env.value.to_be_bytes::<32>())
}

pub(super) fn msg_reentrant(env: FunctionEnvMut<'_, Frame>) -> Outcome<u32> {
    small_number(env, "msg_reentrant", |frame| frame.env.reentrant.into())
}

pub(super) fn tx_gas_price(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "tx_gas_price", dest, |frame| frame.env.tx_gas_price.to_be_bytes::<32>())
}

pub(super) fn tx_ink_price(env: FunctionEnvMut<'_, Frame>) -> Outcome<u32> {
    small_number(env, "tx_ink_price", |frame| frame.call.ink_price)
}

pub(super) fn tx_origin(env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    bytes(env, "tx_origin", dest, |frame| frame.env.tx_origin.into_array())
}
