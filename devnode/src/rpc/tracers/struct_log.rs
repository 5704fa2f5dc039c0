//! Struct logs: opcode by opcode, and the host functions of programs as the opcodes that they resemble.

use alloy_primitives::{Address, B256, U256, hex, map::AddressMap};
use revm::bytecode::OpCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

use super::{host_steps, switch};
use crate::{
    arbos::programs,
    chain::Traced,
    evm::trace::{Event, FrameRecord, Runs, Step, Wanted},
    rpc::call_request::member,
};

/// What an entry holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rpc) struct Options {
    disable_stack: bool,
    disable_storage: bool,
    enable_memory: bool,
    enable_return_data: bool,
    /// Most entries; 0 for all.
    limit: u64,
}

impl Options {
    pub(super) fn read(config: &Map<String, Value>) -> Result<Self, String> {
        Ok(Self {
            disable_stack: switch(config, "disableStack")?,
            disable_storage: switch(config, "disableStorage")?,
            enable_memory: switch(config, "enableMemory")?,
            enable_return_data: switch(config, "enableReturnData")?,
            limit: member(config, "limit")?.unwrap_or_default(),
        })
    }

    pub(super) fn wanted(self) -> Wanted {
        Wanted {
            host_calls: true,
            steps: true,
            limit: self.limit,
            memory: self.enable_memory,
            return_data: self.enable_return_data,
        }
    }
}

pub(super) fn answer(traced: &Traced, options: Options) -> Value {
    let mut logger = Logger { options, entries: Vec::new(), storage: AddressMap::default() };
    if let Some(frame) = traced.frame() {
        // The start-block transaction runs no code itself.
        let pays = traced.recording().is_some_and(|recording| recording.fees.is_some());
        logger.frame(frame, frame.from, u64::from(pays));
    }
    json!({
        "gas": traced.outcome.gas_used,
        "failed": !traced.outcome.success,
        "returnValue": traced.outcome.output,
        "structLogs": logger.entries,
    })
}

struct Logger {
    options: Options,
    entries: Vec<Value>,
    /// The slots seen so far.
    storage: AddressMap<BTreeMap<B256, B256>>,
}

/// What all entries have.
pub(super) struct Entry {
    pub(super) op: String,
    pub(super) pc: u64,
    pub(super) gas: u64,
    pub(super) cost: u64,
    /// The top last.
    pub(super) stack: Vec<U256>,
    /// The slot that is read or written, and its value.
    pub(super) slot: Option<(B256, B256)>,
}

impl Logger {
    fn frame(&mut self, frame: &FrameRecord, origin: Address, depth: u64) {
        if let Runs::Program { .. } = frame.runs {
            for slot in programs::READ_ON_ENTRY {
                // As Nitro shows it: free, and looked up in an account that has no such slot.
                let entry = Entry {
                    op: "SLOAD".to_owned(),
                    pc: 0,
                    gas: 0,
                    cost: 0,
                    stack: vec![slot.into()],
                    slot: Some((slot, B256::ZERO)),
                };
                self.push(entry, origin, depth);
            }
        }
        let mut writes = Vec::new();
        for event in &frame.events {
            match event {
                Event::Frame(nested) => self.frame(nested, origin, depth + 1),
                Event::Step(step) => self.step(step, frame.acting, depth),
                Event::Write { key, value, gas } => writes.push((*key, *value, *gas)),
                Event::Host(call) => {
                    let Runs::Program { ink_price } = frame.runs else { continue };
                    for entry in host_steps::of(call, &std::mem::take(&mut writes), ink_price.into()) {
                        // As Nitro shows it: beside the slots of the contract that called the program.
                        self.push(entry, frame.from, depth);
                    }
                }
                Event::Log(..) => {}
            }
        }
    }

    fn step(&mut self, step: &Step, acting: Address, depth: u64) {
        let op = match OpCode::new(step.opcode) {
            Some(known) => known.to_string(),
            None => format!("opcode {:#x} not defined", step.opcode),
        };
        let (pc, gas, cost, slot) = (step.pc, step.gas, step.cost, step.slot);
        let entry = Entry { op, pc, gas, cost, stack: step.stack.clone(), slot };
        let Some(value) = self.push(entry, acting, depth) else { return };
        if let Some(memory) = &step.memory {
            let words: Vec<String> = memory.chunks(32).map(hex::encode).collect();
            value["memory"] = json!(words);
        }
        if let Some(data) = step.return_data.as_ref().filter(|data| !data.is_empty()) {
            value["returnData"] = json!(data);
        }
        if step.refund > 0 {
            value["refund"] = json!(step.refund);
        }
        if let Some(error) = &step.error {
            value["error"] = json!(error);
        }
    }

    /// Appends an entry; `None` if there are enough.
    fn push(&mut self, entry: Entry, owner: Address, depth: u64) -> Option<&mut Value> {
        if self.options.limit > 0 && self.entries.len() as u64 >= self.options.limit {
            return None;
        }
        let Entry { op, pc, gas, cost, stack, slot } = entry;
        let mut value = json!({ "pc": pc, "op": op, "gas": gas, "gasCost": cost, "depth": depth });
        if !self.options.disable_stack {
            value["stack"] = json!(stack);
        }
        if let Some((key, content)) = slot
            && !self.options.disable_storage
        {
            let seen = self.storage.entry(owner).or_default();
            seen.insert(key, content);
            let seen = seen.iter().map(|(key, content)| (hex::encode(key), json!(hex::encode(content))));
            value["storage"] = Value::Object(seen.collect());
        }
        self.entries.push(value);
        self.entries.last_mut()
    }
}
