//! What a receiver report says of one stream (RFC 3550 appendix A.1, A.3, A.8).

use std::time::Instant;

use crate::rtcp::ReportBlock;
use crate::rtp::Header;

/// A packet's place in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Sequence number extended by its cycles.
    pub(super) index: u64,
    /// The highest index before this packet; `None` for the first.
    pub(super) highest_before: Option<u64>,
}

/// Reception of one stream.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    first: u64,
    highest: Option<u64>,
    received: u64,
    expected_before: u64,
    received_before: u64,
    /// Sixteenths of a clock tick.
    jitter: i64,
    last_transit: Option<i64>,
    epoch: Option<Instant>,
    /// Middle 32 bits of the last sender report's NTP time, and when it came.
    sender_report: Option<(u32, Instant)>,
}

impl Statistics {
    /// Counts a packet.
    pub(super) fn receive(&mut self, now: Instant, header: &Header, clock_rate: u32) -> Place {
        // One cycle up from zero, so that packets before the first are not negative.
        let index = self
            .extend(header.sequence_number)
            .unwrap_or(u64::from(header.sequence_number) + (1 << 16));
        let place = Place {
            index,
            highest_before: self.highest,
        };
        self.received += 1;
        match self.highest {
            None => {
                self.first = index;
                self.highest = Some(index);
            }
            Some(highest) => self.highest = Some(highest.max(index)),
        }
        self.measure_jitter(now, header.timestamp, clock_rate);
        place
    }

    /// The index that a sequence number means; `None` before the first packet.
    pub(super) fn extend(&self, sequence: u16) -> Option<u64> {
        let highest = self.highest?;
        let ahead = sequence.wrapping_sub((highest & 0xffff) as u16).cast_signed();
        highest.checked_add_signed(i64::from(ahead))
    }

    fn measure_jitter(&mut self, now: Instant, timestamp: u32, clock_rate: u32) {
        let epoch = *self.epoch.get_or_insert(now);
        let elapsed = now.saturating_duration_since(epoch).as_micros();
        let arrival = i64::try_from(elapsed * u128::from(clock_rate) / 1_000_000).unwrap_or(i64::MAX);
        let transit = arrival - i64::from(timestamp);
        if let Some(last) = self.last_transit.replace(transit) {
            let difference = (transit - last).abs();
            // A wrapped or restarted timestamp would shake the average for minutes.
            if difference < i64::from(clock_rate) * 10 {
                self.jitter += difference - ((self.jitter + 8) >> 4);
            }
        }
    }

    /// Packets that there should be since the first, and those that came.
    pub(super) fn sums(&self) -> (u64, u64) {
        let expected = self.highest.map_or(0, |highest| highest - self.first + 1);
        (expected, self.received.min(expected))
    }

    pub(super) fn note_sender_report(&mut self, now: Instant, ntp_time: u64) {
        // The middle 32 bits fit by construction.
        let middle = u32::try_from(ntp_time >> 16 & 0xffff_ffff).unwrap_or_default();
        self.sender_report = Some((middle, now));
    }

    /// The report of the time since the last one; `None` before the first packet.
    pub(super) fn report(&mut self, now: Instant, ssrc: u32) -> Option<ReportBlock> {
        let highest = self.highest?;
        let expected = highest - self.first + 1;
        let lost = expected.saturating_sub(self.received);
        let expected_now = expected - self.expected_before;
        let lost_now = expected_now.saturating_sub(self.received - self.received_before);
        self.expected_before = expected;
        self.received_before = self.received;
        let fraction = (lost_now << 8).checked_div(expected_now).unwrap_or_default();
        let (last_sender_report, delay) = match self.sender_report {
            Some((middle, at)) => (
                middle,
                now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000,
            ),
            None => (0, 0),
        };
        Some(ReportBlock {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            cumulative_lost: u32::try_from(lost).unwrap_or(u32::MAX).min(0x7f_ffff),
            highest_sequence: ((highest - (1 << 16)) & 0xffff_ffff) as u32,
            jitter: u32::try_from(self.jitter >> 4).unwrap_or_default(),
            last_sender_report,
            delay_since_last: u32::try_from(delay).unwrap_or(u32::MAX),
        })
    }
}
