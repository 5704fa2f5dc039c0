//! JSON values: of the kinds that methods take, and any.

use alloy_primitives::{B256, U256, hex};
use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

use super::dumps;
use crate::{
    base::Base,
    code,
    inputs::{account, bytes, calldata, hash},
};

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    AnyJson,
    Block,
    BlockOverrides,
    Bytes,
    Call,
    Code,
    Dump,
    Filter,
    Flag,
    Hash,
    Index,
    Options,
    Percentiles,
    Quantity,
    RawTransaction,
    Slot,
    Slots,
    StateOverrides,
    Tracer,
    TypedData,
}

impl Kind {
    pub(super) const ALL: [Self; 21] = [
        Self::Account,
        Self::AnyJson,
        Self::Block,
        Self::BlockOverrides,
        Self::Bytes,
        Self::Call,
        Self::Code,
        Self::Dump,
        Self::Filter,
        Self::Flag,
        Self::Hash,
        Self::Index,
        Self::Options,
        Self::Percentiles,
        Self::Quantity,
        Self::RawTransaction,
        Self::Slot,
        Self::Slots,
        Self::StateOverrides,
        Self::Tracer,
        Self::TypedData,
    ];
}

/// A value of a kind.
pub(super) fn of(kind: Kind, input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    Ok(match kind {
        Kind::Account => json!(account(input, base)?),
        Kind::AnyJson => anything(input, 3)?,
        Kind::Block => block(input, base)?,
        Kind::BlockOverrides => block_overrides(input, base)?,
        Kind::Bytes => json!(hex::encode_prefixed(bytes(input, 80)?)),
        Kind::Call => call(input, base)?,
        Kind::Code => contract_code(input)?,
        Kind::Dump => json!(hex::encode_prefixed(dumps::changed(input, base)?)),
        Kind::Filter => filter(input, base)?,
        Kind::Flag => input.arbitrary::<bool>()?.into(),
        Kind::Hash => json!(hash(input, base)?),
        Kind::Index => json!(format!("{:#x}", input.arbitrary::<u8>()? >> 3)),
        Kind::Options => some_of(&["forking", "jsonRpcUrl"], input, |_, input| anything(input, 1))?,
        Kind::Percentiles => {
            let length = input.int_in_range(0..=5)?;
            let percentile = |_| input.arbitrary::<u8>().map(|value| f64::from(value) / 2.0);
            json!((0..length).map(percentile).collect::<Result<Vec<_>>>()?)
        }
        Kind::Quantity => quantity(input)?,
        Kind::RawTransaction => json!(hex::encode_prefixed(raw_transaction(input, base)?)),
        Kind::Slot => slot(input)?,
        Kind::Slots => {
            let length = input.int_in_range(0..=4)?;
            json!((0..length).map(|_| slot(input)).collect::<Result<Vec<_>>>()?)
        }
        Kind::StateOverrides => state_overrides(input, base)?,
        Kind::Tracer => tracer(input, base)?,
        Kind::TypedData => typed_data(input, base)?,
    })
}

/// Any JSON, so many levels deep.
pub(super) fn anything(input: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let kinds = if depth == 0 { 6 } else { 8 };
    Ok(match input.arbitrary::<u8>()? % kinds {
        0 => Value::Null,
        1 => input.arbitrary::<bool>()?.into(),
        2 => input.arbitrary::<i64>()?.into(),
        3 => serde_json::Number::from_f64(input.arbitrary()?).map_or(Value::Null, Value::Number),
        4 => input.arbitrary::<&str>()?.into(),
        5 => quantity(input)?,
        6 => {
            let length = input.int_in_range(0..=3)?;
            (0..length).map(|_| anything(input, depth - 1)).collect::<Result<_>>()?
        }
        _ => {
            let length = input.int_in_range(0..=3)?;
            let member = |_| Ok((input.arbitrary::<&str>()?.to_owned(), anything(input, depth - 1)?));
            (0..length).map(member).collect::<Result<Map<_, _>>>()?.into()
        }
    })
}

