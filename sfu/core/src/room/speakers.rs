//! Who speaks, from the loudness that publishers write on their packets (RFC 6464).
//!
//! Loud packets are counted over an interval. Somebody begins to speak when at least 40 % of an interval was loud, and
//! ends after two intervals under 15 %: a cough does not make a speaker, a breath does not end one.

use std::collections::BTreeMap;

use crate::ids::{MemberId, ParticipantSid};
use crate::limits::SPEAKER_INTERVAL;
use crate::output::{Output, Speaker};
use crate::room::Room;
use crate::time::Time;

/// −dBov up to which a packet counts as loud; LiveKit's default, too.
const LOUD: u8 = 35;
/// Packets of an interval at the usual 20 ms.
const PACKETS_PER_INTERVAL: u32 = 20;
const BEGIN_PERCENT: u32 = 40;
const GO_ON_PERCENT: u32 = 15;
const QUIET_INTERVALS: u8 = 2;
/// Steps a level is rounded to, so that a speaker is not news at every breath.
const LEVEL_STEPS: f32 = 8.0;

/// The loudness of one track over the current interval.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Loudness {
    loud: u32,
    /// Sum of the loud packets' levels, in −dBov.
    sum: u32,
}

impl Loudness {
    /// An interval of nothing but speech.
    const FULL: Self = Self {
        loud: PACKETS_PER_INTERVAL,
        sum: PACKETS_PER_INTERVAL * 10,
    };

    pub(super) const fn new() -> Self {
        Self { loud: 0, sum: 0 }
    }

    /// Counts a packet.
    pub(super) fn heard(&mut self, level: u8) {
        if level <= LOUD {
            self.loud += 1;
            self.sum += u32::from(level);
        }
    }

    fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    const fn percent(self) -> u32 {
        self.loud * 100 / PACKETS_PER_INTERVAL
    }

    /// From 0 to 1, as people hear it: linear in decibels, full at −10.
    fn level(self) -> f32 {
        if self.loud == 0 {
            return 0.0;
        }
        let mean = u16::try_from(self.sum / self.loud).map_or(f32::from(LOUD), f32::from);
        let level = ((f32::from(LOUD) + 5.0 - mean) / 30.0).clamp(0.0, 1.0);
        (level * LEVEL_STEPS).ceil() / LEVEL_STEPS
    }
}

/// Who speaks at present.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    next: Option<Time>,
    speaking: BTreeMap<MemberId, Speaking>,
    /// Who is to be taken for speaking, and until when.
    pretending: BTreeMap<MemberId, Time>,
}

#[derive(Debug, Clone)]
struct Speaking {
    sid: ParticipantSid,
    level: f32,
    quiet_intervals: u8,
}

impl Speakers {
    /// Those who speak.
    pub(super) fn speaking(&self) -> impl Iterator<Item = MemberId> {
        self.speaking.keys().copied()
    }

    /// Takes a member for speaking until then.
    pub(super) fn pretend(&mut self, member: MemberId, until: Time) {
        self.pretending.insert(member, until);
    }

    /// Whether somebody is taken for speaking, or still shown so.
    pub(super) fn are_pretending(&self) -> bool {
        !(self.pretending.is_empty() && self.speaking.is_empty())
    }

    /// Judges one interval of one member. The answer is news to tell.
    fn judge(&mut self, member: MemberId, sid: &ParticipantSid, heard: Loudness) -> Option<Speaker> {
        let percent = heard.percent();
        let told = |level, active| {
            Some(Speaker {
                sid: sid.clone(),
                level,
                active,
            })
        };
        let Some(speaking) = self.speaking.get_mut(&member) else {
            if percent < BEGIN_PERCENT {
                return None;
            }
            let level = heard.level();
            self.speaking.insert(
                member,
                Speaking {
                    sid: sid.clone(),
                    level,
                    quiet_intervals: 0,
                },
            );
            return told(level, true);
        };
        if percent >= GO_ON_PERCENT {
            speaking.quiet_intervals = 0;
            let level = heard.level();
            let is_news = (level - speaking.level).abs() >= 1.0 / LEVEL_STEPS;
            speaking.level = level;
            return if is_news { told(level, true) } else { None };
        }
        speaking.quiet_intervals += 1;
        if speaking.quiet_intervals < QUIET_INTERVALS {
            return None;
        }
        self.speaking.remove(&member);
        told(0.0, false)
    }

