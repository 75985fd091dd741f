//! For tests of parts: which spans there were, and which belong together.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::layer::SubscriberExt as _;

/// Keeps the spans of this thread that have ended, until it is dropped.
#[derive(Debug)]
pub struct Spans {
    ended: Ended,
    _guard: DefaultGuard,
    _second: Dispatch,
}

/// Name and trace id, in the order in which they ended.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<(String, String)>>>);

impl Spans {
    /// Begins to keep spans. Spans of the past ([`crate::trace::record`]) are kept from all threads.
    pub fn keep() -> Self {
        // With a single dispatcher in the process, `tracing` asks the thread that first comes to a span whether anybody
        // wants it, for good: another test's thread would say no.
        let second = Dispatch::new(NoSubscriber::default());
        let ended = Ended::default();
        let provider = SdkTracerProvider::builder().with_span_processor(ended.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        global::set_tracer_provider(provider);
        let subscriber = tracing_subscriber::registry().with(layer);
        Self {
            ended,
            _guard: tracing::subscriber::set_default(subscriber),
            _second: second,
        }
    }

    /// The names of those of one trace.
    pub fn of_trace(&self, trace_id: &str) -> Vec<String> {
        let ended = self.ended.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = ended.iter().filter(|(_, trace)| trace == trace_id);
        of_it.map(|(name, _)| name.clone()).collect()
    }
}

/// The trace id in a `traceparent`.
pub fn trace_id(parent: &str) -> &str {
    parent.split('-').nth(1).unwrap_or_default()
}

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        let entry = (span.name.to_string(), span.span_context.trace_id().to_string());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