/// An object with some of these members.
fn some_of(
    names: &[&str],
    input: &mut Unstructured<'_>,
    mut value: impl FnMut(&str, &mut Unstructured<'_>) -> Result<Value>,
) -> Result<Value> {
    let chosen: u16 = input.arbitrary()?;
    let mut object = Map::new();
    for (bit, name) in names.iter().enumerate() {
        if chosen >> bit & 1 == 1 {
            object.insert((*name).to_owned(), value(name, input)?);
        }
    }
    Ok(object.into())
}

fn block(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    Ok(match input.arbitrary::<u8>()? {
        0..80 => "latest".into(),
        80..110 => "pending".into(),
        110..130 => "earliest".into(),
        130..140 => (*input.choose(&["safe", "finalized", "", "LATEST"])?).into(),
        140..200 => json!(format!("{:#x}", input.int_in_range(0..=20)?)),
        200..225 => {
            json!({ "blockHash": hash(input, base)?, "requireCanonical": input.arbitrary::<bool>()? })
        }
        225..240 => json!({ "blockNumber": quantity(input)? }),
        _ => quantity(input)?,
    })
}

/// A number as JSON-RPC writes it, or nearly so: small, or at the end of some type, or any.
fn quantity(input: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match input.arbitrary::<u8>()? {
        small @ 0..100 => json!(format!("{small:#x}")),
        small @ 100..130 => json!(small),
        130..150 => json!(format!("{:#x}", input.arbitrary::<u16>()?)),
        150..165 => json!(format!("{:#x}", input.arbitrary::<u64>()?)),
        165..175 => json!(input.arbitrary::<u64>()?),
        175..190 => json!(format!("{:#x}", U256::from(1) << (usize::from(input.arbitrary::<u8>()?)))),
        190..205 => json!(format!("{:#x}", u64::MAX - u64::from(input.arbitrary::<u8>()? >> 6))),
        205..215 => json!(format!("{:#x}", U256::MAX)),
        215..225 => json!("0x"),
        225..235 => json!("0x01"),
        _ => json!(format!("{:#x}", U256::from_be_bytes(input.arbitrary::<[u8; 32]>()?))),
    })
}

fn slot(input: &mut Unstructured<'_>) -> Result<Value> {
    let word = B256::with_last_byte(input.arbitrary()?);
    Ok(if input.ratio(1, 2)? { json!(word) } else { quantity(input)? })
}

/// Code to put somewhere: EVM code, a program or its beginning, a delegation.
fn contract_code(input: &mut Unstructured<'_>) -> Result<Value> {
    let any = bytes(input, 120)?;
    Ok(json!(hex::encode_prefixed(match input.arbitrary::<u8>()? {
        0..120 => any.to_vec(),
        120..160 => code::inactive_program(),
        160..180 => [&hex!("eff00000")[..], any].concat(),
        180..200 => [&hex!("eff00200")[..], any].concat(),
        200..220 => [&hex!("ef0100")[..], any].concat(),
        _ => input.choose(&code::contracts())?.clone(),
    })))
}

fn call(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let names = ["to", "from", "input", "gas", "value", "accessList", "maxFeePerGas"];
    let more = [
        "data",
        "gasPrice",
        "maxPriorityFeePerGas",
        "nonce",
        "authorizationList",
        "skipL1Charging",
        "chainId",
        "type",
    ];
    let names = if input.ratio(3, 4)? { names.to_vec() } else { [&names[..], &more].concat() };
    some_of(&names, input, |name, input| {
        Ok(match name {
            "from" if input.ratio(3, 4)? => json!(base.user().address),
            "to" | "from" => json!(account(input, base)?),
            "value" if input.ratio(3, 4)? => json!(format!("{:#x}", input.arbitrary::<u8>()?)),
            "input" | "data" => json!(hex::encode_prefixed(calldata(input, base)?)),
            "gas" => json!(format!("{:#x}", 20_000 + 16 * u64::from(input.arbitrary::<u16>()?))),
            "accessList" => {
                json!([{ "address": account(input, base)?, "storageKeys": [B256::with_last_byte(input.arbitrary()?)] }])
            }
            "authorizationList" => json!([{
                "chainId": quantity(input)?,
                "address": account(input, base)?,
                "nonce": quantity(input)?,
                "yParity": "0x1",
                "r": quantity(input)?,
                "s": quantity(input)?,
            }]),
            "skipL1Charging" => json!(true),
            "gasPrice" | "maxFeePerGas" if input.ratio(3, 4)? => json!("0xbebc200"),
            "chainId" => json!("0x64aba"),
            "type" => json!(format!("{:#x}", input.int_in_range(0..=5)?)),
            _ => quantity(input)?,
        })
    })
}

fn filter(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    some_of(&["address", "topics", "fromBlock", "toBlock", "blockHash"], input, |name, input| {
        Ok(match name {
            "address" if input.ratio(1, 2)? => json!([account(input, base)?, account(input, base)?]),
            "address" => json!(account(input, base)?),
            "topics" => match input.int_in_range(0..=3)? {
                0 => json!([]),
                1 => json!([null, [hash(input, base)?, null]]),
                2 => json!([[B256::repeat_byte(7), hash(input, base)?]]),
                _ => json!([null, null, null, null, null]),
            },
            "blockHash" => json!(hash(input, base)?),
            _ => block(input, base)?,
        })
    })
}

