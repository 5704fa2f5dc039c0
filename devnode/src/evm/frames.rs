//! Calls and creates: what every frame shares, whichever machine runs its code.

use super::{
    End, Run, account::sure, errors::UNPAID_DEPOSIT, ledger::MachineLedger, machine::Machine, trace::Runs,
};
use crate::{
    arbos::{self, precompiles::PrecompileCall},
    vm::code::Prefix,
};
use alloy_primitives::{Address, B256, Bytes, U256};
use revm::{
    bytecode::Bytecode,
    context_interface::{CreateScheme, journaled_state::account::JournaledAccountTr},
    interpreter::{CallScheme, CallValue, Gas, InstructionResult, InterpreterResult, SharedMemory},
    primitives::constants::CALL_STACK_LIMIT,
};

/// A call whose gas has been split off its caller's.
pub(super) struct Call {
    pub(super) scheme: CallScheme,
    pub(super) caller: Address,
    /// Whose storage and balance the frame works on.
    pub(super) acting: Address,
    /// Whose code runs.
    pub(super) code_address: Address,
    pub(super) code: (B256, Bytecode),
    pub(super) value: CallValue,
    pub(super) input: Bytes,
    pub(super) gas: u64,
    pub(super) is_static: bool,
    pub(super) depth: usize,
    /// Who called the caller: ArbSys wants to know.
    pub(super) callers_caller: Address,
}

/// A create whose gas has been split off its creator's.
pub(super) struct Create {
    pub(super) creator: Address,
    pub(super) scheme: CreateScheme,
    pub(super) endowment: U256,
    pub(super) init_code: Bytes,
    pub(super) gas: u64,
    pub(super) depth: usize,
}

impl Create {
    /// Where the new account will be if its creator's nonce is `nonce`.
    pub(super) fn address(&self, nonce: u64) -> Address {
        match self.scheme {
            CreateScheme::Create2 { salt } => {
                self.creator.create2_from_code(salt.to_be_bytes::<32>(), &self.init_code)
            }
            _ => self.creator.create(nonce),
        }
    }
}

/// Code that starts running: a call's or a create's init code.
pub(super) struct Frame {
    pub(super) caller: Address,
    pub(super) acting: Address,
    /// `None` for init code.
    pub(super) code_address: Option<Address>,
    /// Zero for init code.
    pub(super) code_hash: B256,
    pub(super) code: Bytecode,
    pub(super) value: U256,
    pub(super) input: Bytes,
    pub(super) gas: u64,
    pub(super) is_static: bool,
    /// Delegate frames don't count as open frames of the acting address.
    pub(super) is_delegate: bool,
    pub(super) depth: usize,
}

/// What an observer is told of a frame, kept while it runs.
pub(super) struct Seen {
    account: Address,
    code: Bytecode,
    code_hash: B256,
    input: Bytes,
    value: U256,
}

impl Seen {
    pub(super) fn of(frame: &Frame) -> Self {
        Self {
            account: frame.acting,
            code: frame.code.clone(),
            code_hash: frame.code_hash,
            input: frame.input.clone(),
            value: frame.value,
        }
    }

    /// The frame, once it has ended this way.
    pub(super) fn ended<'a>(&'a self, end: End, output: &'a [u8]) -> Run<'a> {
        let code = self.code.original_byte_slice();
        let Self { account, code_hash, value, .. } = *self;
        Run { account, code, code_hash, input: &self.input, value, end, output }
    }
}

/// A result that leaves `left` of `limit` gas.
pub(super) fn result(result: InstructionResult, output: Bytes, limit: u64, left: u64) -> InterpreterResult {
    let mut gas = Gas::new(limit);
    gas.set_spent(limit.saturating_sub(left));
    InterpreterResult { result, output, gas }
}

