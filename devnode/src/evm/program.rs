//! Frames whose code is a Stylus program: entry costs (spec §5.1) and the VM's view of the chain.

use super::{
    account::{loaded, sure},
    frames::{Call, Create, Frame, Seen, result},
    ledger::MachineLedger,
    machine::Machine,
    trace::{Event, Runs},
};
use crate::{
    arbos::programs,
    vm::{
        ModuleKey, PageRules, ProgramCall, ProgramStatus, Rules,
        host::{Access, CallKind, CallRequest, CreateRequest, FrameEnv, FrameOutcome, Host, HostCall, Pages},
        pages,
    },
};
use alloy_primitives::{Address, B256, Bytes, Log, U256};
use revm::{
    context_interface::{CreateScheme, context::SStoreResult},
    interpreter::{CallScheme, CallValue, InstructionResult, InterpreterResult, SharedMemory},
};

/// EIP-2929 and EIP-3529 prices of a storage write, gas (spec §6.4).
mod slot {
    pub(super) const COLD: u64 = 2_100;
    pub(super) const WARM: u64 = 100;
    pub(super) const SET: u64 = 20_000;
    pub(super) const RESET: u64 = 2_900;
    pub(super) const CLEAR_REFUND: i64 = 4_800;
    pub(super) const RESTORE_ZERO_REFUND: i64 = 19_900;
    pub(super) const RESTORE_REFUND: i64 = 2_800;
}

impl Machine<'_> {
    /// Runs a program frame from its usability check to its return-data floor.
    pub(super) fn run_program(&mut self, frame: Frame) -> InterpreterResult {
        let (now, version) = (self.block.timestamp, self.version);
        let entered = programs::enter(&mut MachineLedger::new(self), frame.code_hash, now);
        let program = match entered {
            Ok(program) => program,
            Err(unusable) => {
                self.failed(frame.depth, || Some(format!("error {unusable}")));
                return result(InstructionResult::PrecompileError, Bytes::new(), frame.gas, 0);
            }
        };
        let rules = Rules {
            arbos_version: version.number,
            stylus_version: program.record.version,
            debug_chain: true,
        };
        let page_rules = program.params.page_rules(version);
        let before = self.pages;
        let footprint = program.record.footprint;
        let hit = version.has_recent_programs()
            && self.block.recent_programs.touch(frame.code_hash, program.params.block_cache_size);
        let entry = pages::memory_cost(footprint, before, page_rules)
            .saturating_add(program.entry_gas(program.record.cached || hit));
        let Some(gas) = frame.gas.checked_sub(entry) else {
            return self.out_of_gas(&frame);
        };
        pages::open(footprint, &mut self.pages);
        self.record_runs(Runs::Program { ink_price: program.params.ink_price });
        let done = self.execute_program(frame, &program, rules, page_rules, gas);
        self.pages.open = before.open;
        done
    }

    fn execute_program(
        &mut self,
        frame: Frame,
        program: &programs::ActiveProgram,
        rules: Rules,
        page_rules: PageRules,
        gas: u64,
    ) -> InterpreterResult {
        let engine = self.engine;
        let key = ModuleKey { code_hash: frame.code_hash, stylus_version: rules.stylus_version };
        let code = frame.code.original_bytes();
        let module = {
            let mut ledger = MachineLedger::new(self);
            engine.module(key, rules, || programs::active_wasm(&mut ledger, &code))
        };
        let module = match module {
            Ok(module) => module,
            // Activation accepted this code under the same rules.
            Err(error) => {
                self.failed(0, || Some(error.to_string()));
                return result(InstructionResult::FatalExternalError, Bytes::new(), frame.gas, 0);
            }
        };
        let call = ProgramCall {
            calldata: frame.input.clone(),
            gas,
            gas_at_entry: frame.gas,
            ink_price: program.params.ink_price,
            max_stack_depth: program.params.max_stack_depth,
            arbos_version: rules.arbos_version,
            max_code_size: super::MAX_CODE_SIZE as u64,
            pages: page_rules,
        };
        let env = self.frame_env(&frame);
        let observed = self.observer.map(|observer| (observer, Seen::of(&frame)));
        let mut host = ProgramHost { machine: self, env, depth: frame.depth, refund: 0 };
        let done = engine.run(&module, call, &mut host);
        let refund = host.refund;
        if let Some((observer, seen)) = observed {
            observer.ended(&seen.ended((&done).into(), &done.output));
        }
        let why = match done.status {
            ProgramStatus::Success => InstructionResult::Return,
            ProgramStatus::Revert | ProgramStatus::Failure => InstructionResult::Revert,
            ProgramStatus::OutOfInk => return self.out_of_gas(&frame),
            ProgramStatus::OutOfStack => {
                self.failed(frame.depth, || Some("max call depth exceeded".to_owned()));
                return result(InstructionResult::StackOverflow, Bytes::new(), frame.gas, 0);
            }
        };
        let mut done = result(why, done.output, frame.gas, done.gas_left);
        done.gas.set_refunded(refund);
        done
    }

    fn out_of_gas(&mut self, frame: &Frame) -> InterpreterResult {
        self.failed(frame.depth, || Some("out of gas".to_owned()));
        result(InstructionResult::OutOfGas, Bytes::new(), frame.gas, 0)
    }

    fn frame_env(&self, frame: &Frame) -> FrameEnv {
        FrameEnv {
            contract: frame.acting,
            sender: frame.caller,
            value: frame.value,
            reentrant: self.open_frames.get(&frame.acting).is_some_and(|open| *open > 1),
            is_static: frame.is_static,
            block_basefee: self.tx.base_fee,
            block_coinbase: self.block.coinbase,
            block_gas_limit: self.block.gas_limit,
            block_number: self.block.l1_number,
            block_timestamp: self.block.timestamp,
            chain_id: self.chain_id,
            tx_origin: self.tx.origin,
            tx_gas_price: self.tx.offered_price,
        }
    }
}

