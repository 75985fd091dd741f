//! What a node counts itself, from its operations port.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, ensure};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// Bytes of a page of metrics: a node of many workers has some hundred lines.
const PAGE_BYTES_MAX: usize = 1 << 20;

/// A node's counters up to a moment, over all its workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Datagrams taken from the kernel.
    pub(crate) received: u64,
    /// Of these, from an address and of a connection that it does not know.
    pub(crate) strangers: u64,
    /// Of these, malformed, forged, replayed or out of place.
    pub(crate) invalid: u64,
}

impl Counted {
    pub(super) async fn by(operations: SocketAddr) -> Result<Self> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
        let address = format!("http://{operations}/metrics");
        let answer = client.get(address.parse()?).await.context("no operations port")?;
        ensure!(answer.status().is_success(), "{address}: {}", answer.status());
        let body = Limited::new(answer.into_body(), PAGE_BYTES_MAX).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!("{address}: {error}"))?;
        Self::parse(std::str::from_utf8(&body.to_bytes())?)
    }

    /// What has come since an earlier moment.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            received: self.received - earlier.received,
            strangers: self.strangers - earlier.strangers,
            invalid: self.invalid - earlier.invalid,
        }
    }

    pub(crate) const fn refused(&self) -> u64 {
        self.strangers + self.invalid
    }

    fn parse(page: &str) -> Result<Self> {
        let sum = |name: &str, label: &str| {
            let lines = page
                .lines()
                .filter(|line| line.starts_with(name) && line.contains(label));
            let values = lines.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
            values.reduce(|sum, value| sum + value).context("a metric is missing")
        };
        const DROPPED: &str = "plenary_sfu_packets_dropped_total{";
        Ok(Self {
            received: sum("plenary_sfu_packets_received_total{", "")?,
            strangers: sum(DROPPED, "cause=\"Stranger\"")?,
            invalid: sum(DROPPED, "cause=\"Invalid\"")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_of_all_workers_are_added() {
        let page = "# HELP plenary_sfu_packets_dropped Packets that went nowhere, by cause.\n\
                    plenary_sfu_packets_dropped_total{worker=\"0\",cause=\"Stranger\"} 3\n\
                    plenary_sfu_packets_dropped_total{worker=\"1\",cause=\"Stranger\"} 4\n\
                    plenary_sfu_packets_dropped_total{worker=\"0\",cause=\"Invalid\"} 5\n\
                    plenary_sfu_packets_received_total{worker=\"0\"} 20\n# EOF\n";
        let counted = Counted::parse(page).expect("whole");
        assert_eq!((counted.received, counted.strangers, counted.refused()), (20, 7, 12));
        assert!(Counted::parse("# EOF\n").is_err());
    }
}
