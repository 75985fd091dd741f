//! How often somebody may try: the generic cell rate algorithm (ITU-T I.371), a token bucket whose whole state is one
//! instant. One instant fits into one row that one statement updates, so that the count is exact across replicas.

use std::time::Duration;

use time::OffsetDateTime;

/// A bucket of `burst` tries that refills by one try every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Tries at once.
    pub burst: u32,
    /// Time in which one try comes back.
    pub interval: Duration,
}

impl Quota {
    /// A quota of `burst` tries, one of which comes back every `interval`.
    pub const fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval }
    }

    /// How far the bucket's instant may be ahead of now: the time in which an empty bucket fills.
    pub fn window(self) -> Duration {
        self.interval * self.burst
    }

    /// Takes one try. `full_time` is when the bucket was to be full; the answer is when it will be full now, or how long
    /// to wait for the next try. The store's statement does the same in SQL; a test holds the two together.
    pub fn take(self, full_time: Option<OffsetDateTime>, now: OffsetDateTime) -> Result<OffsetDateTime, Duration> {
        let next = full_time.map_or(now, |time| time.max(now)) + self.interval;
        let excess = next - now - self.window();
        if excess.is_positive() {
            Err(excess.unsigned_abs())
        } else {
            Ok(next)
        }
    }
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_per_interval() {
        let quota = Quota::new(3, Duration::from_secs(10));
        let hand = ManualClock::fixed();
        let clock = hand.clock();
        let mut full_time = None;
        for _ in 0..3 {
            full_time = Some(quota.take(full_time, clock.now()).expect("within the burst"));
        }
        assert_eq!(quota.take(full_time, clock.now()), Err(Duration::from_secs(10)));
        hand.advance(Duration::from_secs(4));
        assert_eq!(quota.take(full_time, clock.now()), Err(Duration::from_secs(6)));
        hand.advance(Duration::from_secs(6));
        full_time = Some(quota.take(full_time, clock.now()).expect("one came back"));
        assert!(quota.take(full_time, clock.now()).is_err());
    }

    proptest! {
        /// However tries are spread, no span of time sees more than the burst and what came back in it.
        #[test]
        fn no_pattern_beats_the_rate(burst in 1_u32..8, gaps in prop::collection::vec(0_u64..30, 1..200)) {
            let quota = Quota::new(burst, Duration::from_secs(10));
            let start = ManualClock::fixed().clock().now();
            let (mut now, mut full_time, mut passed) = (start, None, 0_u64);
            for gap in gaps {
                now += Duration::from_secs(gap);
                if let Ok(next) = quota.take(full_time, now) {
                    full_time = Some(next);
                    passed += 1;
                }
            }
            let seconds = u64::try_from((now - start).whole_seconds()).expect("forward");
            prop_assert!(passed <= u64::from(burst) + seconds / 10);
            prop_assert!(passed >= 1);
        }
    }
}
