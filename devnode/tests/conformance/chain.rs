//! A fresh chain with what tests do on one: deploy, activate, send, call, let time pass.

use alloy_consensus::{SignableTransaction, TxEip1559, TxEnvelope};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, hex};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::{SolCall, sol};
use serde_json::{Value, json};
use stylus_devnode::{Config, DevAccount, Node, replay::LocalNode};

use crate::wasm;

pub(crate) const ARBOS_TEST: Address = address!("0000000000000000000000000000000000000069");
pub(crate) const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
pub(crate) const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");
pub(crate) const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
pub(crate) const ARB_DEBUG: Address = address!("00000000000000000000000000000000000000ff");

/// An address that nobody has a key for.
pub(crate) const NOBODY: Address = Address::repeat_byte(0x21);

pub(crate) const BASE_FEE: u64 = 100_000_000;
pub(crate) const CHAIN_ID: u64 = 412_346;
const GAS: u64 = 30_000_000;

sol! {
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
        function codehashKeepalive(bytes32 codehash) external payable;
        function codehashAsmSize(bytes32 codehash) external view returns (uint32);
        function programVersion(address program) external view returns (uint16);
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
        function programMemoryFootprint(address program) external view returns (uint16);
        function programTimeLeft(address program) external view returns (uint64);
        function stylusVersion() external view returns (uint16);
    }
    interface ArbOwner {
        function setInkPrice(uint32 price) external;
        function setWasmMaxStackDepth(uint32 words) external;
        function setL1PricePerUnit(uint256 price) external;
        function scheduleArbOSUpgrade(uint64 version, uint64 timestamp) external;
        function setWasmPageLimit(uint16 limit) external;
        function setWasmBlockCacheSize(uint16 count) external;
        function setMaxStylusContractFragments(uint8 count) external;
        function addWasmCacheManager(address manager) external;
        function setCollectTips(bool collect) external;
        function setCalldataPriceIncrease(bool increase) external;
    }
}

/// A chain and its two senders.
pub(crate) struct Chain {
    node: Node,
    pub(crate) user: DevAccount,
    pub(crate) dev: DevAccount,
}

/// A transaction to be.
#[derive(Clone)]
pub(crate) struct Tx {
    pub(crate) to: Option<Address>,
    pub(crate) data: Bytes,
    pub(crate) value: U256,
    pub(crate) gas: u64,
}

pub(crate) fn tx(to: Address, data: impl Into<Bytes>) -> Tx {
    Tx { to: Some(to), data: data.into(), value: U256::ZERO, gas: GAS }
}

impl Tx {
    pub(crate) fn gas(self, gas: u64) -> Self {
        Self { gas, ..self }
    }

    pub(crate) fn value(self, wei: impl TryInto<U256>) -> Self {
        Self { value: wei.try_into().ok().expect("it fits"), ..self }
    }

    /// Gas before the first frame starts.
    pub(crate) fn intrinsic(&self) -> u64 {
        21_000 + self.data.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum::<u64>()
    }
}

/// What a mined transaction did.
#[derive(Debug)]
pub(crate) struct Receipt {
    pub(crate) success: bool,
    pub(crate) gas_used: u64,
    pub(crate) contract: Option<Address>,
    pub(crate) logs: Vec<Log>,
    pub(crate) json: Value,
}

#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) address: Address,
    pub(crate) topics: Vec<B256>,
    pub(crate) data: Bytes,
}

/// An error answer.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Option<Bytes>,
}

/// Runs a test on a fresh chain of an ArbOS version.
pub(crate) fn on_chain(arbos_version: u64, test: impl FnOnce(&mut Chain) + Send) {
    on_chain_of(&Config { arbos_version, ..Config::test() }, test);
}

/// Runs a test on a fresh chain.
pub(crate) fn on_chain_of(config: &Config, test: impl FnOnce(&mut Chain) + Send) {
    LocalNode::on_large_stack(|| {
        let node = Node::new(config).expect("the configuration is sound");
        let (dev, user) = (node.accounts()[0], node.accounts()[1]);
        test(&mut Chain { node, user, dev });
    });
}

pub(crate) fn number(value: &Value) -> u64 {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_else(|| panic!("{value}"))
}

/// A transaction of any type as it goes over the wire.
pub(crate) fn signed<T>(account: DevAccount, unsigned: T) -> Vec<u8>
where
    T: SignableTransaction<Signature>,
    TxEnvelope: From<alloy_consensus::Signed<T>>,
{
    let signature = sign_hash(account, unsigned.signature_hash());
    TxEnvelope::from(unsigned.into_signed(signature)).encoded_2718()
}

pub(crate) fn sign_hash(account: DevAccount, hash: B256) -> Signature {
    let signer = PrivateKeySigner::from_bytes(&account.private_key).expect("a valid key");
    signer.credential().sign_prehash_recoverable(hash.as_slice()).expect("it signs hashes").into()
}

fn parsed<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

impl Chain {
    pub(crate) fn request(&self, method: &str, params: Value) -> Result<Value, Refusal> {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = self.node.handle(&request);
        let error = answer["error"].take();
        if error.is_null() {
            return Ok(answer["result"].take());
        }
        Err(Refusal {
            code: error["code"].as_i64().expect("errors have codes"),
            message: error["message"].as_str().expect("errors have messages").to_owned(),
            data: error.get("data").map(parsed),
        })
    }

    pub(crate) fn rpc(&self, method: &str, params: Value) -> Value {
        self.request(method, params).unwrap_or_else(|refusal| panic!("{method}: {refusal:?}"))
    }

