//! A node by itself: a plain LiveKit server, without certificates, gRPC port or platform. For load tests and for trying
//! LiveKit clients.

use anyhow::Context as _;
use kit_config::{Loader, Sources};
use kit_core::{Clock, Rng};
use kit_rpc::Host;
use kit_telemetry::Telemetry;
use tokio::net::TcpListener;

use crate::Config;

/// Runs a node until Ctrl-C: with `sfu.http_listen`, with `sfu.platform` off whatever is configured, and with an operations
/// port if `telemetry.listen` is set.
///
/// # Errors
/// When the configuration or an address does not hold.
pub async fn standalone() -> anyhow::Result<()> {
    let mut loader = Loader::new(Sources::from_process()?);
    let rpc: kit_rpc::Config = loader.section();
    let telemetry: kit_telemetry::Config = loader.section();
    let config = Config {
        platform: false,
        ..loader.section()
    };
    loader.finish()?;
    config
        .http_listen
        .context("sfu.http_listen must be set for a node that stands alone")?;
    let _telemetry = Telemetry::init(&telemetry, crate::NAME)?;
    let host = Host::new(&rpc, Clock::system(), Rng::system());
    host.mount(crate::build(config, host.clone()).await?);
    if let Some(address) = telemetry.listen {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let router = kit_telemetry::operations(host.metrics.clone(), host.health.clone());
        let stopped = host.stopping().cancelled_owned();
        host.tasks
            .spawn("operations", kit_telemetry::serve_operations(listener, router, stopped));
    }
    host.start();
    tokio::signal::ctrl_c().await?;
    host.drain(rpc.drain_duration).await;
    Ok(())
}
