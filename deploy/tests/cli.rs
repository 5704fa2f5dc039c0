//! The `ecosystem` binary as a process: what it says and how it ends, above all when something is wrong.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Output},
    thread,
};

use ecosystem::{key::KEY_VARIABLE, network::Network};
use serde_json::Value;
use stylus_devnode::{Config, Devnode};
use tokio::runtime::Runtime;

/// Exit code for a wrong command or set-up.
const USAGE: i32 = 2;
/// A well-formed key that holds nothing anywhere.
const KEY: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab3651";

/// `ecosystem` with these arguments, and without what the environment might tell it.
fn ecosystem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecosystem"));
    command.args(arguments).env_remove(KEY_VARIABLE);
    command
}

/// Ends with `code` and one sentence on stderr, which is returned; nothing on stdout, no panic.
#[track_caller]
fn refuses(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    let said = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(code), "{said}");
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let sentences: Vec<_> = said.lines().filter(|line| line.starts_with("ecosystem: ")).collect();
    assert_eq!(sentences.len(), 1, "{said}");
    assert_eq!(said.lines().last(), Some(sentences[0]), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    sentences[0].to_owned()
}

#[test]
fn demo_refuses_an_unknown_network_and_lists_the_known_ones() {
    let said = refuses(&mut ecosystem(&["demo", "--network", "ropsten"]), USAGE);
    for part in ["ropsten", "devnode", "arbitrum-sepolia", "arbitrum-one"] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn demo_refuses_what_is_no_url() {
    for url in ["localhost:8547", "ftp://127.0.0.1", "http://", "nonsense"] {
        let said = refuses(&mut ecosystem(&["demo", "--rpc", url]), USAGE);
        assert!(said.contains(url) && said.contains("http://127.0.0.1:8547"), "{said}");
    }
}

#[test]
fn demo_says_that_nobody_answers() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let url = format!("http://{free}");
    let said = refuses(&mut ecosystem(&["demo", "--rpc", &url]), USAGE);
    assert!(said.contains(&url) && said.contains("refused") && said.contains("stylus-devnode"), "{said}");
}

#[test]
fn demo_says_that_the_answer_is_no_nodes() {
    let url = answering("<html><body>It works!</body></html>");
    let said = refuses(&mut ecosystem(&["demo", "--rpc", &url]), USAGE);
    assert!(said.contains(&url) && said.contains("not as an Ethereum node"), "{said}");
}

#[test]
fn demo_refuses_a_node_of_another_chain() {
    let url = answering_chain_id(1);
    let said = refuses(&mut ecosystem(&["demo", "--network", "arbitrum-sepolia", "--rpc", &url]), USAGE);
    assert!(said.contains("chain 1,") && said.contains("chain 421614"), "{said}");
}

#[test]
fn demo_refuses_to_spend_real_money_unasked() {
    let url = answering_chain_id(42_161);
    let said = refuses(ecosystem(&["demo", "--rpc", &url]).env(KEY_VARIABLE, KEY), USAGE);
    assert!(said.contains("--allow-real-money"), "{said}");
}

#[test]
fn demo_asks_for_a_key_where_none_is_public() {
    let url = answering_chain_id(421_614);
    let said = refuses(&mut ecosystem(&["demo", "--rpc", &url]), USAGE);
    assert!(said.contains("--private-key-path") && said.contains(KEY_VARIABLE), "{said}");
}

#[test]
fn demo_refuses_a_key_on_the_command_line_without_repeating_it() {
    let bare = KEY.trim_start_matches("0x");
    let joined = format!("--private-key={KEY}");
    for arguments in
        [vec!["demo", "--private-key", KEY], vec!["demo", &joined], vec!["demo", bare], vec![KEY]]
    {
        let said = refuses(&mut ecosystem(&arguments), USAGE);
        assert!(said.contains("--private-key-path"), "{said}");
        assert!(!said.contains(&bare[..16]), "{said}");
    }
}

