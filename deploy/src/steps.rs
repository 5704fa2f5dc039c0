//! What a run did, step by step: told while it happens, kept for the report.

use std::time::Duration;

use alloy::primitives::B256;
use serde::Serialize;

use crate::chain::Sent;

/// One step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was done.
    pub name: String,
    /// Gas that its transaction used; 0 if it took none.
    pub gas: u64,
    /// Its transaction; none if the step only read, signed, or found nothing to do.
    pub tx_hash: Option<B256>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// Collects the steps and tells an observer of each as it ends.
pub struct Steps {
    done: Vec<Step>,
    observer: Box<dyn Fn(&Step) + Send + Sync>,
}

impl Steps {
    /// Nothing done yet; `observer` hears of each step.
    pub fn new(observer: impl Fn(&Step) + Send + Sync + 'static) -> Self {
        Self { done: Vec::new(), observer: Box::new(observer) }
    }

    /// Nothing done yet, and nobody listens.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(|_| {})
    }

    /// A step that sent a transaction.
    pub fn sent(&mut self, name: &str, sent: &Sent) {
        self.push(name, sent.receipt.gas_used, Some(sent.receipt.transaction_hash), sent.took);
    }

    /// A step without a transaction.
    pub fn done(&mut self, name: &str, took: Duration) {
        self.push(name, 0, None, took);
    }

    /// The steps, in their order.
    #[must_use]
    pub fn into_done(self) -> Vec<Step> {
        self.done
    }

    fn push(&mut self, name: &str, gas: u64, tx_hash: Option<B256>, took: Duration) {
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let step = Step { name: name.to_owned(), gas, tx_hash, millis };
        (self.observer)(&step);
        self.done.push(step);
    }
}
