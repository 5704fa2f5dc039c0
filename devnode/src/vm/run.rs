//! One call of a program (§5.1 steps 10 to 13, §5.5, §5.6).

use alloy_primitives::Bytes;
use wasmer::sys::vm::TrapCode;
use wasmer::{FunctionEnv, Instance, RuntimeError, Store, Value};

use super::engine::Module;
use super::frame::{Escape, Frame, Wiring};
use super::ink::words;
use super::lent::LentHost;
use super::pages::PageRules;
use super::validate::ENTRYPOINT;

/// A call of a program whose entry costs are paid.
#[derive(Clone, Debug)]
pub struct ProgramCall {
    /// Calldata.
    pub calldata: Bytes,
    /// Gas left after the entry costs.
    pub gas: u64,
    /// Gas of the frame before the entry costs; return data may not cost more than this leaves.
    pub gas_at_entry: u64,
    /// Ink per gas, at least 1.
    pub ink_price: u32,
    /// Words of stack that the program may use.
    pub max_stack_depth: u32,
    /// ArbOS version of the block.
    pub arbos_version: u64,
    /// Bytes of code that accounts may hold; loading code costs by it.
    pub max_code_size: u64,
    /// Prices of memory.
    pub pages: PageRules,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramStatus {
    /// The frame's changes are kept.
    Success,
    /// Undone, with return data.
    Revert,
    /// A trap or a refused host function: undone like a revert, without return data.
    Failure,
    /// Undone with all gas, like the EVM's out of gas.
    OutOfInk,
    /// Undone with all gas, like the EVM's depth limit.
    OutOfStack,
}

/// What a program's frame hands to its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramResult {
    /// How it ended.
    pub status: ProgramStatus,
    /// Returned or revert data.
    pub output: Bytes,
    /// Gas left, after the floor on what return data costs.
    pub gas_left: u64,
    /// Of a failure: what a host function refused; nothing if it was a trap, or memory that isn't there.
    pub refused: Option<&'static str>,
}

impl ProgramResult {
    fn exhausted(status: ProgramStatus) -> Self {
        Self { status, output: Bytes::new(), gas_left: 0, refused: None }
    }
}

/// Runs the program's entry point to its end.
pub(super) fn run(
    engine: &wasmer::Engine,
    module: &Module,
    call: ProgramCall,
    host: LentHost,
) -> ProgramResult {
    let (calldata_length, ink_price) = (call.calldata.len(), u64::from(call.ink_price));
    let (gas_at_entry, stack) = (call.gas_at_entry, call.max_stack_depth);
    let ink = call.gas.saturating_mul(ink_price);

    let mut store = Store::new(engine.clone());
    let env = FunctionEnv::new(&mut store, Frame::new(host, call));
    let imports: Vec<_> = module.hooks.iter().map(|hook| (hook.make)(&mut store, &env).into()).collect();
    let instance = match Instance::new_by_index(&mut store, &module.compiled, &imports) {
        Ok(instance) => instance,
        // Activation checked all that the program decides, so this machine can't give it memory.
        Err(error) => panic!("a program can't be instantiated: {error}"),
    };
    let wiring = Wiring::of(&instance).expect("instrumentation exports what is wired");
    let entrypoint = instance.exports.get_typed_function::<u32, u32>(&store, ENTRYPOINT);
    let entrypoint = entrypoint.expect("activation checked the entry point");
    env.as_mut(&mut store).wiring = Some(wiring.clone());

    wiring.ink_left.set(&mut store, Value::I64(ink.cast_signed())).expect("the ink global is a mutable i64");
    wiring
        .stack_left
        .set(&mut store, Value::I32(stack.cast_signed()))
        .expect("the stack global is a mutable i32");
    let calldata_length = u32::try_from(calldata_length).unwrap_or(u32::MAX);
    let length = calldata_length.to_be_bytes();
    env.as_mut(&mut store).record("user_entrypoint", (&[&length], &[]), (ink, ink));
    let returned = entrypoint.call(&mut store, calldata_length);

    let End { status, code, refused } = end(returned, &wiring, &mut store);
    if let Some(code) = code {
        env.as_mut(&mut store).record("user_returned", (&[], &[&code.to_be_bytes()]), (ink, ink));
    }
    let ink_left = wiring.ink_left.get(&mut store).i64().expect("the ink global is an i64").cast_unsigned();
    let gas_left = ink_left / ink_price;
    let output = std::mem::take(&mut env.as_mut(&mut store).result);
    match status {
        ProgramStatus::Success | ProgramStatus::Revert => {
            charge_return(status, output, gas_left, gas_at_entry)
        }
        ProgramStatus::Failure => ProgramResult { status, output: Bytes::new(), gas_left, refused },
        ProgramStatus::OutOfInk | ProgramStatus::OutOfStack => ProgramResult::exhausted(status),
    }
}

