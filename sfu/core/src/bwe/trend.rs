//! Whether a queue grows: the slope of the smoothed delays over the last groups, against a threshold that adapts
//! (libwebrtc's `TrendlineEstimator`; the threshold is draft-ietf-rmcat-gcc-02 §5.4's).

use super::groups::Delta;

/// What the delays say of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Usage {
    /// The queue shrinks.
    Under,
    /// The queue neither grows nor shrinks.
    #[default]
    Normal,
    /// The queue grows: more is sent than the path carries.
    Over,
}

/// Groups that the line is fitted to.
const WINDOW: usize = 20;
const SMOOTHING: f64 = 0.9;
const GAIN: f64 = 4.0;
/// Groups that count in full towards the certainty of a slope.
const GROUPS_SURE: u32 = 60;
/// The slope must stay above the threshold for this long.
const OVERUSE_MS: f64 = 10.0;
const THRESHOLD_START: f64 = 12.5;
const THRESHOLD_MIN: f64 = 6.0;
const THRESHOLD_MAX: f64 = 600.0;
const THRESHOLD_UP: f64 = 0.0087;
const THRESHOLD_DOWN: f64 = 0.039;
/// Slopes that far beyond the threshold are spikes, to which it does not adapt.
const SPIKE: f64 = 15.0;
const ADAPT_STEP_MAX_MS: f64 = 100.0;

/// The detector.
#[derive(Debug)]
pub(super) struct Trend {
    /// Arrival since the first group and smoothed delay, both in ms: a ring, whose place for the next is `next`.
    window: [(f64, f64); WINDOW],
    next: usize,
    groups: u32,
    first_us: Option<i64>,
    accumulated_ms: f64,
    smoothed_ms: f64,
    slope: f64,
    threshold: f64,
    adapted_us: Option<i64>,
    over_ms: Option<f64>,
    over_count: u32,
    usage: Usage,
}

impl Trend {
    pub(super) const fn new() -> Self {
        Self {
            window: [(0.0, 0.0); WINDOW],
            next: 0,
            groups: 0,
            first_us: None,
            accumulated_ms: 0.0,
            smoothed_ms: 0.0,
            slope: 0.0,
            threshold: THRESHOLD_START,
            adapted_us: None,
            over_ms: None,
            over_count: 0,
            usage: Usage::Normal,
        }
    }

    /// Takes in a delta, and answers what the path looks like now.
    pub(super) fn update(&mut self, delta: Delta) -> Usage {
        self.groups = (self.groups + 1).min(1_000);
        let first_us = *self.first_us.get_or_insert(delta.at_us);
        self.accumulated_ms += delta.arrival_ms - delta.sent_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.accumulated_ms;
        self.window[self.next] = ((delta.at_us - first_us) as f64 / 1_000.0, self.smoothed_ms);
        self.next = (self.next + 1) % WINDOW;
        let slope = if self.groups as usize >= WINDOW {
            self.fit().unwrap_or(self.slope)
        } else {
            self.slope
        };
        self.detect(slope, delta);
        self.usage
    }

    fn detect(&mut self, slope: f64, delta: Delta) {
        let certainty = f64::from(self.groups.min(GROUPS_SURE));
        let weighed = certainty * slope * GAIN;
        if weighed > self.threshold {
            let over = self.over_ms.map_or(delta.sent_ms / 2.0, |over| over + delta.sent_ms);
            self.over_ms = Some(over);
            self.over_count += 1;
            if over > OVERUSE_MS && self.over_count > 1 && slope >= self.slope {
                self.over_ms = Some(0.0);
                self.over_count = 0;
                self.usage = Usage::Over;
            }
        } else {
            self.over_ms = None;
            self.over_count = 0;
            self.usage = if weighed < -self.threshold {
                Usage::Under
            } else {
                Usage::Normal
            };
        }
        self.slope = slope;
        self.adapt(weighed.abs(), delta.at_us);
    }

    fn adapt(&mut self, weighed: f64, at_us: i64) {
        let last = self.adapted_us.replace(at_us).unwrap_or(at_us);
        if weighed > self.threshold + SPIKE {
            return;
        }
        let speed = if weighed < self.threshold {
            THRESHOLD_DOWN
        } else {
            THRESHOLD_UP
        };
        let passed_ms = ((at_us - last) as f64 / 1_000.0).clamp(0.0, ADAPT_STEP_MAX_MS);
        let moved = self.threshold + speed * (weighed - self.threshold) * passed_ms;
        self.threshold = moved.clamp(THRESHOLD_MIN, THRESHOLD_MAX);
    }

    /// Slope of the least-squares line through the window; `None` when all arrived at once.
    fn fit(&self) -> Option<f64> {
        let count = WINDOW as f64;
        let (sum_x, sum_y) = self
            .oldest_first()
            .fold((0.0, 0.0), |(x, y), point| (x + point.0, y + point.1));
        let (mean_x, mean_y) = (sum_x / count, sum_y / count);
        let (numerator, denominator) = self.oldest_first().fold((0.0, 0.0), |(above, below), (x, y)| {
            let off = x - mean_x;
            (above + off * (y - mean_y), below + off * off)
        });
        (denominator > 0.0).then(|| numerator / denominator)
    }

    fn oldest_first(&self) -> impl Iterator<Item = &(f64, f64)> {
        let (newer, older) = self.window.split_at(self.next);
        older.iter().chain(newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups every 20 ms, each delayed by `step_ms` more than the one before.
    fn usages(trend: &mut Trend, from_us: i64, count: i64, step_ms: i32) -> Vec<Usage> {
        let gap = 20 + step_ms;
        (0..count)
            .map(|index| {
                trend.update(Delta {
                    sent_ms: 20.0,
                    arrival_ms: f64::from(gap),
                    at_us: from_us + i64::from(gap) * 1_000 * index,
                })
            })
            .collect()
    }

    #[test]
    fn a_steady_path_is_normal() {
        let mut trend = Trend::new();
        assert!(
            usages(&mut trend, 0, 200, 0)
                .iter()
                .all(|usage| *usage == Usage::Normal)
        );
    }

    #[test]
    fn a_growing_queue_is_overuse_and_a_shrinking_one_underuse() {
        let mut trend = Trend::new();
        usages(&mut trend, 0, 40, 0);
        let growing = usages(&mut trend, 800_000, 30, 4);
        assert!(growing.contains(&Usage::Over), "{growing:?}");
        let shrinking = usages(&mut trend, 2_000_000, 40, -8);
        assert!(shrinking.contains(&Usage::Under), "{shrinking:?}");
    }

    #[test]
    fn jitter_without_a_trend_is_not_overuse() {
        let mut trend = Trend::new();
        let over = (0..500).filter(|index| {
            let off = if index % 2 == 0 { 8.0 } else { -8.0 };
            let delta = Delta {
                sent_ms: 20.0,
                arrival_ms: 20.0 + off,
                at_us: index * 20_000,
            };
            trend.update(delta) == Usage::Over
        });
        assert_eq!(over.count(), 0);
    }
}
