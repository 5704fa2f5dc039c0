//! Hashing and 256-bit arithmetic. Results replace the first operand; division by zero gives zero.

use alloy_primitives::{U256, keccak256};
use wasmer::FunctionEnvMut;

use crate::vm::frame::{Frame, Guest, Outcome};
use crate::vm::ink::{self, ADD_MOD, DIV, ENTER, MUL_MOD, POINTER};

/// Ink of a division or remainder: its work, two operands and the result.
const DIVISION: u64 = ENTER + 3 * POINTER + DIV;

pub(super) fn native_keccak256(
    mut env: FunctionEnvMut<'_, Frame>,
    input: u32,
    length: u32,
    output: u32,
) -> Outcome {
    let mut guest = Guest::enter(&mut env, ink::keccak(length.into()))?;
    let digest = keccak256(guest.read_bytes(input, length)?);
    guest.write(output, digest.as_slice())
}

pub(super) fn math_div(mut env: FunctionEnvMut<'_, Frame>, value: u32, divisor: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, DIVISION)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(divisor)?);
    guest.write_number(value, a.checked_div(b).unwrap_or_default())
}

pub(super) fn math_mod(mut env: FunctionEnvMut<'_, Frame>, value: u32, modulus: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, DIVISION)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(modulus)?);
    guest.write_number(value, a.checked_rem(b).unwrap_or_default())
}

pub(super) fn math_pow(mut env: FunctionEnvMut<'_, Frame>, value: u32, exponent: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 3 * POINTER)?;
    let (base, exponent) = (guest.read_number(value)?, guest.read_word(exponent)?);
    guest.buy(ink::pow(&exponent.0))?;
    guest.write_number(value, base.wrapping_pow(U256::from_be_bytes(exponent.0)))
}

pub(super) fn math_add_mod(
    mut env: FunctionEnvMut<'_, Frame>,
    value: u32,
    addend: u32,
    modulus: u32,
) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 4 * POINTER + ADD_MOD)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(addend)?);
    let modulus = guest.read_number(modulus)?;
    guest.write_number(value, a.add_mod(b, modulus))
}

pub(super) fn math_mul_mod(
    mut env: FunctionEnvMut<'_, Frame>,
    value: u32,
    multiplier: u32,
    modulus: u32,
) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 4 * POINTER + MUL_MOD)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(multiplier)?);
    let modulus = guest.read_number(modulus)?;
    guest.write_number(value, a.mul_mod(b, modulus))
}
