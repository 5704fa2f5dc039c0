//! `stylus-devnode` as a process.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

use crate::client::{choose_tls, spawn};

fn devnode(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stylus-devnode"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that does not survive a failing test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(args: &[&str]) -> Output {
    devnode(args).output().expect("it runs")
}

#[test]
fn json_line_says_where_it_listens_and_sigterm_ends_it_with_zero() {
    let child = devnode(&["--port", "0", "--json", "--accounts", "2", "--balance", "7"]).spawn();
    let mut process = Process(child.expect("it starts"));
    let mut stdout = BufReader::new(process.0.stdout.take().expect("piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["chainId"], 412_346);
    assert_eq!(ready["accounts"].as_array().map(Vec::len), Some(3));
    let address = ready["rpc"].as_str().and_then(|url| url.strip_prefix("http://")).expect("a URL");
    assert!(std::net::TcpStream::connect(address).is_ok(), "it listens when it says so");

    let id = process.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(process.0.wait().expect("it ends").code(), Some(0));
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).expect("text");
    assert_eq!(rest, "", "one line is all there is");
}

#[test]
fn banner_names_accounts_keys_and_address() {
    let child = devnode(&["--port", "0"]).spawn().expect("it starts");
    let mut process = Process(child);
    let stdout = BufReader::new(process.0.stdout.take().expect("piped"));
    let lines: Vec<String> = stdout
        .lines()
        .map(|line| line.expect("text"))
        .take_while(|line| !line.starts_with("Listening on"))
        .collect();
    let text = lines.join("\n");
    for part in [
        "0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E",
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "test test test test test test test test test test test junk",
        "ArbOS version  61",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[tokio::test]
async fn taken_port_ends_it_with_one_sentence() {
    let node = spawn().await;
    let port = node.address().port().to_string();
    let output = run(&["--port", &port]);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(&port) && stderr.contains("already in use"), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn bad_options_are_refused_with_a_hint() {
    let output = run(&["--arbos-version", "52"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("40, 51, 60, 61"));
    assert_eq!(run(&["--port", "65536"]).status.code(), Some(2));
}

#[test]
fn chain_is_made_as_the_options_say() {
    let child = devnode(&[
        "--port",
        "0",
        "--json",
        "--silent",
        "--accounts",
        "1",
        "--chain-id",
        "7",
        "--base-fee",
        "5000",
        "--mnemonic",
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about",
    ])
    .spawn();
    let mut process = Process(child.expect("it starts"));
    let mut stdout = BufReader::new(process.0.stdout.take().expect("piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["chainId"], 7);
    assert_eq!(ready["accounts"][1]["address"], "0x9858EfFD232B4033E47d90003D41EC34EcaEda94");
    let url = ready["rpc"].as_str().expect("a URL").parse().expect("a URL");
    let price = tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        choose_tls();
        let client = alloy::providers::ProviderBuilder::new().connect_http(url);
        alloy::providers::Provider::get_gas_price(&client).await
    });
    assert_eq!(price.expect("an answer"), 5_000);
}

#[test]
fn forking_is_refused_with_a_sentence() {
    let output = run(&["--fork-url", "http://127.0.0.1:1"]);
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("--fork-url is not available"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1);
}

#[test]
fn version_is_told() {
    let output = run(&["--version"]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("stylus-devnode "));
}