#[test]
fn demo_refuses_a_bad_key_without_repeating_it() {
    let url = answering_chain_id(421_614);
    let folder = Folder::new("bad-key");
    let (missing, bad) = (folder.path().join("missing"), folder.path().join("bad"));
    fs::write(&bad, "correct horse battery staple").expect("written");
    for path in [missing, bad] {
        let path = path.to_str().expect("text");
        let said = refuses(&mut ecosystem(&["demo", "--rpc", &url, "--private-key-path", path]), USAGE);
        assert!(said.contains(path) && !said.contains("horse"), "{said}");
    }
    let said = refuses(ecosystem(&["demo", "--rpc", &url]).env(KEY_VARIABLE, "horse"), USAGE);
    assert!(said.contains(KEY_VARIABLE) && !said.contains("horse"), "{said}");
}

#[test]
fn demo_refuses_artifacts_that_are_missing_or_no_programs() {
    let built = xtask::artifacts::ensure().expect("the contracts are there or can be built");
    let good = fs::read(built.wasm_path("credential-token")).expect("a file");
    let without_entrypoint = wat::parse_str("(module (memory (export \"memory\") 1))").expect("a module");
    let mut altered = good.clone();
    // A custom section more: a good program, but another one.
    altered.extend([0, 2, 1, b'x']);
    let cases: [(&str, Option<&[u8]>, &str); 6] = [
        ("missing", None, "build-contracts"),
        ("empty", Some(b""), "isn't wasm"),
        ("text", Some(b"#!/bin/sh"), "isn't wasm"),
        ("truncated", Some(&good[..good.len() / 2]), "damaged"),
        ("no-entrypoint", Some(&without_entrypoint), "entrypoint"),
        ("altered", Some(&altered), "manifest"),
    ];
    for (case, bytes, part) in cases {
        let folder = Folder::new(case);
        for entry in fs::read_dir(built.folder()).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("a type").is_file() {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
            }
        }
        let file = folder.path().join("credential-token.wasm");
        match bytes {
            Some(bytes) => fs::write(file, bytes).expect("written"),
            None => fs::remove_file(file).expect("removed"),
        }
        let said = refuses(ecosystem(&["demo"]).env("ECOSYSTEM_ARTIFACTS", folder.path()), USAGE);
        assert!(said.contains("credential-token") && said.contains(part), "{case}: {said}");
    }
}

#[test]
fn demo_tells_scripts_what_went_wrong() {
    let output = ecosystem(&["demo", "--json", "--network", "ropsten"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(USAGE));
    let told: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(told["ok"], false);
    assert!(told["error"].as_str().is_some_and(|error| error.contains("ropsten")), "{told}");
}

#[test]
fn demo_runs_on_its_own_chain_and_prints_tables() {
    let output = ecosystem(&["demo"]).output().expect("the binary runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(out.trim_end().lines().last().is_some_and(|line| line.starts_with("demo: ok")), "{out}");
    for part in ["create the token", "approve by permit", "createToken", "program credential-token"] {
        assert!(out.contains(part), "{part} in {out}");
    }
}

#[test]
fn demo_runs_twice_on_a_node_and_prints_json() {
    let runtime = Runtime::new().expect("a runtime");
    let node = runtime.block_on(Devnode::spawn(Config::test())).expect("a devnode");
    let activations = |report: &Value| {
        let names =
            report["steps"].as_array().expect("steps").iter().filter_map(|step| step["name"].as_str());
        names.filter(|name| name.starts_with("activate ")).count()
    };
    for expected_activations in [6, 0] {
        let output =
            ecosystem(&["demo", "--json", "--rpc", &node.rpc_url()]).output().expect("the binary runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert_eq!(report["schema"], 1);
        assert_eq!(report["chainId"], 412_346);
        assert_eq!(report["ok"], true);
        assert_eq!(activations(&report), expected_activations, "{report}");
        let read_back = report["readBack"].as_array().expect("rows");
        assert!(
            read_back.iter().all(|row| row["ok"] == true && row["expected"] == row["actual"]),
            "{report}"
        );
        for step in report["steps"].as_array().expect("steps") {
            let gas = step["gas"].as_u64().expect("gas");
            assert_eq!(gas > 0, step["txHash"].is_string(), "{step}");
        }
        let addresses = report["addresses"].as_object().expect("addresses");
        assert!(
            ["registry", "factory", "token"].iter().all(|name| addresses.contains_key(*name)),
            "{report}"
        );
    }
}

#[test]
fn demo_says_that_the_account_is_poor() {
    let runtime = Runtime::new().expect("a runtime");
    let node = runtime.block_on(Devnode::spawn(Config::test())).expect("a devnode");
    let mut command = ecosystem(&["demo", "--rpc", &node.rpc_url()]);
    let said = refuses(command.env(KEY_VARIABLE, KEY), 1);
    assert!(said.contains("0.000000000000000000 ETH") && said.contains("send it some"), "{said}");
}

#[test]
fn arguments_that_make_no_sense_are_explained() {
    let output = ecosystem(&["demonstrate"]).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(USAGE));
    assert!(String::from_utf8_lossy(&output.stderr).contains("demo"));
    let help = ecosystem(&["demo", "--help"]).output().expect("the binary runs");
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).expect("text");
    for network in Network::all() {
        assert!(help.contains(&network.name), "{help}");
    }
    assert!(help.contains(KEY_VARIABLE), "{help}");
}

/// URL of a server that answers every request with `body`.
fn answering(body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    let body = body.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that went away is no concern of the next one.
            let _ = stream.and_then(|stream| answer(stream, &body));
        }
    });
    url
}

