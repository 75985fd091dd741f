//! What the bus counts.

use kit_telemetry::Metrics;
use kit_telemetry::prometheus_client::metrics::counter::Counter;
use kit_telemetry::prometheus_client::metrics::family::Family;
use kit_telemetry::prometheus_client::metrics::gauge::Gauge;

#[derive(Clone, Debug)]
pub(crate) struct Meters {
    /// Facts that went into a stream.
    pub(crate) published: Family<Labels<1>, Counter>,
    /// Facts that have not been published yet.
    pub(crate) waiting: Family<Labels<1>, Gauge>,
    /// Facts that a group dealt with.
    pub(crate) handled: Family<Labels<2>, Counter>,
    /// Facts that a group gave up on. Anything but zero wants a look.
    pub(crate) parked: Family<Labels<2>, Counter>,
    /// Live updates that other processes did not get.
    pub(crate) dropped: Counter,
}

/// Names and values of `N` labels.
pub(crate) type Labels<const N: usize> = [(&'static str, String); N];

impl Meters {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        Self {
            published: metrics.register("bus_facts_published", "Facts put into a stream", Family::default()),
            waiting: metrics.register(
                "bus_facts_waiting",
                "Facts in an outbox that wait for Redis",
                Family::default(),
            ),
            handled: metrics.register(
                "bus_facts_handled",
                "Facts that a consumer group dealt with",
                Family::default(),
            ),
            parked: metrics.register(
                "bus_facts_parked",
                "Facts that a consumer group gave up on",
                Family::default(),
            ),
            dropped: metrics.register(
                "bus_updates_dropped",
                "Live updates that were not sent to other processes",
                Counter::default(),
            ),
        }
    }
}
