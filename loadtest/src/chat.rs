//! Messages over the data channels of an SFU node, as chat and reactions are: one writes, everybody in the room reads.
//!
//! All listeners join first; then the writer begins, and over the window deliveries, their delay and the node's CPU time
//! are counted. If some listeners are to fall behind, a second window follows in which they do. The floor is one
//! AES-128-GCM seal and one UDP send for each delivery, measured in this process before and after.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;

use crate::floor::{Floor, Sending};
use crate::report::Report;
use crate::room::{Crowd, Node, NodeOptions, Part, Snapshot, Statistics, Used, wait};
use crate::socket::Taking;

/// After the first deliveries, before the window opens.
const WARM_UP: Duration = Duration::from_secs(2);

/// What load to put on which node.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Bots that get every message.
    #[arg(long, default_value_t = 1000)]
    listeners: usize,
    /// Messages written a second.
    #[arg(long, default_value_t = 20.0)]
    per_second: f64,
    /// Bytes of a message.
    #[arg(long, default_value_t = 120)]
    bytes: usize,
    /// Length of a measured window.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// In a second window, this share of the listeners reads too little, or nothing.
    #[arg(long, default_value_t = 0)]
    behind_percent: usize,
    /// Fail if a delivery costs more CPU than this, in µs.
    #[arg(long)]
    at_most_us: Option<f64>,
    /// Fail if more than one delivery in a hundred is later than this.
    #[arg(long)]
    at_most_p99_ms: Option<f64>,
    /// Fail if those who fall behind raise the others' p99 by more than this.
    #[arg(long)]
    at_most_p99_rise_percent: Option<f64>,
    /// Fail if one who falls behind costs more memory than this.
    #[arg(long)]
    at_most_behind_mib: Option<f64>,
    #[command(flatten)]
    node: NodeOptions,
}

/// One measured window.
#[derive(Debug)]
struct Window {
    before: Used,
    after: Used,
    counts: Snapshot,
    p50_ms: f64,
    p99_ms: f64,
}

/// Runs the load test.
pub(crate) fn run(options: Options) -> Result<Report> {
    ensure!(
        options.listeners > 0 && options.seconds > 0 && options.per_second > 0.0,
        "there must be something to measure"
    );
    ensure!(options.behind_percent < 100, "somebody must keep up");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(&options))
}

async fn measure(options: &Options) -> Result<Report> {
    let interval = Duration::from_secs_f64(options.per_second.recip());
    let sending = Sending::messages(options.listeners, options.bytes, interval);
    let mut floor = Floor::measure(sending).await?;
    let node = Node::of(&options.node).await?;
    let behind = options.listeners * options.behind_percent / 100;
    let statistics = Arc::new(Statistics::new(options.listeners, behind));
    let mut crowd = Crowd::new(&node, Taking::Trains, statistics.clone());
    let empty = Used::by(&node)?;
    crowd.fill(options.listeners).await?;
    let joined = Used::by(&node)?;
    let writer = Part::Writer {
        per_second: options.per_second,
        bytes: options.bytes,
    };
    crowd.source("writer", writer).await?;
    let delivered = || statistics.snapshot().messages >= options.listeners as u64;
    wait("the first message at every listener", delivered).await?;
    tokio::time::sleep(WARM_UP).await;

    let prompt = window(options, &node, &statistics).await?;
    let mut report = Report::new(format!(
        "{} messages of {} bytes a second to {} listeners, {} s",
        options.per_second, options.bytes, options.listeners, options.seconds
    ));
    let behind_window = if behind > 0 {
        crowd.fall_behind();
        Some(window(options, &node, &statistics).await?)
    } else {
        None
    };
    crowd.end().await?;
    drop(node);
    floor.add(Floor::measure(sending).await?);
    summarize(options, [empty, joined], &prompt, &floor, &mut report);
    if let Some(window) = behind_window {
        fallen_behind(options, behind, [&prompt, &window], &mut report);
    }
    Ok(report)
}

async fn window(options: &Options, node: &Node, statistics: &Statistics) -> Result<Window> {
    statistics.forget_delays();
    let (before, counts) = (Used::by(node)?, statistics.snapshot());
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    let (after, counts) = (Used::by(node)?, statistics.snapshot().since(&counts));
    Ok(Window {
        before,
        after,
        counts,
        p50_ms: statistics.delay_ms(0.50),
        p99_ms: statistics.delay_ms(0.99),
    })
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn summarize(options: &Options, [empty, joined]: [Used; 2], window: &Window, floor: &Floor, report: &mut Report) {
    let cpu = window.after.cpu_since(&window.before).as_secs_f64();
    let delivered = window.counts.messages as f64;
    let each = cpu * 1e6 / delivered;
    report.judged("cpu_per_delivery", each, "µs", options.at_most_us);
    report.figure("floor_seal_and_send", floor.micros(), "µs");
    report.figure("ratio_to_floor", each / floor.micros(), "×");
    report.figure("deliveries", delivered, "messages");
    let written = window.counts.sent as f64 * options.listeners as f64;
    report.figure("delivered_of_written", 100.0 * delivered / written, "%");
    report.figure("delay_p50", window.p50_ms, "ms");
    report.judged("delay_p99", window.p99_ms, "ms", options.at_most_p99_ms);
    let join_ms = joined.cpu_since(&empty).as_secs_f64() * 1e3 / options.listeners as f64;
    report.figure("cpu_per_join", join_ms, "ms");
    report.figure(
        "memory_per_listener",
        window.after.kib_since(&empty, options.listeners),
        "KiB",
    );
    report.note(
        "CPU is user + system time of the node's process alone. Delay is from the writing of a message to its arrival \
         at the listener's socket, by the kernel's time stamp. Deliveries just before and after the window's ends make \
         the share of what was written a little more or less than 100 %.",
    );
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn fallen_behind(options: &Options, listeners: usize, [prompt, behind]: [&Window; 2], report: &mut Report) {
    report.figure("behind_listeners", listeners as f64, "listeners");
    report.figure("behind_others_p99", behind.p99_ms, "ms");
    let rise = 100.0 * (behind.p99_ms / prompt.p99_ms - 1.0);
    report.judged("behind_others_p99_rise", rise, "%", options.at_most_p99_rise_percent);
    let memory = behind.after.kib_since(&behind.before, listeners) / 1024.0;
    report.judged("behind_memory_per_listener", memory, "MiB", options.at_most_behind_mib);
}
