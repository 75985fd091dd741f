//! A room of an SFU node and its participants: whole WebRTC clients on the `rtc` crate (ICE, DTLS, SRTP, SCTP, NACK,
//! transport feedback), so that what they send back costs the node what a real client's would. They run in this process;
//! only the node's CPU time is counted.

mod bot;
mod client;
mod crowd;
mod feed;
mod node;
mod signal;
mod statistics;

use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::process;

pub(crate) use bot::{Part, SSRC, Shape};
pub(crate) use client::Overheard;
pub(crate) use crowd::Crowd;
pub(crate) use feed::{SOUND_INTERVAL, frame_interval};
pub(crate) use node::{Counted, Node, NodeOptions};
pub(crate) use statistics::{Snapshot, Statistics};

/// Patience with one bot's joining, and with the first packets.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the node has used up to a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    /// Bytes.
    pub(crate) memory: u64,
}

impl Used {
    pub(crate) fn by(node: &Node) -> Result<Self> {
        Ok(Self {
            cpu: process::cpu_time(node.pid())?,
            memory: process::resident_bytes(node.pid())?,
        })
    }

    /// CPU time since an earlier moment.
    pub(crate) fn cpu_since(&self, earlier: &Self) -> Duration {
        self.cpu.saturating_sub(earlier.cpu)
    }

    /// KiB of memory more than at an earlier moment, for each of `shares`.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn kib_since(&self, earlier: &Self, shares: usize) -> f64 {
        (self.memory as f64 - earlier.memory as f64) / 1024.0 / shares as f64
    }
}

/// Waits for a state of the world that nothing announces.
pub(crate) async fn wait(what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    let poll = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, poll)
        .await
        .with_context(|| format!("waited in vain for {what}"))
}
