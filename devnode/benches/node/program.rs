//! Programs on a chain of their own, in process.

use alloy_primitives::{Address, hex};
use serde_json::{Value, json};
use stylus_devnode::{Config, Node};

/// ArbWasm.
const ARB_WASM: &str = "0x0000000000000000000000000000000000000071";
/// `activateProgram(address)`.
const ACTIVATE: &str = "58c780c2";
/// More than any activation costs, in wei.
const DATA_FEE: &str = "0xde0b6b3a7640000";

/// A chain with one program.
pub(super) struct Deployed {
    node: Node,
    sender: Address,
    program: String,
}

impl Deployed {
    /// Deploys `wasm`, not yet activated.
    pub(super) fn new(wasm: &[u8]) -> Self {
        let node = Node::new(&Config::test()).expect("a node");
        let sender = node.accounts()[0].address;
        let mut deployed = Self { node, sender, program: String::new() };
        let code = code(wasm);
        let creation = format!("7f{:064x}80602b6000396000f300{}", code.len(), hex::encode(&code));
        let receipt = deployed.send(json!({ "data": format!("0x{creation}") }));
        deployed.program = receipt["contractAddress"].as_str().expect("an address").to_owned();
        deployed
    }

    /// Activates the program.
    pub(super) fn activate(&self) {
        let address = self.program.trim_start_matches("0x");
        self.send(
            json!({ "to": ARB_WASM, "value": DATA_FEE, "data": format!("0x{ACTIVATE}{address:0>64}") }),
        );
    }

    /// Calls the program without calldata; what it returns, in hexadecimal digits.
    pub(super) fn call(&self) -> Value {
        self.ask("eth_call", json!([{ "from": self.sender, "to": self.program }, "latest"]))
    }

    /// Has a transaction mined, which has to succeed; its receipt.
    fn send(&self, mut request: Value) -> Value {
        request["from"] = json!(self.sender);
        request["gas"] = json!("0x1c9c380");
        let hash = self.ask("eth_sendTransaction", json!([request]));
        let receipt = self.ask("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(receipt["status"], "0x1", "{request} failed: {receipt}");
        receipt
    }

    fn ask(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.node.handle(&request);
        answer.get("result").unwrap_or_else(|| panic!("{method}: {answer}")).clone()
    }
}

/// What an account holds that is this program: prefix, dictionary 0, brotli stream.
pub(super) fn code(wasm: &[u8]) -> Vec<u8> {
    let mut code = vec![0xef, 0xf0, 0x00, 0x00];
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*wasm, &mut code, &params).expect("memory takes all that is written");
    code
}
