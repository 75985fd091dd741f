//! How well somebody is connected, as a number and a word: from the share of packets that their network loses, either way,
//! from the layers that they wanted and did not get, and from the round trip. LiveKit's server judges likewise.

use std::time::Duration;

/// A word for a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Their client is away: it may come back.
    Lost,
    /// It hurts.
    Poor,
    /// It shows.
    Good,
    /// Nothing to wish for.
    Excellent,
}

/// What an interval brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// The greatest share lost of a stream, theirs or to them, in 1/256 (RFC 3550 §6.4.1).
    pub fraction_lost: u8,
    /// The longest time there and back; zero when it is not known.
    pub round_trip: Duration,
    /// By how many layers a stream fell short of what was wanted and sent, at most.
    pub layers_short: u8,
}

/// What one percent lost costs of 100: at 2 % speech and pictures are still good, at 8 % they are not.
const COST_OF_PERCENT: f32 = 8.0;
/// What a layer less costs: one shows, two hurt.
const COST_OF_LAYER: f32 = 32.0;
/// The delay one way from which on people begin to interrupt each other (ITU-T G.114), and what a millisecond costs below
/// and above it (ITU-T G.107, as simplified by Cole and Rosenbluth and by LiveKit's server).
const DELAY_FELT_MS: f32 = 160.0;
const DELAY_FREE_MS: f32 = 120.0;
const COST_OF_UNFELT_MS: f32 = 1.0 / 40.0;
const COST_OF_FELT_MS: f32 = 1.0 / 10.0;
const EXCELLENT: f32 = 80.0;
const GOOD: f32 = 40.0;
/// How fast the score follows: down soon, so that people know why; up slowly, so that it does not flicker.
const FOLLOW_DOWN: f32 = 0.7;
const FOLLOW_UP: f32 = 0.4;

/// The judgement of one connection over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score(f32);

impl Default for Score {
    fn default() -> Self {
        Self(100.0)
    }
}

impl Score {
    /// Takes an interval in.
    pub fn take(&mut self, interval: Interval) {
        let lost = f32::from(interval.fraction_lost) * 100.0 / 256.0;
        let cost = lost.mul_add(COST_OF_PERCENT, f32::from(interval.layers_short) * COST_OF_LAYER);
        let now = (100.0 - cost - cost_of(interval.round_trip)).max(0.0);
        let follow = if now < self.0 { FOLLOW_DOWN } else { FOLLOW_UP };
        self.0 += (now - self.0) * follow;
    }

    /// The word for it.
    pub fn quality(self) -> Quality {
        match self.0 {
            score if score >= EXCELLENT => Quality::Excellent,
            score if score >= GOOD => Quality::Good,
            _ => Quality::Poor,
        }
    }

    /// As a mean opinion score from 1 to 4.5 (ITU-T G.107, annex B).
    pub fn mean_opinion(self) -> f32 {
        let rating = self.0;
        let curve = rating * (rating - 60.0) * (100.0 - rating) * 0.000_007;
        0.035_f32.mul_add(rating, 1.0 + curve).clamp(1.0, 4.5)
    }
}

/// What a round trip costs of 100.
fn cost_of(round_trip: Duration) -> f32 {
    let one_way = round_trip.as_secs_f32() * 500.0;
    if one_way < DELAY_FELT_MS {
        one_way * COST_OF_UNFELT_MS
    } else {
        (one_way - DELAY_FREE_MS) * COST_OF_FELT_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(intervals: &[(u8, u8)]) -> Score {
        let mut score = Score::default();
        for (fraction_lost, layers_short) in intervals {
            score.take(Interval {
                fraction_lost: *fraction_lost,
                layers_short: *layers_short,
                ..Interval::default()
            });
        }
        score
    }

    #[test]
    fn losses_and_missing_layers_cost() {
        assert_eq!(after(&[(0, 0)]).quality(), Quality::Excellent);
        assert_eq!(after(&[(13, 0); 5]).quality(), Quality::Good, "5 %");
        assert_eq!(after(&[(51, 0); 5]).quality(), Quality::Poor, "20 %");
        assert_eq!(after(&[(0, 1); 5]).quality(), Quality::Good);
        assert_eq!(after(&[(0, 2); 5]).quality(), Quality::Poor);
    }

    #[test]
    fn a_long_way_costs_once_it_is_felt() {
        let after = |millis| {
            let mut score = Score::default();
            for _ in 0..5 {
                score.take(Interval {
                    round_trip: Duration::from_millis(millis),
                    ..Interval::default()
                });
            }
            score.quality()
        };
        assert_eq!(after(0), Quality::Excellent);
        assert_eq!(after(400), Quality::Excellent);
        assert_eq!(after(800), Quality::Good);
        assert_eq!(after(2_000), Quality::Poor);
    }

    #[test]
    fn it_falls_sooner_than_it_rises() {
        assert_ne!(after(&[(64, 0)]).quality(), Quality::Excellent);
        let bad = [(64, 0); 4];
        let recovering = |good: usize| after(&[&bad[..], &vec![(0, 0); good]].concat());
        assert_eq!(recovering(1).quality(), Quality::Good);
        assert_eq!(recovering(5).quality(), Quality::Excellent);
        let scores: Vec<_> = (0..6).map(|good| recovering(good).mean_opinion()).collect();
        assert!(scores.windows(2).all(|pair| pair[0] <= pair[1]), "{scores:?}");
        assert!((1.0..=4.5).contains(&scores[0]));
    }
}
