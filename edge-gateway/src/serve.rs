//! Connections: HTTP/1.1 and HTTP/2 without TLS on one port, told apart by their first bytes.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use kit_rpc::Tasks;
use kit_telemetry::prometheus_client::metrics::gauge::Gauge;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::Edge;
use crate::client::Peer;
use crate::limits::{
    ACCEPT_RETRY_DELAY, CONNECTION_STREAMS_MAX, HEADER_BYTES_MAX, HEADERS_DURATION_MAX, HEADERS_MAX,
    KEEP_ALIVE_DURATION_MAX, KEEP_ALIVE_INTERVAL,
};
use crate::meters::Counted;

/// The gateway's open port.
#[derive(Debug)]
pub(crate) struct Front {
    listener: TcpListener,
    router: Router,
    tasks: Tasks,
    places: Arc<Semaphore>,
    open: Gauge,
}

/// One accepted connection.
struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
    _counted: Counted,
}

impl Front {
    pub(crate) fn new(listener: TcpListener, router: Router, edge: &Edge, connections_max: usize) -> Self {
        Self {
            listener,
            router,
            tasks: edge.tasks.clone(),
            places: Arc::new(Semaphore::new(connections_max)),
            open: edge.meters.connections.clone(),
        }
    }

    /// Accepts connections until told to stop; those that are open then finish what they have.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => self.serve(stream, peer, stop.clone()),
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                    }
                },
                () = stop.cancelled() => return,
            }
        }
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
        // Without a place the connection is closed at once: that is cheaper than any answer.
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        // Without it, answers are late, not wrong.
        let _ = stream.set_nodelay(true);
        let connection = Connection {
            stream,
            peer,
            _place: place,
            _counted: Counted::new(&self.open),
        };
        self.tasks
            .spawn("connection", connection.live(self.router.clone(), stop));
    }
}

impl Connection {
    async fn live(self, router: Router, stop: CancellationToken) {
        let (peer, begun) = (Peer(self.peer), CancellationToken::new());
        let first = begun.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            first.cancel();
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request.map(Body::new))
        });
        let builder = builder();
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(self.stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            // Until hyper knows the protocol, its own time limits do not run.
            Err(_) = tokio::time::timeout(HEADERS_DURATION_MAX, begun.cancelled()) => return,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error, "a connection failed");
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_DURATION_MAX)
        .max_headers(HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_DURATION_MAX)
        .max_concurrent_streams(CONNECTION_STREAMS_MAX)
        .max_header_list_size(HEADER_BYTES_MAX)
        .adaptive_window(true);
    builder
}
