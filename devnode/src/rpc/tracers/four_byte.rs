//! `4byteTracer`: how often which selector was called with how much calldata.

use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::evm::trace::{FrameKind, FrameRecord, Runs};

/// Bytes of a selector.
const SELECTOR: usize = 4;

pub(super) fn answer(frame: &FrameRecord) -> Value {
    let mut counts = BTreeMap::new();
    count(frame, &mut counts);
    json!(counts)
}

fn count(frame: &FrameRecord, counts: &mut BTreeMap<String, u64>) {
    let calls = !frame.kind.is_create() && frame.kind != FrameKind::SelfDestruct;
    if calls
        && frame.runs != Runs::Precompile
        && let Some((selector, arguments)) = frame.input.split_at_checked(SELECTOR)
    {
        let selector = alloy_primitives::hex::encode(selector);
        *counts.entry(format!("0x{selector}-{}", arguments.len())).or_default() += 1;
    }
    frame.frames().for_each(|nested| count(nested, counts));
}