    pub(crate) fn balance(&self, account: Address) -> U256 {
        parsed(&self.rpc("eth_getBalance", json!([account, "latest"])))
    }

    pub(crate) fn nonce(&self, account: Address) -> u64 {
        number(&self.rpc("eth_getTransactionCount", json!([account, "latest"])))
    }

    pub(crate) fn code(&self, account: Address) -> Bytes {
        parsed(&self.rpc("eth_getCode", json!([account, "latest"])))
    }

    pub(crate) fn code_hash(&self, account: Address) -> B256 {
        alloy_primitives::keccak256(self.code(account))
    }

    pub(crate) fn block(&self, tag: &str) -> Value {
        self.rpc("eth_getBlockByNumber", json!([tag, false]))
    }

    pub(crate) fn now(&self) -> u64 {
        number(&self.block("latest")["timestamp"])
    }

    /// The next block is made so many seconds after the newest one.
    pub(crate) fn wait(&self, seconds: u64) {
        self.rpc("evm_setNextBlockTimestamp", json!([self.now() + seconds]));
        self.rpc("evm_mine", json!([]));
    }

    /// Signs, sends and mines.
    pub(crate) fn send(&self, tx: &Tx) -> Receipt {
        self.send_from(self.user, tx)
    }

    pub(crate) fn send_from(&self, account: DevAccount, tx: &Tx) -> Receipt {
        let unsigned = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce: self.nonce(account.address),
            gas_limit: tx.gas,
            max_fee_per_gas: u128::from(BASE_FEE) * 2,
            max_priority_fee_per_gas: 0,
            to: tx.to.map_or(TxKind::Create, TxKind::Call),
            value: tx.value,
            access_list: Default::default(),
            input: tx.data.clone(),
        };
        self.publish(&signed(account, unsigned))
    }

    /// Mines a raw transaction.
    pub(crate) fn publish(&self, raw: &[u8]) -> Receipt {
        let hash = self.rpc("eth_sendRawTransaction", json!([hex::encode_prefixed(raw)]));
        let json = self.rpc("eth_getTransactionReceipt", json!([hash]));
        let logs = json["logs"].as_array().expect("receipts list logs").iter().map(|log| Log {
            address: parsed(&log["address"]),
            topics: parsed(&log["topics"]),
            data: parsed(&log["data"]),
        });
        Receipt {
            success: json["status"] == "0x1",
            gas_used: number(&json["gasUsed"]),
            contract: parsed(&json["contractAddress"]),
            logs: logs.collect(),
            json,
        }
    }

    /// A transaction of the dev account, a chain owner, that must succeed.
    #[track_caller]
    pub(crate) fn as_owner(&self, call: &impl SolCall) {
        let receipt = self.send_from(self.dev, &tx(ARB_OWNER, call.abi_encode()));
        assert!(receipt.success, "{receipt:?}");
    }

    /// `eth_call` by the user on the newest block.
    pub(crate) fn call(&self, tx: &Tx) -> Result<Bytes, Refusal> {
        self.call_with(tx, json!({}))
    }

    /// `eth_call` with accounts overridden.
    pub(crate) fn call_with(&self, tx: &Tx, overrides: Value) -> Result<Bytes, Refusal> {
        let request = json!({
            "from": self.user.address,
            "to": tx.to,
            "data": tx.data,
            "value": tx.value,
            "gas": format!("{:#x}", tx.gas),
        });
        self.request("eth_call", json!([request, "latest", overrides])).map(|value| parsed(&value))
    }

    /// A question to a contract that must be answered.
    #[track_caller]
    pub(crate) fn ask<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let output = self.call(&tx(to, call.abi_encode())).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        C::abi_decode_returns(&output).expect("it is what the method returns")
    }

    /// Publishes init code as it is.
    pub(crate) fn create(&self, init: impl Into<Bytes>) -> Receipt {
        self.send(&Tx { to: None, data: init.into(), value: U256::ZERO, gas: GAS })
    }

    /// Deploys runtime code.
    #[track_caller]
    pub(crate) fn deploy(&self, runtime: &[u8]) -> Address {
        let receipt = self.create(wasm::init_code(runtime));
        assert!(receipt.success, "{receipt:?}");
        receipt.contract.expect("creations have one")
    }

    /// The transaction that activates a program, with plenty of value.
    pub(crate) fn activation(program: Address) -> Tx {
        let call = ArbWasm::activateProgramCall { program };
        tx(ARB_WASM, call.abi_encode()).value(100_000_000_000_000_000_u64)
    }

    pub(crate) fn activate(&self, program: Address) -> Receipt {
        self.send(&Self::activation(program))
    }

    /// Deploys a program in text form; activates it unless its code is active already.
    #[track_caller]
    pub(crate) fn program(&self, wat: &str) -> Address {
        self.wasm_program(&wasm::parse(wat))
    }

    #[track_caller]
    pub(crate) fn wasm_program(&self, wasm: &[u8]) -> Address {
        let program = self.deploy(&wasm::classic(wasm));
        let version = ArbWasm::programVersionCall { program }.abi_encode();
        if self.call(&tx(ARB_WASM, version)).is_err() {
            let receipt = self.activate(program);
            assert!(receipt.success, "{:?}", self.call(&Self::activation(program)));
        }
        program
    }

    /// Gas that entering a program takes, apart from memory: uncached, and cached.
    pub(crate) fn entry_gas(&self, program: Address) -> (u64, u64) {
        let gas = self.ask(ARB_WASM, &ArbWasm::programInitGasCall { program });
        (gas.gas, gas.gasWhenCached)
    }
}
