//! The same installation with each service in a process of its own, as a larger one would run it: they speak mutual TLS, and
//! one can be killed while the others go on.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kit_config::{Origin, Report};
use kit_core::Clock;
use kit_rpc::tls::{Authority, Credentials};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::embedded::Embedded;
use crate::restarts::Restarts;
use crate::say::say;
use crate::up::Signals;

/// Program, name in certificates, and the key of its address for those who call it.
const PARTS: [(&str, &str, Option<&str>); 8] = [
    ("identity", "identity", Some("PLENARY_RPC_IDENTITY_URL")),
    ("events", "events", Some("PLENARY_RPC_EVENTS_URL")),
    ("ticketing", "ticketing", Some("PLENARY_RPC_TICKETING_URL")),
    ("engagement", "engagement", Some("PLENARY_RPC_ENGAGEMENT_URL")),
    ("notifications", "notifications", Some("PLENARY_RPC_NOTIFICATIONS_URL")),
    ("live", "live", Some("PLENARY_RPC_LIVE_URL")),
    // Found through live, which it tells its address.
    ("sfu-node", "sfu", Some("PLENARY_SFU_ADDRESS")),
    ("edge-gateway", "edge-gateway", None),
];
/// How long a part may take to be ready.
const READY_MAX: Duration = Duration::from_secs(30);
const READY_POLL: Duration = Duration::from_millis(50);
/// How long a part may take to end.
const END_MAX: Duration = Duration::from_secs(10);

/// A part: how it is started, and its process.
struct Running {
    program: &'static str,
    operations: SocketAddr,
    command: Command,
    child: Child,
    restarts: Restarts,
}

/// Runs every part until the process is told to end. A part that ends by itself is started again where it was, so that
/// the others find it; one that keeps ending ends everything.
pub(crate) async fn run(
    report: &Report,
    embedded: &mut Embedded,
    clock: &Clock,
    signals: &mut Signals,
    ready: impl FnOnce(),
) -> anyhow::Result<()> {
    let given = environment(report);
    let authority = Authority::generate(clock)?;
    let ports = Ports::choose()?;
    let mut parts = Vec::new();
    for (index, (program, name, _)) in PARTS.into_iter().enumerate() {
        let credentials = authority.issue(name, clock)?;
        let (listen, operations) = (ports.0[index].0, ports.0[index].1);
        let mut command = command(program)?;
        command
            .envs(&given)
            .envs(ports.addresses())
            .envs(certificates(&credentials));
        command.env("PLENARY_RPC_LISTEN", listen.to_string());
        command.env("PLENARY_TELEMETRY_LISTEN", operations.to_string());
        parts.push(Running::start(program, operations, command)?);
    }
    let ended = async {
        wait_until_ready(&mut parts).await?;
        if let Some(mail) = embedded.mail.take() {
            serve_mail(mail.pages).await?;
        }
        ready();
        tokio::select! {
            () = signals.next() => Ok(()),
            ended = keep(&mut parts, clock) => ended,
            lost = embedded.keep(clock) => Err(lost),
        }
    }
    .await;
    end(parts).await;
    ended
}

/// What this process found out, for the others.
fn environment(report: &Report) -> BTreeMap<String, String> {
    let given = report.entries.iter().filter(|entry| entry.origin == Origin::Given);
    given.map(|entry| (entry.variable(), entry.value.clone())).collect()
}

fn certificates(credentials: &Credentials) -> [(&'static str, &str); 3] {
    [
        ("PLENARY_RPC_TLS_CA", &credentials.authority),
        ("PLENARY_RPC_TLS_CERTIFICATE", &credentials.certificate),
        ("PLENARY_RPC_TLS_KEY", &credentials.key),
    ]
}

/// The program beside this one. It is ended with this process, in whatever way that ends.
fn command(program: &str) -> anyhow::Result<Command> {
    let here = std::env::current_exe().context("this program's own path is not known")?;
    let path: PathBuf = here.with_file_name(program);
    ensure!(
        path.exists(),
        "{} is missing: build it with cargo build --workspace",
        path.display()
    );
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "TERM", "--"])
        .arg(path)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

