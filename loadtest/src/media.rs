//! One-to-many video through an SFU node that speaks LiveKit's protocol.
//!
//! The bots are whole WebRTC clients on the `rtc` crate (ICE, DTLS, SRTP, NACK, transport feedback): what they send back
//! costs the node what a real client's would. They run in this process; only the node's CPU time is counted. First all
//! viewers join an empty room, which gives CPU and memory of a join; then the publishers begin, and after a warm-up
//! packets and CPU time are counted over the window. Right after, [`floor`] measures in this process what no forwarder
//! can go below: one AES-128-GCM seal a packet and UDP sends with segmentation offload.

mod bot;
mod client;
mod floor;
mod node;
mod picture;
mod signal;
mod statistics;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::process;
use crate::report::Report;
use bot::{Bot, Part};
use node::Node;
use statistics::Statistics;

/// Viewers that join at a time.
const JOINING_MAX: usize = 16;
/// Patience with one bot's joining, and with the first packets.
const PATIENCE: Duration = Duration::from_secs(30);
/// After the last viewer sees media, before the window opens.
const WARM_UP: Duration = Duration::from_secs(2);

/// What load to put on which node.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Bots that send video.
    #[arg(long, default_value_t = 1)]
    publishers: usize,
    /// Bots that watch all of it.
    #[arg(long, default_value_t = 200)]
    viewers: usize,
    /// Length of the measured window.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Bitrate of each publisher.
    #[arg(long, default_value_t = 1_500_000)]
    bits_per_second: u32,
    /// Fail if a forwarded packet costs more than this many µs of CPU.
    #[arg(long, default_value_t = 3.0)]
    at_most_us: f64,
    /// The node's program; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A running node instead (ws://…), with its process id, key and secret.
    #[arg(long, requires_all = ["pid", "key", "secret"])]
    url: Option<String>,
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long)]
    key: Option<String>,
    #[arg(long)]
    secret: Option<String>,
    /// Media threads of the node that is started.
    #[arg(long, default_value_t = 1)]
    workers: usize,
}

/// What the node has used up to a moment.
#[derive(Clone, Copy, Debug)]
struct Used {
    cpu: Duration,
    memory: u64,
}

/// Runs the load test.
pub(crate) fn run(options: Options) -> Result<Report> {
    ensure!(
        options.publishers > 0 && options.viewers > 0 && options.seconds > 0,
        "there must be something to measure"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(options))
}

async fn measure(options: Options) -> Result<Report> {
    let node = match (&options.url, options.pid, &options.key, &options.secret) {
        (Some(url), Some(pid), Some(key), Some(secret)) => Node::running(url, pid, key, secret),
        _ => Node::start(options.program.as_deref(), options.workers).await?,
    };
    let used = |node: &Node| -> Result<Used> {
        Ok(Used {
            cpu: process::cpu_time(node.pid())?,
            memory: process::resident_bytes(node.pid())?,
        })
    };
    let (stop, stopped) = watch::channel(false);
    let statistics = Arc::new(Statistics::new(options.viewers));
    let mut bots = JoinSet::new();

    let empty = used(&node)?;
    join_viewers(&options, &node, &statistics, &stopped, &mut bots).await?;
    let joined = used(&node)?;

    for number in 0..options.publishers {
        let part = Part::Publisher {
            bits_per_second: options.bits_per_second,
        };
        let bot = Bot::join(&node, &format!("publisher-{number}"), part, statistics.clone()).await?;
        bots.spawn(bot.run(stopped.clone()));
    }
    let streams = options.publishers;
    wait("media at every viewer", || {
        statistics.viewers_with(streams) == options.viewers
    })
    .await?;
    tokio::time::sleep(WARM_UP).await;

    let (before, packets_before) = (used(&node)?, statistics.snapshot());
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let (after, packets_after) = (used(&node)?, statistics.snapshot());
    let _ = stop.send(true);
    while let Some(ended) = bots.join_next().await {
        ended?.context("a bot failed")?;
    }
    drop(node);
    let floor = floor::measure(options.viewers).await?;

    let window = packets_after.since(&packets_before);
    ensure!(window.received > 0, "nothing was forwarded");
    Ok(summarize(
        &options,
        [empty, joined, before, after],
        &window,
        &statistics,
        floor,
    ))
}

async fn join_viewers(
    options: &Options,
    node: &Node,
    statistics: &Arc<Statistics>,
    stopped: &watch::Receiver<bool>,
    bots: &mut JoinSet<Result<()>>,
) -> Result<()> {
    for number in 0..options.viewers {
        let bot = Bot::join(
            node,
            &format!("viewer-{number}"),
            Part::Viewer { number },
            statistics.clone(),
        )
        .await?;
        bots.spawn(bot.run(stopped.clone()));
        let admitted = || number + 1 < statistics.connected() + JOINING_MAX;
        wait("viewers to connect", admitted).await?;
    }
    wait("every viewer to connect", || statistics.connected() == options.viewers).await
}

/// Waits for a state of the world that nothing announces.
async fn wait(what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    let poll = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .with_context(|| format!("waited in vain for {what}"))
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn summarize(
    options: &Options,
    [empty, joined, before, after]: [Used; 4],
    window: &statistics::Snapshot,
    statistics: &Statistics,
    floor: Duration,
) -> Report {
    let Options {
        publishers,
        viewers,
        seconds,
        bits_per_second,
        ..
    } = options;
    let mut report = Report::new(format!(
        "{publishers} publisher(s) of {bits_per_second} bit/s in packets of 1200 bytes, {viewers} viewers, {seconds} s"
    ));
    let micros = |duration: Duration| duration.as_secs_f64() * 1e6;
    let cpu = after.cpu.saturating_sub(before.cpu);
    let expected = window.expected.max(window.received) as f64;
    let loss = 1.0 - window.received as f64 / expected;
    // Counted where they enter: what viewers take out of their sockets in the window may be older.
    let forwarded = window.sent as f64 * *viewers as f64 * (1.0 - loss);
    let each = micros(cpu) / forwarded;
    let floor = micros(floor);
    report.bounded("cpu_per_forwarded_packet", each, "µs", options.at_most_us);
    report.figure("floor_seal_and_gso_send", floor, "µs");
    report.figure("ratio_to_floor", each / floor, "×");
    report.figure("packets_forwarded", forwarded, "packets");
    report.figure("loss", 100.0 * loss, "%");
    report.figure("node_cpu", 100.0 * cpu.as_secs_f64() / *seconds as f64, "% of a core");
    let a_core = *viewers as f64 / (cpu.as_secs_f64() / *seconds as f64);
    report.figure("viewers_a_core", a_core, "viewers");
    report.figure("delay_p50", statistics.delay_ms(0.50), "ms");
    report.figure("delay_p99", statistics.delay_ms(0.99), "ms");
    let viewers = *viewers as f64;
    report.figure(
        "cpu_per_join",
        joined.cpu.saturating_sub(empty.cpu).as_secs_f64() * 1e3 / viewers,
        "ms",
    );
    let memory = |later: Used| later.memory.saturating_sub(empty.memory) as f64 / 1024.0 / viewers;
    report.figure("memory_per_viewer_joined", memory(joined), "KiB");
    report.figure("memory_per_viewer_watching", memory(after), "KiB");
    report.note(
        "CPU is user + system time of the node's process alone. Delay is from the publisher's socket to the viewer's \
         code, so it holds the bots' own waiting for a core.",
    );
    report
}
