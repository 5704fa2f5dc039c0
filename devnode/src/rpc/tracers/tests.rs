//! Every tracer on calls from wasm through the EVM to wasm.

use alloy_primitives::{Address, B256, U256, hex};
use serde_json::{Value, json};

use crate::replay::Node as _;
use crate::rpc::testing::{EVM_REVERT_ECHO, EVM_STORE, Stage, init_code, logs_and, number, relayed};

fn lower(address: Address) -> Value {
    json!(address.to_string().to_lowercase())
}

fn names(records: &Value) -> Vec<&str> {
    let records = records.as_array().expect("a list of records").iter();
    records.map(|record| record["name"].as_str().expect("records have names")).collect()
}

fn step<'a>(records: &'a Value, name: &str) -> &'a Value {
    let records = records.as_array().expect("a list of records");
    records.iter().find(|record| record["name"] == name).unwrap_or_else(|| panic!("no {name} in {records:?}"))
}

const COUNTING: [&str; 6] = [
    "user_entrypoint",
    "storage_load_bytes32",
    "storage_cache_bytes32",
    "storage_flush_cache",
    "write_result",
    "user_returned",
];

#[test]
fn stylus_tracer_nests_programs_below_evm_frames() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let trace = stage.trace(&receipt, json!({ "tracer": "stylusTracer" }));
        let relaying = [
            "user_entrypoint",
            "read_args",
            "call_contract",
            "read_return_data",
            "write_result",
            "user_returned",
        ];
        assert_eq!(names(&trace), relaying);
        let call = step(&trace, "call_contract");
        assert_eq!(call["address"], lower(stage.evm_relay));
        // The EVM relay's call is nobody's host function.
        let inner = step(&call["steps"], "evm_call_contract");
        assert_eq!(inner["address"], lower(stage.counter));
        assert_eq!((&inner["args"], &inner["startInk"]), (&json!("0x"), &json!(0)));
        assert_eq!(names(&inner["steps"]), COUNTING);

        let args = call["args"].as_str().and_then(|args| args.strip_prefix("0x")).expect("hex");
        assert_eq!(args[..40], hex::encode(stage.evm_relay));
        assert_eq!(args[40..56], "f".repeat(16), "the gas that the program asked to forward");
        assert_eq!(args[56..120], "0".repeat(64), "the value");
        // 32 bytes of flag, 32 of gas and the counter's word; status 0.
        assert_eq!(call["outs"], "0x0000006000");
        let loaded = step(&inner["steps"], "storage_load_bytes32");
        assert_eq!((&loaded["args"], &loaded["outs"]), (&json!(B256::ZERO), &json!(B256::ZERO)));
        assert_eq!(step(&inner["steps"], "write_result")["args"], json!(B256::with_last_byte(1)));

        for records in [&trace, &inner["steps"]] {
            let records = records.as_array().expect("a list");
            let ink = |record: &Value, name: &str| record[name].as_u64().expect("ink");
            let initial = ink(&records[0], "startInk");
            assert_eq!(ink(&records[0], "endInk"), initial);
            assert_eq!(ink(&records[records.len() - 1], "startInk"), initial);
            let mut left = initial;
            for record in &records[1..records.len() - 1] {
                assert!(ink(record, "startInk") < left, "the program's own code costs ink: {record}");
                assert!(ink(record, "endInk") < ink(record, "startInk"));
                left = ink(record, "endInk");
            }
        }
    });
}

#[test]
fn javascript_that_asks_for_host_functions_is_answered_as_the_stylus_tracer() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let native = stage.trace(&receipt, json!({ "tracer": "stylusTracer" }));
        let script = "{ \"hostio\": function(info) { this.open.push(info); }, open: [] }";
        assert_eq!(stage.trace(&receipt, json!({ "tracer": script })), native);
        let hash = &receipt["transactionHash"];
        let other = json!([hash, { "tracer": "{ step: function() {} }" }]);
        let refusal = stage.refusal("debug_traceTransaction", other);
        assert_eq!(refusal.code, -32602);
        assert!(refusal.message.contains("choose callTracer"), "{}", refusal.message);
    });
}

