//! What has been sent again of late. Clients ask again for what has not come within a round trip, and those that send
//! nothing themselves take it for 100 ms (libwebrtc's `NackRequester`): behind a full queue each loss would be repeated
//! several times before the first repeat is there, and keep the queue full. libwebrtc's `RtpPacketHistory` and LiveKit's
//! `sequencer` do not repeat within a round trip either.

use std::collections::VecDeque;
use std::time::Duration;

use crate::limits::{REPEAT_GAP_MAX, REPEATS_MAX};
use crate::time::Time;

/// Numbers of the last packets that were sent again, each with its time. Allocates with the first.
#[derive(Debug, Default)]
pub(super) struct Repeats(VecDeque<(u16, Time)>);

impl Repeats {
    /// Whether `sequence` may be sent again, which it was not within `gap`; if so, it is.
    pub(super) fn admit(&mut self, now: Time, sequence: u16, gap: Duration) -> bool {
        let gap = gap.min(REPEAT_GAP_MAX);
        while self.0.front().is_some_and(|(_, at)| now.since(*at) >= gap) || self.0.len() >= REPEATS_MAX {
            self.0.pop_front();
        }
        if self.0.iter().any(|(number, _)| *number == sequence) {
            return false;
        }
        self.0.push_back((sequence, now));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const GAP: Duration = Duration::from_millis(100);

    #[test]
    fn nothing_is_repeated_twice_within_the_gap() {
        let mut repeats = Repeats::default();
        assert!(repeats.admit(START, 7, GAP) && repeats.admit(START, 8, GAP));
        assert!(!repeats.admit(START + GAP / 2, 7, GAP));
        assert!(repeats.admit(START + GAP, 7, GAP) && repeats.admit(START + GAP, 8, GAP));
    }

    #[test]
    fn it_is_bounded() {
        let mut repeats = Repeats::default();
        for sequence in 0..4_000 {
            assert!(repeats.admit(START, sequence, GAP * 1_000));
        }
        assert!(repeats.0.len() <= REPEATS_MAX);
        assert!(repeats.admit(START + REPEAT_GAP_MAX, 3_999, GAP * 1_000));
    }
}
