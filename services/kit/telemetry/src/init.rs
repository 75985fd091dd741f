//! Sets up logs and traces for the whole process.

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use thiserror::Error;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::{Layered, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::json::TracedJson;
use crate::{Config, Format};

/// How long spans may take to reach the collector when the process ends.
const FLUSH_DURATION_MAX: Duration = Duration::from_secs(3);

/// Keeps telemetry going; sends what is left when dropped, so `main` holds it to its end.
#[derive(Debug)]
#[must_use = "telemetry ends when this is dropped"]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

/// Telemetry could not be set up.
#[derive(Debug, Error)]
pub enum TelemetryError {
    /// `telemetry.filter` is no filter.
    #[error("telemetry.filter cannot be read")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// `telemetry.otlp_endpoint` cannot be used.
    #[error("spans cannot be sent to telemetry.otlp_endpoint")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    /// Somebody else has set up logging in this process.
    #[error("logging is set up already")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

impl Telemetry {
    /// Sets up logs and traces of this process. `service` is the name that they carry.
    ///
    /// Needs a tokio runtime when an OTLP endpoint is configured.
    pub fn init(config: &Config, service: &'static str) -> Result<Self, TelemetryError> {
        let provider = provider(config, service)?;
        subscriber(config, provider.tracer("plenary"), std::io::stdout)?
            .try_init()
            .map_err(TelemetryError::Twice)?;
        // For spans of the past, which `tracing` has no words for.
        opentelemetry::global::set_tracer_provider(provider.clone());
        Ok(Self { provider })
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH_DURATION_MAX) {
            tracing::warn!(%error, "some spans were not sent");
        }
    }
}

/// Spans are always made, also without a collector: they give logs their trace ids and calls their trace context.
fn provider(config: &Config, service: &'static str) -> Result<SdkTracerProvider, TelemetryError> {
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.trace_ratio)));
    let resource = Resource::builder().with_service_name(service).build();
    let builder = SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_resource(resource);
    let Some(endpoint) = &config.otlp_endpoint else {
        return Ok(builder.build());
    };
    let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
    Ok(builder
        .with_batch_exporter(exporter.map_err(TelemetryError::Exporter)?)
        .build())
}

fn subscriber<W>(config: &Config, tracer: SdkTracer, writer: W) -> Result<impl Subscriber + use<W>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.filter).map_err(TelemetryError::Filter)?;
    let logs: Box<dyn Layer<Traced> + Send + Sync> = match config.format {
        Format::Json => {
            let fields = JsonFields::new();
            let layer = tracing_subscriber::fmt::layer()
                .fmt_fields(fields)
                .event_format(TracedJson::new());
            layer.with_writer(writer).boxed()
        }
        Format::Human => tracing_subscriber::fmt::layer()
            .with_target(false)
            .with_writer(writer)
            .boxed(),
    };
    let spans = tracing_opentelemetry::layer().with_tracer(tracer);
    // One after the other: joined by `and_then`, the filter's level is not the level that callsites ask first, and each
    // `trace!` of a library, through the `log` crate too, looks up what nobody keeps.
    Ok(tracing_subscriber::registry().with(filter).with(spans).with(logs))
}

/// What the layer of spans stands on.
type Filtered = Layered<EnvFilter, Registry>;
/// What the log layer stands on.
type Traced = Layered<tracing_opentelemetry::OpenTelemetryLayer<Filtered, SdkTracer>, Filtered>;

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing::level_filters::LevelFilter;

    use super::*;
    use crate::trace;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, run: impl FnOnce()) -> String {
        let lines = Lines::default();
        tracing::subscriber::with_default(subscriber_to(format, &lines), run);
        String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("logs are text")
    }

    fn subscriber_to(format: Format, lines: &Lines) -> impl Subscriber + use<> {
        let config = Config {
            format,
            filter: "info".to_owned(),
            otlp_endpoint: None,
            trace_ratio: 1.0,
            listen: None,
        };
        let provider = provider(&config, "test").expect("nothing to connect to");
        let writer = lines.clone();
        subscriber(&config, provider.tracer("test"), move || writer.clone()).expect("a filter")
    }

    #[test]
    fn what_the_filter_drops_is_dropped_where_it_is_said() {
        for format in [Format::Json, Format::Human] {
            let level = subscriber_to(format, &Lines::default()).max_level_hint();
            assert_eq!(level, Some(LevelFilter::INFO), "{format:?}");
        }
    }

    #[test]
    fn json_lines_carry_the_ids_of_the_callers_trace() {
        let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut forwarded = None;
        let line = logged(Format::Json, || {
            let span = tracing::info_span!("request", rpc = "LogIn");
            trace::set_parent(&span, parent);
            span.in_scope(|| {
                tracing::info!(user = "usr_1", "logged in");
                forwarded = trace::current_parent();
            });
        });
        let line: serde_json::Value = serde_json::from_str(line.trim()).expect("one JSON object");
        assert_eq!(line["trace_id"], "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(
            (&line["message"], &line["user"], &line["span"]["rpc"]),
            (&"logged in".into(), &"usr_1".into(), &"LogIn".into())
        );
        let forwarded = forwarded.expect("a span is open");
        assert!(
            forwarded.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
            "{forwarded}"
        );
        assert!(
            !forwarded.contains("b7ad6b7169203331"),
            "the span is its own: {forwarded}"
        );
    }

    #[test]
    fn without_a_span_there_are_no_ids() {
        let line = logged(Format::Json, || tracing::info!("started"));
        assert!(!line.contains("trace_id"), "{line}");
        assert!(line.contains("\"message\":\"started\""), "{line}");
        assert_eq!(trace::current_parent(), None);
    }

    #[test]
    fn the_filter_holds_for_people_too() {
        let lines = logged(Format::Human, || {
            tracing::debug!("not kept");
            tracing::warn!("kept");
        });
        assert!(lines.contains("kept") && !lines.contains("not kept"), "{lines}");
    }
}
