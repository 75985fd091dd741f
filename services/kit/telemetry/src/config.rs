//! The `[telemetry]` section.

use std::net::SocketAddr;

use kit_config::{Keys, Section, Value};

/// How a process tells about itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// How logs are written.
    pub format: Format,
    /// Which logs and spans are kept, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
    /// The collector's gRPC address; without it, spans only give logs their trace ids.
    pub otlp_endpoint: Option<String>,
    /// The part of new traces that is sent, from 0 to 1. A caller's decision is followed.
    pub trace_ratio: f64,
    /// The operations port; `None` for the part's own default.
    pub listen: Option<SocketAddr>,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line, for machines.
    Json,
    /// For people at a terminal.
    Human,
}

impl Section for Config {
    const NAME: &'static str = "telemetry";

    fn read(keys: &mut Keys<'_>) -> Self {
        let trace_ratio = keys.get("trace_ratio", "1", "The part of new traces that is sent, from 0 to 1.");
        keys.check("trace_ratio", (0.0..=1.0).contains(&trace_ratio), "must be from 0 to 1");
        Self {
            format: keys.get("format", "json", "How logs are written: json or human."),
            filter: keys.get(
                "filter",
                // rtc-dtls warns of every TLS extension that it does not know; each browser sends several. opentelemetry
                // announces itself at every start.
                "info,opentelemetry=warn,rtc_dtls=error",
                "Which logs are kept: a level, or target=level pairs with commas.",
            ),
            otlp_endpoint: keys.get(
                "otlp_endpoint",
                "",
                "Where spans go, for example http://127.0.0.1:4317.",
            ),
            trace_ratio,
            listen: keys.get(
                "listen",
                "",
                "Address of /metrics, /livez and /readyz. Never make it public.",
            ),
        }
    }
}

impl Value for Format {
    const EXAMPLE: &'static str = "human";

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "human" => Ok(Self::Human),
            _ => Err("must be json or human".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<super::Config>();
    }
}
