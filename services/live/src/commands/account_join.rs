//! How long a join took, as the page says: spans of the past in the join's trace, and a histogram.

use std::time::{Duration, SystemTime};

use kit_core::ids::UserId;
use kit_telemetry::{LATENCY_BUCKETS_SECONDS, Metrics, trace};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::Live;
use crate::error::LiveError;

/// A join as the page tells of it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) media_token: String,
    /// Between the click and the report.
    pub(crate) elapsed: Duration,
    pub(crate) steps: Vec<Step>,
}

/// A step, counted from the click.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) start: Duration,
    pub(crate) end: Duration,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum StepKind {
    Seat,
    Open,
    Signalling,
    Transport,
    Picture,
    /// All of it, to the first picture.
    Whole,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Label {
    step: StepKind,
}

/// How long joins take, by step.
#[derive(Clone, Debug)]
pub(crate) struct JoinTimes(Family<Label, Histogram, fn() -> Histogram>);

impl JoinTimes {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(LATENCY_BUCKETS_SECONDS);
        let family = Family::new_with_constructor(histogram);
        Self(metrics.register(
            "live_join_seconds",
            "Time from the click on Join to the first picture, by step",
            family,
        ))
    }

    fn observe(&self, step: StepKind, took: Duration) {
        self.0.get_or_create(&Label { step }).observe(took.as_secs_f64());
    }
}

impl StepKind {
    const fn span(self) -> &'static str {
        match self {
            Self::Seat => "join: seat",
            Self::Open => "join: open",
            Self::Signalling => "join: signalling",
            Self::Transport => "join: transport",
            Self::Picture => "join: picture",
            Self::Whole => "join",
        }
    }
}

/// Takes a join's times in. The token says whose join it was, and of which trace: a page cannot write into another's.
pub(crate) fn account(live: &Live, user: UserId, account: &Account) -> Result<(), LiveError> {
    let now = live.clock.now();
    let admitted = live.api_key.read(&account.media_token, now)?;
    if admitted.user != user.to_string() {
        return Err(LiveError::TokenInvalid);
    }
    let whole = account.steps.iter().map(|step| step.end).max().unwrap_or_default();
    let whole = Step {
        kind: StepKind::Whole,
        start: Duration::ZERO,
        end: whole,
    };
    let has_picture = account.steps.iter().any(|step| step.kind == StepKind::Picture);
    // A join to an empty stage has no end that compares with others'.
    let all = account.steps.iter().chain(has_picture.then_some(&whole));
    let clicked = SystemTime::from(now - account.elapsed);
    for step in all {
        live.join_times.observe(step.kind, step.end - step.start);
        if let Some(parent) = &admitted.trace {
            trace::record(parent, step.kind.span(), clicked + step.start, clicked + step.end);
        }
    }
    Ok(())
}