#[cfg(test)]
thread_local! {
    /// How often the machine's stack ended a program on this thread.
    pub(super) static NATIVE_OVERFLOWS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// What ended a program.
struct End {
    status: ProgramStatus,
    /// The entry point's result or what `exit_early` said, unless something else ended it.
    code: Option<u32>,
    /// What a host function refused, if that is what ended it.
    refused: Option<&'static str>,
}

impl From<ProgramStatus> for End {
    fn from(status: ProgramStatus) -> Self {
        Self { status, code: None, refused: None }
    }
}

/// Tells what ended the program: the order of the tests matters.
fn end(returned: Result<u32, RuntimeError>, wiring: &Wiring, store: &mut Store) -> End {
    let error = match returned {
        Ok(code) => return exit(code),
        Err(error) => error,
    };
    if error.clone().to_trap() == Some(TrapCode::StackOverflow) {
        // Only programs whose blocks hide operands by multi-value parameters get here; Nitro would try again with
        // another compiler.
        #[cfg(test)]
        NATIVE_OVERFLOWS.with(|count| count.set(count.get() + 1));
        return ProgramStatus::OutOfStack.into();
    }
    if wiring.stack_left.get(store) == Value::I32(0) {
        return ProgramStatus::OutOfStack.into();
    }
    if wiring.ink_status.get(store) != Value::I32(0) {
        return ProgramStatus::OutOfInk.into();
    }
    match error.downcast::<Escape>() {
        Ok(Escape::OutOfInk) => ProgramStatus::OutOfInk.into(),
        Ok(Escape::Exit(code)) => exit(code),
        Ok(Escape::Failure(what)) => End { refused: Some(what), ..ProgramStatus::Failure.into() },
        Ok(Escape::OutOfBounds) | Err(_) => ProgramStatus::Failure.into(),
    }
}

fn exit(code: u32) -> End {
    let status = if code == 0 { ProgramStatus::Success } else { ProgramStatus::Revert };
    End { code: Some(code), ..status.into() }
}

/// What a frame spends is at least what the EVM would charge to keep its return data in memory.
fn charge_return(status: ProgramStatus, output: Bytes, gas_left: u64, gas_at_entry: u64) -> ProgramResult {
    let words = words(output.len() as u64);
    let floor = 3 * words + words * words / 512;
    match gas_at_entry.checked_sub(floor) {
        Some(most) => ProgramResult { status, output, gas_left: gas_left.min(most), refused: None },
        None => ProgramResult::exhausted(ProgramStatus::OutOfInk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_data_has_a_floor_on_the_frames_gas() {
        let charge =
            |bytes, left, entry| charge_return(ProgramStatus::Revert, vec![0; bytes].into(), left, entry);
        assert_eq!(charge(10_000, 9_999, 10_000).gas_left, 10_000 - 1_130);
        assert_eq!(charge(10_000, 5_000, 10_000).gas_left, 5_000, "it is a floor, not a further charge");
        assert_eq!(charge(0, 10_000, 10_000).gas_left, 10_000);
        assert_eq!(charge(10_000, 1_130, 1_130).gas_left, 0);
        assert_eq!(charge(10_000, 1_129, 1_129), ProgramResult::exhausted(ProgramStatus::OutOfInk));
    }
}
