//! JSON log lines that carry the ids of the trace they belong to.

use std::fmt;

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// tracing-subscriber's JSON with `trace_id` and `span_id` in front, when a span is open.
pub(crate) struct TracedJson {
    inner: Format<Json>,
}

impl TracedJson {
    pub(crate) fn new() -> Self {
        Self {
            inner: Format::default().json().flatten_event(true).with_span_list(false),
        }
    }
}

impl<S, N> FormatEvent<S, N> for TracedJson
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = String::with_capacity(256);
        self.inner.format_event(context, Writer::new(&mut line), event)?;
        // The layer for OpenTelemetry makes the open span current for this thread as well.
        let current = Context::current();
        let span = current.span().span_context().clone();
        match line.strip_prefix('{') {
            Some(rest) if span.is_valid() => {
                write!(
                    out,
                    "{{\"trace_id\":\"{}\",\"span_id\":\"{}\",{rest}",
                    span.trace_id(),
                    span.span_id()
                )
            }
            _ => out.write_str(&line),
        }
    }
}
