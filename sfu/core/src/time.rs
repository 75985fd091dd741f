//! The core's only notion of time: a number the shell hands in. Nothing here can ask a clock, so a scenario that lasts
//! minutes runs in milliseconds and twice the same.

use std::ops::{Add, Sub};
use std::time::Duration;

/// Microseconds since the Unix epoch, never going backwards within one node. Anchored to the wall once at start and
/// advanced by a monotonic clock, so that it serves both as a deadline and as the NTP time of a sender report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

/// Seconds from the NTP epoch (1900) to the Unix epoch (1970), RFC 5905 §6.
const NTP_TO_UNIX_SECONDS: u64 = 2_208_988_800;

impl Time {
    /// A time from microseconds since the Unix epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// The 64-bit NTP timestamp of RFC 3550 §4: seconds in the upper half, the fraction in the lower.
    pub const fn to_ntp(self) -> u64 {
        let seconds = self.0 / 1_000_000 + NTP_TO_UNIX_SECONDS;
        let fraction = ((self.0 % 1_000_000) << 32) / 1_000_000;
        (seconds << 32) | fraction
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }
}

/// A duration in whole microseconds, saturating after 584,000 years.
pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A duration in ticks of an RTP clock of `rate` hertz, modulo 2³² as RTP timestamps are.
pub fn ticks(duration: Duration, rate: u32) -> u32 {
    let ticks = u128::from(micros(duration)) * u128::from(rate) / 1_000_000;
    (ticks & 0xffff_ffff) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ntp_counts_from_1900() {
        assert_eq!(Time::from_micros(0).to_ntp(), 2_208_988_800 << 32);
        assert_eq!(Time::from_micros(500_000).to_ntp() & 0xffff_ffff, 1 << 31);
    }

    #[test]
    fn a_time_before_is_no_time_since() {
        let (early, late) = (Time::from_micros(5), Time::from_micros(9));
        assert_eq!(late.since(early), Duration::from_micros(4));
        assert_eq!(early.since(late), Duration::ZERO);
    }

    #[test]
    fn ticks_follow_the_clock_rate() {
        assert_eq!(ticks(Duration::from_millis(20), 48_000), 960);
        assert_eq!(ticks(Duration::from_secs(1), 90_000), 90_000);
    }
}
