//! Small programs, one rule each: activation gas, then calls with their results, logs and gas.

use super::{
    Comparison, Difference, Failure, Node, Verdict,
    wallet::{Sent, Wallet, quantity},
};
use alloy_primitives::{Address, Bytes, U256, address, hex, map::HashMap};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt};

const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
const ACTIVATE_PROGRAM: [u8; 4] = hex!("58c780c2");
const ACTIVATION_GAS: u64 = 30_000_000;
const ACTIVATION_VALUE: u64 = 100_000_000_000_000_000;
const BASE_GAS: u64 = 21_000;

/// Brotli parameters that the recordings' code was compressed with.
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

#[derive(Deserialize)]
pub(super) struct Recording {
    /// Runtime code of helper contracts, in the order of their deployment.
    #[serde(deserialize_with = "in_order")]
    evm: Vec<(String, String)>,
    vectors: Vec<Vector>,
}

/// A JSON object as the list that it is in the file: the helpers' addresses follow from their order.
fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, String)>, D::Error> {
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<(String, String)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of strings")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = Vec::new();
            while let Some(entry) = map.next_entry()? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }
    deserializer.deserialize_map(Entries)
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    wasm: String,
    /// By ArbOS version.
    #[serde(default)]
    activation: BTreeMap<String, Activation>,
    calls: Vec<Call>,
    /// Only so many leading bytes of `ret` do not depend on the node.
    compare_ret_bytes: Option<usize>,
}

#[derive(Deserialize)]
struct Activation {
    ok: bool,
    /// Without base and calldata; null if it failed and used up its limit.
    gas: Option<u64>,
}

#[derive(Deserialize)]
struct Call {
    data: String,
    value: u64,
    gas: u64,
    target: Option<String>,
    #[serde(default)]
    inner_value: u64,
    #[serde(default)]
    inner: String,
    ret: String,
    status: u64,
    gas_used: u64,
    logs: Vec<Log>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Log {
    topics: Vec<String>,
    data: String,
}

/// Replays all programs on one chain; one list of differences a program.
pub(super) fn replay(
    recording: &Recording,
    version: u64,
    node: &mut impl Node,
) -> Vec<(String, Vec<Difference>)> {
    let mut chain =
        Chain { user: Wallet::user(), node, helpers: HashMap::default(), active: HashMap::default() };
    for (name, code) in &recording.evm {
        let code = hex::decode(code).unwrap_or_default();
        if let Ok(helper) = chain.deploy(&code) {
            chain.helpers.insert(name.clone(), helper);
        }
    }
    let replayed = recording.vectors.iter().map(|vector| {
        let mut found = Vec::new();
        if let Err(failure) = chain.vector(vector, version, &mut found) {
            found.push(Difference {
                step: format!("{} at {version}", vector.name),
                what: "answer",
                recorded: "a receipt".to_owned(),
                replayed: format!("{failure:?}"),
            });
        }
        (vector.name.clone(), found)
    });
    replayed.collect()
}

/// A program agrees if it agrees at both versions.
pub(super) fn merge(
    first: Vec<(String, Vec<Difference>)>,
    second: Vec<(String, Vec<Difference>)>,
) -> Vec<Verdict> {
    let both = first.into_iter().zip(second);
    both.map(|((name, mut differences), (_, more))| {
        differences.extend(more);
        Verdict { name, differences }
    })
    .collect()
}

struct Chain<'n, N> {
    user: Wallet,
    node: &'n mut N,
    helpers: HashMap<String, Address>,
    /// By wasm text: whether its activation succeeded.
    active: HashMap<String, bool>,
}

