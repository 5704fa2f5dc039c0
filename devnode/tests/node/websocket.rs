//! WebSocket on the port of HTTP, spoken by hand: no library hides what goes over the wire.

use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};
use stylus_devnode::Devnode;

use crate::client::{NOBODY, mine, provider, spawn, transfer};

const TEXT: u8 = 0x81;

/// A connection. It may block: the node has threads of its own.
struct Socket(TcpStream);

impl Socket {
    fn open(node: &Devnode) -> Self {
        let mut stream = TcpStream::connect(node.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("sent");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        // RFC 6455's own example.
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        Self(stream)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let length = u16::try_from(text.len()).expect("short");
        let mut frame = vec![TEXT, 0x80 | 126];
        frame.extend(length.to_be_bytes());
        // A mask of zeros leaves the text as it is.
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).expect("sent");
    }

    fn receive(&mut self) -> Value {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).expect("a frame");
        assert_eq!(head[0], TEXT);
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                self.0.read_exact(&mut length).expect("a length");
                usize::from(u16::from_be_bytes(length))
            }
            short => usize::from(short),
        };
        let mut text = vec![0; length];
        self.0.read_exact(&mut text).expect("the text");
        serde_json::from_slice(&text).expect("JSON")
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
        self.receive()
    }
}

#[tokio::test]
async fn requests_and_batches_are_answered_as_over_http() {
    let node = spawn().await;
    let mut socket = Socket::open(&node);
    assert_eq!(socket.ask("eth_chainId", json!([]))["result"], "0x64aba");
    assert_eq!(socket.ask("eth_nothing", json!([]))["error"]["code"], -32601);
    socket.send(&json!([{ "jsonrpc": "2.0", "id": 7, "method": "eth_blockNumber" }]));
    assert_eq!(socket.receive(), json!([{ "jsonrpc": "2.0", "id": 7, "result": "0x0" }]));
    assert_eq!(node.ws_url(), format!("ws://{}", node.address()));
}

#[tokio::test]
async fn subscribers_hear_of_blocks_transactions_and_logs() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    // LOG1 with topic 7
    let emitter = crate::client::deploy(&alice, &[0x60, 7, 0x5f, 0x5f, 0xa1]).await;

    let mut heads = Socket::open(&node);
    let id = heads.ask("eth_subscribe", json!(["newHeads"]))["result"].clone();
    let mut hashes = Socket::open(&node);
    hashes.ask("eth_subscribe", json!(["newPendingTransactions"]));
    let mut logs = Socket::open(&node);
    logs.ask("eth_subscribe", json!(["logs", { "address": emitter }]));

    let receipt = mine(&alice, alloy::rpc::types::TransactionRequest::default().to(emitter)).await;

    let news = heads.receive();
    assert_eq!((&news["method"], &news["params"]["subscription"]), (&json!("eth_subscription"), &id));
    let head = &news["params"]["result"];
    assert_eq!(head["hash"], json!(receipt.block_hash));
    assert_eq!((head.get("transactions"), &head["number"]), (None, &json!("0x2")));
    assert_eq!(hashes.receive()["params"]["result"], json!(receipt.transaction_hash));
    let log = logs.receive();
    assert_eq!(log["params"]["result"]["address"], json!(emitter));
    assert_eq!(log["params"]["result"]["transactionHash"], json!(receipt.transaction_hash));
}

#[tokio::test]
async fn subscribers_to_syncing_are_told_once_that_it_is_done() {
    let node = spawn().await;
    let mut socket = Socket::open(&node);
    let id = socket.ask("eth_subscribe", json!(["syncing"]))["result"].clone();
    let news = socket.receive();
    assert_eq!((&news["params"]["subscription"], &news["params"]["result"]), (&id, &json!(false)));
    mine(&provider(&node, 1), transfer(NOBODY, 1)).await;
    // The next frame is the answer, not news.
    assert_eq!(socket.ask("eth_unsubscribe", json!([id]))["result"], true);
}

#[tokio::test]
async fn nothing_comes_after_unsubscribing_and_strangers_are_refused() {
    let node = spawn().await;
    let alice = provider(&node, 1);
    let mut socket = Socket::open(&node);
    let id = socket.ask("eth_subscribe", json!(["newHeads"]))["result"].clone();
    assert_eq!(socket.ask("eth_unsubscribe", json!([id]))["result"], true);
    mine(&alice, transfer(NOBODY, 1)).await;
    // The next frame is the answer, not news.
    assert_eq!(socket.ask("eth_unsubscribe", json!([id]))["error"]["message"], "subscription not found");
    let unknown = socket.ask("eth_subscribe", json!(["everything"]));
    assert_eq!(unknown["error"]["code"], -32601);
}

#[tokio::test]
async fn open_connection_does_not_keep_the_node_from_stopping() {
    let node = spawn().await;
    let mut socket = Socket::open(&node);
    assert_eq!(socket.ask("eth_blockNumber", json!([]))["result"], "0x0");
    node.stop().await;
    let mut rest = Vec::new();
    assert!(socket.0.read_to_end(&mut rest).is_ok() || rest.is_empty(), "the connection ends");
}
