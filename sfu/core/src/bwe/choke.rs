//! Whether a path is too narrow even for the least: sound, and the lowest layer of one picture.
//!
//! An estimate below that is seldom the path's: it was taken while more was sent, or others on the same link sent too
//! much, or this node or the receiver was busy. Pausing somebody's only picture is the worst answer to that, and ends the
//! traffic that would show that all is well. So the least is sent on, as libwebrtc's encoders send theirs, until what is
//! wrong has lasted longer than it takes everybody else to give way. At once it is too much when far more was sent and
//! less than it came: others would have to send several times as much again, and sound would be lost meanwhile.

use std::time::Duration;

use crate::limits::CHOKED_AFTER;
use crate::time::Time;

/// The estimate has to exceed the least by this, in percent, to end it: what just does not fit is not tried again.
const END_PERCENT: u64 = 115;
/// Far more than the least is so many times as much.
const FAR_MORE: u64 = 4;
/// Losses that a collapse causes are known within this.
const COLLAPSE: Duration = Duration::from_secs(1);

/// How bad what is sent fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fare {
    /// Well, or as well as ever on this path.
    Well,
    /// So late that nobody can talk with each other.
    Late,
    /// More of it is lost than the path loses by itself.
    Lost,
}

/// Watches the least.
#[derive(Debug, Default)]
pub(super) struct Choke {
    since: Option<Time>,
    collapsed: Option<Time>,
    is_choked: bool,
}

impl Choke {
    /// A path of which `least` is wanted was too full: so much was `granted`, so much `arrived`, in bits a second.
    pub(super) fn backed_off(&mut self, now: Time, granted: u64, arrived: u64, least: u64) {
        if granted >= least * FAR_MORE && arrived < least {
            self.collapsed = Some(now);
        }
    }

    /// Takes in an `estimate` of a path of which `least` is wanted, in bits a second, and how what is sent fares.
    pub(super) fn judge(&mut self, now: Time, estimate: u64, least: u64, fare: Fare) {
        if self.is_choked {
            self.is_choked = estimate < least * END_PERCENT / 100;
            self.since = None;
        } else if fare != Fare::Well && estimate < least {
            let since = *self.since.get_or_insert(now);
            let has_collapsed = fare == Fare::Lost && self.collapsed.is_some_and(|at| now.since(at) < COLLAPSE);
            self.is_choked = has_collapsed || now.since(since) >= CHOKED_AFTER;
        } else {
            self.since = None;
        }
    }

    /// Whether even the least is too much.
    pub(super) const fn is_choked(&self) -> bool {
        self.is_choked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const LEAST: u64 = 200_000;

    fn judge(choke: &mut Choke, from_ms: u64, to_ms: u64, estimate: u64, fare: Fare) -> bool {
        for ms in (from_ms..to_ms).step_by(50) {
            choke.judge(START + Duration::from_millis(ms), estimate, LEAST, fare);
        }
        choke.is_choked()
    }

    #[test]
    fn a_low_estimate_is_no_proof_and_neither_is_a_short_disturbance() {
        let mut choke = Choke::default();
        assert!(!judge(&mut choke, 0, 20_000, LEAST / 2, Fare::Well));
        assert!(!judge(&mut choke, 20_000, 21_500, LEAST / 2, Fare::Lost));
        assert!(!judge(&mut choke, 21_500, 21_600, LEAST / 2, Fare::Well));
        assert!(!judge(&mut choke, 21_600, 23_100, LEAST / 2, Fare::Lost));
        assert!(judge(&mut choke, 23_100, 23_700, LEAST / 2, Fare::Lost));
    }

    #[test]
    fn a_path_that_collapsed_is_choked_as_soon_as_it_loses() {
        let mut choke = Choke::default();
        choke.backed_off(START, LEAST * 8, LEAST / 2, LEAST);
        assert!(!judge(&mut choke, 0, 500, LEAST / 2, Fare::Late));
        assert!(judge(&mut choke, 500, 550, LEAST / 2, Fare::Lost));
        let mut choke = Choke::default();
        choke.backed_off(START, LEAST * 2, LEAST / 2, LEAST);
        choke.backed_off(START, LEAST * 8, LEAST, LEAST);
        assert!(
            !judge(&mut choke, 0, 1_000, LEAST / 2, Fare::Lost),
            "others may send as much"
        );
    }

    #[test]
    fn what_just_does_not_fit_is_not_tried_again() {
        let mut choke = Choke::default();
        judge(&mut choke, 0, 3_000, LEAST / 2, Fare::Lost);
        assert!(judge(&mut choke, 3_000, 30_000, LEAST + 10_000, Fare::Well));
        assert!(!judge(&mut choke, 30_000, 30_100, LEAST + 40_000, Fare::Well));
    }
}
