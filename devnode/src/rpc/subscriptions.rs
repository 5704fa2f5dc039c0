//! Subscriptions: what a connection that stays is told without asking (`eth_subscribe`).

use alloy_primitives::U64;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    Rpc,
    error::RpcError,
    filters::{Wanted, news_of_logs},
    logs::LogRequest,
    params::Params,
    shapes,
};
use crate::chain::{Follower, History, Progress};

/// Most subscriptions of one connection.
pub(super) const MOST: usize = 1_024;

/// What a subscription is about.
enum Topic {
    /// What a filter could be about too.
    News(Wanted),
    /// Accepted transactions, whole instead of their hashes.
    WholeTransactions,
    /// Whether the node is still catching up with others. It has none, so there is one thing to say, as by geth once it
    /// has caught up: no.
    Syncing { told: bool },
}

/// Something that a connection wants to hear of.
pub(super) struct Subscription {
    pub(super) id: String,
    topic: Topic,
    follower: Follower,
}

/// Reads the parameters of `eth_subscribe`.
pub(super) fn open(rpc: &Rpc, params: Option<&Value>) -> Result<Subscription, RpcError> {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let follower = Follower::new(rpc.chain.history());
    let params = Params::new(params, 2)?;
    let kind: String = params.required(0)?;
    let topic = match kind.as_str() {
        "newHeads" => Topic::News(Wanted::Blocks),
        "logs" => Topic::News(Wanted::Logs(params.optional::<LogRequest>(1)?.unwrap_or_default())),
        "newPendingTransactions" if params.optional(1)? == Some(true) => Topic::WholeTransactions,
        "newPendingTransactions" => Topic::News(Wanted::Transactions),
        "syncing" => Topic::Syncing { told: false },
        _ => return Err(RpcError::NoSubscription(kind)),
    };
    let id = format!("{:#x}", U64::from(LAST.fetch_add(1, Ordering::Relaxed) + 1));
    Ok(Subscription { id, topic, follower })
}

impl Subscription {
    /// What is to be told since the last time, each as a whole message.
    pub(super) fn news(&mut self, now: &Arc<History>) -> Vec<Value> {
        let progress = self.follower.catch_up(now.clone());
        let results = self.results(now, &progress);
        let message = |result| {
            json!({
                "jsonrpc": "2.0",
                "method": "eth_subscription",
                "params": { "subscription": self.id, "result": result },
            })
        };
        results.into_iter().map(message).collect()
    }

    fn results(&mut self, now: &Arc<History>, progress: &Progress) -> Vec<Value> {
        match &mut self.topic {
            Topic::News(Wanted::Blocks) => progress.added.iter().map(|block| shapes::head(block)).collect(),
            Topic::News(Wanted::Logs(request)) => news_of_logs(request, progress),
            Topic::News(Wanted::Transactions) => progress.accepted.iter().map(|hash| json!(hash)).collect(),
            Topic::WholeTransactions => {
                progress.accepted.iter().filter_map(|hash| shapes::accepted(now, hash)).collect()
            }
            Topic::Syncing { told } => {
                let first = !std::mem::replace(told, true);
                first.then_some(json!(false)).into_iter().collect()
            }
        }
    }
}
