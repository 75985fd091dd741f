//! What the viewers have seen, counted without locks by each for itself.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// One delay in so many packets is kept.
const DELAY_SAMPLING: u64 = 16;

/// All viewers' counts.
#[derive(Debug)]
pub(crate) struct Statistics {
    viewers: Vec<Viewer>,
    /// So many viewers will fall behind: the first.
    behind: usize,
    connected: AtomicUsize,
    /// Media packets that all publishers, or messages that all writers have sent.
    sent: AtomicU64,
    /// µs
    delays: Mutex<Vec<u32>>,
}

#[derive(Debug, Default)]
struct Viewer {
    received: AtomicU64,
    /// Sequence numbers that the streams have gone through.
    expected: AtomicU64,
    messages: AtomicU64,
    streams: AtomicUsize,
}

/// Counts up to a moment, over all viewers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) expected: u64,
    pub(crate) messages: u64,
}

impl Snapshot {
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            sent: self.sent - earlier.sent,
            received: self.received - earlier.received,
            expected: self.expected - earlier.expected,
            messages: self.messages - earlier.messages,
        }
    }
}

impl Statistics {
    pub(crate) fn new(viewers: usize, behind: usize) -> Self {
        let viewers = (0..viewers).map(|_| Viewer::default()).collect();
        Self {
            viewers,
            behind,
            connected: AtomicUsize::new(0),
            sent: AtomicU64::new(0),
            delays: Mutex::default(),
        }
    }

    pub(crate) const fn behind(&self) -> usize {
        self.behind
    }

    /// Begins a new window for [`Statistics::delay_ms`].
    pub(crate) fn forget_delays(&self) {
        if let Ok(mut delays) = self.delays.lock() {
            delays.clear();
        }
    }

    pub(crate) fn note_connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self) -> usize {
        self.connected.load(Ordering::Relaxed)
    }

    /// Viewers that have seen at least so many streams.
    pub(crate) fn viewers_with(&self, streams: usize) -> usize {
        self.viewers
            .iter()
            .filter(|viewer| viewer.streams.load(Ordering::Relaxed) >= streams)
            .count()
    }

    pub(crate) fn note_sent(&self, packets: u64) {
        self.sent.fetch_add(packets, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let start = Snapshot {
            sent: self.sent.load(Ordering::Relaxed),
            ..Snapshot::default()
        };
        self.viewers.iter().fold(start, |sum, viewer| Snapshot {
            sent: sum.sent,
            received: sum.received + viewer.received.load(Ordering::Relaxed),
            expected: sum.expected + viewer.expected.load(Ordering::Relaxed),
            messages: sum.messages + viewer.messages.load(Ordering::Relaxed),
        })
    }

    /// A quantile of the sampled delays.
    pub(crate) fn delay_ms(&self, quantile: f64) -> f64 {
        let Ok(mut delays) = self.delays.lock() else {
            return f64::NAN;
        };
        delays.sort_unstable();
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "an index into samples"
        )]
        #[expect(clippy::cast_sign_loss, reason = "quantiles are positive")]
        let index = (quantile * delays.len() as f64) as usize;
        delays
            .get(index.min(delays.len().saturating_sub(1)))
            .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Counts the packets of one viewer.
#[derive(Debug)]
pub(crate) struct Counter {
    number: usize,
    /// Highest sequence number of each SSRC.
    highest: BTreeMap<u32, u16>,
    seen: u64,
}

impl Counter {
    pub(crate) fn new(number: usize) -> Self {
        Self {
            number,
            highest: BTreeMap::new(),
            seen: 0,
        }
    }

    pub(crate) const fn number(&self) -> usize {
        self.number
    }

    pub(crate) fn count_message(&mut self, statistics: &Statistics, delay: Option<Duration>) {
        if let Some(viewer) = statistics.viewers.get(self.number) {
            viewer.messages.fetch_add(1, Ordering::Relaxed);
            self.sample(statistics, delay);
        }
    }

    pub(crate) fn count(&mut self, statistics: &Statistics, ssrc: u32, sequence: u16, delay: Option<Duration>) {
        let Some(viewer) = statistics.viewers.get(self.number) else {
            return;
        };
        viewer.received.fetch_add(1, Ordering::Relaxed);
        let highest = self.highest.entry(ssrc).or_insert_with(|| {
            viewer.streams.fetch_add(1, Ordering::Relaxed);
            sequence.wrapping_sub(1)
        });
        let ahead = sequence.wrapping_sub(*highest);
        // The upper half of the circle is the past: a retransmission, or disorder.
        if (1..0x8000).contains(&ahead) {
            *highest = sequence;
            viewer.expected.fetch_add(u64::from(ahead), Ordering::Relaxed);
        }
        self.sample(statistics, delay);
    }

    /// Keeps a few of the delays, of viewers that will not fall behind.
    fn sample(&mut self, statistics: &Statistics, delay: Option<Duration>) {
        self.seen += 1;
        if self.number >= statistics.behind
            && self.seen.is_multiple_of(DELAY_SAMPLING)
            && let Some(delay) = delay
            && let Ok(mut delays) = statistics.delays.lock()
        {
            delays.push(u32::try_from(delay.as_micros()).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_is_what_the_sequence_numbers_skip() {
        let statistics = Statistics::new(1, 0);
        let mut counter = Counter::new(0);
        for sequence in [65_534, 65_535, 1, 0, 4] {
            counter.count(&statistics, 7, sequence, Some(Duration::from_millis(3)));
        }
        counter.count_message(&statistics, None);
        statistics.note_sent(7);
        let Snapshot {
            sent,
            received,
            expected,
            messages,
        } = statistics.snapshot();
        assert_eq!(messages, 1);
        assert_eq!((sent, received, expected), (7, 5, 7), "2 and 3 are lost, 0 came late");
        assert_eq!((statistics.viewers_with(1), statistics.viewers_with(2)), (1, 0));
    }
}
