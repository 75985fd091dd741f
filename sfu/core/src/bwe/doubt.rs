//! Layers that a probe promised and the path then did not carry. A probe is over in a few milliseconds: between two
//! pictures of others on the same link, it finds all of the link. Whoever believes it pushes everybody back, so what has
//! failed is left alone for a while, longer each time; less may be probed for meanwhile.

use std::time::Duration;

use crate::limits::{DOUBT_MAX, DOUBT_MIN};
use crate::time::Time;

/// Too much shows within this.
const REGRET: Duration = Duration::from_secs(3);
/// Share of what failed that may be probed for, in percent: well below what would grant it again.
const BELOW_PERCENT: u64 = 90;

/// Probes become at most so many times longer, as a power of two: 80 ms, two pictures.
const CARE_MAX: u8 = 2;

/// What is not believed at present.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// When a probe brought more, and what was granted until then.
    climbed: Option<(Time, u64)>,
    /// What the path has carried for longer than that: once, failing was somebody else's doing.
    carried: Option<u64>,
    /// What failed, and until when it is left alone.
    failed: Option<(u64, Time)>,
    wait: Duration,
    failures: u8,
}

impl Doubt {
    /// A probe brought more, while `granted` bits a second were granted.
    pub(super) fn climbed(&mut self, now: Time, granted: u64) {
        let before = self.climbed.filter(|(at, _)| now.since(*at) < REGRET);
        if self.climbed.is_some() && before.is_none() {
            self.carried = Some(granted);
        }
        self.climbed = Some((now, before.map_or(granted, |(_, before)| before.min(granted))));
    }

    /// The path was too full, while `granted` bits a second were granted. The answer tells whether a probe had promised
    /// them.
    pub(super) fn backed_off(&mut self, now: Time, granted: u64) -> bool {
        let Some((at, before)) = self.climbed.take() else {
            return false;
        };
        if now.since(at) >= REGRET {
            (self.wait, self.failures, self.carried) = (Duration::ZERO, 0, Some(granted));
            return false;
        }
        let has_failed = granted > before;
        if has_failed && self.carried.take().is_none_or(|carried| carried < granted) {
            self.wait = (self.wait * 2).clamp(DOUBT_MIN, DOUBT_MAX);
            self.failed = Some((granted, now + self.wait));
            self.failures = self.failures.saturating_add(1);
        }
        has_failed
    }

    /// How many times a probe for `goal` bits a second has to be as long as another, as a power of two: one that spans
    /// several pictures of others finds what they leave.
    pub(super) fn care(&self, goal: u64) -> u8 {
        let has_failed = |(rate, _)| goal * 100 >= rate * BELOW_PERCENT;
        let failures = if self.failed.is_some_and(has_failed) {
            self.failures
        } else {
            0
        };
        failures.min(CARE_MAX)
    }

    /// The most that may be probed for, in bits a second, and until when; `None` without limit.
    pub(super) fn most(&self, now: Time) -> Option<(u64, Time)> {
        let (rate, until) = self.failed.filter(|(_, until)| now < *until)?;
        Some((rate * BELOW_PERCENT / 100, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_fails_again_is_left_alone_for_longer() {
        let mut doubt = Doubt::default();
        doubt.climbed(START, 500);
        doubt.backed_off(START + SECOND, 1_800);
        let (most, first) = doubt.most(START + SECOND).expect("doubted");
        assert_eq!((most, first), (1_620, START + SECOND + DOUBT_MIN));
        assert_eq!(doubt.most(first), None);
        doubt.climbed(first, 500);
        doubt.backed_off(first + SECOND, 1_800);
        assert_eq!(
            doubt.most(first + SECOND),
            Some((1_620, first + SECOND + DOUBT_MIN * 2))
        );
    }

    #[test]
    fn what_was_carried_for_long_may_fail_once() {
        let mut doubt = Doubt::default();
        doubt.climbed(START, 200);
        let later = START + REGRET;
        assert!(!doubt.backed_off(later, 500));
        doubt.climbed(later, 200);
        assert!(doubt.backed_off(later + SECOND, 500));
        assert_eq!(doubt.most(later + SECOND), None, "others' doing");
        doubt.climbed(later + SECOND, 200);
        assert!(doubt.backed_off(later + SECOND * 2, 500));
        assert!(doubt.most(later + SECOND * 2).is_some(), "once more is too much");
    }

    #[test]
    fn what_failed_is_probed_for_with_care() {
        let mut doubt = Doubt::default();
        let mut now = START;
        for care in [1, 2, 2] {
            doubt.climbed(now, 500);
            doubt.backed_off(now + SECOND, 1_800);
            assert_eq!((doubt.care(2_000), doubt.care(600)), (care, 0));
            now = now + DOUBT_MAX;
        }
    }

    #[test]
    fn what_was_not_climbed_to_is_not_doubted() {
        let mut doubt = Doubt::default();
        doubt.backed_off(START, 1_800);
        doubt.climbed(START, 1_800);
        doubt.backed_off(START + SECOND, 1_800);
        doubt.climbed(START + SECOND * 2, 500);
        doubt.backed_off(START + SECOND * 2 + REGRET, 1_800);
        assert_eq!(doubt.most(START + SECOND * 10), None);
    }
}
