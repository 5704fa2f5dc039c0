//! `anvil_dumpState` and `anvil_loadState`: a chain goes on in another node.

use alloy::{
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider},
};
use serde_json::{Value, json};
use stylus_devnode::{Config, Devnode};

use crate::client::{NOBODY, deploy, mine, provider, request, spawn, transfer};

/// Adds one to slot 0 and logs without topics: SLOAD, ADD, SSTORE, LOG0.
const COUNTER: [u8; 12] = [0x5f, 0x54, 0x60, 1, 0x01, 0x5f, 0x55, 0x5f, 0x5f, 0xa0, 0x00, 0x00];

async fn dump_of(client: &DynProvider) -> Value {
    request(client, "anvil_dumpState", json!([])).await.expect("a dump")
}

async fn answers(client: &DynProvider, questions: &[(&'static str, Value)]) -> Vec<Value> {
    let mut answers = Vec::new();
    for (method, params) in questions {
        answers.push(
            request(client, method, params.clone())
                .await
                .unwrap_or_else(|error| panic!("{method}: {error:?}")),
        );
    }
    answers
}

fn count(counter: Address) -> alloy::rpc::types::TransactionRequest {
    alloy::rpc::types::TransactionRequest::default().to(counter)
}

#[tokio::test]
async fn a_loaded_chain_answers_as_the_dumped_one_and_goes_on() {
    let first = spawn().await;
    let alice = provider(&first, 1);
    let counter = deploy(&alice, &COUNTER).await;
    mine(&alice, count(counter)).await;
    let receipt = mine(&alice, count(counter)).await;
    mine(&alice, transfer(NOBODY, 7)).await;
    // What nobody signed is kept with its sender.
    request(&alice, "anvil_impersonateAccount", json!([NOBODY])).await.expect("done");
    request(&alice, "anvil_setBalance", json!([NOBODY, "0xde0b6b3a7640000"])).await.expect("done");
    let sent = json!([{ "from": NOBODY, "to": counter }]);
    let hash = request(&alice, "eth_sendTransaction", sent).await.expect("a hash");
    let dump = dump_of(&alice).await;

    let second = spawn().await;
    let bob = provider(&second, 1);
    let keeper = Address::repeat_byte(0x99);
    request(&bob, "anvil_setBalance", json!([keeper, "0x5"])).await.expect("done");
    mine(&bob, transfer(NOBODY, 1)).await;
    assert_eq!(request(&bob, "anvil_loadState", json!([dump])).await, Ok(json!(true)));

    // This one has counted no nonces yet.
    let bob = provider(&second, 1);
    let owner = first.accounts()[0].address;
    let questions = [
        ("eth_blockNumber", json!([])),
        ("eth_getBlockByNumber", json!(["latest", true])),
        ("eth_getBlockByNumber", json!(["0x2", true])),
        ("eth_getBlockByNumber", json!(["0x0", true])),
        ("eth_getTransactionReceipt", json!([receipt.transaction_hash])),
        ("eth_getTransactionByHash", json!([hash])),
        ("eth_getLogs", json!([{ "fromBlock": "0x0", "address": counter }])),
        ("eth_getBalance", json!([owner, "latest"])),
        ("eth_getTransactionCount", json!([first.accounts()[1].address, "latest"])),
        ("eth_getStorageAt", json!([counter, "0x0", "latest"])),
        ("eth_getCode", json!([counter, "latest"])),
        ("eth_getProof", json!([counter, ["0x0"], "latest"])),
        ("eth_gasPrice", json!([])),
    ];
    assert_eq!(answers(&bob, &questions).await, answers(&alice, &questions).await);
    // Accounts that the dump doesn't name stay.
    assert_eq!(bob.get_balance(keeper).await.expect("a balance"), U256::from(5));

    // Both go on alike: the same transaction uses the same gas on top of the same block.
    let (here, there) = (mine(&alice, count(counter)).await, mine(&bob, count(counter)).await);
    assert_eq!((here.gas_used, here.block_number), (there.gas_used, there.block_number));
    let four = bob.get_storage_at(counter, U256::ZERO).await.expect("a slot");
    assert_eq!(four, U256::from(4));
    let number = there.block_number.expect("it is mined");
    let parents = [("eth_getBlockByNumber", json!([format!("{:#x}", number - 1), false]))];
    assert_eq!(answers(&bob, &parents).await, answers(&alice, &parents).await);
    // What the chain itself knows of its blocks: ArbSys.arbBlockHash of the second.
    let arb_sys = json!([{
        "to": "0x0000000000000000000000000000000000000064",
        "data": format!("0x2b407a82{}", &B256::with_last_byte(2).to_string()[2..]),
    }, "latest"]);
    let hashes = [("eth_call", arb_sys)];
    assert_eq!(answers(&bob, &hashes).await, answers(&alice, &hashes).await);
}

#[tokio::test]
async fn older_states_of_a_loaded_chain_are_told_to_be_unknown() {
    let first = spawn().await;
    let alice = provider(&first, 1);
    mine(&alice, transfer(NOBODY, 1)).await;
    let receipt = mine(&alice, transfer(NOBODY, 1)).await;
    let dump = dump_of(&alice).await;
    let second = spawn().await;
    let bob = provider(&second, 1);
    let snapshot = request(&bob, "evm_snapshot", json!([])).await.expect("a snapshot");
    request(&bob, "anvil_loadState", json!([dump])).await.expect("it loads");
    for (method, params) in [
        ("eth_getBalance", json!([NOBODY, "0x1"])),
        ("eth_call", json!([{ "to": NOBODY }, "0x1"])),
        ("eth_getProof", json!([NOBODY, [], "0x1"])),
        ("debug_traceTransaction", json!([receipt.transaction_hash, {}])),
    ] {
        let (code, text) = request(&bob, method, params).await.expect_err("it is not known");
        assert!(code == -32_000 && text.contains("is not known"), "{method}: {text}");
    }
    // What comes after is known, and what was before the load comes back.
    let next = mine(&bob, transfer(NOBODY, 1)).await;
    let trace = json!([next.transaction_hash, { "tracer": "callTracer" }]);
    assert!(request(&bob, "debug_traceTransaction", trace).await.is_ok());
    assert_eq!(request(&bob, "evm_revert", json!([snapshot])).await, Ok(json!(true)));
    assert_eq!(bob.get_balance(NOBODY).number(0).await.expect("a balance"), U256::ZERO);
    request(&bob, "anvil_loadState", json!([dump])).await.expect("it loads");
    // A reset goes back to this node's own first block.
    request(&bob, "anvil_reset", json!([])).await.expect("done");
    assert_eq!(request(&bob, "eth_blockNumber", json!([])).await, Ok(json!("0x0")));
    assert!(bob.get_balance(second.accounts()[1].address).number(0).await.expect("a balance") > U256::ZERO);
}

#[tokio::test]
async fn what_cannot_be_loaded_is_told_and_changes_nothing() {
    let first = spawn().await;
    let alice = provider(&first, 1);
    mine(&alice, transfer(NOBODY, 1)).await;
    let before = dump_of(&alice).await;
    let text = before.as_str().expect("hex");
    let other = Devnode::spawn(Config { chain_id: 7, ..Config::test() }).await.expect("a test node starts");
    let foreign = dump_of(&provider(&other, 1)).await;
    for (what, dump, reason) in [
        ("nothing", "0x", "no state that anvil_dumpState"),
        ("gzip, as Anvil's", "0x1f8b0800", "no state that anvil_dumpState"),
        ("cut", &text[..text.len() - 2], "damaged"),
        ("another chain's", foreign.as_str().expect("hex"), "the state is of chain 7, this is chain 412346"),
    ] {
        let (code, text) = request(&alice, "anvil_loadState", json!([dump])).await.expect_err(what);
        assert!(code == -32_000 && text.contains(reason), "{what}: {text}");
    }
    assert_eq!(dump_of(&alice).await, before);
}
