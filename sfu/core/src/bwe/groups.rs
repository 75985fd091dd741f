//! Packets that left together, and how much longer the network took for them than for those before (libwebrtc's
//! `InterArrivalDelta`): video leaves in bursts, and within a burst delays say only how fast the link is.

use crate::time::Time;

/// Packets sent within this belong together.
const GROUP_US: i64 = 5_000;
/// Packets that arrive within this of each other, closer than they were sent, were held up together.
const BURST_GAP_US: i64 = 5_000;
const BURST_MAX_US: i64 = 100_000;
/// Groups that arrive out of order before the clocks are taken for changed.
const REORDERED_MAX: u8 = 3;

#[derive(Debug, Clone, Copy)]
struct Group {
    first_sent_us: i64,
    sent_us: i64,
    first_arrival_us: i64,
    arrival_us: i64,
}

/// How two groups in a row lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delta {
    pub(super) sent_ms: f64,
    pub(super) arrival_ms: f64,
    /// When the later one was complete, on the receiver's clock.
    pub(super) at_us: i64,
}

/// Collects groups.
#[derive(Debug, Default)]
pub(super) struct Groups {
    current: Option<Group>,
    previous: Option<Group>,
    reordered: u8,
}

impl Groups {
    /// Takes in a packet that arrived; answers when it begins a new group and two are complete.
    pub(super) fn arrived(&mut self, sent: Time, arrival_us: i64) -> Option<Delta> {
        let sent_us = i64::try_from(sent.as_micros()).unwrap_or(i64::MAX);
        let fresh = Group {
            first_sent_us: sent_us,
            sent_us,
            first_arrival_us: arrival_us,
            arrival_us,
        };
        let Some(current) = &mut self.current else {
            self.current = Some(fresh);
            return None;
        };
        if sent_us < current.first_sent_us {
            return None;
        }
        if !current.begins_anew(sent_us, arrival_us) {
            current.sent_us = current.sent_us.max(sent_us);
            current.arrival_us = arrival_us;
            return None;
        }
        let complete = *current;
        self.current = Some(fresh);
        let previous = self.previous.replace(complete)?;
        let arrival_delta = complete.arrival_us - previous.arrival_us;
        if arrival_delta < 0 {
            self.reordered += 1;
            if self.reordered >= REORDERED_MAX {
                *self = Self::default();
            }
            return None;
        }
        self.reordered = 0;
        Some(Delta {
            sent_ms: millis(complete.sent_us - previous.sent_us),
            arrival_ms: millis(arrival_delta),
            at_us: complete.arrival_us,
        })
    }
}

impl Group {
    const fn begins_anew(&self, sent_us: i64, arrival_us: i64) -> bool {
        !self.is_held_up_with(sent_us, arrival_us) && sent_us - self.first_sent_us > GROUP_US
    }

    const fn is_held_up_with(&self, sent_us: i64, arrival_us: i64) -> bool {
        let arrival_delta = arrival_us - self.arrival_us;
        let sent_delta = sent_us - self.sent_us;
        sent_delta == 0
            || (arrival_delta < sent_delta
                && arrival_delta <= BURST_GAP_US
                && arrival_us - self.first_arrival_us < BURST_MAX_US)
    }
}

fn millis(micros: i64) -> f64 {
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(groups: &mut Groups, packets: &[(u64, i64)]) -> Vec<(f64, f64)> {
        packets
            .iter()
            .filter_map(|(sent_ms, arrival_ms)| groups.arrived(Time::from_micros(sent_ms * 1_000), arrival_ms * 1_000))
            .map(|delta| (delta.sent_ms, delta.arrival_ms))
            .collect()
    }

    #[test]
    fn packets_sent_together_are_one_group() {
        let deltas = feed(
            &mut Groups::default(),
            &[(0, 40), (1, 41), (33, 73), (34, 80), (66, 113), (67, 114)],
        );
        assert_eq!(deltas, [(33.0, 39.0)]);
    }

    #[test]
    fn what_a_link_held_up_and_let_go_is_one_group() {
        let deltas = feed(
            &mut Groups::default(),
            &[
                (0, 40),
                (20, 60),
                (40, 140),
                (60, 141),
                (80, 142),
                (100, 150),
                (120, 170),
            ],
        );
        assert_eq!(deltas, [(20.0, 20.0), (60.0, 82.0), (20.0, 8.0)]);
    }
}