impl Machine<'_> {
    /// Runs a call to its end; `memory` is what an EVM caller lends to its callee.
    pub(super) fn call(&mut self, call: Call, memory: SharedMemory) -> InterpreterResult {
        self.record_call(&call);
        let done = self.run_call(call, memory);
        if let Some(recorder) = &mut self.recorder {
            recorder.leave(&done);
        }
        done
    }

    fn run_call(&mut self, call: Call, memory: SharedMemory) -> InterpreterResult {
        let unspent = |why| result(why, Bytes::new(), call.gas, call.gas);
        if call.depth > CALL_STACK_LIMIT as usize {
            return unspent(InstructionResult::CallTooDeep);
        }
        let checkpoint = self.journal.checkpoint();
        if let CallValue::Transfer(value) = call.value
            && !self.leaves_unknown(&call)
        {
            let failure = sure(self.journal.transfer(&mut self.db, call.caller, call.acting, value));
            if let Some(failure) = failure {
                self.journal.checkpoint_revert(checkpoint);
                return unspent(failure.into());
            }
        }
        let mut done = if arbos::precompiles::is_precompile(call.code_address, self.version.number) {
            self.run_arbos_precompile(&call)
        } else if self.precompiles.contains(&call.code_address) {
            self.run_evm_precompile(&call)
        } else if call.code.1.is_empty() {
            unspent(InstructionResult::Stop)
        } else {
            let (code_hash, code) = call.code;
            self.run_code(
                Frame {
                    caller: call.caller,
                    acting: call.acting,
                    code_address: Some(call.code_address),
                    code_hash,
                    code,
                    value: call.value.get(),
                    input: call.input,
                    gas: call.gas,
                    is_static: call.is_static,
                    is_delegate: matches!(call.scheme, CallScheme::DelegateCall | CallScheme::CallCode),
                    depth: call.depth,
                },
                memory,
            )
        };
        if done.result.is_ok() {
            self.journal.checkpoint_commit();
        } else {
            self.journal.checkpoint_revert(checkpoint);
            done.gas.set_refunded(0);
        }
        done
    }

    /// As geth: a plain call that moves nothing doesn't bring the account of nobody into the journal.
    fn leaves_unknown(&self, call: &Call) -> bool {
        call.scheme == CallScheme::Call
            && call.code.1.is_empty()
            && call.value.get().is_zero()
            && !self.precompiles.contains(&call.code_address)
            && self.is_unknown(call.acting)
    }

    /// Runs a create to its end: the result and the address, if the init code got as far as running.
    pub(super) fn create(
        &mut self,
        create: Create,
        memory: SharedMemory,
    ) -> (InterpreterResult, Option<Address>) {
        self.record_create(&create);
        let (done, address) = self.run_create(create, memory);
        if let Some(recorder) = &mut self.recorder {
            recorder.leave(&done);
        }
        (done, address)
    }

    fn run_create(&mut self, create: Create, memory: SharedMemory) -> (InterpreterResult, Option<Address>) {
        let unspent = |why| (result(why, Bytes::new(), create.gas, create.gas), None);
        if create.depth > CALL_STACK_LIMIT as usize {
            return unspent(InstructionResult::CallTooDeep);
        }
        let mut creator = sure(self.journal.load_account_mut(&mut self.db, create.creator)).data;
        if *creator.balance() < create.endowment {
            return unspent(InstructionResult::OutOfFunds);
        }
        let nonce = creator.nonce();
        if !creator.bump_nonce() {
            // As geth: nothing is used up, though it is no revert.
            return unspent(InstructionResult::Revert);
        }
        let address = create.address(nonce);
        sure(self.journal.load_account(&mut self.db, address));
        let checkpoint = match self.journal.create_account_checkpoint(
            create.creator,
            address,
            create.endowment,
            self.version.evm,
        ) {
            Ok(checkpoint) => checkpoint,
            Err(failure) => {
                let all_gone = result(failure.into(), Bytes::new(), create.gas, 0);
                return (all_gone, None);
            }
        };
        let frame = Frame {
            caller: create.creator,
            acting: address,
            code_address: None,
            code_hash: B256::ZERO,
            code: Bytecode::new_legacy(create.init_code),
            value: create.endowment,
            input: Bytes::new(),
            gas: create.gas,
            is_static: false,
            is_delegate: false,
            depth: create.depth,
        };
        let mut done = self.run_code(frame, memory);
        if done.result.is_ok() {
            done.result = self.deposit(address, &mut done);
        }
        if done.result.is_ok() {
            self.journal.checkpoint_commit();
        } else {
            self.journal.checkpoint_revert(checkpoint);
            done.gas.set_refunded(0);
            if done.result.is_halt() {
                done.gas.spend_all();
                done.output = Bytes::new();
            }
        }
        (done, Some(address))
    }

    /// Stores what init code returned, if it may be code (spec §1.2, §1.3).
    fn deposit(&mut self, address: Address, done: &mut InterpreterResult) -> InstructionResult {
        if done.output.len() > super::MAX_CODE_SIZE {
            return InstructionResult::CreateContractSizeLimit;
        }
        if done.output.first() == Some(&0xef) && !Prefix::is_deployable(&done.output, self.version.number) {
            return InstructionResult::CreateContractStartingWithEF;
        }
        if !done.gas.record_regular_cost(self.gas_params.code_deposit_cost(done.output.len())) {
            return UNPAID_DEPOSIT;
        }
        self.journal.set_code(address, Bytecode::new_raw(done.output.clone()));
        InstructionResult::Return
    }

    /// Runs code as a program or as EVM code and keeps the count of open frames.
    fn run_code(&mut self, frame: Frame, memory: SharedMemory) -> InterpreterResult {
        let (acting, counts) = (frame.acting, !frame.is_delegate);
        if counts {
            *self.open_frames.entry(acting).or_default() += 1;
        }
        let done = if Prefix::is_program(frame.code.original_byte_slice(), self.version.number) {
            self.run_program(frame)
        } else {
            self.run_evm_observed(frame, memory)
        };
        if counts && let Some(open) = self.open_frames.get_mut(&acting) {
            *open -= 1;
        }
        done
    }

    fn run_evm_observed(&mut self, frame: Frame, memory: SharedMemory) -> InterpreterResult {
        let Some(observer) = self.observer else { return self.run_evm(frame, memory) };
        let seen = Seen::of(&frame);
        let done = self.run_evm(frame, memory);
        observer.ended(&seen.ended(done.result.into(), &done.output));
        done
    }

    fn run_arbos_precompile(&mut self, call: &Call) -> InterpreterResult {
        self.record_runs(Runs::Precompile);
        let precompile_call = PrecompileCall {
            address: call.code_address,
            acting: call.acting,
            caller: call.caller,
            value: call.value.get(),
            input: call.input.clone(),
            gas: call.gas,
            is_static: call.is_static,
            is_direct_static: call.scheme.is_static_call(),
            depth: call.depth,
            callers_caller: call.callers_caller,
            origin: self.tx.origin,
        };
        let (engine, block, tx, pages) = (self.engine, self.block_info(), self.tx_info(), self.pages);
        let mut ledger = MachineLedger::new(self);
        let mut context =
            arbos::precompiles::Ctx { ledger: &mut ledger, engine, block: &block, tx: &tx, pages: &pages };
        let done = arbos::precompiles::run(&precompile_call, &mut context);
        self.failed(call.depth, || done.error_text);
        let why = match done.status {
            arbos::precompiles::Status::Success => InstructionResult::Return,
            arbos::precompiles::Status::Revert => InstructionResult::Revert,
            arbos::precompiles::Status::Halt => InstructionResult::PrecompileError,
        };
        result(why, done.output, call.gas, done.gas_left)
    }

    fn run_evm_precompile(&mut self, call: &Call) -> InterpreterResult {
        self.record_runs(Runs::Precompile);
        let Some(precompile) = self.precompiles.get(&call.code_address) else {
            return result(InstructionResult::Stop, Bytes::new(), call.gas, call.gas);
        };
        match precompile.execute(&call.input, call.gas, 0) {
            Ok(output) if output.is_success() => result(
                InstructionResult::Return,
                output.bytes,
                call.gas,
                call.gas.saturating_sub(output.gas_used),
            ),
            Ok(output) if output.is_revert() => result(
                InstructionResult::Revert,
                output.bytes,
                call.gas,
                call.gas.saturating_sub(output.gas_used),
            ),
            Ok(output) => {
                let out_of_gas = output.halt_reason().is_some_and(|reason| reason.is_oog());
                let why = if out_of_gas {
                    InstructionResult::PrecompileOOG
                } else {
                    InstructionResult::PrecompileError
                };
                result(why, Bytes::new(), call.gas, 0)
            }
            Err(_) => result(InstructionResult::PrecompileError, Bytes::new(), call.gas, 0),
        }
    }
}
