//! Starting and stopping.

use std::time::Duration;
use stylus_devnode::{Config, Devnode, SpawnError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::spawn;

/// True once nobody listens any more.
async fn is_closed(address: std::net::SocketAddr) -> bool {
    for _ in 0..200 {
        if TcpStream::connect(address).await.is_err() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn taken_port_is_refused_by_its_number() {
    let first = spawn().await;
    let port = first.address().port();
    let config = Config { port, ..Config::test() };
    let Err(refusal) = Devnode::spawn(config).await else { panic!("the port is taken") };
    assert!(matches!(refusal, SpawnError::PortInUse { port: taken, .. } if taken == port));
    let text = refusal.to_string();
    assert!(text.contains(&port.to_string()) && text.contains("choose another port"), "{text}");
}

#[tokio::test]
async fn unknown_arbos_version_is_refused_with_those_there_are() {
    let config = Config { arbos_version: 52, ..Config::test() };
    let Err(refusal) = Devnode::spawn(config).await else { panic!("there is no 52") };
    assert_eq!(refusal.to_string(), "ArbOS version 52 is not available; choose one of 40, 51, 60, 61");
}

#[tokio::test]
async fn dropped_node_stops_listening() {
    let node = spawn().await;
    let address = node.address();
    assert!(TcpStream::connect(address).await.is_ok());
    drop(node);
    assert!(is_closed(address).await);
}

#[tokio::test]
async fn stopped_node_stops_listening_and_frees_its_port() {
    let node = spawn().await;
    let address = node.address();
    node.stop().await;
    assert!(is_closed(address).await);
    let again = Devnode::spawn(Config { port: address.port(), ..Config::test() }).await;
    assert_eq!(again.map(|node| node.address()).expect("the port is free"), address);
}

/// Asks over a connection that stays open; the answer's head and body.
async fn ask(connection: &mut TcpStream) -> String {
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"eth_chainId"}"#;
    let request = format!("POST / HTTP/1.1\r\nHost: node\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    connection.write_all(request.as_bytes()).await.expect("the node reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        assert!(connection.read_buf(&mut answer).await.expect("the node answers") > 0, "it hung up");
    }
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn hundreds_of_connections_are_answered_at_the_same_time_and_end_with_the_node() {
    let node = spawn().await;
    let mut connections = Vec::new();
    for _ in 0..300 {
        connections.push(TcpStream::connect(node.address()).await.expect("it listens"));
    }
    for _ in 0..2 {
        for connection in &mut connections {
            let answer = ask(connection).await;
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#""result":"0x64aba"}"#),
                "{answer}"
            );
        }
    }
    node.stop().await;
    for connection in &mut connections {
        assert_eq!(connection.read(&mut [0]).await.expect("the end"), 0, "an idle connection ends");
    }
}

#[test]
fn node_outlives_the_runtime_that_started_it() {
    let start = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let node = start().block_on(spawn());
    let address = node.address();
    assert!(start().block_on(TcpStream::connect(address)).is_ok());
    drop(node);
    assert!(start().block_on(is_closed(address)));
}
