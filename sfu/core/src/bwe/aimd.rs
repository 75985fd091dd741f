//! What the delays come to, in bits a second: multiplicative growth until the limit is known, additive near it, and back
//! to 85 % of what arrives when the queue grows (draft-ietf-rmcat-gcc-02 §5.5; libwebrtc's `AimdRateControl`).

use std::time::Duration;

use super::trend::Usage;
use crate::limits::{ESTIMATE_MAX, ESTIMATE_MIN};
use crate::time::Time;

/// Share of what arrives that is kept when the queue grows, in percent.
const KEEP_PERCENT: u64 = 85;
/// Growth a second while the limit is unknown.
const GROWTH: f64 = 1.08;
/// The estimate does not grow beyond what was ever seen to arrive by more than this.
const BEYOND_PERCENT: u64 = 150;
const BEYOND_BITS: u64 = 10_000;
/// Bits of the packet that additive growth adds in a response time.
const PACKET_BITS: f64 = 9_600.0;
/// Added to the round trip to get the response time: detection takes about this.
const DETECTION: Duration = Duration::from_millis(100);
const ADDITIVE_MIN: f64 = 4_000.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Hold,
    Increase,
}

/// The delay-based estimate.
#[derive(Debug)]
pub(super) struct Aimd {
    rate: u64,
    state: State,
    changed: Option<Time>,
    limit: Limit,
}

impl Aimd {
    pub(super) const fn new(rate: u64) -> Self {
        Self {
            rate,
            state: State::Increase,
            changed: None,
            limit: Limit {
                kilobits: None,
                deviation: 0.4,
            },
        }
    }

    /// Bits a second.
    pub(super) const fn rate(&self) -> u64 {
        self.rate
    }

    /// Takes a probe's word: the path carries `rate`, and no more if it `is_limit`.
    pub(super) fn set(&mut self, now: Time, rate: u64, is_limit: bool) {
        self.rate = clamp(rate);
        self.changed = Some(now);
        self.limit.kilobits = is_limit.then_some(rate as f64 / 1_000.0);
    }

    /// Takes in what the path looks like, what arrives and how long a round trip takes. The answer tells whether it
    /// backed off.
    pub(super) fn update(&mut self, now: Time, usage: Usage, acknowledged: Option<u64>, round_trip: Duration) -> bool {
        match usage {
            Usage::Over => {
                let Some(acknowledged) = acknowledged.filter(|rate| self.may_back_off(now, *rate, round_trip)) else {
                    return false;
                };
                self.back_off(now, acknowledged);
                return true;
            }
            Usage::Under => self.state = State::Hold,
            Usage::Normal if self.state == State::Hold => {
                self.state = State::Increase;
                self.changed = Some(now);
            }
            Usage::Normal => self.grow(now, acknowledged, round_trip),
        }
        false
    }

    /// Once a round trip is often enough, unless far too much is sent: the effect of the last time has to show first.
    fn may_back_off(&self, now: Time, acknowledged: u64, round_trip: Duration) -> bool {
        let gap = round_trip.clamp(Duration::from_millis(10), Duration::from_millis(200));
        self.changed.is_none_or(|at| now.since(at) >= gap) || acknowledged < self.rate / 2
    }

    fn back_off(&mut self, now: Time, acknowledged: u64) {
        let mut kept = acknowledged * KEEP_PERCENT / 100;
        if kept > self.rate
            && let Some(limit) = self.limit.bits()
        {
            kept = limit * KEEP_PERCENT / 100;
        }
        self.rate = clamp(kept.min(self.rate));
        if self.limit.is_above(acknowledged) {
            self.limit.kilobits = None;
        }
        self.limit.reached(acknowledged);
        self.state = State::Hold;
        self.changed = Some(now);
    }

    fn grow(&mut self, now: Time, acknowledged: Option<u64>, round_trip: Duration) {
        let passed = self.changed.map_or(0.0, |at| now.since(at).as_secs_f64()).min(1.0);
        self.changed = Some(now);
        let Some(acknowledged) = acknowledged else { return };
        if self.limit.is_below(acknowledged) {
            self.limit.kilobits = None;
        }
        let rate = self.rate as f64;
        let grown = if self.limit.kilobits.is_some() {
            let response = (round_trip + DETECTION).as_secs_f64();
            rate + (PACKET_BITS / response).max(ADDITIVE_MIN) * passed
        } else {
            (rate * GROWTH.powf(passed)).max(rate + 1_000.0 * passed)
        };
        let mut most = acknowledged * BEYOND_PERCENT / 100 + BEYOND_BITS;
        // While far less is sent than the limit, no overuse says nothing about it: only a probe can.
        if let Some(limit) = self
            .limit
            .bits()
            .filter(|limit| acknowledged * 100 < limit * KEEP_PERCENT)
        {
            most = most.min(limit);
        }
        if self.rate < most {
            // What arrives without a queue is carried.
            self.rate = clamp(whole(grown).min(most).max(acknowledged));
        }
    }
}

