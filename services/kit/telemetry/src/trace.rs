//! W3C trace context (`traceparent`), in and out of spans of `tracing`.

use std::collections::HashMap;
use std::time::SystemTime;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Span as _, SpanBuilder, TraceContextExt as _, Tracer as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header's name, also in gRPC metadata and in facts.
pub const HEADER: &str = "traceparent";

/// The open span as a `traceparent`, for whatever it causes elsewhere. `None` when nothing is traced.
pub fn current_parent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(HEADER)
}

/// Adds a span of the past to the trace of `parent`: something that happened where nobody traces, as in a browser. Nothing
/// when `parent` is no `traceparent`.
pub fn record(parent: &str, name: &'static str, start: SystemTime, end: SystemTime) {
    let context = context_of(parent);
    if !context.span().span_context().is_valid() {
        return;
    }
    let tracer = opentelemetry::global::tracer("plenary");
    let builder = SpanBuilder::from_name(name).with_start_time(start);
    tracer.build_with_context(builder, &context).end_with_timestamp(end);
}

fn context_of(parent: &str) -> opentelemetry::Context {
    let carrier = HashMap::from([(HEADER.to_owned(), parent.to_owned())]);
    TraceContextPropagator::new().extract(&carrier)
}

/// Makes `span` a child of the caller's span. A malformed `traceparent` starts a new trace: it is never an error.
pub fn set_parent(span: &Span, parent: &str) {
    let context = context_of(parent);
    // Fails only when there is no OpenTelemetry layer, and then there is no trace either.
    let _ = span.set_parent(context);
}
