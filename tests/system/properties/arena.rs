//! A stage for many quick steps: nobody signs transactions, and everything can be undone.

use std::future::Future;

use alloy::{
    primitives::{Address, B256, Bytes},
    providers::Provider,
    rpc::{
        client::BatchRequest,
        types::{Log, TransactionReceipt, TransactionRequest},
    },
    sol_types::{SolCall, SolEvent},
};
use ecosystem::chain::ChainError;
use ecosystem_tests::{Stage, World};
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// The arena's chain: another than that of the other tests, or what is written for one chain only would pass for right.
pub(super) const CHAIN_ID: u64 = 42_161;

/// Limit of every transaction: more than any of them uses.
const GAS: u64 = 3_000_000;

/// A stage on a chain of its own whose clock stands still, and which takes transactions of everybody unsigned.
pub(super) struct Arena {
    /// The stage.
    pub(super) stage: Stage,
    /// What histories start from, once there was one.
    start: Mutex<Option<Value>>,
}

/// What a transaction did: the answer and the logs, or the data that it reverted with.
pub(super) type Outcome<T> = Result<Done<T>, Bytes>;

/// What a transaction did that succeeded.
#[derive(Debug)]
pub(super) struct Done<T> {
    /// What the function returned.
    pub(super) answer: T,
    /// What it emitted.
    pub(super) logs: Vec<Log>,
}

impl<T> Done<T> {
    /// The events `E` among the logs.
    pub(super) fn events<E: SolEvent>(&self) -> Vec<E> {
        self.logs.iter().filter_map(|log| E::decode_log(&log.inner).ok()).map(|log| log.data).collect()
    }
}

impl Arena {
    /// A new one, with accounts that go by `name`.
    pub(super) async fn new(name: &str) -> Self {
        let stage = Stage::named(World::reproducible_on(CHAIN_ID).await, name).await;
        let arena = Self { stage, start: Mutex::default() };
        arena.ask("anvil_autoImpersonateAccount", json!([true])).await;
        arena
    }

    /// Runs `history` after everything that the one before did is undone, even if that one panicked.
    pub(super) async fn afresh<T>(&self, history: impl Future<Output = T>) -> T {
        let mut start = self.start.lock().await;
        if let Some(snapshot) = start.take() {
            assert_eq!(self.ask("evm_revert", json!([snapshot])).await, json!(true));
        }
        *start = Some(self.ask("evm_snapshot", json!([])).await);
        drop(start);
        history.await
    }

    /// Makes a call by a transaction of `from`.
    pub(super) async fn takes<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Outcome<C::Return> {
        let request = TransactionRequest::default().from(from).to(to).input(call.abi_encode().into());
        let answer = self.simulate(request.gas_limit(GAS)).await;
        let receipt = self.mined(from, to, call).await;
        assert_eq!(receipt.status(), answer.is_ok(), "{}: simulated otherwise than mined", C::SIGNATURE);
        assert!(receipt.status() || receipt.logs().is_empty(), "{} failed and left logs", C::SIGNATURE);
        answer.map(|data| Done {
            answer: C::abi_decode_returns_validate(&data).expect("an answer of the declared types"),
            logs: receipt.logs().to_vec(),
        })
    }

    /// The receipt of a transaction of `from` that makes a call, whether it succeeds or not.
    pub(super) async fn mined<C: SolCall>(&self, from: Address, to: Address, call: &C) -> TransactionReceipt {
        let input = Bytes::from(call.abi_encode());
        let transaction = json!([{ "from": from, "to": to, "data": input, "gas": format!("{GAS:#x}") }]);
        let hash = self.ask("eth_sendTransaction", transaction).await;
        let hash: B256 = serde_json::from_value(hash).expect("the hash of a transaction");
        let receipt = self.stage.chain().provider().get_transaction_receipt(hash).await;
        receipt.expect("the node answers").expect("a transaction is mined at once")
    }

    /// The answer to a call that changes nothing, or the data that it reverts with.
    pub(super) async fn asks<C: SolCall>(
        &self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<C::Return, Bytes> {
        let request = TransactionRequest::default().from(from).to(to).input(call.abi_encode().into());
        let data = self.simulate(request).await?;
        Ok(C::abi_decode_returns_validate(&data).expect("an answer of the declared types"))
    }

    /// The answers of several views of `at`, by one request.
    pub(super) async fn reads<C: SolCall>(&self, at: Address, calls: Vec<C>) -> Vec<C::Return> {
        let client = self.stage.chain().provider().client();
        let mut batch = BatchRequest::new(client);
        let mut waiting = Vec::new();
        for call in calls {
            let parameters = json!([{ "to": at, "data": Bytes::from(call.abi_encode()) }, "latest"]);
            waiting.push(batch.add_call::<_, Bytes>("eth_call", &parameters).expect("JSON"));
        }
        batch.send().await.expect("the node answers");
        let mut answers = Vec::new();
        for waiter in waiting {
            let data = waiter.await.unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE));
            answers.push(C::abi_decode_returns_validate(&data).expect("an answer of the declared types"));
        }
        answers
    }

    /// What a call that has to be refused reverts with: simulated, and as a transaction, which changes no storage of
    /// `to` and of the stage's contracts. None if it isn't refused.
    pub(super) async fn refuses<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Option<Bytes> {
        let system = &self.stage.system;
        let contracts = [system.registry, system.factory, to];
        let before = self.storage_of(contracts).await;
        let revert = self.takes(from, to, call).await.err();
        let after = self.storage_of(contracts).await;
        assert!(revert.is_none() || before == after, "{} was refused and changed storage", C::SIGNATURE);
        revert
    }

    /// Moves the clock.
    pub(super) async fn wait(&self, seconds: u64) {
        self.stage.world.advance_time(seconds).await;
    }

    /// The newest block's time, which is the next one's, too.
    pub(super) async fn now(&self) -> u64 {
        self.stage.chain().block_time().await.expect("the newest block's time")
    }

    /// Replaces the code of an account.
    pub(super) async fn set_code(&self, account: Address, code: &[u8]) {
        self.ask("anvil_setCode", json!([account, Bytes::copy_from_slice(code)])).await;
    }

    /// Hashes over all storage of some accounts.
    async fn storage_of<const N: usize>(&self, accounts: [Address; N]) -> [B256; N] {
        let mut roots = [B256::ZERO; N];
        for (root, account) in roots.iter_mut().zip(accounts) {
            let proof = self.stage.chain().provider().get_proof(account, Vec::new()).await;
            *root = proof.expect("the node proves its state").storage_hash;
        }
        roots
    }

    async fn simulate(&self, request: TransactionRequest) -> Result<Bytes, Bytes> {
        match self.stage.chain().call(request, "a step").await {
            Ok(data) => Ok(data),
            Err(ChainError::Reverted { revert, .. }) => Err(revert.data),
            Err(other) => panic!("a step: {other}"),
        }
    }

    async fn ask(&self, method: &'static str, parameters: Value) -> Value {
        let answer = self.stage.chain().provider().raw_request(method.into(), parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }
}
