//! Time as a parameter.
//!
//! One concrete, cloneable type rather than a trait: a trait would make every function that is told the time generic,
//! and there will never be a third implementation. This file is the only one that reads the machine's clocks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

/// Tells the time. Clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Reading>>),
}

/// Both faces of one clock: the calendar, and the stopwatch that never goes back.
#[derive(Clone, Copy, Debug)]
struct Reading {
    now: OffsetDateTime,
    instant: Instant,
}

/// The hand that moves a test's [`Clock`]. It stands still until told otherwise.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<Reading>>);

// === impl Clock ===

impl Clock {
    /// The machine's clocks.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The calendar time in UTC, in whole microseconds.
    ///
    /// Microseconds are what PostgreSQL keeps: an instant that was stored and read back equals the one in memory.
    pub fn now(&self) -> OffsetDateTime {
        let now = match &self.0 {
            Source::System => system_now(),
            Source::Manual(reading) => read(reading).now,
        };
        now.replace_nanosecond(now.microsecond() * 1_000).unwrap_or(now)
    }

    /// The monotonic time, for measuring and for deadlines within this process.
    pub fn instant(&self) -> Instant {
        match &self.0 {
            Source::System => system_instant(),
            Source::Manual(reading) => read(reading).instant,
        }
    }
}

// === impl ManualClock ===

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(Reading {
            now,
            instant: system_instant(),
        })))
    }

    /// A clock that stands at one arbitrary, always equal moment: 2026-01-01 12:00 UTC.
    pub fn fixed() -> Self {
        let start = OffsetDateTime::from_unix_timestamp(1_767_268_800).expect("a date in range");
        Self::at(start)
    }

    /// What is handed to the code under test.
    pub fn clock(&self) -> Clock {
        Clock(Source::Manual(Arc::clone(&self.0)))
    }

    /// Moves calendar and stopwatch forward together.
    pub fn advance(&self, by: Duration) {
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reading.now += by;
        reading.instant += by;
    }
}

fn read(reading: &Mutex<Reading>) -> Reading {
    *reading.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the calendar")]
fn system_now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
fn system_instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let hand = ManualClock::fixed();
        let clock = hand.clock();
        let (now, instant) = (clock.now(), clock.instant());
        assert_eq!((clock.now(), clock.instant()), (now, instant));

        hand.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now() - now, Duration::from_millis(1_500));
        assert_eq!(clock.instant() - instant, Duration::from_millis(1_500));
    }

    #[test]
    fn both_clocks_tell_whole_microseconds() {
        let hand = ManualClock::fixed();
        hand.advance(Duration::from_nanos(1_999));
        assert_eq!(hand.clock().now().nanosecond(), 1_000);
        assert_eq!(Clock::system().now().nanosecond() % 1_000, 0);
    }
}
