//! How much time the node has. One whose processor does other things is late twice: it comes to what has arrived in turns,
//! and what it makes in one, and counts as sent, leaves when it is let on.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sfu_core::Time;

/// The node's turns.
#[derive(Debug)]
pub(crate) struct Node {
    /// What is made in a turn leaves at most so late.
    lag: Duration,
    rng: StdRng,
    /// When the last turn ends: what it made leaves, and the next may begin.
    ends: Time,
}

impl Node {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            lag: Duration::ZERO,
            rng: StdRng::seed_from_u64(seed),
            ends: Time::default(),
        }
    }

    pub(crate) const fn set_lag(&mut self, lag: Duration) {
        self.lag = lag;
    }

    /// Begins a turn, unless the last is not over; answers when what it makes leaves.
    pub(crate) fn begin(&mut self, now: Time) -> Option<Time> {
        if now < self.ends {
            return None;
        }
        self.ends = now + self.lag.mul_f64(self.rng.random::<f64>());
        Some(self.ends)
    }
}
