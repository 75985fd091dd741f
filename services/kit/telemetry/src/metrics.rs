//! The metrics of one process.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::registry::{Metric, Registry};

/// For latencies of calls and queries: 1 ms to 16 s, each bucket double the one before.
pub const LATENCY_BUCKETS_SECONDS: [f64; 15] = [
    0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0, 4.0, 8.0, 16.0,
];

/// The process's registry. Clones share it.
///
/// Names are `plenary_<part>_<what>_<unit>`, with the prefix added here. Labels have few values: a method or a code,
/// never an identifier.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    /// An empty registry.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Registry::with_prefix("plenary"))))
    }

    /// Registers a metric and returns it: `let sold: Counter = metrics.register("ticketing_sold", "Tickets sold.", …)`.
    ///
    /// `help` is a sentence without a full stop.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .register(name, help, metric.clone());
        metric
    }

    /// All metrics in OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        let registry = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("writing to memory succeeds");
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[test]
    fn registered_metrics_are_encoded_with_our_prefix() {
        let metrics = Metrics::new();
        let sold: Counter = metrics.register("ticketing_sold", "Tickets sold", Counter::default());
        sold.inc_by(3);
        let text = metrics.clone().encode();
        assert!(text.contains("# HELP plenary_ticketing_sold Tickets sold."), "{text}");
        assert!(text.contains("plenary_ticketing_sold_total 3"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
