//! `callTracer`: the tree of calls, and what moved before and after it.

use alloy_primitives::{Address, U64};
use serde_json::{Map, Value, json};

use super::switch;
use crate::{
    chain::Traced,
    evm::trace::{Event, Fees, FrameRecord},
    rpc::error::decoded_revert,
};

/// What the answer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::rpc) struct Options {
    only_top_call: bool,
    with_log: bool,
}

impl Options {
    pub(super) fn read(config: &Map<String, Value>) -> Result<Self, String> {
        Ok(Self { only_top_call: switch(config, "onlyTopCall")?, with_log: switch(config, "withLog")? })
    }
}

pub(super) fn answer(traced: &Traced, options: Options) -> Value {
    let Some(frame) = traced.frame() else { return Value::Null };
    let shown = Shown { options, first_log: traced.first_log };
    let mut value = shown.frame(frame, options.with_log);
    let fees = traced.recording().and_then(|recording| recording.fees.as_ref());
    value["beforeEVMTransfers"] = fees.map_or(json!([]), |fees| before(fees, frame.from));
    value["afterEVMTransfers"] = fees.map_or(json!([]), |fees| after(fees, frame.from));
    value
}

fn before(fees: &Fees, sender: Address) -> Value {
    json!([{ "purpose": "feePayment", "from": sender.to_string(), "to": null, "value": fees.paid }])
}

fn after(fees: &Fees, sender: Address) -> Value {
    let refund =
        json!({ "purpose": "gasRefund", "from": null, "to": sender.to_string(), "value": fees.refunded });
    let collected = fees.collected.iter().map(|(account, wei)| {
        json!({ "purpose": "feeCollection", "from": null, "to": account.to_string(), "value": wei })
    });
    std::iter::once(refund).chain(collected).collect()
}

struct Shown {
    options: Options,
    first_log: u64,
}

impl Shown {
    /// `with_logs` is false below a failed frame: what it logged is undone.
    fn frame(&self, frame: &FrameRecord, with_logs: bool) -> Value {
        let with_logs = with_logs && frame.error.is_none();
        let mut value = json!({
            "type": frame.kind.opcode(),
            "from": frame.from,
            "gas": U64::from(frame.gas),
            "gasUsed": U64::from(frame.gas_used),
            "input": frame.input,
        });
        if !(frame.kind.is_create() && frame.error.is_some()) {
            value["to"] = json!(frame.to);
        }
        if let Some(wei) = frame.value {
            value["value"] = json!(wei);
        }
        if !frame.output.is_empty() {
            value["output"] = json!(frame.output);
        }
        if let Some(error) = &frame.error {
            value["error"] = json!(error);
            if let Some(reason) = decoded_revert(&frame.output) {
                value["revertReason"] = json!(reason);
            }
        }
        let logs = if with_logs { self.logs(frame) } else { Vec::new() };
        if !logs.is_empty() {
            value["logs"] = Value::Array(logs);
        }
        if !self.options.only_top_call {
            let calls: Vec<Value> = frame.frames().map(|nested| self.frame(nested, with_logs)).collect();
            if !calls.is_empty() {
                value["calls"] = Value::Array(calls);
            }
        }
        value
    }

    /// Each log with its index in the block and its place among the frame's calls.
    fn logs(&self, frame: &FrameRecord) -> Vec<Value> {
        let mut calls = 0_u64;
        let mut logs = Vec::new();
        for event in &frame.events {
            match event {
                Event::Frame(_) => calls += 1,
                Event::Log(log, before) => logs.push(json!({
                    "address": log.address,
                    "topics": log.topics(),
                    "data": log.data.data,
                    "index": U64::from(self.first_log + before),
                    "position": U64::from(calls),
                })),
                Event::Host(_) | Event::Write { .. } | Event::Step(_) => {}
            }
        }
        logs
    }
}
