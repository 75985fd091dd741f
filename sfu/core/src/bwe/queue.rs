//! How much longer packets take now than at best: the queue they stand in.

use std::time::Duration;

use crate::time::{Time, micros};

/// The least delay of so long is that of an empty queue; clocks drift apart by less than a millisecond meanwhile.
const WINDOW: Duration = Duration::from_secs(10);
/// The least delay of the last pieces is that of now. Longer than a key frame takes on a link that can carry it; and one
/// packet that was held up says nothing.
const PIECES: usize = 4;
const PIECE: Duration = Duration::from_millis(50);
/// A queue shorter than this is none.
const STANDING_US: i64 = 15_000;
/// One as long as this is heard in every conversation (ITU-T G.114: 150 ms from mouth to ear pass unnoticed).
const DEEP_US: i64 = 200_000;

/// Delays, in µs with the unknown difference of the clocks.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// Least delay of each of the last pieces of time, by when packets were sent.
    pieces: [Option<i64>; PIECES],
    newest: u64,
    /// Least delay of this window and of the one before.
    least: Option<i64>,
    before: Option<i64>,
    since: Option<Time>,
}

impl Queue {
    /// Takes in a packet.
    pub(super) fn arrived(&mut self, sent: Time, arrival_us: i64) {
        let delay = arrival_us - i64::try_from(sent.as_micros()).unwrap_or_default();
        if self.since.is_none_or(|since| sent.since(since) >= WINDOW) {
            self.since = Some(sent);
            self.before = self.least.take();
        }
        keep_least(&mut self.least, delay);
        let number = sent.as_micros() / micros(PIECE);
        let steps = number.saturating_sub(self.newest).min(PIECES as u64);
        (0..steps).for_each(|step| self.pieces[slot(number - step)] = None);
        self.newest = self.newest.max(number);
        if number + PIECES as u64 > self.newest {
            keep_least(&mut self.pieces[slot(number)], delay);
        }
    }

    /// Whether there is a queue that even the fastest of the last packets stood in.
    pub(super) fn stands(&self) -> bool {
        self.depth_us() >= STANDING_US
    }

    /// Whether everything waits so long in it that a conversation is hard.
    pub(super) fn is_deep(&self) -> bool {
        self.depth_us() >= DEEP_US
    }

    /// How long the fastest of the last packets stood in it.
    fn depth_us(&self) -> i64 {
        let least = self.least.into_iter().chain(self.before).min();
        let now = self.pieces.iter().flatten().min();
        least.zip(now).map_or(0, |(least, now)| now - least)
    }
}

fn keep_least(least: &mut Option<i64>, delay: i64) {
    *least = Some(least.map_or(delay, |least| least.min(delay)));
}

fn slot(number: u64) -> usize {
    usize::try_from(number % PIECES as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet every 20 ms, each with its delay.
    fn feed(queue: &mut Queue, from_ms: u64, delays_ms: impl IntoIterator<Item = u64>) -> bool {
        for (index, delay) in (0..).zip(delays_ms) {
            let sent = (from_ms + index * 20) * 1_000;
            let arrival = i64::try_from(sent + delay * 1_000).expect("early");
            queue.arrived(Time::from_micros(sent), arrival);
        }
        queue.stands()
    }

    #[test]
    fn a_queue_that_is_gone_again_does_not_stand() {
        let mut queue = Queue::default();
        assert!(!feed(&mut queue, 1_000, [20; 20]));
        assert!(!feed(&mut queue, 1_400, [140, 120, 100, 80, 60, 40, 20]));
        assert!(feed(&mut queue, 1_540, [40; 12]));
    }

    #[test]
    fn one_fast_packet_is_enough() {
        let mut queue = Queue::default();
        feed(&mut queue, 1_000, [20; 20]);
        assert!(!feed(&mut queue, 1_400, [60, 60, 60, 60, 60, 60, 60, 21, 60, 60]));
    }
}
