//! Every function that `contracts/abi` declares is there, and every event shows in a log of the real programs.
//!
//! An interface that promises an event which its contract never emits misleads everybody who waits for it. Each contract
//! has a file of scenarios; [`Seen`] collects what they bring to light, and what is missing at the end fails by name. How
//! functions end, `cargo xtask outcomes` compares with what all tests saw.

mod factory;
mod functions;
mod pool;
mod pool_factory;
mod proxy;
mod registry;
mod token;

use std::collections::BTreeMap;

use abi::json;
use alloy::primitives::{Address, B256, Bytes};
use ecosystem::chain::Sent;
use ecosystem_tests::Stage;

pub(crate) use functions::with_zeros;

/// The events that a contract's interface declares, and which of them have shown.
struct Seen {
    /// Topics that belong to whoever shares the address: the proxy in front, or the program behind.
    others: Vec<B256>,
    events: BTreeMap<B256, (String, bool)>,
}

impl Seen {
    /// Nothing has shown yet of the contract in `contracts/<folder>`, or of the proxy.
    fn nothing_of(folder: &str) -> Self {
        let declared = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
        Self {
            others: Vec::new(),
            events: declared.events().map(|event| (event.selector(), (event.signature(), false))).collect(),
        }
    }

    /// The same where the contract in `contracts/<folder>`, or the proxy, emits from the same address: what that one
    /// emits is left to its own test.
    fn beside(mut self, folder: &str) -> Self {
        let other = json::of(folder).unwrap_or_else(|| panic!("there is no interface of {folder}"));
        self.others = other.events().map(|event| event.selector()).collect();
        self
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
        let names: Vec<_> =
            self.events.into_values().filter(|(_, seen)| !seen).map(|(name, _)| name).collect();
        assert!(names.is_empty(), "declared and never seen: {}", names.join(", "));
    }
}

#[test]
#[should_panic(expected = "declared and never seen: ")]
fn seen_fails_when_something_never_shows() {
    Seen::nothing_of("credential-token").assert_everything();
}

/// A creation whose receipt is wanted.
async fn created(stage: &Stage, code: Bytes) -> (Address, Sent) {
    stage
        .chain()
        .create(&stage.owner, code, "a scenario's contract")
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}
