//! `txpool_*`: the transactions that wait.

use alloy_primitives::{Address, B256, U64};
use serde_json::{Map, Value, json};

use super::{Answer, Rpc, params::Params, shapes};
use crate::chain::{History, SignedTx};

/// What waits, as `pending` if nothing but a block is missing, else as `queued`.
fn sorted(history: &History, show: impl Fn(&SignedTx) -> Value) -> Value {
    let (mut pending, mut queued) = (Map::new(), Map::new());
    for (sender, queue) in history.pool().queues() {
        let executable = history.pool().next_nonce(sender, history.state().nonce(sender));
        for (nonce, waiting) in queue {
            let side = if nonce < executable { &mut pending } else { &mut queued };
            let of_sender = side.entry(sender.to_checksum(None)).or_insert_with(|| json!({}));
            of_sender[nonce.to_string()] = show(&waiting.tx);
        }
    }
    json!({ "pending": pending, "queued": queued })
}

pub(super) fn content(rpc: &Rpc, _: &Params<'_>) -> Answer {
    let history = rpc.chain.history();
    Ok(sorted(&history, |tx| shapes::waiting(tx, history.next_base_fee())))
}

pub(super) fn content_from(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let sender: Address = params.required(0)?;
    let mut all = content(rpc, params)?;
    let name = sender.to_checksum(None);
    let mut of_sender = |side: &str| match all[side][&name].take() {
        Value::Null => json!({}),
        transactions => transactions,
    };
    Ok(json!({ "pending": of_sender("pending"), "queued": of_sender("queued") }))
}

pub(super) fn inspect(rpc: &Rpc, _: &Params<'_>) -> Answer {
    let history = rpc.chain.history();
    Ok(sorted(&history, |tx| json!(tx.summary())))
}

pub(super) fn status(rpc: &Rpc, _: &Params<'_>) -> Answer {
    let history = rpc.chain.history();
    let content = sorted(&history, |_| Value::Null);
    let count = |side: &str| -> usize {
        let senders = content[side].as_object().into_iter().flat_map(Map::values);
        senders.filter_map(Value::as_object).map(Map::len).sum()
    };
    Ok(json!({ "pending": U64::from(count("pending")), "queued": U64::from(count("queued")) }))
}

/// Answers the hash if the transaction waited, else null.
pub(super) fn drop_one(rpc: &Rpc, params: &Params<'_>) -> Answer {
    let hash: B256 = params.required(0)?;
    Ok(if rpc.chain.drop_waiting(&hash) { json!(hash) } else { Value::Null })
}