fn state_overrides(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let mut overrides = Map::new();
    for _ in 0..input.int_in_range(0..=3)? {
        // All of the storage or a part of it: naming both is refused.
        let slots = if input.ratio(3, 4)? { "stateDiff" } else { "state" };
        let names = ["balance", "nonce", "code", slots];
        let more = [slots, "state", "movePrecompileToAddress"];
        let names = if input.ratio(7, 8)? { &names[..] } else { &more };
        let with = some_of(names, input, |name, input| {
            Ok(match name {
                "code" => contract_code(input)?,
                "stateDiff" | "state" => {
                    let slot = B256::with_last_byte(input.arbitrary()?);
                    json!({ slot.to_string(): B256::with_last_byte(input.arbitrary()?) })
                }
                "movePrecompileToAddress" => json!(account(input, base)?),
                _ => quantity(input)?,
            })
        })?;
        overrides.insert(account(input, base)?.to_string(), with);
    }
    Ok(overrides.into())
}

fn block_overrides(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let names = ["number", "time", "gasLimit", "feeRecipient", "baseFeePerGas", "prevRandao", "blobBaseFee"];
    some_of(&names, input, |name, input| match name {
        "feeRecipient" => Ok(json!(account(input, base)?)),
        _ => quantity(input),
    })
}

fn tracer(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let tracers = [
        "callTracer",
        "prestateTracer",
        "4byteTracer",
        "stylusTracer",
        "noopTracer",
        "{hostio: function(info) {}, fault: function() {}, result: function() {}}",
        "",
        "unheardOf",
    ];
    let names = [
        "tracer",
        "tracerConfig",
        "limit",
        "enableMemory",
        "enableReturnData",
        "disableStack",
        "disableStorage",
        "timeout",
        "stateOverrides",
        "blockOverrides",
    ];
    some_of(&names, input, |name, input| {
        Ok(match name {
            "tracer" => (*input.choose(&tracers)?).into(),
            "tracerConfig" => {
                let names =
                    ["onlyTopCall", "withLog", "diffMode", "disableCode", "disableStorage", "includeEmpty"];
                some_of(&names, input, |_, input| Ok(input.arbitrary::<bool>()?.into()))?
            }
            "limit" => json!(input.arbitrary::<u8>()?),
            "timeout" => json!("5s"),
            "stateOverrides" => state_overrides(input, base)?,
            "blockOverrides" => block_overrides(input, base)?,
            _ => input.arbitrary::<bool>()?.into(),
        })
    })
}

/// What `eth_signTypedData_v4` signs, of types that may refer to each other and to nothing.
fn typed_data(input: &mut Unstructured<'_>, base: &Base) -> Result<Value> {
    let types =
        ["uint256", "address", "bytes", "string[]", "Mail", "Mail[2]", "Person", "int7", "bytes33", ""];
    let mut declared = Map::new();
    for name in ["EIP712Domain", "Mail", "Person"] {
        let member =
            |_| Ok(json!({ "name": *input.choose(&["a", "b", ""])?, "type": *input.choose(&types)? }));
        declared.insert(name.to_owned(), (0..2).map(member).collect::<Result<_>>()?);
    }
    let message = some_of(&["a", "b"], input, |_, input| anything(input, 2))?;
    Ok(json!({
        "types": declared,
        "primaryType": *input.choose(&["Mail", "Person", "EIP712Domain", "Nothing"])?,
        "domain": some_of(&["a", "b", "chainId", "name"], input, |_, input| quantity(input))?,
        "message": if input.ratio(1, 2)? { message } else { json!({ "a": account(input, base)?, "b": message }) },
    }))
}

/// A transaction that was mined already, whole or with some bytes changed, or any bytes.
fn raw_transaction(input: &mut Unstructured<'_>, base: &Base) -> Result<Vec<u8>> {
    if input.ratio(1, 3)? {
        return bytes(input, 200).map(<[u8]>::to_vec);
    }
    let history = base.chain().history();
    let mined = history.transaction(&hash(input, base)?);
    let mut raw = mined.map_or_else(Vec::new, |mined| mined.transaction().encoded().to_vec());
    raw.truncate(400);
    for _ in 0..input.int_in_range(0..=2)? {
        let at = usize::from(input.arbitrary::<u16>()?);
        if let Some(byte) = raw.get_mut(at) {
            *byte = input.arbitrary()?;
        }
    }
    Ok(raw)
}
