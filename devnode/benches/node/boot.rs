//! From the start of the process to its first answer.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use criterion::{BatchSize, Criterion};
use serde_json::Value;

/// The first question of most tools. The connection closes with the answer.
const QUESTION: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;

/// A node that ends when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It has no state to lose; errors mean that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("boot");
    group.sample_size(30);
    // The node is handed to criterion, which ends it outside of what is measured.
    group.bench_function("first answer", |bencher| {
        bencher.iter_batched(|| (), |()| start_and_ask(), BatchSize::PerIteration);
    });
    group.finish();
}

fn start_and_ask() -> Process {
    let mut node = Command::new(env!("CARGO_BIN_EXE_stylus-devnode"));
    node.args(["--port", "0", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut node = Process(node.spawn().expect("the node starts"));
    let mut line = String::new();
    let stdout = node.0.stdout.take().expect("its output is piped");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    let ready: Value = serde_json::from_str(&line).expect("the first line is JSON");
    let address = ready["rpc"].as_str().and_then(|url| url.strip_prefix("http://")).expect("its address");

    let mut connection = TcpStream::connect(address).expect("it listens");
    let length = QUESTION.len();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{QUESTION}"
    );
    connection.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    assert!(answer.contains(r#""result":"0x64aba""#), "{answer}");
    node
}
