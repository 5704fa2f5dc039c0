//! Starting and stopping.

use std::time::Duration;
use stylus_devnode::{Config, Devnode, SpawnError};
use tokio::net::TcpStream;

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

#[test]
fn node_outlives_the_runtime_that_started_it() {
    let start = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let node = start().block_on(spawn());
    let address = node.address();
    assert!(start().block_on(TcpStream::connect(address)).is_ok());
    drop(node);
    assert!(start().block_on(is_closed(address)));
}
