//! Forged datagrams at a node's media port, while a room has a publisher and viewers.
//!
//! A window without a flood comes first and last, and between them one window for each kind of forged datagram. What the
//! viewers lose, how late they get things, what a forged datagram costs the node, how many it counted as refused and
//! whether it answered any is told of each.

mod forge;
mod summary;
#[cfg(test)]
mod tests;
mod torrent;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum as _};

use crate::process;
use crate::report::Report;
use crate::room::{Counted, Crowd, Node, NodeOptions, Overheard, Part, SSRC, Shape, Snapshot, Statistics, Used, wait};
use crate::socket::Taking;
use forge::{Kind, Known};
use torrent::{Poured, Torrent};

/// After the last viewer sees media, before the first window opens.
const WARM_UP: Duration = Duration::from_secs(2);
/// Different datagrams of a kind.
const DISTINCT: usize = 1024;
/// Between two looks at whether all of a picture has come to everybody; pictures are 38 ms apart at the default rate.
const LOOK: Duration = Duration::from_millis(8);
/// Looks in vain before a window opens or closes amid a picture.
const LOOKS: usize = 250;

/// What load to put on which node.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Bots that get the picture. Few, so that they are not what the machine has no time for.
    #[arg(long, default_value_t = 50)]
    viewers: usize,
    /// Length of a measured window.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Bitrate of the publisher's video.
    #[arg(long, default_value_t = 1_500_000)]
    bits_per_second: u32,
    /// Forged datagrams a second.
    #[arg(long, default_value_t = 100_000)]
    packets_per_second: u32,
    /// End a window after so many forged datagrams.
    #[arg(long)]
    packets: Option<u64>,
    /// Only these kinds, by default all.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Fail if viewers lose more of what is sent to them than this, with any kind of flood.
    #[arg(long, default_value_t = 0.1)]
    at_most_loss_percent: f64,
    #[command(flatten)]
    node: NodeOptions,
}

/// One measured window.
#[derive(Debug)]
struct Window {
    length: Duration,
    cpu: Duration,
    counts: Snapshot,
    p50_ms: f64,
    p99_ms: f64,
    counted: Counted,
    /// Datagrams that the kernel dropped at the node's sockets, and at the bots'.
    node_drops: u64,
    bot_drops: u64,
}

/// A window with a flood in it.
#[derive(Debug)]
struct Flooded {
    kind: Kind,
    window: Window,
    poured: Poured,
    /// What came back to the sockets that the flood came from, unless these are the publisher's.
    answers: Option<u64>,
}

/// All that was measured.
#[derive(Debug)]
struct Measured {
    quiet: Vec<Window>,
    floods: Vec<Flooded>,
}

