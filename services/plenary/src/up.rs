//! The life of the all-in-one process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use kit_blobs::Blobs;
use kit_config::Sources;
use kit_core::{Clock, Rng};
use kit_rpc::Host;
use kit_telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::UpArguments;
use crate::data::DataFolder;
use crate::embedded::Embedded;
use crate::say::say;
use crate::settings::Settings;
use crate::{parts, separate, tables, welcome};

/// Where metrics and health are served unless told otherwise: for this machine only.
const ANY_LOOPBACK_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// How long requests and streams that are at work may go on once the process is told to end.
const DRAIN: Duration = Duration::from_secs(5);

pub(crate) async fn up(operator: Sources, arguments: UpArguments) -> anyhow::Result<()> {
    let (clock, rng) = (Clock::system(), Rng::system());
    let data = DataFolder::open(&arguments.data)?;
    let mut signals = Signals::new()?;
    let mut sources = operator
        .given("telemetry", "format", "human")
        .given("sfu", "address", "inproc:sfu");
    if let Some(web) = &arguments.web {
        sources = sources.given("gateway", "web", web.display().to_string());
    }
    let tasks = kit_rpc::Tasks::new();
    let starting = Embedded::start(sources, &data, &rng, &tasks);
    let (mut embedded, sources) = tokio::select! {
        started = starting => started?,
        () = signals.next() => return Ok(()),
    };
    let running = run(sources, &arguments, &mut embedded, (clock, rng), &mut signals);
    let ended = Box::pin(running).await;
    tasks.drain(DRAIN).await;
    embedded.stop().await;
    ended
}

async fn run(
    sources: Sources,
    arguments: &UpArguments,
    embedded: &mut Embedded,
    (clock, rng): (Clock, Rng),
    signals: &mut Signals,
) -> anyhow::Result<()> {
    let site = Settings::load(sources.clone())?.0.site();
    let (settings, report) = Settings::load(sources.given("notifications", "public_url", &site))?;
    let _telemetry = Telemetry::init(&settings.telemetry, "plenary")?;
    tables::migrate(&settings.postgres, &clock)
        .await
        .context("the tables could not be brought up to date")?;
    Blobs::new(&settings.blobs)
        .await
        .ensure_bucket()
        .await
        .context("the object store cannot be used")?;
    let welcome = welcome::prepare(&settings.postgres, &clock, &rng, !arguments.no_demo).await?;
    if arguments.separate {
        return separate::run(&report, embedded, &clock, signals, || welcome.say(&site)).await;
    }
    let host = Host::new(&settings.rpc, clock.clone(), rng);
    let operations = settings.telemetry.listen.unwrap_or(ANY_LOOPBACK_PORT);
    let listener = TcpListener::bind(operations)
        .await
        .with_context(|| format!("cannot listen on {operations}"))?;
    tracing::info!(address = %listener.local_addr()?, "metrics and health are served");
    parts::mount(settings, embedded, &host).await?;
    let router = kit_telemetry::operations(host.metrics.clone(), host.health.clone());
    let stopped = host.stopping().cancelled_owned();
    host.tasks
        .spawn("operations", kit_telemetry::serve_operations(listener, router, stopped));
    host.start();
    welcome.say(&site);
    let stopping = host.stopping();
    let ended = tokio::select! {
        () = signals.next() => Ok(()),
        () = stopping.cancelled() => Err(anyhow::anyhow!("a part failed; see the log")),
        lost = embedded.keep(&clock) => Err(lost),
    };
    say("Plenary is ending. Press Ctrl-C again to end it at once.");
    tokio::select! {
        _ = host.drain(DRAIN) => {}
        () = signals.next() => {}
    }
    ended
}

/// Ctrl-C, and what a supervisor sends.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// The next one.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
