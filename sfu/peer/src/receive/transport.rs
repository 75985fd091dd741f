//! Records arrivals for transport-wide feedback, so that the publisher can estimate its bandwidth.

use std::time::{Duration, Instant};

use crate::rtcp::Writer;

/// Between feedback packets; libwebrtc's receivers use 50 to 250 ms.
const INTERVAL: Duration = Duration::from_millis(100);
/// Packets covered by one flush at most: 100 ms of 100 Mbit/s.
const PACKETS_MAX: u64 = 1024;

/// Arrivals since the last feedback.
#[derive(Debug)]
pub(super) struct Recorder {
    epoch: Instant,
    /// Index of the first entry of `arrivals`; what is below it has been reported.
    base: Option<u64>,
    /// µs since the epoch.
    arrivals: Vec<Option<i64>>,
    feedback_count: u8,
    media_ssrc: u32,
    deadline: Option<Instant>,
}

impl Recorder {
    pub(super) fn new(epoch: Instant) -> Self {
        Self {
            epoch,
            base: None,
            arrivals: Vec::new(),
            feedback_count: 0,
            media_ssrc: 0,
            deadline: None,
        }
    }

    #[inline]
    pub(super) fn record(&mut self, now: Instant, sequence: u16, ssrc: u32) {
        // One cycle up from zero, as in the statistics.
        let base = *self.base.get_or_insert((1 << 16) + u64::from(sequence));
        let latest = base + self.arrivals.len() as u64;
        let ahead = sequence.wrapping_sub((latest & 0xffff) as u16).cast_signed();
        let Some(index) = latest.checked_add_signed(i64::from(ahead)) else {
            return;
        };
        let Some(offset) = index.checked_sub(base) else { return };
        if offset >= PACKETS_MAX {
            // A leap: the sender began anew.
            self.base = Some(index);
            self.arrivals.clear();
        }
        let offset = usize::try_from(index - self.base.unwrap_or(index)).unwrap_or_default();
        if self.arrivals.len() <= offset {
            self.arrivals.resize(offset + 1, None);
        }
        let elapsed = now.saturating_duration_since(self.epoch).as_micros();
        self.arrivals[offset] = i64::try_from(elapsed).ok();
        self.media_ssrc = ssrc;
        self.deadline.get_or_insert(now + INTERVAL);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Writes feedback on all that was recorded.
    pub(super) fn write(&mut self, ssrc: u32, writer: &mut Writer<'_>) {
        self.deadline = None;
        let Some(mut base) = self.base else { return };
        let mut arrivals = self.arrivals.as_slice();
        while !arrivals.is_empty() {
            let sequence = (base & 0xffff) as u16;
            let ssrcs = [ssrc, self.media_ssrc];
            let covered = writer.transport_feedback(ssrcs, self.feedback_count, sequence, arrivals);
            self.feedback_count = self.feedback_count.wrapping_add(1);
            if covered == 0 {
                break;
            }
            arrivals = &arrivals[covered..];
            base += covered as u64;
        }
        self.base = Some(base + arrivals.len() as u64);
        self.arrivals.clear();
    }
}
