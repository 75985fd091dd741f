//! What the gateway counts.

use kit_telemetry::Metrics;
use kit_telemetry::prometheus_client::metrics::counter::Counter;
use kit_telemetry::prometheus_client::metrics::family::Family;
use kit_telemetry::prometheus_client::metrics::gauge::Gauge;

/// Clones count together.
#[derive(Clone, Debug)]
pub(crate) struct Meters {
    /// Answered requests.
    requests: Family<Labels<2>, Counter>,
    refused: Family<Labels<1>, Counter>,
    /// TCP connections that are open.
    pub(crate) connections: Gauge,
    /// Signalling connections that are open.
    pub(crate) sockets: Gauge,
    /// Signalling frames, by direction.
    frames: Family<Labels<1>, Counter>,
}

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// Which way a signalling frame goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direction {
    ToNode,
    ToClient,
}

/// Counts one while it lives.
#[derive(Debug)]
pub(crate) struct Counted(Gauge);

impl Meters {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        Self {
            requests: metrics.register(
                "gateway_requests",
                "Answered requests, by kind and class of status",
                Family::default(),
            ),
            refused: metrics.register(
                "gateway_refused",
                "Requests refused before they were looked at, by limit",
                Family::default(),
            ),
            connections: metrics.register("gateway_connections", "TCP connections that are open", Gauge::default()),
            sockets: metrics.register(
                "gateway_sockets",
                "Signalling connections that are open",
                Gauge::default(),
            ),
            frames: metrics.register(
                "gateway_signal_frames",
                "Relayed signalling frames, by direction",
                Family::default(),
            ),
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, kind: &'static str, status: http::StatusCode) {
        let class = match status.as_u16() {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&[("kind", kind), ("status", class)]).inc();
    }

    /// A request met a limit.
    pub(crate) fn refused(&self, limit: &'static str) {
        self.refused.get_or_create(&[("limit", limit)]).inc();
    }

    /// A signalling frame was passed on.
    pub(crate) fn relayed(&self, direction: Direction) {
        let to = match direction {
            Direction::ToNode => "node",
            Direction::ToClient => "client",
        };
        self.frames.get_or_create(&[("to", to)]).inc();
    }
}

impl Counted {
    pub(crate) fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
