//! When a worker looks at what, and how long it waited.

use std::time::{Duration, Instant};

use crate::limits::REPORTS_GATHER;
use crate::socket::Watch;

/// How long the worker waits for something to do.
#[derive(Debug, Default)]
pub(super) struct Pace {
    ended: Option<Instant>,
}

impl Pace {
    /// How long the worker had nothing to do before the turn that begins now.
    pub(super) fn idle(&self, now: Instant) -> Duration {
        self.ended
            .map_or(Duration::ZERO, |ended| now.saturating_duration_since(ended))
    }

    pub(super) const fn ended(&mut self, now: Instant) {
        self.ended = Some(now);
    }
}

/// What was taken from a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Nothing,
    All,
    /// There is more.
    Part,
}

/// When reports are read: the first at once, those that follow it together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reports {
    /// When the next are read; `None` while there were none, and the first is waited for.
    at: Option<Instant>,
}

impl Reports {
    /// What a wait looks at, and how long it may be.
    pub(super) fn wait(self, now: Instant, longest: Duration) -> (Watch, Duration) {
        self.at.map_or((Watch::ReportsToo, longest), |at| {
            (Watch::UrgentOnly, longest.min(at.saturating_duration_since(now)))
        })
    }

    pub(super) fn are_due(self, now: Instant) -> bool {
        self.at.is_none_or(|at| at <= now)
    }

    pub(super) fn read(&mut self, now: Instant, taken: Taken) {
        self.at = match taken {
            Taken::Nothing => None,
            Taken::All => Some(now + REPORTS_GATHER),
            Taken::Part => Some(now),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit_core::Clock;

    #[test]
    fn the_first_report_is_read_at_once_and_those_after_it_together() {
        let (start, long) = (Clock::system().instant(), Duration::from_secs(1));
        let mut reports = Reports::default();
        assert_eq!(reports.wait(start, long), (Watch::ReportsToo, long));
        assert!(reports.are_due(start));
        reports.read(start, Taken::All);
        let soon = start + REPORTS_GATHER / 4;
        assert_eq!(reports.wait(soon, long), (Watch::UrgentOnly, REPORTS_GATHER * 3 / 4));
        assert_eq!(reports.wait(soon, Duration::ZERO), (Watch::UrgentOnly, Duration::ZERO));
        assert!(!reports.are_due(soon));
        assert!(reports.are_due(start + REPORTS_GATHER));
        reports.read(soon, Taken::Part);
        assert!(reports.are_due(soon), "there is more");
        reports.read(soon, Taken::Nothing);
        assert_eq!(
            reports.wait(soon, long),
            (Watch::ReportsToo, long),
            "the first is waited for"
        );
    }
}
