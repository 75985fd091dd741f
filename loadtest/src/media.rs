//! Audio and video through an SFU node that speaks LiveKit's protocol.
//!
//! First all viewers join an empty room, which gives CPU and memory of a join; then the publishers begin, and after a
//! warm-up packets and CPU time are counted over the window, in which viewers may come and go. If some are to fall behind,
//! a second window follows in which they do. Before the load and right after it, [`crate::floor`] measures in this
//! process what no forwarder can go below.

mod summary;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::Args;

use crate::floor::{Floor, Sending};
use crate::report::Report;
use crate::room::{
    Crowd, Node, NodeOptions, Part, SOUND_INTERVAL, Shape, Snapshot, Statistics, Used, frame_interval, wait,
};
use crate::socket::Taking;

/// After the last viewer sees media, before the window opens.
const WARM_UP: Duration = Duration::from_secs(2);

/// What load to put on which node.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Bots that send.
    #[arg(long, default_value_t = 1)]
    publishers: usize,
    /// Bots that get all of it.
    #[arg(long, default_value_t = 200)]
    viewers: usize,
    /// Length of a measured window.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Bitrate of each publisher's video.
    #[arg(long, default_value_t = 1_500_000)]
    bits_per_second: u32,
    /// Publishers speak instead, so many at a time, in turns: Opus with DTX.
    #[arg(long, value_name = "SPEAKING")]
    audio: Option<usize>,
    /// So many viewers a second go, and others come in their place.
    #[arg(long, default_value_t = 0.0)]
    come_and_go: f64,
    /// In a second window, this share of the viewers reads too little, or nothing.
    #[arg(long, default_value_t = 0)]
    behind_percent: usize,
    /// Viewers' sockets take packets one by one, also those that were sent together: loopback then cuts the node's trains
    /// up, and delivers each packet, on the node's account.
    #[arg(long)]
    apart: bool,
    #[command(flatten)]
    bounds: Bounds,
    #[command(flatten)]
    node: NodeOptions,
}

/// What may not be exceeded.
#[derive(Debug, Args)]
struct Bounds {
    /// Fail if a forwarded packet costs more CPU than this, in µs.
    #[arg(long, default_value_t = 3.0)]
    at_most_us: f64,
    /// Fail if a forwarded packet costs more than so many times the floor.
    #[arg(long)]
    at_most_ratio: Option<f64>,
    /// Fail if a watching viewer costs more memory than this.
    #[arg(long)]
    at_most_kib: Option<f64>,
    /// Fail if a join costs more CPU than this.
    #[arg(long)]
    at_most_join_ms: Option<f64>,
    /// Fail if the median of delays is more than this.
    #[arg(long)]
    at_most_p50_ms: Option<f64>,
    /// Fail if more than one packet in a hundred is later than this.
    #[arg(long)]
    at_most_p99_ms: Option<f64>,
    /// Fail if more packets are lost than this.
    #[arg(long)]
    at_most_loss_percent: Option<f64>,
    /// Fail if those who fall behind raise the others' p99 by more than this.
    #[arg(long)]
    at_most_p99_rise_percent: Option<f64>,
    /// Fail if one who falls behind costs more memory than this.
    #[arg(long)]
    at_most_behind_mib: Option<f64>,
}

/// One measured window.
#[derive(Debug)]
struct Window {
    before: Used,
    after: Used,
    counts: Snapshot,
    p50_ms: f64,
    p99_ms: f64,
    /// Viewers that went, with others in their place.
    changed: usize,
}

/// All that was measured.
#[derive(Debug)]
struct Measured {
    empty: Used,
    joined: Used,
    prompt: Window,
    behind: Option<Window>,
    floor: Floor,
}

/// Runs the load test.
pub(crate) fn run(options: Options) -> Result<Report> {
    ensure!(
        options.publishers > 0 && options.viewers > 0 && options.seconds > 0,
        "there must be something to measure"
    );
    ensure!(options.behind_percent < 100, "somebody must keep up");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let measured = runtime.block_on(measure(&options))?;
    ensure!(measured.prompt.counts.received > 0, "nothing was forwarded");
    Ok(summary::report(&options, &measured))
}

async fn measure(options: &Options) -> Result<Measured> {
    let mut floor = Floor::measure(options.sending()).await?;
    let node = Node::of(&options.node).await?;
    let behind = options.viewers * options.behind_percent / 100;
    let statistics = Arc::new(Statistics::new(options.viewers, behind));
    let mut crowd = Crowd::new(&node, options.taking(), statistics.clone());

    let empty = Used::by(&node)?;
    crowd.fill(options.viewers).await?;
    let joined = Used::by(&node)?;
    for number in 0..options.publishers {
        let name = format!("publisher-{number}");
        crowd.source(&name, Part::Publisher(options.shape(number))).await?;
    }
    let all_see = || statistics.viewers_with(options.publishers) == options.viewers;
    wait("media at every viewer", all_see).await?;
    tokio::time::sleep(WARM_UP).await;

    let prompt = window(options, &node, &statistics, &mut crowd).await?;
    let behind = if behind > 0 {
        crowd.fall_behind();
        Some(window(options, &node, &statistics, &mut crowd).await?)
    } else {
        None
    };
    crowd.end().await?;
    drop(node);
    floor.add(Floor::measure(options.sending()).await?);
    Ok(Measured {
        empty,
        joined,
        prompt,
        behind,
        floor,
    })
}

async fn window(options: &Options, node: &Node, statistics: &Statistics, crowd: &mut Crowd<'_>) -> Result<Window> {
    statistics.forget_delays();
    let (before, counts) = (Used::by(node)?, statistics.snapshot());
    let length = Duration::from_secs(options.seconds);
    let changed = crowd.come_and_go(length, options.come_and_go).await?;
    let (after, counts) = (Used::by(node)?, statistics.snapshot().since(&counts));
    Ok(Window {
        before,
        after,
        counts,
        p50_ms: statistics.delay_ms(0.50),
        p99_ms: statistics.delay_ms(0.99),
        changed,
    })
}

impl Options {
    fn shape(&self, number: usize) -> Shape {
        match self.audio {
            None => Shape::Video {
                bits_per_second: self.bits_per_second,
            },
            Some(at_once) => Shape::Sound {
                speaker: number,
                speakers: self.publishers,
                at_once: at_once.min(self.publishers),
            },
        }
    }

    const fn taking(&self) -> Taking {
        if self.apart { Taking::Packets } else { Taking::Trains }
    }

    /// What the least possible sending of this load is: the same packets as often, from nobody in particular.
    fn sending(&self) -> Sending {
        let each =
            |interval: Duration, publishers: usize| interval / u32::try_from(publishers.max(1)).unwrap_or(u32::MAX);
        let sending = match self.audio {
            None => Sending::video(
                self.viewers,
                each(frame_interval(self.bits_per_second), self.publishers),
            ),
            Some(at_once) => Sending::sound(self.viewers, each(SOUND_INTERVAL, at_once.min(self.publishers))),
        };
        sending.taken(self.taking())
    }
}
