//! HTTP and WebSocket around the front end, on one port.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, WebSocketUpgrade},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;
use std::future::Future;
use tokio::{net::TcpListener, sync::watch, task};

use super::{Rpc, envelope, error::RpcError, websocket};

/// Longest request body, in bytes: geth's.
const MAX_BODY: usize = 5 * 1024 * 1024;

/// What requests share.
#[derive(Clone)]
struct Server {
    rpc: Rpc,
    /// True when connections that stay must end.
    stopping: watch::Receiver<bool>,
}

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
    let (stop, stopping) = watch::channel(false);
    let shutdown = async move {
        shutdown.await;
        stop.send_replace(true);
    };
    let app = Router::new()
        .route("/", post(answer).get(upgrade))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Server { rpc, stopping });
    axum::serve(listener, app).with_graceful_shutdown(shutdown).await
}

async fn answer(State(Server { rpc, .. }): State<Server>, body: Bytes) -> Response {
    let answered = task::spawn_blocking(move || rpc.handle_bytes(&body)).await;
    match answered {
        Ok(Some(answer)) => json(&answer),
        Ok(None) => StatusCode::OK.into_response(),
        // The runtime has caught a panic; whoever asked should hear of it.
        Err(error) => json(&envelope::failure(Value::Null, &RpcError::Internal(error.to_string()))),
    }
}

async fn upgrade(State(Server { rpc, stopping }): State<Server>, socket: WebSocketUpgrade) -> Response {
    let socket = socket.max_message_size(MAX_BODY).max_frame_size(MAX_BODY);
    socket.on_upgrade(move |socket| websocket::serve(rpc, socket, stopping))
}

fn json(answer: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}
