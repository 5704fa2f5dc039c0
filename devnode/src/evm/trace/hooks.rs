//! Where the machine tells its recorder, if it has one.

use super::{Event, FrameKind, FrameRecord, Runs, Step};
use crate::evm::{
    errors::is_unpaid,
    frames::{Call, Create},
    interpret::evm_halt_text,
    machine::{Machine, Tables},
};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use revm::{
    bytecode::opcode,
    context_interface::CreateScheme,
    interpreter::{
        CallScheme, Interpreter, InterpreterAction,
        interpreter::EthInterpreter,
        interpreter_types::{Jumps, LoopControl, ReturnData},
    },
};

impl<'a> Machine<'a> {
    /// Says why the frame at `depth` fails, where its result alone doesn't tell.
    pub(in crate::evm) fn failed(&mut self, depth: usize, text: impl FnOnce() -> Option<String>) {
        if depth > 0 && self.recorder.is_none() {
            return;
        }
        let text = text();
        if let Some(recorder) = &mut self.recorder {
            recorder.failed(text.clone());
        }
        if depth == 0 {
            self.failure_text = text;
        }
    }

    pub(in crate::evm) fn record_call(&mut self, call: &Call) {
        let Some(recorder) = &mut self.recorder else { return };
        let kind = match call.scheme {
            CallScheme::Call => FrameKind::Call,
            CallScheme::CallCode => FrameKind::CallCode,
            CallScheme::DelegateCall => FrameKind::DelegateCall,
            CallScheme::StaticCall => FrameKind::StaticCall,
        };
        let foreign_code = matches!(kind, FrameKind::CallCode | FrameKind::DelegateCall);
        recorder.enter(FrameRecord {
            kind,
            acting: call.acting,
            value: (kind != FrameKind::StaticCall).then(|| call.value.get()),
            gas: call.gas,
            ..FrameRecord::call(
                if foreign_code { call.acting } else { call.caller },
                call.code_address,
                call.input.clone(),
            )
        });
    }

    pub(in crate::evm) fn record_create(&mut self, create: &Create) {
        if self.recorder.is_none() {
            return;
        }
        let nonce = self.quietly(create.creator, |creator| creator.nonce());
        let address = create.address(nonce);
        let Some(recorder) = &mut self.recorder else { return };
        recorder.enter(FrameRecord {
            kind: match create.scheme {
                CreateScheme::Create2 { .. } => FrameKind::Create2,
                _ => FrameKind::Create,
            },
            value: Some(create.endowment),
            gas: create.gas,
            ..FrameRecord::call(create.creator, address, create.init_code.clone())
        });
    }

    /// Says what the innermost frame's code runs on.
    pub(in crate::evm) fn record_runs(&mut self, runs: Runs) {
        if let Some(frame) = self.recorder.as_mut().and_then(|recorder| recorder.frame()) {
            frame.runs = runs;
        }
    }

    /// Appends a log to the transaction's.
    pub(in crate::evm) fn append_log(&mut self, log: Log) {
        if let Some(recorder) = &mut self.recorder {
            recorder.push(Event::Log(log.clone(), self.journal.logs.len() as u64));
        }
        self.journal.log(log);
    }

    pub(in crate::evm) fn record_access(&mut self, address: Address) {
        if let Some(recorder) = &mut self.recorder {
            recorder.touched(address);
        }
    }

    pub(in crate::evm) fn record_slot(&mut self, address: Address, slot: U256) {
        if let Some(recorder) = &mut self.recorder {
            recorder.touched_slot(address, slot.into());
        }
    }

    /// A slot that a program's flush wrote.
    pub(in crate::evm) fn record_write(&mut self, key: B256, value: B256, gas: u64, refund: i64) {
        if let Some(recorder) = &mut self.recorder
            && recorder.wanted.steps
        {
            recorder.add_refund(refund);
            recorder.push(Event::Write { key, value, gas });
        }
    }

    /// SELFDESTRUCT hands `wei` of `from` to `to`.
    pub(in crate::evm) fn record_selfdestruct(&mut self, from: Address, to: Address) {
        if self.recorder.is_none() {
            return;
        }
        let wei = self.quietly(from, |account| *account.balance());
        let Some(recorder) = &mut self.recorder else { return };
        recorder.touched(to);
        recorder.push(Event::Frame(FrameRecord {
            kind: FrameKind::SelfDestruct,
            value: Some(wei),
            acting: from,
            ..FrameRecord::call(from, to, Bytes::new())
        }));
    }

    pub(in crate::evm) fn records_host_calls(&self) -> bool {
        self.recorder.as_ref().is_some_and(|recorder| recorder.wanted.host_calls || recorder.wanted.steps)
    }

    /// Runs EVM code to its end or to a nested frame, opcode by opcode if these are wanted.
    pub(in crate::evm) fn run_opcodes(
        &mut self,
        interpreter: &mut Interpreter<EthInterpreter>,
        tables: &Tables<'a>,
    ) -> InterpreterAction {
        let end = loop {
            if !self.recorder.as_ref().is_some_and(|recorder| recorder.takes_steps()) {
                return interpreter.run_plain(&tables.instructions, &tables.gas, self);
            }
            let mut step = self.step_ahead(interpreter);
            let stepped = interpreter.step(&tables.instructions, &tables.gas, self);
            step.cost = step.gas.saturating_sub(interpreter.gas.remaining());
            step.slot = slot_of(&step, interpreter);
            if let Err(why) = stepped
                && is_unpaid(why)
            {
                step.cost = step.cost.max(u64::from(tables.gas[usize::from(step.opcode)]));
                step.error = evm_halt_text(interpreter, why);
            }
            if let Some(recorder) = &mut self.recorder {
                recorder.step(step);
            }
            if let Err(why) = stepped {
                break why;
            }
        };
        if interpreter.bytecode.action().is_none() {
            interpreter.halt(end);
        }
        interpreter.take_next_action()
    }

    fn step_ahead(&mut self, interpreter: &Interpreter<EthInterpreter>) -> Step {
        let refunded = interpreter.gas.refunded();
        let (wanted, refund) = match &mut self.recorder {
            Some(recorder) => (recorder.wanted, recorder.refund(refunded)),
            None => Default::default(),
        };
        let memory = || Bytes::copy_from_slice(&interpreter.memory.context_memory());
        Step {
            pc: interpreter.bytecode.pc() as u64,
            opcode: interpreter.bytecode.opcode(),
            gas: interpreter.gas.remaining(),
            cost: 0,
            stack: interpreter.stack.data().clone(),
            memory: wanted.memory.then(memory),
            return_data: wanted.return_data.then(|| interpreter.return_data.buffer().clone()),
            slot: None,
            refund,
            error: None,
        }
    }
}

/// The slot of SLOAD, whose value now lies on the stack, or SSTORE, whose value did before.
fn slot_of(step: &Step, after: &Interpreter<EthInterpreter>) -> Option<(B256, B256)> {
    let operand = |from_top: usize| step.stack.iter().rev().nth(from_top).map(|word| B256::from(*word));
    match step.opcode {
        opcode::SLOAD => Some((operand(0)?, B256::from(*after.stack.data().last()?))),
        opcode::SSTORE => Some((operand(0)?, operand(1)?)),
        _ => None,
    }
}