#[test]
fn stylus_tracer_shows_a_create_and_its_host_function() {
    Stage::play(|stage| {
        let receipt = stage.send(stage.creator, init_code(&EVM_STORE));
        let trace = stage.trace(&receipt, json!({ "tracer": "stylusTracer" }));
        assert_eq!(
            names(&trace),
            ["user_entrypoint", "read_args", "evm_create1", "create1", "write_result", "user_returned"]
        );
        let created = step(&trace, "evm_create1")["address"].clone();
        let outs = step(&trace, "create1")["outs"].as_str().expect("hex");
        assert_eq!(outs, format!("{}00000000", created.as_str().expect("an address")));
        assert!(step(&trace, "create1").get("steps").is_none());
        let code = stage.request("eth_getCode", json!([created, "latest"]));
        assert_eq!(code, json!(hex::encode_prefixed(EVM_STORE)));

        let calls = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        let create = &calls["calls"][0];
        assert_eq!((&create["type"], &create["to"]), (&json!("CREATE"), &created));
        assert_eq!(create["from"], lower(stage.creator));
        assert_eq!(create["output"], json!(hex::encode_prefixed(EVM_STORE)));
    });
}

#[test]
fn call_tracer_gives_the_tree_with_the_gas_of_every_frame() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let trace = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        assert_eq!(trace["gasUsed"], receipt["gasUsed"]);
        assert_eq!(number(&trace["gas"]), 10_000_000);
        assert_eq!(trace["to"], lower(stage.program_relay));
        let relay = &trace["calls"][0];
        let counter = &relay["calls"][0];
        assert_eq!((&relay["from"], &relay["to"]), (&lower(stage.program_relay), &lower(stage.evm_relay)));
        assert_eq!((&counter["from"], &counter["to"]), (&lower(stage.evm_relay), &lower(stage.counter)));
        assert_eq!(counter["output"], json!(B256::with_last_byte(1)));
        assert!(counter.get("calls").is_none() && counter.get("error").is_none());
        assert!(number(&counter["gasUsed"]) < number(&relay["gasUsed"]));
        assert!(number(&relay["gasUsed"]) < number(&trace["gasUsed"]));

        let price = U256::from(100_000_000);
        let fee = |gas: u64| json!(U256::from(gas) * price);
        let used = number(&receipt["gasUsed"]);
        assert_eq!(trace["beforeEVMTransfers"][0]["value"], fee(10_000_000));
        assert_eq!(trace["afterEVMTransfers"][0]["value"], fee(10_000_000 - used));
        assert_eq!(trace["afterEVMTransfers"][1]["value"], fee(used));

        let top = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
        assert!(stage.trace(&receipt, top).get("calls").is_none());
    });
}

#[test]
fn call_tracer_names_failures_and_drops_the_logs_that_they_undo() {
    Stage::play(|stage| {
        let kept = stage.deploy(&logs_and(&hex!("00")));
        let undone = stage.deploy(&logs_and(&hex!("5f5ffd")));
        let with_log = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });

        let receipt = stage.send(stage.evm_relay, relayed(kept, &[]));
        let trace = stage.trace(&receipt, with_log.clone());
        let log = &trace["calls"][0]["logs"][0];
        assert_eq!(log["address"], lower(kept));
        assert_eq!(log["topics"], json!([B256::from(U256::from(0x1234))]));
        assert_eq!((&log["index"], &log["position"]), (&json!("0x0"), &json!("0x0")));

        let receipt = stage.send(stage.evm_relay, relayed(undone, &[]));
        let trace = stage.trace(&receipt, with_log.clone());
        assert_eq!(trace["calls"][0]["error"], "execution reverted");
        assert!(trace["calls"][0].get("logs").is_none());
        assert!(trace.get("error").is_none(), "the relay itself goes on");

        // Error(string) of "hello", from below a program.
        let revert = stage.deploy(&EVM_REVERT_ECHO);
        let hello = hex!(
            "08c379a0"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000005"
            "68656c6c6f000000000000000000000000000000000000000000000000000000"
        );
        let receipt = stage.send(stage.program_relay, [revert.as_slice(), &hello].concat());
        let trace = stage.trace(&receipt, with_log);
        assert_eq!(trace["calls"][0]["revertReason"], "hello");
        assert_eq!(trace["calls"][0]["output"], json!(hex::encode_prefixed(hello)));
    });
}

