//! What subscribers want of a track, as its publisher is told (LiveKit's dynacast): layers that nobody wants need not be
//! encoded. More is told at once, less only after a while.

use crate::limits::DEMAND_HOLD;
use crate::publish::VideoQuality;
use crate::time::Time;

/// The highest quality that anybody wants; nothing when `None`.
pub type Wanted = Option<VideoQuality>;

/// What the publisher was told, and whether less would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    told: Wanted,
    /// When less may be told, if nobody wants more before.
    lower_at: Option<Time>,
}

impl Default for Demand {
    /// Publishers begin with all they have.
    fn default() -> Self {
        Self {
            told: Some(VideoQuality::High),
            lower_at: None,
        }
    }
}

impl Demand {
    /// Of a track that is published elsewhere, of which nothing is wanted here yet.
    pub const NOTHING: Self = Self {
        told: None,
        lower_at: None,
    };

    /// What the publisher was told last.
    pub const fn told(&self) -> Wanted {
        self.told
    }

    /// Somebody wants this: true when that is more than was told, and has to be told.
    pub fn raise(&mut self, wanted: Wanted) -> bool {
        let is_news = wanted > self.told;
        if is_news {
            self.told = wanted;
        }
        if wanted >= self.told {
            self.lower_at = None;
        }
        is_news
    }

    /// All that is wanted now: true when something has to be told.
    pub fn settle(&mut self, now: Time, wanted: Wanted) -> bool {
        if wanted >= self.told {
            return self.raise(wanted);
        }
        let lower_at = *self.lower_at.get_or_insert(now + DEMAND_HOLD);
        let is_due = now >= lower_at;
        if is_due {
            self.told = wanted;
            self.lower_at = None;
        }
        is_due
    }

    /// As [`Demand::settle`], of a track that is published in another part: that one waits before it tells its publisher
    /// less, here only the end of all wishes does, which may be a moment between two.
    pub fn settle_for_part(&mut self, now: Time, wanted: Wanted) -> bool {
        if wanted.is_none() || wanted >= self.told {
            return self.settle(now, wanted);
        }
        *self = Self {
            told: wanted,
            lower_at: None,
        };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const START: Time = Time::from_micros(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn less_is_told_late_and_more_at_once() {
        let mut demand = Demand::default();
        assert!(!demand.settle(START, Some(VideoQuality::Low)));
        assert!(!demand.settle(START + DEMAND_HOLD - SECOND, Some(VideoQuality::Low)));
        assert!(demand.settle(START + DEMAND_HOLD, Some(VideoQuality::Low)));
        assert!(
            !demand.settle(START + DEMAND_HOLD + SECOND, Some(VideoQuality::Low)),
            "once"
        );
        assert!(demand.raise(Some(VideoQuality::Medium)));
        assert!(!demand.raise(Some(VideoQuality::Low)), "others want more");
        assert_eq!(demand.told(), Some(VideoQuality::Medium));
    }

    #[test]
    fn another_part_is_told_less_at_once_and_nothing_late() {
        let mut demand = Demand::NOTHING;
        assert!(demand.raise(Some(VideoQuality::High)));
        assert!(demand.settle_for_part(START, Some(VideoQuality::Low)));
        assert!(!demand.settle_for_part(START, Some(VideoQuality::Low)), "once");
        assert!(!demand.settle_for_part(START, None));
        assert!(demand.settle_for_part(START, Some(VideoQuality::Medium)));
        assert!(!demand.settle_for_part(START, None));
        assert!(demand.settle_for_part(START + DEMAND_HOLD, None));
    }

    #[test]
    fn who_wants_it_again_in_time_prevents_the_change() {
        let mut demand = Demand::default();
        assert!(!demand.settle(START, None));
        assert!(!demand.settle(START + SECOND, Some(VideoQuality::High)));
        assert!(!demand.settle(START + DEMAND_HOLD, None), "counted anew");
        assert!(demand.settle(START + DEMAND_HOLD * 2, None));
        assert_eq!(demand.told(), None);
    }
}
