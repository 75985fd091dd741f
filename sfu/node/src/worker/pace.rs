//! When a worker looks at what, and how long it waited.

use std::time::{Duration, Instant};

use crate::limits::{REPORTS_GATHER, REPORTS_MUCH, REPORTS_WAIT, REPORTS_WAIT_URGED};
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
    All {
        /// How many batches it filled, the last perhaps in part.
        batches: usize,
        /// There were acknowledgements of messages among it.
        acknowledges: bool,
    },
    /// There is more.
    Part,
}

/// When reports are read: the first at once, those that follow it together, with whatever else wakes the worker if that
/// is soon.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reports {
    /// When they were read last, and how long the next may wait; `None` while there were none, and the first is waited for.
    read: Option<(Instant, Duration)>,
}

impl Reports {
    /// What a wait looks at, and how long it may be.
    pub(super) fn wait(self, now: Instant, longest: Duration) -> (Watch, Duration) {
        self.read.map_or((Watch::ReportsToo, longest), |(read, most)| {
            let left = (read + most).saturating_duration_since(now);
            (Watch::UrgentOnly, longest.min(left))
        })
    }

    /// Whether to look, now that the worker is awake.
    pub(super) fn are_due(self, now: Instant) -> bool {
        self.read.is_none_or(|(read, _)| read + REPORTS_GATHER <= now)
    }

    pub(super) fn read(&mut self, now: Instant, taken: Taken) {
        self.read = match taken {
            Taken::All { batches, acknowledges } if acknowledges || batches > REPORTS_MUCH => {
                Some((now, REPORTS_WAIT_URGED))
            }
            Taken::All { .. } => Some((now, REPORTS_WAIT)),
            // What is left wakes the worker at once.
            Taken::Nothing | Taken::Part => None,
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
        assert!(reports.are_due(start));
        assert_eq!(reports.wait(start, long), (Watch::ReportsToo, long));
        let all = |batches, acknowledges| Taken::All { batches, acknowledges };
        for (taken, most) in [
            (all(1, false), REPORTS_WAIT),
            (all(REPORTS_MUCH, false), REPORTS_WAIT),
            (all(REPORTS_MUCH + 1, false), REPORTS_WAIT_URGED),
            (all(1, true), REPORTS_WAIT_URGED),
        ] {
            reports.read(start, taken);
            let soon = start + REPORTS_GATHER / 2;
            assert_eq!(reports.wait(soon, long), (Watch::UrgentOnly, most - REPORTS_GATHER / 2));
            assert_eq!(reports.wait(soon, Duration::ZERO), (Watch::UrgentOnly, Duration::ZERO));
            assert_eq!(reports.wait(start + most, long), (Watch::UrgentOnly, Duration::ZERO));
            assert!(!reports.are_due(soon));
            assert!(
                reports.are_due(start + REPORTS_GATHER),
                "something else woke the worker"
            );
        }
        for taken in [Taken::Part, Taken::Nothing] {
            reports.read(start, taken);
            assert!(reports.are_due(start));
            assert_eq!(reports.wait(start, long), (Watch::ReportsToo, long), "{taken:?}");
        }
    }
}
