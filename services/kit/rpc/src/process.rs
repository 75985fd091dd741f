//! The life of a service's own process.

use std::future::Future;
use std::process::ExitCode;

use anyhow::Context as _;
use kit_config::{Loader, Sources};
use kit_core::{Clock, Rng};
use kit_telemetry::Telemetry;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::operations_address;
use crate::{Config, Host, Part, Server};

/// The `main` of a part that runs in a process of its own:
///
/// ```no_run
/// # mod identity {
/// #     pub struct Config;
/// #     impl Config { pub fn load(_: &mut kit_config::Loader) -> Self { Self } }
/// #     pub async fn build(_: Config, _: kit_rpc::Host) -> anyhow::Result<kit_rpc::Part> { todo!() }
/// # }
/// fn main() -> std::process::ExitCode {
///     kit_rpc::run("identity", identity::Config::load, identity::build)
/// }
/// ```
///
/// Loads the configuration (`load` reads the part's own sections), sets up telemetry, builds the part, opens its ports,
/// serves until SIGTERM or Ctrl-C, and drains. A second signal ends it at once. What goes wrong is said in words on
/// standard error.
pub fn run<C, B, F>(name: &'static str, load: fn(&mut Loader) -> C, build: B) -> ExitCode
where
    B: FnOnce(C, Host) -> F,
    F: Future<Output = anyhow::Result<Part>>,
{
    run_on(&mut Builder::new_multi_thread(), name, load, build)
}

/// [`run`], with as many threads as the runtime is to have.
pub fn run_on<C, B, F>(runtime: &mut Builder, name: &'static str, load: fn(&mut Loader) -> C, build: B) -> ExitCode
where
    B: FnOnce(C, Host) -> F,
    F: Future<Output = anyhow::Result<Part>>,
{
    let started = Settings::load(load).and_then(|settings| {
        let runtime = runtime.enable_all().build()?;
        runtime.block_on(settings.live(name, build))
    });
    match started {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

struct Settings<C> {
    rpc: Config,
    telemetry: kit_telemetry::Config,
    part: C,
}

impl<C> Settings<C> {
    fn load(load: fn(&mut Loader) -> C) -> anyhow::Result<Self> {
        let mut loader = Loader::new(Sources::from_process()?);
        let settings = Self {
            rpc: loader.section(),
            telemetry: loader.section(),
            part: load(&mut loader),
        };
        loader.finish()?;
        Ok(settings)
    }

    async fn live<B, F>(self, name: &'static str, build: B) -> anyhow::Result<()>
    where
        B: FnOnce(C, Host) -> F,
        F: Future<Output = anyhow::Result<Part>>,
    {
        let _telemetry = Telemetry::init(&self.telemetry, name)?;
        let credentials = self.rpc.credentials().context(
            "rpc.tls_ca, rpc.tls_certificate and rpc.tls_key must be set: \
             services in separate processes know each other by certificate",
        )?;
        let host = Host::new(&self.rpc, Clock::system(), Rng::system());
        host.connect(&self.rpc)?;
        let address = self.rpc.address(name);
        let server = Server::bind(address, Some(credentials))
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let operations = self.telemetry.listen.unwrap_or_else(|| operations_address(name));
        let listener = TcpListener::bind(operations)
            .await
            .with_context(|| format!("cannot listen on {operations}"))?;

        host.mount(build(self.part, host.clone()).await?);
        let router = kit_telemetry::operations(host.metrics.clone(), host.health.clone());
        let stopped = host.stopping().cancelled_owned();
        host.tasks
            .spawn("operations", kit_telemetry::serve_operations(listener, router, stopped));
        let served = host.clone();
        host.tasks.spawn("rpc", async move {
            if let Err(error) = server.serve(&served).await {
                tracing::error!(%error, "the gRPC port failed");
                served.tasks.stop();
            }
        });
        host.start();
        tracing::info!(%address, %operations, "{name} is serving");
        end(&host, &self.rpc).await
    }
}

/// Waits for the process to be told to end, then for what it has to finish.
async fn end(host: &Host, config: &Config) -> anyhow::Result<()> {
    let mut signals = Signals::new()?;
    let stopping = host.stopping();
    tokio::select! {
        () = signals.next() => tracing::info!(grace = ?config.drain_duration, "ending"),
        () = stopping.cancelled() => anyhow::bail!("a port failed; see the log"),
    }
    tokio::select! {
        () = signals.next() => tracing::warn!("told twice: ending at once"),
        all_ended = host.drain(config.drain_duration) => {
            if !all_ended {
                tracing::warn!("some tasks did not end in time");
            }
        }
    }
    Ok(())
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
