//! What a program can ask about its frame, block and transaction (§5.8).

use wasmer::FunctionEnvMut;

use crate::vm::frame::{Frame, Guest, Outcome};
use crate::vm::ink::{ENTER, POINTER};

/// Ink of a function that writes one value to guest memory.
const WRITES_ONE: u64 = ENTER + POINTER;

pub(super) fn evm_gas_left(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.gas())
}

pub(super) fn evm_ink_left(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.ink())
}

pub(super) fn block_basefee(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    guest.write_number(dest, guest.frame.env.block_basefee)
}

pub(super) fn block_coinbase(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    let address = guest.frame.env.block_coinbase;
    guest.write(dest, address.as_slice())
}

pub(super) fn block_gas_limit(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.env.block_gas_limit)
}

pub(super) fn block_number(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.env.block_number)
}

pub(super) fn block_timestamp(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.env.block_timestamp)
}

pub(super) fn chainid(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u64> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.env.chain_id)
}

pub(super) fn contract_address(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    let address = guest.frame.env.contract;
    guest.write(dest, address.as_slice())
}

pub(super) fn msg_sender(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    let address = guest.frame.env.sender;
    guest.write(dest, address.as_slice())
}

pub(super) fn msg_value(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    guest.write_number(dest, guest.frame.env.value)
}

pub(super) fn msg_reentrant(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u32> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.env.reentrant.into())
}

pub(super) fn tx_gas_price(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    guest.write_number(dest, guest.frame.env.tx_gas_price)
}

pub(super) fn tx_ink_price(mut env: FunctionEnvMut<'_, Frame>) -> Outcome<u32> {
    Guest::enter(&mut env, ENTER).map(|guest| guest.frame.call.ink_price)
}

pub(super) fn tx_origin(mut env: FunctionEnvMut<'_, Frame>, dest: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, WRITES_ONE)?;
    let address = guest.frame.env.tx_origin;
    guest.write(dest, address.as_slice())
}
