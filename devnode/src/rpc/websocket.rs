//! WebSocket: requests and answers as over HTTP, and news for whoever subscribed.

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{sync::watch, task::JoinSet};

use super::{
    Rpc, envelope,
    error::RpcError,
    params::Params,
    subscriptions::{self, Subscription},
};

/// Requests of one connection that run at the same time at most; more are read when one of them is done.
pub(super) const PARALLEL: usize = 32;

type Subscriptions = Arc<Mutex<HashMap<String, Subscription>>>;

/// What became of a message.
struct Reply {
    answer: Option<Value>,
    /// They start when the answer, which names them, has been sent.
    opened: Vec<Subscription>,
}

/// Serves a connection until either side ends it.
pub(super) async fn serve(rpc: Rpc, mut socket: WebSocket, mut stopping: watch::Receiver<bool>) {
    let mut changes = rpc.chain.watch();
    let subscriptions = Subscriptions::default();
    let mut running: JoinSet<Reply> = JoinSet::new();
    loop {
        tokio::select! {
            message = socket.recv(), if running.len() < PARALLEL => {
                let body = match message {
                    Some(Ok(Message::Text(text))) => axum::body::Bytes::from(text),
                    Some(Ok(Message::Binary(bytes))) => bytes,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                };
                let (rpc, subscriptions) = (rpc.clone(), subscriptions.clone());
                running.spawn_blocking(move || answer(&rpc, &subscriptions, &body));
            }
            Some(done) = running.join_next() => {
                let reply = done.unwrap_or_else(|error| Reply {
                    answer: Some(envelope::failure(Value::Null, &RpcError::Internal(error.to_string()))),
                    opened: Vec::new(),
                });
                if let Some(answer) = reply.answer
                    && send(&mut socket, &answer).await.is_err()
                {
                    return;
                }
                if !reply.opened.is_empty() {
                    for subscription in reply.opened {
                        lock(&subscriptions).insert(subscription.id.clone(), subscription);
                    }
                    // There may be news already.
                    changes.mark_changed();
                }
            }
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = changes.borrow_and_update().clone();
                let news: Vec<Value> = lock(&subscriptions).values_mut().flat_map(|s| s.news(&now)).collect();
                for message in news {
                    if send(&mut socket, &message).await.is_err() {
                        return;
                    }
                }
            }
            () = stopped(&mut stopping) => return,
        }
    }
}

/// Ready when the server stops.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that it has stopped already.
    let _ = stopping.wait_for(|stopping| *stopping).await.is_ok();
}

fn lock(subscriptions: &Subscriptions) -> std::sync::MutexGuard<'_, HashMap<String, Subscription>> {
    subscriptions.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn send(socket: &mut WebSocket, message: &Value) -> Result<(), axum::Error> {
    socket.send(Message::Text(Utf8Bytes::from(message.to_string()))).await
}

fn answer(rpc: &Rpc, subscriptions: &Subscriptions, body: &[u8]) -> Reply {
    let opened = Mutex::new(Vec::new());
    let run = |method: &str, params: Option<&Value>| match method {
        "eth_subscribe" => {
            let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
            if lock(subscriptions).len() + opened.len() >= subscriptions::MOST {
                return Err(RpcError::TooManySubscriptions);
            }
            let subscription = subscriptions::open(rpc, params)?;
            let id = json!(subscription.id);
            opened.push(subscription);
            Ok(id)
        }
        "eth_unsubscribe" => {
            let params = Params::new(params, 1)?;
            let id: String = params.required(0)?;
            match lock(subscriptions).remove(&id) {
                Some(_) => Ok(json!(true)),
                None => Err(RpcError::SubscriptionNotFound),
            }
        }
        _ => rpc.call(method, params),
    };
    let answer = match serde_json::from_slice(body) {
        Ok(message) => envelope::answer(&message, &run),
        Err(error) => Some(envelope::failure(Value::Null, &RpcError::Parse(error.to_string()))),
    };
    Reply { answer, opened: opened.into_inner().unwrap_or_else(PoisonError::into_inner) }
}
