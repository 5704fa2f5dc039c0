//! Chains from their first block: transactions, calls and RPC answers in order.

use super::{
    Comparison, Difference, Failure, Node, Verdict,
    programs::returned_by,
    wallet::{Authorize, Sent, Wallet, quantity},
};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub(super) struct Recording {
    history: String,
    /// At the end.
    arbos: u64,
    steps: Vec<Step>,
}

impl Recording {
    /// `upgrade-51-60` starts below its last version.
    pub(super) fn first_version(&self) -> u64 {
        let upgrade = self.history.strip_prefix("upgrade").map(|_| 51);
        upgrade.unwrap_or(self.arbos)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    label: String,
    op: String,
    from: Option<String>,
    to: Option<Address>,
    #[serde(default)]
    data: Bytes,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    gas: u64,
    nonce: Option<u64>,
    #[serde(default)]
    access_list: AccessList,
    authorize: Option<Signed>,
    wait: Option<f64>,
    method: Option<String>,
    #[serde(default)]
    params: Value,
    compare: Option<String>,
    #[serde(default)]
    ignore: Vec<String>,
    expect: Value,
}

#[derive(Deserialize)]
struct Signed {
    key: B256,
    address: Address,
    nonce: u64,
}

impl Step {
    fn sent(&self) -> Sent {
        let value = match &self.value {
            Value::Number(number) => number.to_string().parse().unwrap_or_default(),
            Value::String(text) => text.parse().unwrap_or_default(),
            _ => U256::ZERO,
        };
        let authorize = self.authorize.iter().map(|signed| Authorize {
            key: signed.key,
            address: signed.address,
            nonce: signed.nonce,
        });
        Sent {
            to: self.to,
            data: self.data.clone(),
            value,
            gas: self.gas,
            nonce: self.nonce,
            access_list: self.access_list.clone(),
            authorize: authorize.collect(),
        }
    }

