//! Raw transactions: any bytes, and signed ones of every type with strange fields, through `eth_sendRawTransaction`.

mod envelope;

use std::sync::LazyLock;

use alloy_primitives::{B256, U256, hex, keccak256};
use arbitrary::Unstructured;
use serde_json::{Value, json};
use stylus_devnode::{
    chain::{Block, Mined, Receipt, Transaction},
    replay::LocalNode,
    rpc::Rpc,
};

use crate::base::{ARB_SYS, Base, Shared};
use envelope::Forge;

/// Most transactions of an input.
const MOST_TRANSACTIONS: usize = 8;

/// Longest trace that is asked for, in gas of its transaction.
const MOST_TRACED_GAS: u64 = 3_000_000;

static BASE: Shared = Shared::new(61, 2_000);

/// Runs an input.
pub fn run(data: &[u8]) {
    LocalNode::on_large_stack(|| BASE.lend(|base| twice(base, data)));
}

/// Makes the same history twice.
fn twice(base: &mut Base, data: &[u8]) -> bool {
    let (sent, first) = forged(base, data);
    base.restore();
    let rpc = base.front_end();
    let second: Vec<_> = sent.iter().map(|raw| send(base, &rpc, raw)).collect();
    assert_eq!(first, second, "the same transactions do something else the second time");
    true
}

/// What the chain says about one transaction.
#[derive(Debug, PartialEq)]
struct Told {
    answer: Result<B256, String>,
    state_root: B256,
    block_hash: B256,
    receipt: Option<Receipt>,
}

/// Makes and sends the transactions of an input, one after the other: each may depend on what the last one did.
fn forged(base: &Base, data: &[u8]) -> (Vec<Vec<u8>>, Vec<Told>) {
    let rpc = base.front_end();
    if let [0, raw @ ..] = data {
        return (vec![raw.to_vec()], vec![send(base, &rpc, raw)]);
    }
    let mut input = Unstructured::new(data.get(1..).unwrap_or_default());
    let mut forge = Forge::default();
    let (mut sent, mut told) = (Vec::new(), Vec::new());
    while told.len() < MOST_TRANSACTIONS && !input.is_empty() {
        let Ok(raw) = forge.transaction(&mut input, base) else { break };
        told.push(send(base, &rpc, &raw));
        sent.push(raw);
    }
    (sent, told)
}

/// Sends one transaction and checks what became of it.
fn send(base: &Base, rpc: &Rpc, raw: &[u8]) -> Told {
    let chain = base.chain();
    let before = chain.history();
    let answer = request(rpc, "eth_sendRawTransaction", json!([hex::encode_prefixed(raw)]));
    let after = chain.history();
    let head = after.head();
    let answer: Result<B256, String> = answer.map(|hash| serde_json::from_value(hash).expect("a hash"));
    let mut receipt = None;
    match &answer {
        Err(_) => assert_eq!(head.hash, before.head().hash, "a refused transaction leaves no block"),
        Ok(hash) => {
            assert_eq!(*hash, keccak256(raw), "the hash is that of what was sent");
            receipt = match after.transaction(hash) {
                Some(mined) => Some(check_mined(rpc, &mined)),
                None => {
                    assert!(after.pool().get(hash).is_some(), "what isn't mined waits");
                    assert_eq!(head.hash, before.head().hash, "what waits makes no block");
                    None
                }
            };
        }
    }
    for number in before.head().header.number + 1..=head.header.number {
        let block = after.block(number).expect("blocks have no gaps");
        let parent = after.block(number - 1).expect("blocks have no gaps");
        check_block(block, parent);
    }
    Told { answer, state_root: head.header.state_root, block_hash: head.hash, receipt }
}

/// A mined transaction: gas, nonce, and what the node tells about it.
fn check_mined(rpc: &Rpc, mined: &Mined) -> Receipt {
    let Transaction::Signed(tx) = mined.transaction() else { panic!("nobody signs the start of a block") };
    let (receipt, input) = (mined.receipt(), tx.input());
    assert!(receipt.gas_used <= input.gas_limit, "{} gas used of {}", receipt.gas_used, input.gas_limit);
    assert!(receipt.effective_gas_price <= input.max_fee_per_gas, "it pays more than it offered");
    let nonce = input.nonce.expect("signed transactions have one");
    assert_eq!(mined.block.before.nonce(tx.from), nonce, "it is mined in its turn");
    assert!(mined.block.state.nonce(tx.from) > nonce, "its nonce is used up");

    let hash = json!(tx.hash());
    let told = request(rpc, "eth_getTransactionReceipt", json!([hash])).expect("it has a receipt");
    assert_eq!(told["transactionHash"], hash);
    assert_eq!(told["status"], if receipt.success { "0x1" } else { "0x0" });
    let shown = request(rpc, "eth_getTransactionByHash", json!([hash])).expect("it is known");
    assert_eq!(shown["hash"], hash);
    if receipt.gas_used <= MOST_TRACED_GAS {
        for tracer in ["callTracer", "prestateTracer", "stylusTracer", "4byteTracer"] {
            let traced = request(rpc, "debug_traceTransaction", json!([hash, { "tracer": tracer }]));
            assert!(traced.is_ok(), "{tracer}: {traced:?}");
        }
    }
    receipt.clone()
}

/// A block: its place in the chain, its root, and that no ether came from nowhere or went nowhere.
fn check_block(block: &Block, parent: &Block) {
    assert_eq!(block.header.parent_hash, parent.hash);
    assert_eq!(block.header.state_root, block.state.root());
    assert!(block.header.timestamp >= parent.header.timestamp);
    let (before, after) = (block.before.total_balance(), block.state.total_balance());
    let burned =
        before.checked_sub(after).unwrap_or_else(|| panic!("{} wei came from nowhere", after - before));
    if burned.is_zero() {
        return;
    }
    let withdrawn: U256 = block.receipts.iter().flat_map(|receipt| &receipt.logs).map(withdrawal).sum();
    assert!(withdrawn <= burned, "{withdrawn} wei were withdrawn and {burned} are gone");
    // Whoever destroys itself in its creation, in favour of itself, burns what it holds; that needs this opcode.
    let destroys = |tx: &Transaction| tx.encoded().contains(&0xff);
    assert!(
        withdrawn == burned || block.transactions.iter().any(destroys),
        "{burned} wei went nowhere, {withdrawn} of them to the parent chain"
    );
}

/// What a log of `ArbSys` says has left for the parent chain, in wei.
fn withdrawal(log: &alloy_primitives::Log) -> U256 {
    static EVENT: LazyLock<B256> = LazyLock::new(|| {
        keccak256("L2ToL1Tx(address,address,uint256,uint256,uint256,uint256,uint256,uint256,bytes)")
    });
    let of_arb_sys = log.address == ARB_SYS && log.topics().first() == Some(&*EVENT);
    // Words: caller, arbBlockNum, ethBlockNum, timestamp, callvalue.
    let value = log.data.data.get(128..160).filter(|_| of_arb_sys);
    value.map(U256::from_be_slice).unwrap_or_default()
}

/// The result, or the error's text.
fn request(rpc: &Rpc, method: &str, params: Value) -> Result<Value, String> {
    let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut answer = rpc.handle(&request).expect("requests with an id are answered");
    match answer.get("error") {
        Some(error) => {
            assert_ne!(error["code"], -32603, "the node admits a defect: {error}");
            Err(error.to_string())
        }
        None => Ok(answer["result"].take()),
    }
}
