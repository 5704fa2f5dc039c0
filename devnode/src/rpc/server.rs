//! HTTP and WebSocket around the front end, on one port.
//!
//! Each connection has a thread of its own, on which its requests run to their end: answering one wakes nobody but the
//! client, and one that takes long keeps nobody else waiting.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, WebSocketUpgrade},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::Value;
use std::{
    any::Any,
    convert::Infallible,
    future::Future,
    io,
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::{
    net::TcpListener,
    runtime,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
};

use super::{
    Rpc, envelope,
    error::RpcError,
    websocket::{self, stopped},
};
use crate::EXECUTION_STACK;

/// Longest request body, in bytes: geth's.
const MAX_BODY: usize = 5 * 1024 * 1024;

/// Connections at the same time at most; those who come later wait until one ends.
const CONNECTIONS: usize = 1_024;

/// How long to wait after the system could not hand over a connection, for want of file descriptors for one.
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection's requests share.
#[derive(Clone)]
struct Connection {
    rpc: Rpc,
    /// True when connections that stay must end.
    stopping: watch::Receiver<bool>,
    /// The thread stays for as long as somebody holds this: a WebSocket outlives the HTTP request that it was.
    _open: mpsc::Sender<Infallible>,
}

/// Serves requests on a bound socket until `shutdown` is ready, then lets those that are under way finish.
pub async fn serve(rpc: Rpc, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) {
    let (stop, stopping) = watch::channel(false);
    let (open, mut all_closed) = mpsc::channel::<Infallible>(1);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (Ok(place), accepted) = (tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        }) else {
            break; // nobody closes the semaphore
        };
        match accepted.and_then(|(stream, _)| stream.into_std()) {
            Ok(stream) => open_thread(rpc.clone(), stopping.clone(), stream, (place, open.clone())),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
    stop.send_replace(true);
    drop(open);
    // Nobody sends: this is ready when the last thread has ended.
    all_closed.recv().await;
}

/// Gives a connection its thread. If there is none to be had, the connection closes, as that of an overloaded server.
fn open_thread(
    rpc: Rpc,
    stopping: watch::Receiver<bool>,
    stream: TcpStream,
    held: (OwnedSemaphorePermit, mpsc::Sender<Infallible>),
) {
    let thread = thread::Builder::new().name("rpc connection".to_owned()).stack_size(EXECUTION_STACK);
    let serve = move || {
        // An error means that the client or the system has ended the connection.
        let _ = connection(rpc, stopping, stream);
        drop(held);
    };
    let _ = thread.spawn(serve);
}

fn connection(rpc: Rpc, mut stopping: watch::Receiver<bool>, stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let runtime = runtime::Builder::new_current_thread()
        // The requests of a WebSocket run beside each other.
        .thread_stack_size(EXECUTION_STACK)
        .max_blocking_threads(websocket::PARALLEL)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stream = TokioIo::new(tokio::net::TcpStream::from_std(stream)?);
        let (open, mut all_closed) = mpsc::channel(1);
        let app = Router::new()
            .route("/", post(answer).get(upgrade))
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .with_state(Connection { rpc, stopping: stopping.clone(), _open: open });
        {
            let http = http1::Builder::new().serve_connection(stream, TowerToHyperService::new(app));
            let mut http = pin!(http.with_upgrades());
            let ended = tokio::select! {
                ended = &mut http => ended,
                () = stopped(&mut stopping) => {
                    http.as_mut().graceful_shutdown();
                    http.await
                }
            };
            ended.map_err(io::Error::other)?;
        }
        all_closed.recv().await;
        Ok(())
    })
}

/// Runs here, on the connection's thread: nothing else waits for it.
async fn answer(State(Connection { rpc, .. }): State<Connection>, body: Bytes) -> Response {
    // Nothing is left half done by a panic: blocks are published whole. Whoever asked should hear of it.
    match catch_unwind(AssertUnwindSafe(|| rpc.handle_bytes(&body))) {
        Ok(Some(answer)) => json(&answer),
        Ok(None) => StatusCode::OK.into_response(),
        Err(panic) => json(&envelope::failure(Value::Null, &RpcError::Internal(said(panic.as_ref())))),
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a text").to_owned()
}

async fn upgrade(State(connection): State<Connection>, socket: WebSocketUpgrade) -> Response {
    let socket = socket.max_message_size(MAX_BODY).max_frame_size(MAX_BODY);
    socket.on_upgrade(|socket| async move {
        websocket::serve(connection.rpc.clone(), socket, connection.stopping.clone()).await;
        drop(connection);
    })
}

fn json(answer: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response()
}
