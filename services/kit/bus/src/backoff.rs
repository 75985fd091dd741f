//! Pauses between attempts: doubling, bounded, and reset by success.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::limits::{BACKOFF_MAX, BACKOFF_MIN};

/// Doubling pauses without jitter: those who wait here are a handful of long-lived tasks, not a crowd of clients.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: BACKOFF_MIN }
    }

    /// How long to wait now; the next wait is twice as long.
    pub(crate) fn step(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(BACKOFF_MAX);
        pause
    }

    pub(crate) fn reset(&mut self) {
        self.next = BACKOFF_MIN;
    }

    /// Whether this is the first failure since the last success, the one worth a line in the log.
    pub(crate) fn is_fresh(&self) -> bool {
        self.next == BACKOFF_MIN
    }
}

/// Waits; `false` when `stop` came first.
pub(crate) async fn pause(stop: &CancellationToken, duration: Duration) -> bool {
    stop.run_until_cancelled(tokio::time::sleep(duration)).await.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_bound_and_start_over() {
        let mut backoff = Backoff::new();
        assert!(backoff.is_fresh());
        assert_eq!(backoff.step(), BACKOFF_MIN);
        assert_eq!(backoff.step(), BACKOFF_MIN * 2);
        for _ in 0..20 {
            backoff.step();
        }
        assert_eq!(backoff.step(), BACKOFF_MAX);
        backoff.reset();
        assert_eq!(backoff.step(), BACKOFF_MIN);
    }
}
