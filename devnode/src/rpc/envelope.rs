//! JSON-RPC 2.0 around a method: ids, versions, batches.

use serde_json::{Value, json};

use super::error::RpcError;

/// What runs a method.
type Run<'a> = &'a dyn Fn(&str, Option<&Value>) -> Result<Value, RpcError>;

/// Answers a request or a batch of them; `None` where nobody waits for an answer.
pub(super) fn answer(message: &Value, run: Run<'_>) -> Option<Value> {
    match message {
        Value::Array(batch) if batch.is_empty() => {
            Some(failure(Value::Null, &RpcError::InvalidRequest("empty batch")))
        }
        Value::Array(batch) => {
            let answers: Vec<Value> = batch.iter().filter_map(|request| answer_one(request, run)).collect();
            (!answers.is_empty()).then_some(Value::Array(answers))
        }
        request => answer_one(request, run),
    }
}

fn answer_one(request: &Value, run: Run<'_>) -> Option<Value> {
    let id = request.get("id").cloned();
    let version = request.get("jsonrpc").and_then(Value::as_str);
    let method = request.get("method").and_then(Value::as_str);
    let (Some("2.0"), Some(method)) = (version, method) else {
        return Some(failure(id.unwrap_or_default(), &RpcError::InvalidRequest("invalid request")));
    };
    let result = run(method, request.get("params"));
    // A request without an id is a notification: it is carried out and not answered.
    let id = id?;
    Some(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => failure(id, &error),
    })
}

/// An error answer.
pub(super) fn failure(id: Value, error: &RpcError) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": error.to_json() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn echo(method: &str, params: Option<&Value>) -> Result<Value, RpcError> {
        match method {
            "echo" => Ok(params.cloned().unwrap_or_default()),
            other => Err(RpcError::UnknownMethod(other.to_owned())),
        }
    }

    #[test]
    fn a_request_is_answered_with_its_id() {
        let request = json!({ "jsonrpc": "2.0", "id": "a", "method": "echo", "params": [1] });
        assert_eq!(answer(&request, &echo), Some(json!({ "jsonrpc": "2.0", "id": "a", "result": [1] })));
    }

    #[test]
    fn a_batch_is_answered_in_order_and_notifications_are_only_carried_out() {
        let calls = Cell::new(0);
        let run = |method: &str, params: Option<&Value>| {
            calls.set(calls.get() + 1);
            echo(method, params)
        };
        let batch = json!([
            { "jsonrpc": "2.0", "id": 1, "method": "echo", "params": [] },
            { "jsonrpc": "2.0", "method": "echo" },
            { "jsonrpc": "2.0", "id": 2, "method": "nothing" },
            5,
        ]);
        let answers = answer(&batch, &run).expect("three want an answer");
        assert_eq!(calls.get(), 3);
        let codes: Vec<_> =
            answers.as_array().expect("a batch").iter().map(|a| a["error"]["code"].as_i64()).collect();
        assert_eq!(codes, [None, Some(-32601), Some(-32600)]);
        assert_eq!(answers[1]["id"], 2);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for message in [json!({}), json!([]), json!("x"), json!({ "id": 1, "method": "echo" })] {
            let answer = answer(&message, &echo).expect("an error");
            assert_eq!(answer["error"]["code"], -32600, "{message}");
        }
    }
}
