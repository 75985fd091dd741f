//! The gRPC port of a process.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::StreamExt as _;
use http::{Request, Response};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};
use tonic_health::ServingStatus;
use tonic_health::server::{HealthReporter, HealthService};
use tower::Service;

use crate::guard::Guard;
use crate::part::Routed;
use crate::tls::Credentials;
use crate::{Host, Part, Peer};

/// A connection that says nothing for this long is asked whether it is still there.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// Time for the answer.
const KEEP_ALIVE_DURATION_MAX: Duration = Duration::from_secs(10);
/// Streams of one connection at the same time: a gateway has many callers on one.
const CONNECTION_STREAMS_MAX: u32 = 4_096;
/// An access token and the usual headers.
const HEADER_BYTES_MAX: u32 = 16 * 1024;

/// A port that has been opened, before anything is served on it.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    credentials: Option<Credentials>,
}

/// The door of the network: finds out who holds the other end.
#[derive(Clone, Debug)]
struct NetworkDoor(Guard);

impl Server {
    /// Opens the port. With `credentials`, only peers with a certificate of the same authority get in; without, anybody
    /// does, and nobody is known as a service.
    ///
    /// # Errors
    /// When the port cannot be opened.
    pub async fn bind(address: SocketAddr, credentials: Option<Credentials>) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(address).await?,
            credentials,
        })
    }

    /// Where it listens: the port that the system chose, if it was asked to.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves what is mounted on the host, with gRPC health and reflection beside it, until the host is told to stop;
    /// then lets the calls that are running finish.
    ///
    /// # Errors
    /// When the certificate cannot be used.
    pub async fn serve(self, host: &Host) -> Result<(), tonic::transport::Error> {
        let stopping = host.stopping();
        let reporter = HealthReporter::new();
        let services: Vec<_> = host.services().into_iter().map(|(_, service)| service).collect();
        for service in &services {
            reporter.set_service_status(service.name, ServingStatus::Serving).await;
        }
        let door = NetworkDoor(host.guard(&[services, infrastructure(&reporter)].concat()));
        let mut server = tonic::transport::Server::builder()
            .http2_keepalive_interval(Some(KEEP_ALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEP_ALIVE_DURATION_MAX))
            .max_concurrent_streams(CONNECTION_STREAMS_MAX)
            .http2_max_header_list_size(HEADER_BYTES_MAX)
            .tcp_nodelay(true);
        if let Some(credentials) = &self.credentials {
            server = server.tls_config(credentials.server())?;
        }
        let incoming = TcpListenerStream::new(self.listener).map(|stream| {
            // A connection without it is slower, not wrong.
            stream.inspect(|stream| drop(stream.set_nodelay(true)))
        });
        server
            .serve_with_incoming_shutdown(door, incoming, stopping.cancelled_owned())
            .await
    }
}

/// gRPC's own services.
fn infrastructure(reporter: &HealthReporter) -> Vec<Routed> {
    let health = HealthService::from_health_reporter(reporter.clone());
    let health = tonic_health::pb::health_server::HealthServer::new(health);
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(plenary_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .expect("the generated descriptors are valid");
    Part::new("infrastructure").service(health).service(reflection).services
}

impl Service<Request<Body>> for NetworkDoor {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let peer = peer_of(&request);
        let guard = self.0.clone();
        Box::pin(async move { Ok(guard.answer(peer, request).await) })
    }
}

/// By the certificate that the connection was made with, which TLS has verified.
fn peer_of(request: &Request<Body>) -> Peer {
    let connection = request.extensions().get::<TlsConnectInfo<TcpConnectInfo>>();
    let certificates = connection.and_then(TlsConnectInfo::peer_certs);
    let leaf = certificates.as_ref().and_then(|chain| chain.first());
    leaf.map_or(Peer::Unknown, |certificate| Peer::from_certificate(certificate))
}