/// URL of a server that is a node as far as its chain id goes.
fn answering_chain_id(chain_id: u64) -> String {
    answering(&format!(r#"{{"jsonrpc":"2.0","id":0,"result":"{chain_id:#x}"}}"#))
}

fn answer(mut stream: TcpStream, body: &str) -> std::io::Result<()> {
    let mut request = [0; 4_096];
    let _ = stream.read(&mut request)?;
    let length = body.len();
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

/// A folder that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ecosystem-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed is left to the system's cleaning.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn quote_refuses_what_is_no_amount_and_more_than_one_trade() {
    let quote = |trade: &[&str]| {
        let pool = "0x000000000000000000000000000000000000b001";
        let common = ["quote", "--rpc", "http://127.0.0.1:1", "--pool", pool];
        let Output { status, stdout, stderr } =
            ecosystem(&[&common, trade].concat()).output().expect("the binary runs");
        assert_eq!(status.code(), Some(USAGE));
        assert!(stdout.is_empty());
        String::from_utf8(stderr).expect("text")
    };
    for amount in ["-1", "1.0000000000000000001", "a lot", ""] {
        let said = quote(&[&format!("--sell-ether={amount}")]);
        assert!(said.contains("no amount such as 12.5"), "{said}");
    }
    assert!(quote(&[]).contains("--sell-ether"));
    assert!(quote(&["--sell-ether", "1", "--buy-tokens", "1"]).contains("cannot be used with"));
    assert!(quote(&["--sell-ether", "1", "--slippage", "10001"]).contains("10001"));
    // Everything is right but that nobody is there.
    assert!(quote(&["--sell-ether", "1"]).contains("http://127.0.0.1:1"));
}

#[test]
fn market_commands_work_on_a_chain_and_say_what_is_no_pool() {
    Runtime::new().expect("a runtime").block_on(async {
        let node = Devnode::spawn(Config::test()).await.expect("a devnode on a free port");
        let url = node.rpc_url();
        let pool = "0x000000000000000000000000000000000000b001";
        let nobody = tokio::task::spawn_blocking(move || {
            let said =
                refuses(&mut ecosystem(&["quote", "--rpc", &url, "--pool", pool, "--sell-ether", "1"]), 1);
            assert!(said.contains("getReserves()"), "{said}");
            let factory = ["collect-fees", "--rpc", &url, "--pool-factory", pool];
            let said = refuses(&mut ecosystem(&factory), 1);
            assert!(said.contains("getPools(uint256,uint256)"), "{said}");
            // That a pool named is none is told in its row, which is no success either.
            ecosystem(&[&factory[..], &["--json", "--pool", pool]].concat())
                .output()
                .expect("the binary runs")
        });
        let Output { status, stdout, .. } = nobody.await.expect("the commands end");
        let told: Value = serde_json::from_slice(&stdout).expect("one JSON object");
        assert_eq!((status.success(), &told["ok"]), (false, &Value::Bool(false)));
        let problem = told["rows"][0]["problem"].as_str().expect("a problem");
        assert!(problem.contains("balanceOf(address)"), "{told}");
        node.stop().await;
    });
}
