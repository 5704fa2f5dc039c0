//! Filters: what is new since the last question (`eth_newFilter` and its kind).

use alloy_primitives::{B256, U64};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    Answer, Rpc,
    error::RpcError,
    logs::{self, LogRequest},
    params::Params,
    shapes,
};
use crate::chain::{Follower, Progress};

/// Filters that are kept; beyond that, the one that nobody asked for longest is forgotten.
const CAPACITY: usize = 1_024;

/// The filters of a node.
#[derive(Default)]
pub(super) struct Filters(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    filters: HashMap<u64, Filter>,
    last: u64,
    /// Counts questions: the larger a filter's number, the later it was asked for.
    questions: u64,
}

struct Filter {
    wanted: Wanted,
    follower: Follower,
    asked: u64,
}

/// What somebody wants to hear of.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// New blocks.
    Blocks,
    /// Logs of new blocks.
    Logs(LogRequest),
    /// Transactions that were accepted.
    Transactions,
}

impl Filters {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, wanted: Wanted, follower: Follower) -> u64 {
        let mut kept = self.kept();
        if kept.filters.len() >= CAPACITY {
            let forgotten = kept.filters.iter().min_by_key(|(_, filter)| filter.asked).map(|(id, _)| *id);
            forgotten.and_then(|id| kept.filters.remove(&id));
        }
        kept.last += 1;
        kept.questions += 1;
        let (id, asked) = (kept.last, kept.questions);
        kept.filters.insert(id, Filter { wanted, follower, asked });
        id
    }
}

fn install(rpc: &Rpc, wanted: Wanted) -> Answer {
    let id = rpc.filters.install(wanted, Follower::new(rpc.chain.history()));
    Ok(json!(U64::from(id)))
}

pub(super) fn new_blocks(rpc: &Rpc, _: &Params<'_>) -> Answer {
    install(rpc, Wanted::Blocks)
}

/// With or without the parameter that asks for whole transactions: polled filters answer hashes.
pub(super) fn new_transactions(rpc: &Rpc, _: &Params<'_>) -> Answer {
    install(rpc, Wanted::Transactions)
}

pub(super) fn new_logs(rpc: &Rpc, params: &Params<'_>) -> Answer {
    install(rpc, Wanted::Logs(params.required(0)?))
}

pub(super) fn uninstall(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: u64 = params.required(0)?;
    Ok(json!(rpc.filters.kept().filters.remove(&id).is_some()))
}

pub(super) fn changes(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: u64 = params.required(0)?;
    let history = rpc.chain.history();
    let (wanted, progress) = {
        let mut kept = rpc.filters.kept();
        kept.questions += 1;
        let asked = kept.questions;
        let filter = kept.filters.get_mut(&id).ok_or(RpcError::NoFilter)?;
        filter.asked = asked;
        (filter.wanted.clone(), filter.follower.catch_up(history))
    };
    Ok(match wanted {
        Wanted::Blocks => progress.added.iter().map(|block| json!(block.hash)).collect(),
        Wanted::Transactions => progress.accepted.iter().map(|hash: &B256| json!(hash)).collect(),
        Wanted::Logs(request) => Value::Array(news_of_logs(&request, &progress)),
    })
}

/// All logs that match, not only new ones.
pub(super) fn all_logs(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let id: u64 = params.required(0)?;
    let wanted = rpc.filters.kept().filters.get(&id).map(|filter| filter.wanted.clone());
    match wanted {
        Some(Wanted::Logs(request)) => logs::find(rpc, &request),
        _ => Err(RpcError::NoFilter),
    }
}

/// Logs that are gone, marked as such, and logs that have come.
pub(super) fn news_of_logs(request: &LogRequest, progress: &Progress) -> Vec<Value> {
    let show = |blocks: &[_], removed: bool| -> Vec<Value> {
        let found = request.among(blocks);
        let logs = found.iter().map(|log| {
            let mut shown = shapes::log(&log.block, log.transaction, log.position);
            shown["removed"] = json!(removed);
            shown
        });
        logs.collect()
    };
    let mut logs = show(&progress.dropped, true);
    logs.extend(show(&progress.added, false));
    logs
}