/// What the path carried whenever its queue grew.
#[derive(Debug, Clone, Copy)]
struct Limit {
    kilobits: Option<f64>,
    /// Variance over mean, kbit/s.
    deviation: f64,
}

impl Limit {
    fn bits(&self) -> Option<u64> {
        self.kilobits.map(|kilobits| whole(kilobits * 1_000.0))
    }

    fn reached(&mut self, rate: u64) {
        let sample = rate as f64 / 1_000.0;
        let kilobits = self.kilobits.map_or(sample, |mean| 0.95 * mean + 0.05 * sample);
        self.kilobits = Some(kilobits);
        let error = kilobits - sample;
        let deviation = 0.95 * self.deviation + 0.05 * error * error / kilobits.max(1.0);
        self.deviation = deviation.clamp(0.4, 2.5);
    }

    fn spread(&self, kilobits: f64) -> f64 {
        3.0 * (self.deviation * kilobits).sqrt()
    }

    fn is_below(&self, rate: u64) -> bool {
        self.kilobits
            .is_some_and(|kilobits| rate as f64 / 1_000.0 > kilobits + self.spread(kilobits))
    }

    fn is_above(&self, rate: u64) -> bool {
        self.kilobits
            .is_some_and(|kilobits| (rate as f64 / 1_000.0) < kilobits - self.spread(kilobits))
    }
}

const fn clamp(rate: u64) -> u64 {
    if rate < ESTIMATE_MIN {
        ESTIMATE_MIN
    } else if rate > ESTIMATE_MAX {
        ESTIMATE_MAX
    } else {
        rate
    }
}

/// A rate as a whole number, between nothing and the greatest estimate.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to what a u64 holds; the fraction of a bit is nothing"
)]
pub(super) fn whole(rate: f64) -> u64 {
    rate.clamp(0.0, ESTIMATE_MAX as f64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const STEP: Duration = Duration::from_millis(100);
    const ROUND_TRIP: Duration = Duration::from_millis(50);

    #[test]
    fn it_backs_off_to_what_arrives_and_grows_slowly_near_the_limit() {
        let mut aimd = Aimd::new(2_000_000);
        assert!(aimd.update(START, Usage::Over, Some(600_000), ROUND_TRIP));
        assert_eq!(aimd.rate(), 510_000);
        for step in 1..=11 {
            aimd.update(START + STEP * step, Usage::Normal, Some(500_000), ROUND_TRIP);
        }
        assert_eq!(
            aimd.rate(),
            574_000,
            "64 kbit/s a second: one packet each response time"
        );
    }

    #[test]
    fn it_does_not_believe_in_room_it_never_saw() {
        let mut aimd = Aimd::new(300_000);
        for step in 0..600 {
            aimd.update(START + STEP * step, Usage::Normal, Some(200_000), ROUND_TRIP);
        }
        assert_eq!(aimd.rate(), 310_000);
    }

    #[test]
    fn a_limit_that_a_probe_found_is_not_passed_while_less_is_sent() {
        let mut aimd = Aimd::new(400_000);
        aimd.set(START, 500_000, true);
        for step in 1..600 {
            aimd.update(START + STEP * step, Usage::Normal, Some(400_000), ROUND_TRIP);
        }
        assert_eq!(aimd.rate(), 500_000);
    }

    #[test]
    fn a_limit_that_is_passed_is_forgotten() {
        let mut aimd = Aimd::new(1_000_000);
        aimd.update(START, Usage::Over, Some(300_000), ROUND_TRIP);
        aimd.set(START + STEP, 2_000_000, false);
        aimd.update(START + STEP * 2, Usage::Normal, Some(1_800_000), ROUND_TRIP);
        for step in 3..=13 {
            aimd.update(START + STEP * step, Usage::Normal, Some(1_800_000), ROUND_TRIP);
        }
        assert!(aimd.rate() > 2_140_000, "8 % a second again: {}", aimd.rate());
    }
}
