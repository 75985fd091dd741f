//! How often something that ends by itself is started again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Ends within [`WINDOW`] after which starting again is of no use: a crash now and then is survived, a wrong
/// configuration is said.
const ENDS_MAX: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);
/// Before the first start; doubled with each further one in the window.
const PAUSE_FIRST: Duration = Duration::from_millis(100);

/// The recent ends of one process.
#[derive(Debug, Default)]
pub(crate) struct Restarts(VecDeque<Instant>);

impl Restarts {
    /// It has ended: how long to wait before it is started again, or none when it ends too often.
    pub(crate) fn pause(&mut self, now: Instant) -> Option<Duration> {
        self.0.retain(|end| now.saturating_duration_since(*end) < WINDOW);
        if self.0.len() >= ENDS_MAX {
            return None;
        }
        let earlier = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.push_back(now);
        Some(PAUSE_FIRST.saturating_mul(1 << earlier.min(16)))
    }
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;

    use super::*;

    #[test]
    fn what_keeps_ending_is_given_up_and_what_ends_now_and_then_is_not() {
        let hand = ManualClock::fixed();
        let clock = hand.clock();
        let mut restarts = Restarts::default();
        let pauses: Vec<Option<u128>> = (0..6)
            .map(|_| restarts.pause(clock.instant()).map(|pause| pause.as_millis()))
            .collect();
        assert_eq!(
            pauses,
            [Some(100), Some(200), Some(400), Some(800), Some(1_600), None],
            "five within a minute"
        );
        for _ in 0..20 {
            hand.advance(WINDOW);
            assert_eq!(restarts.pause(clock.instant()), Some(PAUSE_FIRST));
        }
    }
}