#[test]
fn call_tracer_says_why_a_nested_frame_halted() {
    Stage::play(|stage| {
        let cases = [
            (&hex!("fe")[..], "invalid opcode: INVALID"),
            (&hex!("50"), "stack underflow (0 <=> 1)"),
            (&hex!("5f56"), "invalid jump destination"),
        ];
        for (code, error) in cases {
            let contract = stage.deploy(code);
            let receipt = stage.send(stage.evm_relay, relayed(contract, &[]));
            let trace = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
            let frame = &trace["calls"][0];
            assert_eq!(frame["error"], error);
            assert_eq!(frame["gasUsed"], frame["gas"], "a halt takes all");
        }
        let inactive = stage.deploy(&hex!("eff0000000"));
        let receipt = stage.send(stage.evm_relay, relayed(inactive, &[]));
        let trace = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        assert_eq!(trace["calls"][0]["error"], "error ProgramNotActivated()");
    });
}

#[test]
fn a_call_that_its_caller_cannot_fund_is_a_frame_that_uses_nothing() {
    Stage::play(|stage| {
        // Four zeros, a value of 1, an address, GAS, CALL.
        let poor = stage.deploy(&hex!("5f5f5f5f600160215af1"));
        let receipt = stage.send(poor, []);
        let trace = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        let frame = &trace["calls"][0];
        assert_eq!(frame["error"], "insufficient balance for transfer");
        assert_eq!((&frame["gasUsed"], &frame["value"]), (&json!("0x0"), &json!("0x1")));
    });
}

#[test]
fn destroying_an_account_is_a_frame_of_its_own() {
    Stage::play(|stage| {
        // CALLER, SELFDESTRUCT
        let mortal = stage.deploy(&hex!("33ff"));
        stage.request("anvil_setBalance", json!([mortal, "0x5"]));
        let receipt = stage.send(stage.evm_relay, relayed(mortal, &[]));
        let calls = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        let end = &calls["calls"][0]["calls"][0];
        assert_eq!((&end["type"], &end["value"]), (&json!("SELFDESTRUCT"), &json!("0x5")));
        assert_eq!((&end["from"], &end["to"]), (&lower(mortal), &lower(stage.evm_relay)));
        let records = stage.trace(&receipt, json!({ "tracer": "stylusTracer" }));
        assert_eq!(names(&records[0]["steps"]), ["evm_self_destruct"]);
    });
}

#[test]
fn four_byte_tracer_counts_calls_with_a_selector_but_none_of_precompiles() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let data = stage.count_calldata();
        let trace = stage.trace(&receipt, json!({ "tracer": "4byteTracer" }));
        let selector = hex::encode(&data[..4]);
        // The counter gets no calldata; the relay's begins with the zeros of an address word.
        assert_eq!(trace, json!({ format!("0x{selector}-{}", data.len() - 4): 1, "0x00000000-60": 1 }));
        let sha256 = Address::with_last_byte(2);
        let receipt = stage.send(stage.evm_relay, relayed(sha256, b"four and more"));
        let trace = stage.trace(&receipt, json!({ "tracer": "4byteTracer" }));
        assert_eq!(trace, json!({ "0x00000000-73": 1 }));
    });
}

