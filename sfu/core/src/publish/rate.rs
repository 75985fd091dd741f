//! A bit rate over the last second, in eight buckets: cheap to add to, without a list of packets.

use std::time::Duration;

use crate::time::{Time, micros};

const BUCKETS: usize = 8;
const BUCKET: Duration = Duration::from_millis(125);

/// Bytes counted into buckets of an eighth of a second.
#[derive(Debug, Clone, Default)]
pub struct Rate {
    buckets: [u32; BUCKETS],
    /// Number of the newest bucket since the epoch.
    newest: u64,
}

impl Rate {
    /// Counts `bytes` at `now`.
    pub fn add(&mut self, now: Time, bytes: usize) {
        let slot = self.advance(now);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.buckets[slot] = self.buckets[slot].saturating_add(bytes);
    }

    /// Bits a second over the last second.
    pub fn bits_per_second(&mut self, now: Time) -> u64 {
        self.advance(now);
        self.buckets.iter().map(|bytes| u64::from(*bytes) * 8).sum()
    }

    /// Empties the buckets that fell out of the window, and answers which one is current.
    fn advance(&mut self, now: Time) -> usize {
        let number = now.as_micros() / micros(BUCKET);
        let steps = number.saturating_sub(self.newest).min(BUCKETS as u64);
        for step in 1..=steps {
            self.buckets[slot(self.newest.max(number - steps) + step)] = 0;
        }
        self.newest = self.newest.max(number);
        slot(self.newest)
    }
}

fn slot(number: u64) -> usize {
    (number & 7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_last_second_only() {
        let mut rate = Rate::default();
        let start = Time::from_micros(1_700_000_000_000_000);
        for step in 0..16 {
            rate.add(start + BUCKET * step, 125);
        }
        assert_eq!(rate.bits_per_second(start + BUCKET * 15), 8_000);
        assert_eq!(rate.bits_per_second(start + BUCKET * 19), 4_000);
        assert_eq!(rate.bits_per_second(start + BUCKET * 60), 0);
    }
}
