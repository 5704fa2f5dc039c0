//! Request bodies: any bytes, and requests that resemble those of tools, through the dispatcher that HTTP uses.

mod bodies;
mod dumps;
mod values;

use alloy_primitives::Address;
use arbitrary::Unstructured;
use serde_json::{Value, json};
use stylus_devnode::{replay::LocalNode, rpc::Rpc};

use crate::base::{Base, Shared};

/// Most blocks that an input may have mined at once; more are only slow.
const MOST_BLOCKS: u64 = 64;

static BASE: Shared = Shared::new(61, 2_000);

/// Runs an input.
pub fn run(data: &[u8]) {
    LocalNode::on_large_stack(|| BASE.lend(|base| converse(base, data)));
}

/// Sends the bodies; false if they have thrown away the way back.
fn converse(base: &mut Base, data: &[u8]) -> bool {
    // Filters and impersonated accounts belong to the front end: each input gets its own.
    let rpc = base.front_end();
    for body in bodies_of(data, base) {
        answer(&rpc, &body);
    }
    call(&rpc, "eth_blockNumber", json!([]));
    call(&rpc, "evm_mine", json!([]));
    let back = base.restore();
    if !back {
        call(&rpc, "anvil_reset", json!([]));
    }
    serves_on(base, &rpc);
    back
}

/// The bodies that an input stands for: itself, or some that are made from it.
fn bodies_of(data: &[u8], base: &Base) -> Vec<Vec<u8>> {
    match data {
        [] => vec![Vec::new()],
        // What begins like JSON is JSON, so that recorded requests are seeds as they are.
        [b'{' | b'[' | b' ' | b'"', ..] => vec![data.to_vec()],
        [0, raw @ ..] => vec![raw.to_vec()],
        [_, rest @ ..] => bodies::read(&mut Unstructured::new(rest), base).unwrap_or_default(),
    }
}

/// Sends a body and looks at the answer's shape.
fn answer(rpc: &Rpc, body: &[u8]) {
    let request: Option<Value> = serde_json::from_slice(body).ok();
    if request.as_ref().is_some_and(is_slow) {
        return;
    }
    let answer = rpc.handle_bytes(body);
    match (request, answer) {
        (None, answer) => {
            let answer = answer.expect("what is no JSON is told so");
            assert_eq!(check(&answer, &Value::Null), Some(-32700), "{answer}");
        }
        (Some(Value::Array(requests)), None) => {
            assert!(!requests.is_empty() && requests.iter().all(is_notification), "a batch isn't answered");
        }
        (Some(Value::Array(requests)), Some(Value::Array(answers))) => {
            let asking: Vec<_> = requests.iter().filter(|request| !is_notification(request)).collect();
            assert_eq!(asking.len(), answers.len(), "a batch keeps its length");
            for (request, answer) in asking.iter().zip(&answers) {
                check(answer, &request["id"]);
            }
        }
        (Some(Value::Array(requests)), Some(answer)) => {
            assert!(requests.is_empty(), "a batch is answered by a batch, not {answer}");
            assert_eq!(check(&answer, &Value::Null), Some(-32600));
        }
        (Some(request), None) => assert!(is_notification(&request), "{request} isn't answered"),
        (Some(request), Some(answer)) => {
            check(&answer, &request["id"]);
        }
    }
}

/// One answer: version, id, and either a result or an error, whose code is returned.
fn check(answer: &Value, id: &Value) -> Option<i64> {
    let members = answer.as_object().unwrap_or_else(|| panic!("{answer} is no answer"));
    assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
    assert_eq!(answer["id"], *id, "{answer}");
    assert_eq!(members.len(), 3, "{answer}");
    let error = match (members.contains_key("result"), members.get("error")) {
        (true, None) => return None,
        (false, Some(error)) => error,
        _ => panic!("{answer} has both a result and an error, or neither"),
    };
    assert!(error["message"].is_string(), "{answer}");
    let code = error["code"].as_i64().unwrap_or_else(|| panic!("{answer}"));
    assert_ne!(code, -32603, "the node admits a defect: {answer}");
    Some(code)
}

/// Whether nobody waits for an answer.
fn is_notification(request: &Value) -> bool {
    request.get("id").is_none()
        && request["jsonrpc"] == "2.0"
        && request.get("method").is_some_and(Value::is_string)
}

/// Whether an answer would take long, rightly: many blocks at once.
fn is_slow(request: &Value) -> bool {
    let blocks = |value: &Value| match value.as_str() {
        Some(text) => u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or_default(),
        None => value.as_u64().unwrap_or_default(),
    };
    match request {
        Value::Array(requests) => requests.iter().any(is_slow),
        request => {
            let mines = request["method"] == "anvil_mine" || request["method"] == "hardhat_mine";
            mines && blocks(&request["params"][0]) > MOST_BLOCKS
        }
    }
}

/// Back on the base's chain, the node mines a transfer.
fn serves_on(base: &Base, rpc: &Rpc) {
    let (from, to) = (base.user().address, Address::repeat_byte(0x77));
    call(rpc, "evm_setAutomine", json!([true]));
    let hash = call(rpc, "eth_sendTransaction", json!([{ "from": from, "to": to, "value": "0x5" }]));
    let receipt = call(rpc, "eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1", "a transfer is mined: {receipt}");
    assert_eq!(call(rpc, "eth_getBalance", json!([to, "latest"])), "0x5");
}

/// A request that must succeed.
fn call(rpc: &Rpc, method: &str, params: Value) -> Value {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut answer = rpc.handle(&request).expect("requests with an id are answered");
    assert!(answer.get("error").is_none(), "{method}: {answer}");
    answer["result"].take()
}