#[test]
fn prestate_tracer_gives_what_was_there_and_what_changed() {
    Stage::play(|stage| {
        stage.count();
        let user = stage.user.address();
        let balance = stage.request("eth_getBalance", json!([user, "latest"]));
        let receipt = stage.count();
        let slot = B256::ZERO.to_string();
        let key = |address: Address| address.to_string().to_lowercase();

        let pre = stage.trace(&receipt, json!({ "tracer": "prestateTracer" }));
        assert_eq!(pre[key(user)]["balance"], balance);
        assert_eq!(pre[key(stage.counter)]["storage"][&slot], json!(B256::with_last_byte(1)));
        let code = stage.request("eth_getCode", json!([stage.evm_relay, "latest"]));
        assert_eq!(pre[key(stage.evm_relay)]["code"], code);

        let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
        let diff = stage.trace(&receipt, diff);
        let counter = key(stage.counter);
        assert_eq!(diff["pre"][&counter]["storage"], json!({ &slot: B256::with_last_byte(1) }));
        assert_eq!(diff["post"][&counter], json!({ "storage": { &slot: B256::with_last_byte(2) } }));
        let after = stage.request("eth_getBalance", json!([user, "latest"]));
        let nonce = |side: &str| diff[side][key(user)]["nonce"].as_u64().expect("a nonce");
        assert_eq!(diff["post"][key(user)]["balance"], after);
        assert_eq!(nonce("post"), nonce("pre") + 1);
        assert!(diff["pre"].get(key(stage.evm_relay)).is_none(), "nothing changed there");

        let config = json!({ "disableCode": true, "disableStorage": true });
        let bare = stage.trace(&receipt, json!({ "tracer": "prestateTracer", "tracerConfig": config }));
        assert!(bare[&counter].get("code").is_none() && bare[&counter].get("storage").is_none());
    });
}

#[test]
fn prestate_diff_shows_a_new_account_only_afterwards() {
    Stage::play(|stage| {
        let receipt = stage.send(stage.creator, init_code(&EVM_STORE));
        let calls = stage.trace(&receipt, json!({ "tracer": "callTracer" }));
        let created = calls["calls"][0]["to"].as_str().expect("an address").to_owned();
        let diff = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
        let diff = stage.trace(&receipt, diff);
        assert!(diff["pre"].get(&created).is_none());
        assert_eq!(diff["post"][&created]["code"], json!(hex::encode_prefixed(EVM_STORE)));
        assert_eq!(diff["post"][&created]["nonce"], 1);
    });
}

#[test]
fn struct_logs_show_opcodes_and_host_functions_by_depth() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let trace = stage.trace(&receipt, json!({}));
        assert_eq!(trace["gas"].as_u64(), Some(number(&receipt["gasUsed"])));
        assert_eq!(trace["failed"], false);
        let logs = trace["structLogs"].as_array().expect("a list");
        let at = |depth: u64| logs.iter().filter(move |log| log["depth"] == depth);
        let ops = |depth| at(depth).map(|log| log["op"].as_str().expect("a name")).collect::<Vec<_>>();

        let entering = ["SLOAD", "SLOAD"]; // ArbOS's parameters
        let counting = ["SLOAD", "POP", "SSTORE", "RETURN"];
        assert_eq!(ops(3), [&entering[..], &counting[..]].concat());
        let relaying = ["CALLDATACOPY", "CALL", "POP", "RETURNDATACOPY", "RETURN"];
        assert_eq!(ops(1), [&entering[..], &relaying[..]].concat());
        assert_eq!(ops(2)[..3], ["PUSH1", "CALLDATASIZE", "SUB"]);
        assert_eq!(ops(2).last(), Some(&"RETURN"));

        for pair in at(2).collect::<Vec<_>>().windows(2) {
            let field = |index: usize, name: &str| pair[index][name].as_u64().expect("a number");
            if pair[0]["op"] != "CALL" {
                assert_eq!(field(0, "gas") - field(0, "gasCost"), field(1, "gas"), "{pair:?}");
            }
        }
        let store = at(3).find(|log| log["op"] == "SSTORE").expect("the flush");
        assert_eq!(store["stack"], json!(["0x1", "0x0"]));
        assert_eq!(store["storage"][hex::encode(B256::ZERO)], hex::encode(B256::with_last_byte(1)));
        // 20 000 for a new value in a slot that is warm by now, and the host function's own ink.
        assert_eq!(store["gasCost"], 20_006);
    });
}

