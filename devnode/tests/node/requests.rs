//! JSON-RPC over HTTP: batches, and what is no request.

use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
};
use stylus_devnode::Devnode;

use crate::client::spawn;

/// Posts a body and answers status and body, without a client that could tidy anything up. It may block: the node has
/// threads of its own.
fn post(node: &Devnode, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(node.address()).expect("it listens");
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    // A server that refuses a body may close before it has read all of it.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).expect("text");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}

fn answer(node: &Devnode, body: &[u8]) -> Value {
    let (status, body) = post(node, body);
    assert_eq!(status, 200);
    serde_json::from_str(&body).expect("JSON")
}

#[tokio::test]
async fn batch_is_answered_in_order() {
    let node = spawn().await;
    let batch = json!([
        { "jsonrpc": "2.0", "id": 1, "method": "eth_chainId" },
        { "jsonrpc": "2.0", "id": 2, "method": "eth_nothing" },
        { "jsonrpc": "2.0", "method": "eth_chainId" },
        { "jsonrpc": "2.0", "id": 3, "method": "eth_blockNumber", "params": [] },
    ]);
    let answers = answer(&node, batch.to_string().as_bytes());
    assert_eq!(answers[0]["result"], "0x64aba");
    assert_eq!(answers[1]["error"]["code"], -32601);
    assert_eq!((&answers[2]["id"], &answers[2]["result"]), (&json!(3), &json!("0x0")));
    assert_eq!(answers.as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn bodies_that_are_no_requests_get_an_error_and_do_no_harm() {
    let node = spawn().await;
    for (body, code) in [
        (&b"{"[..], -32700),
        (b"", -32700),
        (b"\xff\xfe", -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":{}}"#, -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":7}]}"#, -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}"#, -32602),
    ] {
        let answer = answer(&node, body);
        assert_eq!(answer["error"]["code"], code, "{}", String::from_utf8_lossy(body));
    }
    let alive = answer(&node, br#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#);
    assert_eq!(alive["result"], "0x0");
}

#[tokio::test]
async fn body_above_the_limit_is_refused() {
    let node = spawn().await;
    let (status, _) = post(&node, &vec![b' '; 6 * 1024 * 1024]);
    assert_eq!(status, 413);
}

#[tokio::test]
async fn nested_json_is_refused_without_harm() {
    let node = spawn().await;
    let answer = answer(&node, &[b'['; 100_000]);
    assert_eq!(answer["error"]["code"], -32700);
}