/// One program frame's hold on the machine.
struct ProgramHost<'m, 'a> {
    machine: &'m mut Machine<'a>,
    env: FrameEnv,
    depth: usize,
    refund: i64,
}

impl ProgramHost<'_, '_> {
    fn outcome(&mut self, done: InterpreterResult, created: Option<Address>) -> FrameOutcome {
        let success = done.result.is_ok();
        if success {
            self.refund += done.gas.refunded();
        }
        let gas_left = if done.result.is_ok_or_revert() { done.gas.remaining() } else { 0 };
        FrameOutcome { success, gas_left, output: done.output, created: created.filter(|_| success) }
    }
}

/// Gas and refund of writing a slot (spec §6.4).
fn slot_cost(slot: &SStoreResult, cold: bool) -> (u64, i64) {
    let (original, current, new) = (slot.original_value, slot.present_value, slot.new_value);
    let mut gas = if cold { slot::COLD } else { 0 };
    let mut refund = 0;
    if new == current {
        gas += slot::WARM;
    } else if current == original {
        if original.is_zero() {
            gas += slot::SET;
        } else {
            gas += slot::RESET;
            if new.is_zero() {
                refund += slot::CLEAR_REFUND;
            }
        }
    } else {
        gas += slot::WARM;
        if !original.is_zero() {
            if current.is_zero() {
                refund -= slot::CLEAR_REFUND;
            } else if new.is_zero() {
                refund += slot::CLEAR_REFUND;
            }
        }
        if new == original {
            refund += if original.is_zero() { slot::RESTORE_ZERO_REFUND } else { slot::RESTORE_REFUND };
        }
    }
    (gas, refund)
}

impl Host for ProgramHost<'_, '_> {
    fn env(&self) -> &FrameEnv {
        &self.env
    }

