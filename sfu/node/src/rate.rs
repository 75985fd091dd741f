//! A token bucket: so many at once, then so many a second.

use std::time::Instant;

/// How much somebody may still do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    tokens: f64,
    burst: f64,
    per_second: f64,
    refilled: Instant,
}

impl Bucket {
    /// A full bucket of `burst`, refilled by `per_second`.
    pub(crate) fn new(burst: u32, per_second: u32, now: Instant) -> Self {
        Self {
            tokens: f64::from(burst),
            burst: f64::from(burst),
            per_second: f64::from(per_second),
            refilled: now,
        }
    }

    /// Takes one; false when there is none.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.refilled).as_secs_f64();
        self.refilled = now;
        self.tokens = passed.mul_add(self.per_second, self.tokens).min(self.burst);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_then_the_rate() {
        let start = kit_core::Clock::system().instant();
        let mut bucket = Bucket::new(3, 2, start);
        let taken = (0..5).filter(|_| bucket.take(start)).count();
        assert_eq!(taken, 3);
        assert!(!bucket.take(start + Duration::from_millis(400)));
        assert!(bucket.take(start + Duration::from_millis(500)));
        let later = start + Duration::from_secs(3600);
        assert_eq!(
            (0..9).filter(|_| bucket.take(later)).count(),
            3,
            "never more than the burst"
        );
    }
}
