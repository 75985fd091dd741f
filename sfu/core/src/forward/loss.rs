//! The bandwidth policy for clients that send no transport-wide feedback, of whose path nothing else is known: who keeps
//! losing packets gets a lower layer for a while. For all others [`crate::bwe`] estimates and [`crate::allocate`] grants.

use std::time::Duration;

use crate::limits::{LAYER_TOP, LOSS_BAD, LOSS_HOLD_MAX, LOSS_HOLD_MIN, LOSS_REPORTS};
use crate::time::Time;

/// The highest layer that a subscriber's losses allow.
#[derive(Debug, Clone, Copy)]
pub struct LossCap {
    cap: u8,
    bad_reports: u8,
    hold: Duration,
    lowered: Option<Time>,
}

impl Default for LossCap {
    fn default() -> Self {
        Self {
            cap: LAYER_TOP,
            bad_reports: 0,
            hold: LOSS_HOLD_MIN,
            lowered: None,
        }
    }
}

impl LossCap {
    /// The highest layer allowed.
    pub const fn cap(&self) -> u8 {
        self.cap
    }

    /// Takes in a receiver report about the layer `current`: the share lost since the last, in 1/256 (RFC 3550 §6.4.1).
    pub fn report(&mut self, now: Time, fraction_lost: u8, current: u8) {
        if fraction_lost < LOSS_BAD {
            self.bad_reports = 0;
            return;
        }
        self.bad_reports += 1;
        if self.bad_reports < LOSS_REPORTS {
            return;
        }
        self.bad_reports = 0;
        let Some(lower) = current.checked_sub(1) else { return };
        // Bad again soon after a trial: the trial failed, so the next one waits twice as long.
        if self.lowered.is_some_and(|at| now.since(at) < self.hold * 2) {
            self.hold = (self.hold * 2).min(LOSS_HOLD_MAX);
        } else {
            self.hold = LOSS_HOLD_MIN;
        }
        self.cap = lower;
        self.lowered = Some(now);
    }

    /// Tries the next higher layer once the hold is over.
    pub fn tick(&mut self, now: Time) {
        if self.cap < LAYER_TOP && self.lowered.is_some_and(|at| now.since(at) >= self.hold) {
            self.cap += 1;
            self.lowered = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);

    #[test]
    fn one_bad_report_is_forgiven_two_are_not() {
        let mut cap = LossCap::default();
        cap.report(START, 40, 2);
        cap.report(START, 0, 2);
        cap.report(START, 40, 2);
        assert_eq!(cap.cap(), 2);
        cap.report(START, 40, 2);
        assert_eq!(cap.cap(), 1);
    }

    #[test]
    fn a_failed_trial_doubles_the_wait() {
        let mut cap = LossCap::default();
        for _ in 0..2 {
            cap.report(START, 60, 2);
        }
        let trial = START + LOSS_HOLD_MIN;
        cap.tick(trial);
        assert_eq!(cap.cap(), 2, "tried again");
        for _ in 0..2 {
            cap.report(trial + Duration::from_secs(1), 60, 2);
        }
        assert_eq!(cap.cap(), 1);
        cap.tick(trial + Duration::from_secs(1) + LOSS_HOLD_MIN);
        assert_eq!(cap.cap(), 1, "not yet");
        cap.tick(trial + Duration::from_secs(1) + LOSS_HOLD_MIN * 2);
        assert_eq!(cap.cap(), 2);
    }

    #[test]
    fn there_is_nothing_below_the_lowest() {
        let mut cap = LossCap::default();
        for _ in 0..4 {
            cap.report(START, 255, 0);
        }
        assert_eq!(cap.cap(), 2);
    }
}
