//! What losses say of the path. Delays see a queue; a shallow one overflows before they do, and a policer has none.
//!
//! More than 10 % lost lowers a ceiling, less lifts it, as in draft-ietf-rmcat-gcc-02 §6. That alone would take a path
//! that loses 10 % by chance down to nothing, so a lowering is watched: when much less is sent and as much is lost, the
//! loss is the path's own (*inherent*, as in libwebrtc's `LossBasedBweV2`), and only what exceeds it counts from then on.
//! Not while there is a queue: others may keep that full, whatever is sent here.

use std::time::Duration;

use super::history::Sent;
use crate::limits::{ESTIMATE_MIN, LOSS_CUT, LOSS_HEAVY, LOSS_INHERENT_MAX};
use crate::time::Time;

/// Packets are counted for this long, and for as many as make a share of them mean something.
const WINDOW: Duration = Duration::from_millis(500);
const PACKETS_MIN: u32 = 20;
/// A trickle is judged by what there is after this long.
const WINDOW_MAX: Duration = Duration::from_secs(3);
/// Weight of the newest window.
const WEIGHT: f64 = 0.5;
/// Bad windows in a row before the ceiling is lowered.
const BAD_WINDOWS: u8 = 2;
/// Growth of the ceiling a second.
const GROWTH: f64 = 0.08;
/// A judgement older than this says nothing of now.
const STALE: Duration = Duration::from_secs(5);

/// What was lost and sent when the ceiling was lowered.
#[derive(Debug, Clone, Copy)]
struct Cut {
    loss: f64,
    sent: u64,
}

/// The loss-based part.
#[derive(Debug, Default)]
pub(super) struct Losses {
    since: Option<Time>,
    lost: u32,
    total: u32,
    bytes: u64,
    recent: f64,
    /// Of the last window alone, beyond what the path loses by itself.
    newest: f64,
    inherent: f64,
    bad_windows: u8,
    cut: Option<Cut>,
    ceiling: Option<u64>,
    judged: Option<Time>,
}

impl Losses {
    /// Counts what feedback says of a packet.
    pub(super) fn count(&mut self, sent: Sent, arrived: bool) {
        if sent.was_missing {
            self.lost = self.lost.saturating_sub(1);
            return;
        }
        self.lost += u32::from(!arrived);
        self.total += 1;
        self.bytes += u64::from(sent.bytes);
    }

    /// Bits a second that losses allow; `None` when they limit nothing.
    pub(super) const fn ceiling(&self) -> Option<u64> {
        self.ceiling
    }

    /// The share lost of late, from 0 to 1.
    pub(super) const fn recent(&self) -> f64 {
        self.recent
    }

    /// The share that is lost whatever is sent.
    pub(super) const fn inherent(&self) -> f64 {
        self.inherent
    }

    /// So much is lost that more would only be more to repair.
    pub(super) fn is_heavy(&self, now: Time) -> bool {
        self.recent > LOSS_HEAVY && self.judged.is_some_and(|at| now.since(at) < STALE)
    }

    /// So much was lost in the last window alone that it was too much, whoever's fault that is.
    pub(super) fn hurts(&self, now: Time) -> bool {
        self.newest > LOSS_CUT && self.judged.is_some_and(|at| now.since(at) < STALE)
    }

    /// A probe has shown what the path carries.
    pub(super) fn lift(&mut self, rate: u64) {
        self.ceiling = self.ceiling.map(|ceiling| ceiling.max(rate));
    }

    /// Judges the packets since the last time, once they are enough. `rate` is the estimate without losses; under a path
    /// that loses by itself the ceiling does not fall below `least`; where a `queue` stands, it may be that which loses. The
    /// answer tells whether the ceiling was lowered.
    pub(super) fn judge(&mut self, now: Time, rate: u64, least: u64, queue: bool) -> bool {
        let since = *self.since.get_or_insert(now);
        let passed = now.since(since);
        let is_full = passed >= WINDOW && self.total >= PACKETS_MIN;
        if !(is_full || passed >= WINDOW_MAX && self.total > 0) {
            return false;
        }
        let share = f64::from(self.lost) / f64::from(self.total);
        let sent = self.bytes * 8_000 / u64::try_from(passed.as_millis().max(1)).unwrap_or(u64::MAX);
        (self.lost, self.total, self.bytes, self.since) = (0, 0, 0, Some(now));
        self.recent += WEIGHT * (share - self.recent);
        self.judged = Some(now);
        self.inherent = self.inherent.min(self.recent);
        let beyond = |share: f64| (share - self.inherent) / (1.0 - self.inherent);
        self.newest = beyond(share);
        let effective = beyond(self.recent);
        if effective > LOSS_CUT {
            return self.worsen(rate, sent, effective, queue);
        }
        self.bad_windows = 0;
        if effective < LOSS_CUT / 2.0 {
            self.cut = None;
        }
        self.relax(rate, least, passed, effective);
        false
    }

