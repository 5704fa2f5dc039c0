//! Bodies: one request or a batch, with ids of every kind and a method that exists, most often.
//!
//! Everywhere the first choice is the ordinary one: it is what an input that has run out of bytes goes on with.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use super::values::{self, Kind};
use crate::{base::Base, sources::METHODS};

/// Most bodies of an input: what one leaves behind is what the next one meets.
const MOST_BODIES: usize = 4;

/// The bodies that an input describes.
pub(super) fn read(input: &mut Unstructured<'_>, base: &Base) -> Result<Vec<Vec<u8>>> {
    let mut bodies = Vec::new();
    while bodies.len() < MOST_BODIES && !input.is_empty() {
        let body = match input.arbitrary::<u8>()? {
            0..216 => request(input, base)?,
            216..248 => {
                let length = input.int_in_range(0..=4)?;
                (0..length).map(|_| request(input, base)).collect::<Result<_>>()?
            }
            _ => values::anything(input, 3)?,
        };
        bodies.push(body.to_string().into_bytes());
    }
    Ok(bodies)
}

fn request(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let mut request = Map::new();
    match input.arbitrary::<u8>()? {
        0..248 => drop(request.insert("jsonrpc".into(), "2.0".into())),
        248..252 => drop(request.insert("jsonrpc".into(), values::anything(input, 1)?)),
        _ => {}
    }
    match input.arbitrary::<u8>()? {
        id @ 0..216 => drop(request.insert("id".into(), id.into())),
        216..244 => drop(request.insert("id".into(), values::anything(input, 2)?)),
        _ => {}
    }
    let method = match input.arbitrary::<u8>()? {
        255 => values::anything(input, 1)?,
        252..255 => input.arbitrary::<&str>()?.into(),
        _ => (*input.choose(&METHODS)?).into(),
    };
    let params = params(method.as_str().unwrap_or_default(), input, base)?;
    request.insert("method".into(), method);
    match input.arbitrary::<u8>()? {
        0..248 => drop(request.insert("params".into(), params)),
        248..252 => drop(request.insert("params".into(), values::anything(input, 2)?)),
        _ => {}
    }
    Ok(request.into())
}

/// Parameters that the method takes, most of them.
fn params(method: &str, input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let mut params = Vec::new();
    for kind in kinds(method) {
        let kind = if input.ratio(11, 12)? { *kind } else { *input.choose(&Kind::ALL)? };
        params.push(values::of(kind, input, base)?);
    }
    match input.arbitrary::<u8>()? {
        0..200 => {}
        200..248 => drop(params.pop()),
        _ => params.push(values::anything(input, 2)?),
    }
    Ok(json!(params))
}

/// What a method's parameters are. A method that isn't listed gets some of everything.
fn kinds(method: &str) -> &'static [Kind] {
    use Kind::{
        Account, AnyJson, Block, BlockOverrides, Bytes, Call, Code, Dump, Filter, Flag, Hash, Index, Options,
        Percentiles, Quantity, RawTransaction, Slot, Slots, StateOverrides, Tracer, TypedData,
    };
    let (_, name) = method.split_once('_').unwrap_or_default();
    match name {
        "getBalance" | "getCode" | "getTransactionCount" => &[Account, Block],
        "getProof" => &[Account, Slots, Block],
        "getStorageAt" => &[Account, Slot, Block],
        "getBlockByHash" => &[Hash, Flag],
        "getBlockByNumber" => &[Block, Flag],
        "getBlockReceipts" | "getBlockTransactionCountByNumber" => &[Block],
        "getTransactionByBlockHashAndIndex" => &[Hash, Index],
        "getTransactionByBlockNumberAndIndex" => &[Block, Index],
        "call" | "estimateGas" => &[Call, Block, StateOverrides, BlockOverrides],
        "createAccessList" => &[Call, Block],
        "sendTransaction" | "signTransaction" => &[Call],
        "sendRawTransaction" => &[RawTransaction],
        "sign" => &[Account, Bytes],
        "signTypedData" | "signTypedData_v4" => &[Account, TypedData],
        "loadState" => &[Dump],
        "personal_sign" => &[Bytes, Account, AnyJson],
        "feeHistory" => &[Quantity, Block, Percentiles],
        "getLogs" | "newFilter" => &[Filter],
        "getFilterChanges" | "getFilterLogs" | "uninstallFilter" | "revert" => &[Index],
        "traceBlockByHash" | "traceTransaction" => &[Hash, Tracer],
        "traceBlockByNumber" => &[Block, Tracer],
        "traceCall" => &[Call, Block, Tracer],
        "setBalance" | "setNonce" => &[Account, Quantity],
        "setCode" => &[Account, Code],
        "setStorageAt" => &[Account, Slot, Hash],
        "mine" => &[Index, Quantity],
        "sha3" => &[Bytes],
        "autoImpersonateAccount" | "setAutomine" | "setLoggingEnabled" => &[Flag],
        "impersonateAccount" | "stopImpersonatingAccount" | "contentFrom" => &[Account],
        "reset" => &[Options],
        name if name.starts_with("get") && name.ends_with("Hash") || name == "dropTransaction" => &[Hash],
        name if name.starts_with("get") => &[Hash],
        name if name.starts_with("set") || name.starts_with("increase") => &[Quantity],
        _ => &[AnyJson],
    }
}
