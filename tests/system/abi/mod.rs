//! Every event and every error that `contracts/abi` declares shows in a log or revert of the real programs.
//!
//! An interface that promises an error which its contract never raises misleads everybody who handles it. Each contract
//! has a file of scenarios; [`Seen`] collects what they bring to light, and what is missing at the end fails by name.

mod factory;
mod functions;
mod proxy;
mod registry;
mod token;

use std::collections::BTreeMap;

use abi::json;
use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, TxKind, hex},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use ecosystem::chain::{ChainError, Sent};
use ecosystem_tests::Stage;

/// What a contract's interface declares, and which of it has shown.
struct Seen {
    /// Topics that belong to whoever shares the address: the proxy in front, or the program behind.
    others: Vec<B256>,
    events: BTreeMap<B256, (String, bool)>,
    errors: BTreeMap<FixedBytes<4>, (String, bool)>,
}

impl Seen {
    /// Nothing has shown yet of the contract in `contracts/<folder>`, or of the proxy.
    fn nothing_of(folder: &str) -> Self {
        let declared = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
        Self {
            others: Vec::new(),
            events: declared.events().map(|event| (event.selector(), (event.signature(), false))).collect(),
            errors: declared.errors().map(|error| (error.selector(), (error.signature(), false))).collect(),
        }
    }

    /// The same where the contract in `contracts/<folder>`, or the proxy, emits from the same address: what that one
    /// emits is left to its own test.
    fn beside(mut self, folder: &str) -> Self {
        let other = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
        self.others = other.events().map(|event| event.selector()).collect();
        self
    }

    /// A call that has to revert with a declared error.
    async fn revert(&mut self, stage: &Stage, from: Address, to: Address, call: impl SolCall) {
        self.revert_of(stage, from, TransactionRequest::default().to(to).input(call.abi_encode().into()))
            .await;
    }

    /// As [`revert`](Self::revert), for calls with value and for creations.
    async fn revert_of(&mut self, stage: &Stage, from: Address, request: TransactionRequest) {
        let revert = match stage.chain().call(request.from(from), "a scenario").await {
            Err(ChainError::Reverted { revert, .. }) => revert,
            other => panic!("a scenario has to revert: {other:?}"),
        };
        self.error(&revert.data);
    }

    /// Revert data that a scenario got hold of, which has to be a declared error.
    fn error(&mut self, data: &[u8]) {
        let selector = FixedBytes::try_from(data.get(..4).unwrap_or_default()).unwrap_or_default();
        match self.errors.get_mut(&selector) {
            Some((_, seen)) => *seen = true,
            None => {
                panic!("a scenario reverts with what the interface doesn't declare: {}", hex::encode(data))
            }
        }
    }

    /// The logs of `emitter` in a transaction, all of which have to be declared events.
    fn logs(&mut self, sent: &Sent, emitter: Address) {
        for log in sent.receipt.logs().iter().filter(|log| log.address() == emitter) {
            let topic = log.topic0().copied().unwrap_or_default();
            match self.events.get_mut(&topic) {
                Some((_, seen)) => *seen = true,
                None if self.others.contains(&topic) => {}
                None => panic!("{emitter} emits what its interface doesn't declare: topic {topic}"),
            }
        }
    }

    /// Fails, naming what never showed.
    fn assert_everything(self) {
        let declared = self.events.into_values().chain(self.errors.into_values());
        let names: Vec<_> = declared.filter(|(_, seen)| !seen).map(|(name, _)| name).collect();
        assert!(names.is_empty(), "declared and never seen: {}", names.join(", "));
    }
}

#[test]
#[should_panic(expected = "declared and never seen: ")]
fn seen_fails_when_something_never_shows() {
    Seen::nothing_of("credential-token").assert_everything();
}

/// A transaction that creates a contract.
fn creation(code: Bytes) -> TransactionRequest {
    let mut request = TransactionRequest::default().input(code.into());
    request.to = Some(TxKind::Create);
    request
}

/// A creation whose receipt is wanted.
async fn created(stage: &Stage, code: Bytes) -> (Address, Sent) {
    stage
        .chain()
        .create(&stage.owner, code, "a scenario's contract")
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}
