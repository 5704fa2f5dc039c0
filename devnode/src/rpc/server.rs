//! HTTP around the front end.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;
use std::future::Future;
use tokio::{net::TcpListener, task};

use super::{Rpc, envelope, error::RpcError};

/// Longest request body, in bytes: geth's.
const MAX_BODY: usize = 5 * 1024 * 1024;

/// Serves requests on a bound socket until `shutdown` is ready, then lets those that are under way finish.
///
/// Contracts run on the runtime's blocking threads, which must have
/// [`EXECUTION_STACK`](crate::EXECUTION_STACK) bytes of stack.
///
/// # Errors
/// If the socket fails.
pub async fn serve(
    rpc: Rpc,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let app = Router::new().route("/", post(answer)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(rpc);
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}

async fn answer(State(rpc): State<Rpc>, body: Bytes) -> Response {
    let answered = task::spawn_blocking(move || rpc.handle_bytes(&body)).await;
    match answered {
        Ok(Some(answer)) => json(&answer),
        Ok(None) => StatusCode::OK.into_response(),
        // The runtime has caught a panic; whoever asked should hear of it.
        Err(error) => json(&envelope::failure(Value::Null, &RpcError::Internal(error.to_string()))),
    }
}

fn json(answer: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}
