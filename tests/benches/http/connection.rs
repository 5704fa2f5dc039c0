//! One HTTP connection that is kept, with one request at a time.

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1::SendRequest, header};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinHandle};

/// A connection to a node.
pub(crate) struct Connection {
    requests: SendRequest<Full<Bytes>>,
    address: String,
    driver: JoinHandle<hyper::Result<()>>,
}

impl Connection {
    /// Connects to `host:port`.
    pub(crate) async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("the node listens");
        stream.set_nodelay(true).expect("a TCP option");
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (requests, connection) = handshake.expect("no bytes are exchanged yet");
        Self { requests, address: address.to_owned(), driver: tokio::spawn(connection) }
    }

    /// Sends a body and waits for the answer's.
    pub(crate) async fn ask(&mut self, body: Bytes) -> Bytes {
        let request = Request::post("/")
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .expect("a request");
        self.requests.ready().await.expect("the connection stays open");
        let answer = self.requests.send_request(request).await.expect("the node answers");
        answer.into_body().collect().await.expect("the answer arrives whole").to_bytes()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