/// Runs the load test.
pub(crate) fn run(options: Options) -> Result<Report> {
    ensure!(
        options.viewers > 0 && options.seconds > 0 && options.packets_per_second > 0,
        "there must be something to measure"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let measured = runtime.block_on(async {
        let node = Node::of(&options.node).await?;
        measure(&options, &node).await
    })?;
    Ok(summary::report(&options, &measured))
}

async fn measure(options: &Options, node: &Node) -> Result<Measured> {
    let statistics = Arc::new(Statistics::new(options.viewers, 0));
    let mut crowd = Crowd::new(node, Taking::Trains, statistics.clone());
    crowd.fill(options.viewers).await?;
    let shape = Shape::Video {
        bits_per_second: options.bits_per_second,
    };
    let overheard = crowd.overheard_source("publisher", Part::Publisher(shape)).await?;
    let all_see = || statistics.viewers_with(1) == options.viewers;
    wait("media at every viewer", all_see).await?;
    tokio::time::sleep(WARM_UP).await;

    let bench = Bench {
        options,
        node,
        statistics: &statistics,
        overheard: &overheard,
    };
    let mut measured = Measured {
        quiet: vec![bench.quiet().await?],
        floods: Vec::new(),
    };
    for kind in options.kinds() {
        measured.floods.push(bench.flood(kind).await?);
    }
    measured.quiet.push(bench.quiet().await?);
    crowd.end().await?;
    Ok(measured)
}

impl Options {
    fn kinds(&self) -> Vec<Kind> {
        if self.kinds.is_empty() {
            Kind::value_variants().to_vec()
        } else {
            self.kinds.clone()
        }
    }

    fn window(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Where windows are measured.
#[derive(Debug)]
struct Bench<'b> {
    options: &'b Options,
    node: &'b Node,
    statistics: &'b Statistics,
    overheard: &'b Overheard,
}

/// How things stand at a window's end.
#[derive(Debug)]
struct Mark {
    at: std::time::Instant,
    used: Used,
    counts: Snapshot,
    counted: Counted,
    node_drops: BTreeMap<u64, u64>,
    bot_drops: BTreeMap<u64, u64>,
}

impl Bench<'_> {
    async fn quiet(&self) -> Result<Window> {
        let before = self.mark().await?;
        tokio::time::sleep(self.options.window()).await;
        self.since(&before).await
    }

    async fn flood(&self, kind: Kind) -> Result<Flooded> {
        let Overheard { node, ufrag, socket } = self.overheard;
        let torrent = if kind.is_spoofed() {
            Torrent::of(*node, socket)?
        } else {
            Torrent::of_strangers(*node)?
        };
        let known = Known {
            ufrag: ufrag.clone(),
            ssrc: SSRC,
        };
        let datagrams = forge::datagrams(kind, &known, DISTINCT)?;
        let (per_second, length, limit) = (
            self.options.packets_per_second,
            self.options.window(),
            self.options.packets,
        );
        let before = self.mark().await?;
        let pouring = tokio::task::spawn_blocking(move || {
            let poured = torrent.pour(&datagrams, per_second, length, limit);
            poured.map(|poured| (torrent, poured))
        });
        let (torrent, poured) = pouring.await??;
        self.taken(kind, &before, poured).await?;
        let window = self.since(&before).await?;
        // What answers the publisher's address is the publisher's to read.
        let answers = (!kind.is_spoofed()).then(|| torrent.answers());
        Ok(Flooded {
            kind,
            window,
            poured,
            answers,
        })
    }

    /// Waits until the node has looked at all of a flood of which it refuses each datagram.
    async fn taken(&self, kind: Kind, before: &Mark, poured: Poured) -> Result<()> {
        for _ in 0..LOOKS {
            let refused = self.node.counted().await?.since(&before.counted).refused();
            let dropped = more(&before.node_drops, &process::udp_drops(self.node.pid())?);
            if refused + dropped >= poured.sent || !kind.is_refused() {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Looks when nothing is under way, so that what was sent before a window has come before it too.
    async fn mark(&self) -> Result<Mark> {
        let mut before = self.statistics.snapshot();
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK).await;
            let now = self.statistics.snapshot();
            let is_still = (now.sent, now.received) == (before.sent, before.received);
            before = now;
            if is_still {
                break;
            }
        }
        Ok(Mark {
            at: crate::clock::now(),
            counts: self.statistics.snapshot(),
            used: Used::by(self.node)?,
            counted: self.node.counted().await?,
            node_drops: process::udp_drops(self.node.pid())?,
            bot_drops: process::udp_drops(std::process::id())?,
        })
    }

    async fn since(&self, before: &Mark) -> Result<Window> {
        let after = self.mark().await?;
        let window = Window {
            length: after.at - before.at,
            cpu: after.used.cpu_since(&before.used),
            counts: after.counts.since(&before.counts),
            p50_ms: self.statistics.delay_ms(0.50),
            p99_ms: self.statistics.delay_ms(0.99),
            counted: after.counted.since(&before.counted),
            node_drops: more(&before.node_drops, &after.node_drops),
            bot_drops: more(&before.bot_drops, &after.bot_drops),
        };
        self.statistics.forget_delays();
        Ok(window)
    }
}

/// Drops at sockets that were there before.
fn more(before: &BTreeMap<u64, u64>, after: &BTreeMap<u64, u64>) -> u64 {
    let of = |(inode, drops): (&u64, &u64)| after.get(inode).map_or(0, |now| now.saturating_sub(*drops));
    before.iter().map(of).sum()
}
