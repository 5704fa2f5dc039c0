//! `stylusTracer`: the host functions that programs called, with their arguments, results and ink (spec, appendix A).

use alloy_primitives::Bytes;
use serde_json::{Value, json};

use crate::{
    evm::trace::{Event, FrameKind, FrameRecord},
    vm::host::HostCall,
};

/// The host functions that take over the record of the frame that they entered. Creates don't.
const CALLS: [&str; 3] = ["call_contract", "delegate_call_contract", "static_call_contract"];

/// The records of the outermost frame, which has none of its own.
pub(super) fn answer(frame: &FrameRecord) -> Value {
    Value::Array(records(frame))
}

fn records(frame: &FrameRecord) -> Vec<Value> {
    let mut records: Vec<Value> = Vec::new();
    for event in &frame.events {
        match event {
            Event::Frame(nested) => records.push(entered(nested)),
            Event::Host(call) => {
                let mut record = host_function(call);
                if CALLS.contains(&call.name)
                    && let Some(last) = records.last_mut()
                    && last["name"].as_str().and_then(|name| name.strip_prefix("evm_")) == Some(call.name)
                {
                    record["address"] = last["address"].take();
                    record["steps"] = last["steps"].take();
                    *last = record;
                } else {
                    records.push(record);
                }
            }
            Event::Log(..) | Event::Write { .. } | Event::Step(_) => {}
        }
    }
    records
}

fn host_function(call: &HostCall) -> Value {
    json!({
        "name": call.name,
        "args": call.args,
        "outs": call.outs,
        "startInk": call.start_ink,
        "endInk": call.end_ink,
    })
}

fn entered(frame: &FrameRecord) -> Value {
    let name = match frame.kind {
        FrameKind::Call | FrameKind::CallCode => "evm_call_contract",
        FrameKind::DelegateCall => "evm_delegate_call_contract",
        FrameKind::StaticCall => "evm_static_call_contract",
        FrameKind::Create => "evm_create1",
        FrameKind::Create2 => "evm_create2",
        FrameKind::SelfDestruct => "evm_self_destruct",
    };
    let nothing = Bytes::new();
    json!({
        "name": name,
        "args": nothing,
        "outs": nothing,
        "startInk": 0,
        "endInk": 0,
        "address": frame.to,
        "steps": records(frame),
    })
}