/// Free loopback ports for each part: its gRPC port and its operations port.
struct Ports(Vec<(SocketAddr, SocketAddr)>);

impl Ports {
    fn choose() -> anyhow::Result<Self> {
        // All are held while choosing, so that none is chosen twice.
        let held: Vec<TcpListener> = (0..2 * PARTS.len())
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .collect::<std::io::Result<_>>()
            .context("no ports are free")?;
        let addresses: Vec<SocketAddr> = held
            .iter()
            .map(TcpListener::local_addr)
            .collect::<std::io::Result<_>>()?;
        Ok(Self(addresses.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()))
    }

    fn addresses(&self) -> impl Iterator<Item = (&'static str, String)> {
        let keys = PARTS.iter().zip(&self.0);
        keys.filter_map(|((_, _, key), (listen, _))| key.map(|key| (key, format!("https://{listen}"))))
    }
}

/// Waits until every part says that it can work.
async fn wait_until_ready(parts: &mut [Running]) -> anyhow::Result<()> {
    for part in parts {
        let ready = async {
            while !is_ready(part.operations).await {
                if let Ok(Some(status)) = part.child.try_wait() {
                    anyhow::bail!("{} ended while it started: {status}", part.program);
                }
                tokio::time::sleep(READY_POLL).await;
            }
            Ok(())
        };
        let waited = tokio::time::timeout(READY_MAX, ready).await;
        waited.with_context(|| format!("{} was not ready within {READY_MAX:?}", part.program))??;
    }
    Ok(())
}

/// Asks `/readyz`. Any failure means "not yet".
async fn is_ready(address: SocketAddr) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        std::io::Result::Ok(status.ends_with(b" 200"))
    };
    asked.await.unwrap_or(false)
}

/// Captured mail, on a port of its own: the gateway is another process.
async fn serve_mail(pages: axum::Router) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    say(&format!("  Captured mail: http://{}/dev/mail", listener.local_addr()?));
    let tasks = kit_rpc::Tasks::new();
    tasks.spawn("mail-pages", async move { axum::serve(listener, pages).await });
    Ok(())
}

/// Starts again what ends. Completes when that is of no use.
async fn keep(parts: &mut [Running], clock: &Clock) -> anyhow::Result<()> {
    loop {
        let ends = parts.iter_mut().map(|part| Box::pin(part.child.wait()));
        let (status, index, _) = futures::future::select_all(ends).await;
        let Running { program, restarts, .. } = &mut parts[index];
        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let Some(pause) = restarts.pause(clock.instant()) else {
            anyhow::bail!("{program} keeps ending ({how}); see the log");
        };
        tracing::error!(program, how, "a part has ended and is started again");
        tokio::time::sleep(pause).await;
        parts[index].restart()?;
    }
}

impl Running {
    fn start(program: &'static str, operations: SocketAddr, mut command: Command) -> anyhow::Result<Self> {
        let child = spawn(program, &mut command)?;
        Ok(Self {
            program,
            operations,
            command,
            child,
            restarts: Restarts::default(),
        })
    }

    fn restart(&mut self) -> anyhow::Result<()> {
        self.child = spawn(self.program, &mut self.command)?;
        Ok(())
    }
}

fn spawn(program: &str, command: &mut Command) -> anyhow::Result<Child> {
    command.spawn().with_context(|| format!("{program} cannot be started"))
}

/// Tells every part to end, the gateway first so that nothing new comes in, and waits.
async fn end(parts: Vec<Running>) {
    for mut part in parts.into_iter().rev() {
        if let Some(pid) = part.child.id() {
            let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
        }
        let ended = tokio::time::timeout(END_MAX, part.child.wait()).await;
        if ended.is_err() {
            tracing::warn!(program = part.program, "a part did not end in time and is killed");
            let _ = part.child.kill().await;
        }
    }
}