    fn storage_load(&mut self, key: B256) -> Access<B256> {
        self.machine.record_slot(self.env.contract, key.into());
        let Machine { journal, db, .. } = &mut *self.machine;
        let load = loaded(journal.sload(db, self.env.contract, key.into(), false));
        Access { value: load.data.into(), cold: load.is_cold }
    }

    fn storage_store(&mut self, key: B256, value: B256) -> u64 {
        self.machine.record_slot(self.env.contract, key.into());
        let Machine { journal, db, .. } = &mut *self.machine;
        let load = loaded(journal.sstore(db, self.env.contract, key.into(), value.into(), false));
        let (gas, refund) = slot_cost(&load.data, load.is_cold);
        self.refund += refund;
        self.machine.record_write(key, value, gas, refund);
        gas
    }

    fn transient_load(&mut self, key: B256) -> B256 {
        self.machine.journal.tload(self.env.contract, key.into()).into()
    }

    fn transient_store(&mut self, key: B256, value: B256) {
        self.machine.journal.tstore(self.env.contract, key.into(), value.into());
    }

    fn warm_account(&mut self, address: Address) -> bool {
        self.machine.record_access(address);
        let Machine { journal, db, .. } = &mut *self.machine;
        sure(journal.load_account(db, address)).is_cold
    }

    fn balance(&mut self, address: Address) -> Access<U256> {
        self.machine.record_access(address);
        let Access { value, cold } = self.machine.account(address);
        Access { value: value.info.balance, cold }
    }

    fn code(&mut self, address: Address) -> Access<Bytes> {
        self.machine.record_access(address);
        self.machine.raw_code(address)
    }

    fn code_hash(&mut self, address: Address) -> Access<B256> {
        self.machine.record_access(address);
        self.machine.code_hash(address)
    }

    fn is_empty(&mut self, address: Address) -> bool {
        self.machine.is_empty(address)
    }

    fn emit_log(&mut self, topics: Vec<B256>, data: Bytes) {
        self.machine.append_log(Log::new_unchecked(self.env.contract, topics, data));
    }

    fn call(&mut self, request: CallRequest) -> FrameOutcome {
        let code = self.machine.code_to_run(request.target);
        let delegate = request.kind == CallKind::Delegate;
        let call = Call {
            scheme: match request.kind {
                CallKind::Call => CallScheme::Call,
                CallKind::Delegate => CallScheme::DelegateCall,
                CallKind::Static => CallScheme::StaticCall,
            },
            caller: if delegate { self.env.sender } else { self.env.contract },
            acting: if delegate { self.env.contract } else { request.target },
            code_address: request.target,
            code,
            value: if delegate {
                CallValue::Apparent(self.env.value)
            } else {
                CallValue::Transfer(request.value)
            },
            input: request.input,
            gas: request.gas,
            is_static: self.env.is_static || request.kind == CallKind::Static,
            depth: self.depth + 1,
            callers_caller: self.env.sender,
        };
        let done = self.machine.call(call, SharedMemory::new());
        self.outcome(done, None)
    }

    fn create(&mut self, request: CreateRequest) -> FrameOutcome {
        let create = Create {
            creator: self.env.contract,
            scheme: match request.salt {
                Some(salt) => CreateScheme::Create2 { salt: salt.into() },
                None => CreateScheme::Create,
            },
            endowment: request.endowment,
            init_code: request.code,
            gas: request.gas,
            depth: self.depth + 1,
        };
        let (mut done, address) = self.machine.create(create, SharedMemory::new());
        if done.result != InstructionResult::Revert {
            done.output = Bytes::new();
        }
        self.outcome(done, address)
    }

    fn pages(&mut self) -> &mut Pages {
        &mut self.machine.pages
    }

    fn console(&mut self, text: String) {
        eprintln!("{}: {text}", self.env.contract);
    }

    fn records(&self) -> bool {
        self.machine.records_host_calls()
    }

    fn record(&mut self, call: HostCall) {
        if let Some(recorder) = &mut self.machine.recorder {
            recorder.push(Event::Host(call));
        }
    }
}