    /// How loud a member is at present.
    pub(super) fn state_of(&self, member: MemberId, sid: &ParticipantSid) -> Speaker {
        let speaking = self.speaking.get(&member);
        Speaker {
            sid: sid.clone(),
            level: speaking.map_or(0.0, |speaking| speaking.level),
            active: speaking.is_some(),
        }
    }

    /// Ends those who are no longer there to be heard.
    fn forget_absent(&mut self, present: &BTreeMap<MemberId, Loudness>) -> Vec<Speaker> {
        let absent: Vec<_> = self
            .speaking
            .keys()
            .copied()
            .filter(|member| !present.contains_key(member))
            .collect();
        absent
            .into_iter()
            .filter_map(|member| self.speaking.remove(&member))
            .map(|speaking| Speaker {
                sid: speaking.sid,
                level: 0.0,
                active: false,
            })
            .collect()
    }
}

impl Room {
    pub(super) fn tick_speakers(&mut self, now: Time) {
        if self.speakers.next.is_some_and(|next| now < next) {
            return;
        }
        self.speakers.next = Some(now + SPEAKER_INTERVAL);
        let mut heard: BTreeMap<MemberId, Loudness> = BTreeMap::new();
        for (_, track) in self.tracks.iter_mut().filter(|(_, track)| !track.codec.is_video()) {
            let loudness = track.loudness.take();
            let best = heard.entry(track.publisher).or_default();
            if loudness.loud >= best.loud && !track.info.muted {
                *best = loudness;
            }
        }
        let is_here = |id: &MemberId| self.members.contains_key(id);
        self.speakers.pretending.retain(|id, until| now < *until && is_here(id));
        for id in self.speakers.pretending.keys() {
            heard.insert(*id, Loudness::FULL);
        }
        let mut speakers = self.speakers.forget_absent(&heard);
        for (id, loudness) in heard {
            let Some(member) = self.members.get(&id) else { continue };
            speakers.extend(self.speakers.judge(id, &member.join().sid, loudness));
        }
        if speakers.is_empty() {
            return;
        }
        speakers.sort_by(|a, b| b.level.total_cmp(&a.level));
        let to = self.our_ids();
        self.push(Output::Speakers { to, speakers });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(loud_packets: u32) -> Loudness {
        let mut loudness = Loudness::new();
        (0..loud_packets).for_each(|_| loudness.heard(20));
        (loud_packets..PACKETS_PER_INTERVAL).for_each(|_| loudness.heard(127));
        loudness
    }

    #[test]
    fn a_cough_does_not_begin_and_a_breath_does_not_end() {
        let mut speakers = Speakers::default();
        let mut judge = |loud| {
            speakers
                .judge(MemberId(1), &"PA_1".into(), interval(loud))
                .map(|news| news.active)
        };
        assert_eq!(judge(6), None, "a cough");
        assert_eq!(judge(10), Some(true));
        assert_eq!(judge(4), None, "quieter, still speaking");
        assert_eq!(judge(0), None, "a breath");
        assert_eq!(judge(12), None);
        assert_eq!(judge(0), None);
        assert_eq!(judge(0), Some(false));
        assert_eq!(judge(0), None);
    }

    #[test]
    fn louder_is_more() {
        let of = |level: u8| {
            let mut loudness = Loudness::new();
            loudness.heard(level);
            loudness.level()
        };
        assert!(of(5) > of(20) && of(20) > of(34) && of(34) > 0.0);
        assert!(of(0) <= 1.0);
    }
}
