//! W3C trace context (`traceparent`), in and out of spans of `tracing`.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator as _;
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

/// Makes `span` a child of the caller's span. A malformed `traceparent` starts a new trace: it is never an error.
pub fn set_parent(span: &Span, parent: &str) {
    let carrier = HashMap::from([(HEADER.to_owned(), parent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    // Fails only when there is no OpenTelemetry layer, and then there is no trace either.
    let _ = span.set_parent(context);
}
