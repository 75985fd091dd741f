//! What subscribers want of each track, told to its publisher.

use std::collections::BTreeSet;

use crate::ids::MemberId;
use crate::publish::{VideoQuality, Wanted};
use crate::room::{Room, Track, TrackKey, subscription};
use crate::time::Time;
use crate::word::Word;

impl Room {
    /// A member wants a track, or another quality of it.
    pub(super) fn raise_demand(&mut self, id: MemberId, key: TrackKey) {
        let Some(member) = self.members.get(&id) else { return };
        let Some(track) = self.tracks.get_mut(key).filter(|track| track.codec.is_video()) else {
            return;
        };
        let wanted = match member.settings.get(&track.info.sid) {
            Some(settings) => subscription::target(*settings, &track.info).map(|target| target.layer),
            None => Some(u8::MAX),
        };
        let wanted = quality(wanted, track.info.simulcast);
        if track.demand.raise(wanted) {
            self.tell_demand(key);
        }
    }

    pub(super) fn tick_demand(&mut self, now: Time) {
        let mut ours = BTreeSet::new();
        for key in self.tracks.keys() {
            let Some(track) = self.tracks.get_mut(key).filter(|track| track.codec.is_video()) else {
                continue;
            };
            let wanted = track.downs().iter().filter_map(|down| down.wanted()).max();
            let wanted = quality(wanted, track.info.simulcast).max(track.wanted_elsewhere());
            if track.origin.is_some() {
                if track.demand.settle_for_part(now, wanted) {
                    self.tell_demand(key);
                }
            } else if track.demand.settle(now, wanted) {
                ours.insert((track.publisher, track.info.sid.clone()));
            }
        }
        for (publisher, track) in ours {
            self.tell_wanted(publisher, track);
        }
    }

    /// Says to a publisher once more what is wanted of all their tracks.
    pub(super) fn tell_demands(&mut self, id: MemberId) {
        let published = self.members.get(&id).map(|member| member.published.clone());
        for key in published.unwrap_or_default() {
            let is_own = |track: &&Track| track.codec.is_video() && track.pairing.stands_for.is_none();
            if self.tracks.get(key).filter(is_own).is_some() {
                self.tell_demand(key);
            }
        }
    }

    pub(super) fn tell_demand(&mut self, key: TrackKey) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        if let Some((part, origin)) = track.publisher.part().zip(track.origin) {
            let wanted = track.demand.told();
            track.take(wanted.is_some());
            return self.tell_part(part, Word::Wanted { track: origin, wanted });
        }
        let (publisher, sid) = (track.publisher, track.info.sid.clone());
        self.tell_wanted(publisher, sid);
    }
}

/// A track with one layer has it in whatever quality is asked for.
fn quality(layer: Option<u8>, simulcast: bool) -> Wanted {
    layer.map(|rank| {
        if simulcast {
            VideoQuality::of_rank(rank)
        } else {
            VideoQuality::High
        }
    })
}
