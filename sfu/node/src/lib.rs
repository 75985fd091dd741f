//! An SFU node: media workers with their sockets, LiveKit signalling, and its place in the platform.
//!
//! ```text
//!   gateway ── gRPC Signal ─┐                       ┌── worker 0: UDP, peers, rooms (sfu-core, sfu-peer)
//!   clients ── GET /rtc ────┼── signalling session ─┼── worker 1: …
//!   live ───── CloseRoom … ─┘     (tokio)           └── …                     (one thread each, no locks)
//!                                                          │ NodeEvent
//!   live ◄── RegisterNode, ReportParticipants ── platform ◄┘
//!   engagement ◄─► PostMessage, FollowMessages ──┘
//! ```
//!
//! In reading order: [`build`] puts a node together; `node` is what its connections share; `signal` speaks LiveKit's
//! protocol; `worker` is the media path (`datagrams` in, `egress` out); `socket` is the kernel's batches; `platform` is
//! presence and chat; `rpc` and `http` are the two doors.

mod admin;
mod cache;
mod config;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod http;
mod limits;
mod metrics;
mod node;
mod platform;
mod rate;
mod rpc;
mod runtime;
mod seen;
mod sid;
mod signal;
mod socket;
mod standalone;
mod token;
mod worker;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use kit_config::Loader;
use kit_rpc::{Host, Part};
use plenary_proto::sfu::v1::sfu_service_server::SfuServiceServer;
use tokio::net::TcpListener;

pub use config::Config;
pub use runtime::runtime;
pub use standalone::standalone;

use node::{Node, Started};
use rpc::Rpc;

/// Name of the part: in addresses, certificates and logs.
pub const NAME: &str = "sfu";

impl Config {
    /// Reads the section.
    pub fn load(loader: &mut Loader) -> Self {
        loader.section()
    }
}

/// Starts the workers and builds the part: its service, and the jobs that serve clients without a gateway, keep the
/// platform informed, and end the workers at a drain.
///
/// # Errors
/// When a socket cannot be bound.
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    assemble(config, host).await.map(|assembled| assembled.part)
}

/// A node before it is mounted.
#[derive(Debug)]
pub struct Assembled {
    /// What to mount.
    pub part: Part,
    /// Where LiveKit clients connect to the node itself, if they can.
    pub livekit: Option<SocketAddr>,
}

/// As [`build`], and says where LiveKit clients are welcome.
///
/// # Errors
/// As [`build`].
pub async fn assemble(config: Config, host: Host) -> anyhow::Result<Assembled> {
    let Started { node, threads, events } = Node::start(&config, &host)?;
    let checked = Arc::clone(&node);
    host.health.register("media-workers", move || {
        let is_whole = checked.is_whole();
        async move {
            if is_whole {
                Ok(())
            } else {
                Err("a media worker has ended".to_owned())
            }
        }
    });
    let mut livekit = None;
    let mut part = Part::new(NAME).service(
        SfuServiceServer::new(Rpc::new(Arc::clone(&node), host.tasks.clone()))
            .max_decoding_message_size(limits::SIGNAL_BYTES_MAX + 1024),
    );
    if let Some(address) = config.http_listen {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let address = listener.local_addr()?;
        tracing::info!(%address, "LiveKit clients are welcome");
        livekit = Some(address);
        let router = http::router(Arc::clone(&node));
        part = part.job("livekit", async move |stopping| {
            let served = axum::serve(listener, router)
                .with_graceful_shutdown(stopping.cancelled_owned())
                .await;
            if let Err(error) = served {
                tracing::error!(%error, "the LiveKit port failed");
            }
        });
    }
    let (lines, tasks) = (platform::Lines::of(&host), host.tasks.clone());
    let informed = Arc::clone(&node);
    part = part.job("platform", async move |stopping| {
        if config.platform {
            platform::run(informed, config, lines, tasks, events, stopping).await;
        } else {
            platform::ignore(events, stopping).await;
        }
    });
    let part = part.job("workers", async move |stopping| {
        stopping.cancelled().await;
        node.shut_down(threads).await;
    });
    Ok(Assembled { part, livekit })
}
