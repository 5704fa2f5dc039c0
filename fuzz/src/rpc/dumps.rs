//! Dumps of the chain with something changed in them, for `anvil_loadState`.

use std::io::Read;

use alloy_primitives::{B256, keccak256};
use arbitrary::{Result, Unstructured};
use brotli::enc::BrotliEncoderParams;
use serde_json::Value;

use super::values;
use crate::base::Base;

/// Most changes to one dump.
const MOST_CHANGES: usize = 3;

/// A dump of the base's chain, whole or with some of its values replaced.
pub(super) fn changed(input: &mut Unstructured<'_>, base: &Base) -> Result<Vec<u8>> {
    let dump = base.chain().dump().expect("a chain can be dumped");
    // A line that names the format, the hash of the JSON, and the JSON, compressed.
    let start = dump.iter().position(|byte| *byte == b'\n').expect("dumps begin with a line") + 1;
    let (line, rest) = dump.split_at(start);
    let stream = &rest[B256::len_bytes()..];
    let mut text = Vec::new();
    brotli::Decompressor::new(stream, 4_096).read_to_end(&mut text).expect("dumps are compressed");
    let mut chain: Value = serde_json::from_slice(&text).expect("dumps are JSON");
    for _ in 0..input.int_in_range(0..=MOST_CHANGES)? {
        change(&mut chain, input)?;
    }
    let params = BrotliEncoderParams { quality: 1, ..Default::default() };
    let text = chain.to_string();
    let mut out = [line, keccak256(&text).as_slice()].concat();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut out, &params).expect("memory doesn't fail");
    Ok(out)
}

/// Replaces a value somewhere inside, or takes a member or an element away.
fn change(value: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    let length = match value {
        Value::Array(values) => values.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    if length == 0 {
        return replace(value, input);
    }
    let index = usize::from(input.arbitrary::<u16>()?) % length;
    let goes = input.ratio(1, 16)?;
    match value {
        Value::Array(values) if goes => drop(values.remove(index)),
        Value::Array(values) => change(&mut values[index], input)?,
        Value::Object(members) => {
            let name = members.keys().nth(index).cloned().unwrap_or_default();
            match members.get_mut(&name) {
                Some(member) if !goes => change(member, input)?,
                _ => drop(members.remove(&name)),
            }
        }
        _ => {}
    }
    Ok(())
}

/// Puts another value in the place of one that holds no others: most often of the same kind.
fn replace(value: &mut Value, input: &mut Unstructured<'_>) -> Result<()> {
    let same = input.ratio(7, 8)?;
    *value = match value {
        Value::String(text) if same && text.len() > 2 => {
            let at = 2 + usize::from(input.arbitrary::<u8>()?) % (text.len() - 2);
            let digit = *input.choose(&["f", "0", "1", "8"])?;
            match input.arbitrary::<u8>()? {
                0..160 => text.get(..at).map_or(Value::Null, |head| {
                    format!("{head}{digit}{}", text.get(at + 1..).unwrap_or_default()).into()
                }),
                160..208 => format!("0x{}", digit.repeat(text.len() - 2)).into(),
                208..232 => format!("0x{}", "f".repeat(16)).into(),
                _ => format!("0x{digit}").into(),
            }
        }
        Value::Number(_) if same => {
            let edges = [0, 1, u64::from(u16::MAX), i64::MAX.cast_unsigned(), u64::MAX];
            if input.ratio(1, 2)? {
                (*input.choose(&edges)?).into()
            } else {
                input.arbitrary::<u64>()?.into()
            }
        }
        Value::Bool(truth) if same => (!*truth).into(),
        _ => values::anything(input, 1)?,
    };
    Ok(())
}
