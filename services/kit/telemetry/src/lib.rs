//! What a process tells about itself: logs, traces, metrics, and whether it is alive and ready.
//!
//! - [`Telemetry::init`] once in `main`: JSON logs that carry trace ids (or readable ones for development), spans to an
//!   OTLP collector when one is configured. Dropping the value sends what is left.
//! - [`Metrics`]: one OpenMetrics registry for the process, handed to the parts as a value. There is no global registry:
//!   two parts in one process must not meet there by accident.
//! - [`Health`]: each part registers how to tell whether it can work.
//! - [`operations`]: `/metrics`, `/livez` and `/readyz` for the operations port, which is never public.
//! - [`trace`]: W3C trace context in and out of the current span.
//!
//! In code that serves requests, log with `tracing`: a message that is always the same text and everything variable in
//! fields, with units in their names. A failure is logged once, where it is handled.

mod config;
mod health;
mod init;
mod json;
mod metrics;
mod operations;
pub mod proof;
pub mod trace;

pub use config::{Config, Format};
pub use health::{Health, Readiness};
pub use init::{Telemetry, TelemetryError};
pub use metrics::{LATENCY_BUCKETS_SECONDS, Metrics};
pub use operations::{operations, serve_operations};
/// The metric types and the encoding of their labels.
pub use prometheus_client;
