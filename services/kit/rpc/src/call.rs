//! One call while it lasts: its place among the running ones, and its line in the metrics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_core::Clock;
use kit_telemetry::prometheus_client::metrics::counter::Counter;
use kit_telemetry::prometheus_client::metrics::family::Family;
use kit_telemetry::prometheus_client::metrics::gauge::Gauge;
use kit_telemetry::prometheus_client::metrics::histogram::Histogram;
use kit_telemetry::{LATENCY_BUCKETS_SECONDS, Metrics};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Code;

use crate::{Config, Error, KIT, Method};

/// When a call that was shed may be tried again.
const SHED_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Admits and counts the calls of one process.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    unary: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    metrics: CallMetrics,
    clock: Clock,
}

/// An admitted call. It leaves when this is dropped; how it ended is told by [`finish`](Self::finish).
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    started: Instant,
    calls: Calls,
    code: Option<Code>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Clone, Debug)]
struct CallMetrics {
    finished: Family<Labels<2>, Counter>,
    running: Family<Labels<1>, Gauge>,
    duration: Family<Labels<1>, Histogram>,
    shed: Family<Labels<1>, Counter>,
}

/// Names and values.
type Labels<const N: usize> = [(&'static str, &'static str); N];

// === impl Calls ===

impl Calls {
    pub(crate) fn new(config: &Config, metrics: &Metrics, clock: Clock) -> Self {
        Self {
            unary: Arc::new(Semaphore::new(config.calls_max)),
            streams: Arc::new(Semaphore::new(config.streams_max)),
            metrics: CallMetrics::register(metrics),
            clock,
        }
    }

    /// A place for the call, at once or not at all: waiting for one would only move the queue into this process.
    pub(crate) fn admit(&self, method: Method) -> Result<Call, Error> {
        let places = if method.streams { &self.streams } else { &self.unary };
        let Ok(permit) = Arc::clone(places).try_acquire_owned() else {
            self.metrics.shed.get_or_create(&[("method", method.path)]).inc();
            let error = Error::new(
                Code::ResourceExhausted,
                KIT,
                "OVERLOADED",
                "too many calls at the same time",
            );
            return Err(error.retry_after(SHED_RETRY_DELAY));
        };
        self.metrics.running.get_or_create(&[("method", method.path)]).inc();
        let started = self.clock.instant();
        Ok(Call {
            method,
            started,
            calls: self.clone(),
            code: None,
            _permit: permit,
        })
    }
}

// === impl Call ===

impl Call {
    /// Tells how the call ended. The first word counts.
    pub(crate) fn finish(&mut self, code: Code) {
        self.code.get_or_insert(code);
    }

    pub(crate) fn method(&self) -> Method {
        self.method
    }
}

/// A call of which nobody said how it ended was cancelled: its client went away.
impl Drop for Call {
    fn drop(&mut self) {
        let (metrics, method) = (&self.calls.metrics, ("method", self.method.path));
        let code = code_name(self.code.unwrap_or(Code::Cancelled));
        metrics.running.get_or_create(&[method]).dec();
        metrics.finished.get_or_create(&[method, ("code", code)]).inc();
        if !self.method.streams {
            let duration = self.calls.clock.instant().saturating_duration_since(self.started);
            metrics
                .duration
                .get_or_create(&[method])
                .observe(duration.as_secs_f64());
        }
    }
}

// === impl CallMetrics ===

impl CallMetrics {
    fn register(metrics: &Metrics) -> Self {
        let histogram = || Histogram::new(LATENCY_BUCKETS_SECONDS);
        let duration = Family::new_with_constructor(histogram as fn() -> Histogram);
        Self {
            finished: metrics.register("rpc_calls", "Calls that have ended, by code", Family::default()),
            running: metrics.register("rpc_running", "Calls that are running", Family::default()),
            duration: metrics.register("rpc_duration_seconds", "Duration of calls that do not stream", duration),
            shed: metrics.register(
                "rpc_shed",
                "Calls refused because too many were running",
                Family::default(),
            ),
        }
    }
}

/// As in the specification of gRPC.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