    fn ignores(&self, what: &str) -> bool {
        self.ignore.iter().any(|ignored| ignored == what)
    }
}

pub(super) fn replay(recording: &Recording, node: &mut impl Node) -> Verdict {
    let mut differences = Vec::new();
    let (mut user, mut dev) = (Wallet::user(), Wallet::dev(node));
    for (index, step) in recording.steps.iter().enumerate() {
        let found = &mut differences;
        let mut comparison = Comparison { step: format!("{index} {}", step.label), found };
        if let Some(seconds) = step.wait {
            // The recorded wait made the block's second a later one.
            node.wait(seconds.ceil() as u64);
        }
        let wallet = if step.from.as_deref() == Some("dev") { &mut dev } else { &mut user };
        match step.op.as_str() {
            "tx" => compare_transaction(step, wallet.send(node, &step.sent()), &mut comparison),
            "call" => compare_call(step, wallet.address(), node, &mut comparison),
            "rpc" => compare_rpc(step, node, &mut comparison),
            other => comparison.found.push(Difference {
                step: step.label.clone(),
                what: "op",
                recorded: other.to_owned(),
                replayed: "unknown to the replay".to_owned(),
            }),
        }
    }
    Verdict { name: format!("{}-{}", recording.history, recording.arbos), differences }
}

fn compare_transaction(step: &Step, answer: Result<Value, Failure>, comparison: &mut Comparison<'_>) {
    let rejected = step.expect["rejected"].as_bool().unwrap_or_default();
    let receipt = match answer {
        Ok(receipt) => receipt,
        Err(failure) => {
            if !rejected {
                comparison.equal("rejected", &"no".to_owned(), &failure.message);
            }
            return;
        }
    };
    if rejected {
        comparison.equal("rejected", &step.expect["message"].to_string(), &"no".to_owned());
        return;
    }
    comparison.equal("status", &step.expect["status"].as_u64(), &quantity(&receipt["status"]));
    if !step.ignores("gasUsed") {
        comparison.equal("gasUsed", &step.expect["gasUsed"].as_u64(), &quantity(&receipt["gasUsed"]));
    }
    comparison.equal("contractAddress", &step.expect["contractAddress"], &receipt["contractAddress"]);
    let logs = |logs: &Value| {
        let logs = logs.as_array().map(Vec::as_slice).unwrap_or_default();
        let visible = logs.iter().map(|log| {
            let topics = if step.ignores("logs.topics") { Value::Null } else { log["topics"].clone() };
            let data = if step.ignores("logs.data") { Value::Null } else { log["data"].clone() };
            json!([log["address"], topics, data])
        });
        visible.collect::<Vec<_>>()
    };
    comparison.equal("logs", &logs(&step.expect["logs"]), &logs(&receipt["logs"]));
}

fn compare_call(step: &Step, from: Address, node: &mut impl Node, comparison: &mut Comparison<'_>) {
    let sent = step.sent();
    let mut request = json!({
        "from": from, "to": sent.to, "data": sent.data, "value": sent.value,
        "gas": format!("{:#x}", sent.gas),
    });
    if !sent.access_list.is_empty() {
        request["accessList"] = json!(sent.access_list);
    }
    let (ok, ret) = match node.request("eth_call", json!([request, "latest"])) {
        Ok(value) => (true, value.as_str().unwrap_or_default().to_owned()),
        Err(failure) => (false, returned_by(&failure)),
    };
    comparison.equal("ok", &step.expect["ok"].as_bool(), &Some(ok));
    if !step.ignores("ret") {
        comparison.equal("ret", &step.expect["ret"].as_str().unwrap_or("0x").to_owned(), &ret);
    }
}

fn compare_rpc(step: &Step, node: &mut impl Node, comparison: &mut Comparison<'_>) {
    let method = step.method.as_deref().unwrap_or_default();
    let answer = match node.request(method, step.params.clone()) {
        Ok(result) if collects_names(step) => json!({ "result": host_functions(&result) }),
        Ok(result) => json!({ "result": result }),
        Err(Failure { code, message, data }) => match data {
            Some(data) => json!({ "error": { "code": code, "message": message, "data": data } }),
            None => json!({ "error": { "code": code, "message": message } }),
        },
    };
    match step.compare.as_deref() {
        Some("exact" | "error") => comparison.equal("answer", &step.expect, &answer),
        Some("shape") => comparison.equal("shape", &shape(&step.expect), &shape(&answer)),
        _ => {}
    }
}

/// Whether the step runs a script that collects the names of host functions. A node without JavaScript answers scripts
/// with the native tracer's records (`docs/fidelity.md`), so what is compared is which functions these name, in order.
fn collects_names(step: &Step) -> bool {
    let scripts = step.params.as_array().into_iter().flatten().filter_map(|param| param["tracer"].as_str());
    let names = step.expect["result"].as_array();
    scripts.into_iter().any(|script| script.contains("hostio"))
        && names.is_some_and(|names| names.iter().all(Value::is_string))
}

/// The names in an answer: as they are from a script, else those of the records in the order in which the functions
/// ended.
fn host_functions(answer: &Value) -> Vec<Value> {
    let mut names = Vec::new();
    for record in answer.as_array().into_iter().flatten() {
        names.extend(host_functions(&record["steps"]));
        let name = record.get("name").unwrap_or(record);
        if !name.as_str().is_some_and(|name| name.starts_with("evm_")) {
            names.push(name.clone());
        }
    }
    names
}

/// Keys and types at every depth; an array's shape is that of its elements, said once each.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => json!("null"),
        Value::Bool(_) => json!("bool"),
        Value::Number(_) => json!("number"),
        Value::String(_) => json!("string"),
        Value::Array(items) => {
            let mut shapes: Vec<Value> = Vec::new();
            for item in items.iter().map(shape) {
                if !shapes.contains(&item) {
                    shapes.push(item);
                }
            }
            Value::Array(shapes)
        }
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), shape(field))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_held_against_the_names_of_the_records_in_the_order_of_their_end() {
        let records = json!([
            { "name": "user_entrypoint" },
            { "name": "call_contract", "steps": [
                { "name": "evm_static_call_contract", "steps": [{ "name": "read_args" }] },
            ] },
            { "name": "user_returned" },
        ]);
        let names = ["user_entrypoint", "read_args", "call_contract", "user_returned"];
        assert_eq!(host_functions(&records), names);
        assert_eq!(host_functions(&json!(names)), names, "a node that runs scripts answers names");
    }
}
