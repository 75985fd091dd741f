//! The metrics of one process.

use std::any::Any;
use std::collections::HashMap;
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
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<Registered>>);

#[derive(Debug)]
struct Registered {
    registry: Registry,
    /// By name, so that a name is registered once.
    metrics: HashMap<String, Box<dyn Any + Send>>,
}

impl Metrics {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a metric and returns it: `let sold = metrics.register("ticketing_sold", "Tickets sold", counter)`.
    ///
    /// `help` is a sentence without a full stop. A name that is registered already gives the metric that was registered
    /// first: two parts of a process that use the same crate count together, as the registry must name each metric once.
    ///
    /// # Panics
    /// If the name belongs to a metric of another type.
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        let mut registered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = registered.metrics.get(name) {
            return first
                .downcast_ref::<M>()
                .expect("a name belongs to one type of metric")
                .clone();
        }
        registered.metrics.insert(name.to_owned(), Box::new(metric.clone()));
        registered.registry.register(name, help, metric.clone());
        metric
    }

    /// All metrics in OpenMetrics text.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        let registered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        prometheus_client::encoding::text::encode(&mut text, &registered.registry).expect("writing to memory succeeds");
        text
    }
}

impl Default for Registered {
    fn default() -> Self {
        Self {
            registry: Registry::with_prefix("plenary"),
            metrics: HashMap::new(),
        }
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

    #[test]
    fn a_name_is_registered_once() {
        let metrics = Metrics::new();
        let first: Counter = metrics.register("queries", "Queries", Counter::default());
        let second: Counter = metrics.register("queries", "Queries", Counter::default());
        first.inc();
        second.inc();
        let text = metrics.encode();
        assert_eq!(text.matches("# HELP plenary_queries").count(), 1, "{text}");
        assert!(text.contains("plenary_queries_total 2"), "{text}");
    }
}