#[test]
fn struct_logs_hold_what_is_asked_for() {
    Stage::play(|stage| {
        let receipt = stage.send(stage.evm_relay, relayed(stage.counter, &[]));
        let config = json!({ "disableStack": true, "disableStorage": true, "enableMemory": true,
            "enableReturnData": true });
        let trace = stage.trace(&receipt, config);
        let logs = trace["structLogs"].as_array().expect("a list");
        assert!(logs.iter().all(|log| log.get("stack").is_none() && log.get("storage").is_none()));
        let last = logs.last().expect("the relay's RETURN");
        let word = |n: u64| json!(hex::encode(B256::from(U256::from(n))));
        assert_eq!((&last["memory"][0], &last["memory"][2]), (&word(1), &word(1)));
        assert_eq!(last["returnData"], json!(B256::with_last_byte(1)));
        let few = stage.trace(&receipt, json!({ "limit": 3 }));
        assert_eq!(few["structLogs"].as_array().map(Vec::len), Some(3));
    });
}

#[test]
fn struct_logs_tell_what_could_not_be_paid() {
    Stage::play(|stage| {
        let store = stage.deploy(&EVM_STORE);
        let call = json!({ "from": stage.user.address(), "to": store, "gas": "0x5300", "data": B256::ZERO });
        let trace = stage.request("debug_traceCall", json!([call, "latest", {}]));
        assert_eq!(trace["failed"], true);
        let last = trace["structLogs"].as_array().and_then(|logs| logs.last()).expect("an entry");
        let sentry = "out of gas: not enough gas for reentrancy sentry";
        assert_eq!((&last["op"], &last["error"]), (&json!("SSTORE"), &json!(sentry)));
    });
}

#[test]
fn a_block_is_traced_from_its_first_transaction_on() {
    Stage::play(|stage| {
        let receipt = stage.count();
        let config = json!({ "tracer": "callTracer" });
        let number = receipt["blockNumber"].clone();
        let traces = stage.request("debug_traceBlockByNumber", json!([number, config]));
        let hashes: Vec<&Value> = traces.as_array().expect("a list").iter().map(|t| &t["txHash"]).collect();
        let block = stage.request("eth_getBlockByNumber", json!([number, false]));
        assert_eq!(hashes, block["transactions"].as_array().expect("a list").iter().collect::<Vec<_>>());
        let start = &traces[0]["result"];
        assert_eq!((&start["gas"], &start["afterEVMTransfers"]), (&json!("0x0"), &json!([])));
        let history = &start["calls"][0];
        assert_eq!((&history["gas"], &history["gasUsed"]), (&json!("0x1c9c380"), &json!("0x63f8")));
        let number_asked = &history["calls"][0];
        assert_eq!((&number_asked["gas"], &number_asked["gasUsed"]), (&json!("0x1c29238"), &json!("0x323")));
        assert_eq!(traces[1]["result"], stage.trace(&receipt, config.clone()));
        let by_hash = stage.request("debug_traceBlockByHash", json!([receipt["blockHash"], config]));
        assert_eq!(by_hash, traces);
        let genesis = stage.refusal("debug_traceBlockByNumber", json!(["0x0", config]));
        assert_eq!(genesis.message, "genesis is not traceable");
    });
}

#[test]
fn an_old_transaction_is_traced_as_it_ran() {
    Stage::play(|stage| {
        let slot = json!([stage.counter, "0x0", B256::with_last_byte(7)]);
        stage.request("anvil_setStorageAt", slot.clone());
        let receipt = stage.count();
        let configs = [json!({}), json!({ "tracer": "stylusTracer" }), json!({ "tracer": "callTracer" })];
        let before: Vec<Value> = configs.iter().map(|config| stage.trace(&receipt, config.clone())).collect();
        let written = step(&before[1], "call_contract")["steps"][0]["steps"][4]["args"].clone();
        assert_eq!(written, json!(B256::with_last_byte(8)), "an edited state is where its block starts");
        stage.count();
        stage.request("anvil_setStorageAt", slot);
        stage.request("anvil_setCode", json!([stage.evm_relay, "0x"]));
        stage.count();
        for (config, trace) in configs.iter().zip(&before) {
            assert_eq!(&stage.trace(&receipt, config.clone()), trace, "{config}");
        }
    });
}

