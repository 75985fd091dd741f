//! The one way in from outside: see README.md for its routes, headers and limits.
//!
//! In reading order: [`Config`]; `serve` (connections, drain); `door` (what every request passes: where it comes from,
//! how often, what headers its answer carries); then what is behind it, a file and a folder each: `calls` (gRPC and
//! gRPC-web), `session` (cookies), `signal` (the WebSocket of live rooms), `images`, `app` (the web app and its pages).
//! The gateway holds no state that a restart could lose, and decides nothing about data: services do.

mod admission;
mod app;
mod calls;
mod client;
mod config;
mod door;
mod headers;
mod images;
mod limits;
mod lines;
mod meters;
mod origin;
mod problem;
mod rate;
mod serve;
mod session;
mod signal;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use kit_core::Clock;
use kit_rpc::{Domain, Host, Part, Tasks};
use tokio::net::TcpListener;

pub use client::Network;
pub use config::Config;
pub use origin::Origin;
pub use rate::Rate;

use admission::Admission;
use app::App;
use lines::Lines;
use meters::Meters;

/// The part's name, in addresses, certificates and logs.
pub const NAME: &str = kit_rpc::GATEWAY;

/// The gateway's own reasons: `TOO_MANY_REQUESTS`, `TOO_MANY_ATTEMPTS`, `OVERLOADED`, `ORIGIN_REFUSED`, `JSON_REQUIRED`,
/// `BODY_INVALID`, `SESSION_ENDED`, `REQUEST_TOO_LARGE`, `NOT_FOUND`, `METHOD_NOT_ALLOWED`, `GRPC_REQUIRED`, `REQUEST_TOO_SLOW`,
/// `DRAINING`.
pub const DOMAIN: Domain = Domain::new("gateway.plenary");

/// A gateway whose port is open and which serves as soon as its part is mounted and the host started.
#[derive(Debug)]
pub struct Gateway {
    /// To be mounted on the host that it was opened with.
    pub part: Part,
    /// Where it listens: the port that the system chose, if it was asked to.
    pub address: SocketAddr,
    /// Where browsers find it: what is configured, or the address above.
    pub origin: Origin,
}

/// What every handler can reach.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) clock: Clock,
    pub(crate) tasks: Tasks,
    pub(crate) origin: Origin,
    pub(crate) proxies: Vec<Network>,
    pub(crate) admission: Admission,
    pub(crate) lines: Lines,
    pub(crate) meters: Meters,
    pub(crate) app: App,
}

/// Opens the gateway's port, with nothing beside its own routes.
///
/// # Errors
/// As [`open`].
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    let gateway = open(config, &host, Router::new()).await?;
    tracing::info!(address = %gateway.address, origin = %gateway.origin, "the gateway is open");
    Ok(gateway.part)
}

/// Opens the gateway's port. `extra` are further routes of the process that runs it, such as `/dev/mail`; they pass the
/// same door.
///
/// # Errors
/// When the port cannot be opened, or the web app's folder cannot be used.
pub async fn open(config: Config, host: &Host, extra: Router) -> anyhow::Result<Gateway> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {} (gateway.listen)", config.listen))?;
    let address = listener.local_addr()?;
    let origin = config.public_url.clone().unwrap_or_else(|| Origin::local(address));
    let app = App::load(&config, &origin)?;
    let meters = Meters::register(&host.metrics);
    let connections_max = config.connections_max;
    let edge = Arc::new(Edge {
        clock: host.clock.clone(),
        tasks: host.tasks.clone(),
        admission: Admission::new(&config, &host.clock, &meters),
        lines: Lines::new(&host.switchboard),
        proxies: config.trusted_proxies,
        origin: origin.clone(),
        meters,
        app,
    });
    let front = serve::Front::new(listener, door::router(&edge, extra), &edge, connections_max);
    let part = Part::new(NAME).job("gateway-front", |stop| front.run(stop));
    Ok(Gateway { part, address, origin })
}
