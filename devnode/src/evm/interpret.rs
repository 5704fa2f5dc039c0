//! EVM frames: revm's interpreter, and the calls and creates that come out of it.

use super::{
    errors::halt_text,
    frames::{Call, Create, Frame, result},
    machine::Machine,
};
use alloy_primitives::{Address, Bytes, U256};
use revm::interpreter::{
    CallInput, CallInputs, CreateInputs, FrameInput, Gas, InputsImpl, InstructionResult, Interpreter,
    InterpreterAction, InterpreterResult, SharedMemory,
    interpreter::{EthInterpreter, ExtBytecode},
    interpreter_types::{Jumps, LegacyBytecode, MemoryTr, ReturnData},
};

impl Machine<'_> {
    /// Runs EVM code; `memory` is the caller's, lent.
    pub(super) fn run_evm(&mut self, frame: Frame, memory: SharedMemory) -> InterpreterResult {
        let callers_caller = frame.caller;
        let (is_static, depth) = (frame.is_static, frame.depth);
        let mut interpreter = Interpreter::<EthInterpreter>::new(
            memory,
            ExtBytecode::new_with_optional_hash(frame.code, frame.code_address.map(|_| frame.code_hash)),
            InputsImpl {
                target_address: frame.acting,
                caller_address: frame.caller,
                bytecode_address: frame.code_address,
                input: CallInput::Bytes(frame.input),
                call_value: frame.value,
                depth,
            },
            is_static,
            self.version.evm,
            frame.gas,
        );
        let tables = self.tables.clone();
        loop {
            match self.run_opcodes(&mut interpreter, &tables) {
                InterpreterAction::Return(mut done) => {
                    if done.result.is_halt() {
                        self.failed(depth, || evm_halt_text(&interpreter, done.result));
                        done.gas.spend_all();
                    }
                    return done;
                }
                InterpreterAction::NewFrame(FrameInput::Call(inputs)) => {
                    self.call_from_evm(&mut interpreter, *inputs, depth + 1, callers_caller);
                }
                InterpreterAction::NewFrame(FrameInput::Create(inputs)) => {
                    self.create_from_evm(&mut interpreter, &inputs, depth + 1);
                }
                InterpreterAction::NewFrame(FrameInput::Empty) => {
                    return result(InstructionResult::FatalExternalError, Bytes::new(), frame.gas, 0);
                }
            }
        }
    }

    fn call_from_evm(
        &mut self,
        interpreter: &mut Interpreter<EthInterpreter>,
        inputs: CallInputs,
        depth: usize,
        callers_caller: Address,
    ) {
        let input = match inputs.input {
            CallInput::Bytes(bytes) => bytes,
            CallInput::SharedBuffer(range) if range.is_empty() => Bytes::new(),
            CallInput::SharedBuffer(range) => Bytes::copy_from_slice(&interpreter.memory.global_slice(range)),
        };
        let call = Call {
            scheme: inputs.scheme,
            caller: inputs.caller,
            acting: inputs.target_address,
            code_address: inputs.bytecode_address,
            code: inputs.known_bytecode,
            value: inputs.value,
            input,
            gas: inputs.gas_limit,
            is_static: inputs.is_static,
            depth,
            callers_caller,
        };
        let memory = interpreter.memory.new_child_context();
        let done = self.call(call, memory);
        interpreter.memory.free_child_context();
        give_back(&mut interpreter.gas, &done);
        interpreter.return_data.set_buffer(done.output);
        // The opcode popped its operands, so there is room.
        let _ = interpreter.stack.push(U256::from(u8::from(done.result.is_ok())));
        if done.result.is_ok_or_revert() {
            let returned = interpreter.return_data.buffer();
            let length = inputs.return_memory_offset.len().min(returned.len());
            interpreter.memory.set(inputs.return_memory_offset.start, &returned[..length]);
        }
    }

    fn create_from_evm(
        &mut self,
        interpreter: &mut Interpreter<EthInterpreter>,
        inputs: &CreateInputs,
        depth: usize,
    ) {
        let create = Create {
            creator: inputs.caller(),
            scheme: inputs.scheme(),
            endowment: inputs.value(),
            init_code: inputs.init_code().clone(),
            gas: inputs.gas_limit(),
            depth,
        };
        let memory = interpreter.memory.new_child_context();
        let (done, address) = self.create(create, memory);
        interpreter.memory.free_child_context();
        give_back(&mut interpreter.gas, &done);
        let created = address.filter(|_| done.result.is_ok()).unwrap_or_default();
        if done.result == InstructionResult::Revert {
            interpreter.return_data.set_buffer(done.output);
        } else {
            interpreter.return_data.clear();
        }
        let _ = interpreter.stack.push(created.into_word().into());
    }
}

/// Unspent gas and refunds of a nested frame go to its caller.
fn give_back(caller: &mut Gas, done: &InterpreterResult) {
    if done.result.is_ok_or_revert() {
        caller.erase_cost(done.gas.remaining());
    }
    if done.result.is_ok() {
        caller.record_refund(done.gas.refunded());
    }
}

/// Names a frame's end, with what only the stopped interpreter knows.
pub(super) fn evm_halt_text(
    interpreter: &Interpreter<EthInterpreter>,
    why: InstructionResult,
) -> Option<String> {
    let at = interpreter.bytecode.pc().saturating_sub(1);
    let opcode = interpreter.bytecode.bytecode_slice().get(at).copied();
    if why == InstructionResult::StackUnderflow
        && let Some(info) = opcode.and_then(revm::bytecode::OpCode::new).map(|op| op.info())
    {
        return Some(format!("stack underflow ({} <=> {})", interpreter.stack.len(), info.inputs()));
    }
    halt_text(why, opcode)
}