#[test]
fn a_call_is_traced_with_another_state_and_another_block() {
    Stage::play(|stage| {
        let call = json!({ "from": stage.user.address(), "to": stage.counter });
        let state = json!({ stage.counter.to_string(): {
            "stateDiff": { B256::ZERO.to_string(): B256::with_last_byte(40) } } });
        let config = json!({ "tracer": "callTracer", "stateOverrides": state });
        let trace = stage.request("debug_traceCall", json!([call, "latest", config]));
        assert_eq!(trace["output"], json!(B256::with_last_byte(41)));

        // TIMESTAMP, NUMBER, COINBASE and GASLIMIT, a word each.
        let asks = stage.deploy(&hex!("425f524360205241604052456060526080 5ff3"));
        let call = json!({ "from": stage.user.address(), "to": asks });
        let coinbase = Address::repeat_byte(0xcb);
        let block = json!({ "time": "0x77", "gasLimit": "0x88", "feeRecipient": coinbase, "number": "0x99" });
        let config = json!({ "tracer": "callTracer", "blockOverrides": block });
        let traced = stage.request("debug_traceCall", json!([call, "latest", config]))["output"].clone();
        let word = |n: u64| B256::from(U256::from(n));
        // NUMBER is that of the parent chain.
        let expected = [word(0x77), word(0), coinbase.into_word(), word(0x88)].concat();
        assert_eq!(traced, json!(hex::encode_prefixed(expected)));
        let called = stage.request("eth_call", json!([call, "latest", {}, block]));
        assert_eq!(called, traced);
        let l2_number = json!({ "to": Address::with_last_byte(0x64), "data": "0xa3b1b31d" });
        let called = stage.request("eth_call", json!([l2_number, "latest", {}, block]));
        assert_eq!(called, json!(word(0x99)));

        // A block that is late enough: the estimate sees it as well.
        let waits = stage.deploy(&hex!("6101004210600957005b5f5ffd"));
        let call = json!({ "to": waits });
        let estimate = |stage: &mut Stage, time: &str| {
            let params = json!([call, "latest", {}, { "time": time }]);
            stage.node.request("eth_estimateGas", params)
        };
        assert!(estimate(stage, "0x100").is_ok());
        assert_eq!(estimate(stage, "0xff").map_err(|failure| failure.code), Err(3));

        let broke = json!({ "from": Address::repeat_byte(9), "to": asks, "value": "0x1" });
        let refusal = stage.refusal("debug_traceCall", json!([broke, "latest", {}]));
        assert!(refusal.message.starts_with("tracing failed: insufficient funds"), "{}", refusal.message);
    });
}

#[test]
fn an_endless_loop_is_refused_unless_a_limit_is_set() {
    Stage::play(|stage| {
        // JUMPDEST, PUSH0, JUMP
        let endless = stage.deploy(&hex!("5b5f56"));
        let call = json!({ "to": endless });
        let refusal = stage.refusal("debug_traceCall", json!([call, "latest", {}]));
        assert!(refusal.message.contains("`limit`"), "{}", refusal.message);
        let few = stage.request("debug_traceCall", json!([call, "latest", { "limit": 5 }]));
        assert_eq!(few["structLogs"].as_array().map(Vec::len), Some(5));
        assert_eq!((&few["failed"], &few["gas"]), (&json!(true), &json!(50_000_000)));
    });
}

#[test]
fn deep_recursion_is_traced_to_its_end() {
    Stage::play(|stage| {
        // Five zeros, ADDRESS, GAS, CALL: the contract calls itself until its gas is gone.
        let deep = stage.deploy(&hex!("5f5f5f5f5f305af1"));
        for (tracer, below) in [("callTracer", "/calls/0"), ("stylusTracer", "/0/steps")] {
            let config = json!([{ "to": deep }, "latest", { "tracer": tracer }]);
            let mut trace = stage.request("debug_traceCall", config);
            let mut depth = 0;
            while let Some(nested) = trace.pointer_mut(below).map(Value::take) {
                trace = nested;
                depth += 1;
            }
            assert!(depth > 400, "{tracer} saw {depth} levels");
        }
    });
}
