//! The EVM's opcodes where ArbOS differs from Ethereum.

use super::machine::Machine;
use crate::vm::code::Prefix;
use revm::{
    bytecode::opcode,
    interpreter::{
        Host, Instruction, InstructionContext, InstructionExecResult, InstructionResult, InstructionTable,
        instructions::{host, instruction_table},
        interpreter::EthInterpreter,
        interpreter_types::{InputsTr, RuntimeFlag},
    },
};

/// Ethereum's table with SELFDESTRUCT under spec §1.3 and without BLOBBASEFEE.
pub(super) fn table<'a>() -> InstructionTable<EthInterpreter, Machine<'a>> {
    let mut table = instruction_table::<EthInterpreter, Machine<'a>>();
    table[usize::from(opcode::SELFDESTRUCT)] = Instruction::new(selfdestruct);
    table[usize::from(opcode::BLOBBASEFEE)] = Instruction::unknown();
    table
}

/// Code that acts for a program's account (a delegate call reached it) can't destroy it: it pays and reverts.
fn selfdestruct(context: InstructionContext<'_, Machine<'_>, EthInterpreter>) -> InstructionExecResult {
    let InstructionContext { interpreter, host: machine } = context;
    let acting = interpreter.input.target_address();
    if !Prefix::is_deployable(machine.peek_code(acting).1.original_byte_slice(), machine.version.number) {
        return host::selfdestruct(InstructionContext { interpreter, host: machine });
    }
    if interpreter.runtime_flag.is_static() {
        return Err(InstructionResult::StateChangeDuringStaticCall);
    }
    let [target] = interpreter.stack.popn::<1>().ok_or(InstructionResult::StackUnderflow)?;
    let target = alloy_primitives::Address::from_word(target.into());
    let has_value = !machine.account(acting).value.info.balance.is_zero();
    let load = machine.load_account_info_skip_cold_load(target, false, false)?;
    let (cold, tops_up) = (load.is_cold, load.is_empty && has_value);
    let cost = machine.gas_params.selfdestruct_cost(tops_up, cold);
    if !interpreter.gas.record_regular_cost(cost) {
        return Err(InstructionResult::OutOfGas);
    }
    Err(InstructionResult::Revert)
}
