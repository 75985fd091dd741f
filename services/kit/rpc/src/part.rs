//! What a service is made of, from the outside.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::Request;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tower::Service;

/// One service, the gateway or an SFU node: its gRPC services, and the jobs that run beside them.
///
/// A part does nothing until it is mounted on a [`Host`](crate::Host) and the host is started, so a test can have its
/// routes without its jobs.
#[must_use]
pub struct Part {
    pub(crate) name: &'static str,
    pub(crate) services: Vec<Routed>,
    pub(crate) jobs: Vec<Job>,
}

/// One gRPC service that can be added to any number of routes.
#[derive(Clone)]
pub(crate) struct Routed {
    pub(crate) name: &'static str,
    add: Arc<dyn Fn(Routes) -> Routes + Send + Sync>,
}

/// Work in the background. It ends when its token is cancelled.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn FnOnce(CancellationToken) -> Running + Send>,
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Part {
    /// An empty part. The name is the one in addresses, certificates and logs: `identity`, `sfu`, `edge-gateway`.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            services: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// Adds a generated server: `AccountServiceServer::new(…)`.
    ///
    /// Messages are limited to 4 MiB by tonic; a server that takes pictures says
    /// `.max_decoding_message_size(kit_core::limits::MESSAGE_BYTES_MAX)`.
    pub fn service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<Body>, Error = Infallible, Future: Send + 'static>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let add = Arc::new(move |routes: Routes| routes.add_service(service.clone()));
        self.services.push(Routed { name: S::NAME, add });
        self
    }

    /// Adds work in the background, such as a relay or a sweep. It must end soon after its token is cancelled.
    pub fn job<F, O>(mut self, name: &'static str, run: F) -> Self
    where
        F: FnOnce(CancellationToken) -> O + Send + 'static,
        O: Future<Output = ()> + Send + 'static,
    {
        self.jobs.push(Job {
            name,
            run: Box::new(move |stop| Box::pin(run(stop))),
        });
        self
    }
}

impl Routed {
    /// The routes of all these services.
    pub(crate) fn routes(services: &[Self]) -> Routes {
        services
            .iter()
            .fold(Routes::default(), |routes, service| (service.add)(routes))
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let services: Vec<_> = self.services.iter().map(|service| service.name).collect();
        let jobs: Vec<_> = self.jobs.iter().map(|job| job.name).collect();
        f.debug_struct("Part")
            .field("name", &self.name)
            .field("services", &services)
            .field("jobs", &jobs)
            .finish()
    }
}

impl std::fmt::Debug for Routed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