    fn worsen(&mut self, rate: u64, sent: u64, effective: f64, queue: bool) -> bool {
        self.bad_windows = self.bad_windows.saturating_add(1);
        if self.bad_windows < BAD_WINDOWS {
            return false;
        }
        let cut = *self.cut.get_or_insert(Cut {
            loss: self.recent,
            sent,
        });
        if !queue && sent * 4 < cut.sent * 3 && self.recent > cut.loss * 0.8 {
            self.inherent = self.recent.min(LOSS_INHERENT_MAX);
            self.cut = None;
            return false;
        }
        // From what is sent: an estimate far above it could be lowered for long without any effect.
        let from = self.ceiling.unwrap_or(rate).min(rate).min(sent.max(ESTIMATE_MIN));
        self.ceiling = Some(super::aimd::whole(from as f64 * (1.0 - effective / 2.0)).max(ESTIMATE_MIN));
        true
    }

    fn relax(&mut self, rate: u64, least: u64, passed: Duration, effective: f64) {
        let Some(ceiling) = self.ceiling else { return };
        let grows = effective < LOSS_CUT / 2.0 && self.recent <= LOSS_HEAVY;
        let growth = if grows { GROWTH * passed.as_secs_f64() } else { 0.0 };
        let mut ceiling = super::aimd::whole(ceiling as f64 * (1.0 + growth));
        if self.inherent > 0.0 {
            ceiling = ceiling.max(least);
        }
        self.ceiling = Some(ceiling).filter(|ceiling| *ceiling < rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);

    /// Windows of half a second at `rate`, of which every `nth` packet is lost; the ceiling after each.
    fn windows(losses: &mut Losses, from: u32, count: u32, rate: u64, nth: u32) -> Vec<Option<u64>> {
        windows_behind(false, losses, from, count, rate, nth)
    }

    fn windows_behind(
        queue: bool,
        losses: &mut Losses,
        from: u32,
        count: u32,
        rate: u64,
        nth: u32,
    ) -> Vec<Option<u64>> {
        let packets = u32::try_from(rate / 2 / 8_000).expect("few");
        let window = |index: u32| {
            for packet in 0..packets {
                let sent = Sent {
                    at: START,
                    bytes: 1_000,
                    cluster: 0,
                    was_missing: false,
                };
                losses.count(sent, nth == 0 || packet % nth != 0);
            }
            losses.judge(START + WINDOW * (from + index), 10_000_000, 200_000, queue);
            losses.ceiling()
        };
        (0..count).map(window).collect()
    }

    #[test]
    fn few_losses_limit_nothing() {
        let mut losses = Losses::default();
        assert!(windows(&mut losses, 0, 20, 2_000_000, 50).iter().all(Option::is_none));
    }

    #[test]
    fn losses_that_sending_causes_lower_the_ceiling_until_they_end() {
        let mut losses = Losses::default();
        let after = windows(&mut losses, 0, 6, 2_000_000, 4);
        assert!(after[5].expect("a ceiling") < 1_800_000, "{after:?}");
        let after = windows(&mut losses, 6, 40, 500_000, 0);
        assert!(
            after[39].expect("still growing") > after[0].expect("a ceiling") * 2,
            "{after:?}"
        );
        assert!(losses.inherent() < 0.01);
    }

    #[test]
    fn losses_that_sending_does_not_cause_are_the_paths_own() {
        let mut losses = Losses::default();
        windows(&mut losses, 0, 6, 2_000_000, 8);
        windows(&mut losses, 6, 4, 500_000, 8);
        assert!(losses.inherent() > 0.1, "{losses:?}");
        let ceiling = losses.ceiling().expect("one");
        let after = windows(&mut losses, 10, 10, 500_000, 8);
        assert!(after[9].expect("growing") > ceiling, "{after:?}");
    }

    #[test]
    fn losses_of_a_queue_that_others_keep_full_are_not_the_paths_own() {
        let mut losses = Losses::default();
        windows_behind(true, &mut losses, 0, 6, 2_000_000, 8);
        windows_behind(true, &mut losses, 6, 4, 500_000, 8);
        assert!(losses.inherent() < 0.01, "{losses:?}");
        assert!(losses.ceiling().expect("one") < 500_000, "{losses:?}");
    }

    #[test]
    fn a_late_packet_was_not_lost() {
        let mut losses = Losses::default();
        let sent = Sent {
            at: START,
            bytes: 100,
            cluster: 0,
            was_missing: false,
        };
        losses.count(sent, false);
        losses.count(
            Sent {
                was_missing: true,
                ..sent
            },
            true,
        );
        assert_eq!((losses.lost, losses.total), (0, 1));
    }
}