impl<N: Node> Chain<'_, N> {
    fn deploy(&mut self, code: &[u8]) -> Result<Address, Failure> {
        let length = u16::try_from(code.len()).unwrap_or(u16::MAX).to_be_bytes();
        let mut init = vec![0x61, length[0], length[1]];
        init.extend(hex!("80600a5f395ff3"));
        init.extend(code);
        let sent = Sent { data: init.into(), gas: ACTIVATION_GAS, ..Sent::default() };
        let receipt = self.user.send(self.node, &sent)?;
        Ok(receipt["contractAddress"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    fn vector(&mut self, vector: &Vector, version: u64, found: &mut Vec<Difference>) -> Result<(), Failure> {
        let wasm = hex::decode(&vector.wasm).unwrap_or_default();
        let program = self.deploy(&program_code(&wasm))?;
        if !self.active.get(&vector.wasm).is_some_and(|active| *active) {
            let compared = vector.activation.get(&version.to_string());
            self.activate(vector, program, version, compared, found)?;
        }
        for (index, call) in vector.calls.iter().enumerate() {
            let step = format!("{} at {version}, call {index}", vector.name);
            self.call(call, program, vector.compare_ret_bytes, &mut Comparison { step, found })?;
        }
        Ok(())
    }

    fn activate(
        &mut self,
        vector: &Vector,
        program: Address,
        version: u64,
        recorded: Option<&Activation>,
        found: &mut Vec<Difference>,
    ) -> Result<(), Failure> {
        let data: Bytes = [&ACTIVATE_PROGRAM[..], program.into_word().as_slice()].concat().into();
        let sent = Sent {
            to: Some(ARB_WASM),
            value: U256::from(ACTIVATION_VALUE),
            gas: ACTIVATION_GAS,
            data: data.clone(),
            ..Sent::default()
        };
        let tried = self.node.request("eth_call", json!([self.request(&sent), "latest"]));
        let receipt = self.user.send(self.node, &sent)?;
        let ok = receipt["status"] == "0x1";
        self.active.insert(vector.wasm.clone(), ok);
        let Some(recorded) = recorded else { return Ok(()) };
        let calldata: u64 = data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum();
        let run = |gas: u64| gas.saturating_sub(BASE_GAS + calldata);
        let gas = run(quantity(&receipt["gasUsed"]).unwrap_or_default());
        let step = format!("{} at {version}, activation", vector.name);
        let mut comparison = Comparison { step, found };
        comparison.equal("ok", &recorded.ok, &ok);
        comparison.equal("gas", &recorded.gas.unwrap_or(run(ACTIVATION_GAS)), &gas);
        comparison.equal("ok of the eth_call", &ok, &tried.is_ok());
        Ok(())
    }

    fn call(
        &mut self,
        call: &Call,
        program: Address,
        compare_ret_bytes: Option<usize>,
        comparison: &mut Comparison<'_>,
    ) -> Result<(), Failure> {
        let sent = Sent {
            to: Some(program),
            value: U256::from(call.value),
            gas: call.gas,
            data: self.calldata(call),
            ..Sent::default()
        };
        let ret = match self.node.request("eth_call", json!([self.request(&sent), "latest"])) {
            Ok(value) => value.as_str().unwrap_or_default().to_owned(),
            Err(failure) => returned_by(&failure),
        };
        let visible = |text: &str| match compare_ret_bytes {
            Some(bytes) => text.chars().take(2 + 2 * bytes).collect::<String>(),
            None => text.to_owned(),
        };
        comparison.equal("ret", &visible(&call.ret), &visible(&ret));
        let receipt = self.user.send(self.node, &sent)?;
        comparison.equal("status", &Some(call.status), &quantity(&receipt["status"]));
        comparison.equal("gas_used", &Some(call.gas_used), &quantity(&receipt["gasUsed"]));
        let logs: Vec<Log> = serde_json::from_value(receipt["logs"].clone()).unwrap_or_default();
        comparison.equal("logs", &call.logs, &logs);
        Ok(())
    }

    fn calldata(&self, call: &Call) -> Bytes {
        let Some(target) = &call.target else {
            return hex::decode(&call.data).unwrap_or_default().into();
        };
        let target = self.helpers.get(target).copied().or_else(|| target.parse().ok()).unwrap_or_default();
        let inner = hex::decode(&call.inner).unwrap_or_default();
        let value = U256::from(call.inner_value).to_be_bytes::<32>();
        [target.as_slice(), &value, &inner].concat().into()
    }

    fn request(&self, sent: &Sent) -> Value {
        json!({
            "from": self.user.address(),
            "to": sent.to,
            "data": sent.data,
            "value": sent.value,
            "gas": format!("{:#x}", sent.gas),
        })
    }
}

/// Revert data of a failed `eth_call`.
pub(super) fn returned_by(failure: &Failure) -> String {
    failure.data.as_ref().and_then(Value::as_str).unwrap_or("0x").to_owned()
}

fn program_code(wasm: &[u8]) -> Vec<u8> {
    let mut code = hex!("eff00000").to_vec();
    let params = brotli::enc::BrotliEncoderParams {
        quality: i32::try_from(QUALITY).unwrap_or(i32::MAX),
        lgwin: i32::try_from(WINDOW).unwrap_or(i32::MAX),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &wasm[..], &mut code, &params).expect("a slice compresses into a vector");
    code
}
