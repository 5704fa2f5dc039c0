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
    let preimage = guest.read_bytes(input, length)?;
    let digest = keccak256(&preimage);
    guest.write(output, digest.as_slice())?;
    guest.record("native_keccak256", &[&preimage], &[digest.as_slice()]);
    Ok(())
}

pub(super) fn math_div(mut env: FunctionEnvMut<'_, Frame>, value: u32, divisor: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, DIVISION)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(divisor)?);
    finish(&mut guest, "math_div", value, [a, b], a.checked_div(b).unwrap_or_default())
}

pub(super) fn math_mod(mut env: FunctionEnvMut<'_, Frame>, value: u32, modulus: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, DIVISION)?;
    let (a, b) = (guest.read_number(value)?, guest.read_number(modulus)?);
    finish(&mut guest, "math_mod", value, [a, b], a.checked_rem(b).unwrap_or_default())
}

pub(super) fn math_pow(mut env: FunctionEnvMut<'_, Frame>, value: u32, exponent: u32) -> Outcome {
    let mut guest = Guest::enter(&mut env, ENTER + 3 * POINTER)?;
    let (base, exponent) = (guest.read_number(value)?, guest.read_number(exponent)?);
    guest.buy(ink::pow(&exponent.to_be_bytes()))?;
    finish(&mut guest, "math_pow", value, [base, exponent], base.wrapping_pow(exponent))
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
    finish(&mut guest, "math_add_mod", value, [a, b, modulus], a.add_mod(b, modulus))
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
    finish(&mut guest, "math_mul_mod", value, [a, b, modulus], a.mul_mod(b, modulus))
}

/// Writes the result over the first operand.
fn finish<const N: usize>(
    guest: &mut Guest<'_>,
    name: &'static str,
    value: u32,
    operands: [U256; N],
    result: U256,
) -> Outcome {
    let result = result.to_be_bytes::<32>();
    guest.write(value, &result)?;
    let operands = operands.map(|operand| operand.to_be_bytes::<32>());
    guest.record(name, &operands.each_ref().map(<[u8; 32]>::as_slice), &[&result]);
    Ok(())
}
