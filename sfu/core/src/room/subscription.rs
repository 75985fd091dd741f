//! Who gets which track. What is desired is compared with what is, and the difference is done: however a wish arose (by
//! default, by name, by a changed permission), there is one way to fulfil it.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::forward::Target;
use crate::ids::{MemberId, TrackSid};
use crate::input::TrackSettings;
use crate::limits::TRACKS_PER_ROOM_MAX;
use crate::output::{Output, Refusal, SenderSpec};
use crate::publish::TrackInfo;
use crate::room::{Room, TrackKey};
use crate::time::Time;

/// What has to change for `actual` to become `desired`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Deltas<K> {
    pub(super) add: Vec<K>,
    pub(super) remove: Vec<K>,
}

/// Compares. Doing what it says and asking again says nothing.
pub(super) fn reconcile<K: Ord + Copy>(desired: &BTreeSet<K>, actual: &BTreeSet<K>) -> Deltas<K> {
    Deltas {
        add: desired.difference(actual).copied().collect(),
        remove: actual.difference(desired).copied().collect(),
    }
}

impl Room {
    pub(super) fn subscribe(&mut self, id: MemberId, tracks: Vec<TrackSid>, wanted: bool) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let permitted = member.permissions().subscribe;
        for sid in tracks.into_iter().take(TRACKS_PER_ROOM_MAX) {
            let named = self.tracks.iter().filter(|(_, track)| track.info.sid == sid);
            let (mut exists, mut is_decoded) = (false, false);
            for (_, track) in named {
                exists = true;
                is_decoded |= track.info.backup.is_some() || member.decodes(&sid, track.codec);
            }
            let refusal = match (exists, permitted) {
                (false, _) => Some(Refusal::NotFound),
                (true, false) => Some(Refusal::NotAllowed),
                (true, true) if !is_decoded => Some(Refusal::CodecUnsupported),
                (true, true) => None,
            };
            if let Some(refusal) = refusal.filter(|_| wanted) {
                self.outputs.push_back(Output::SubscriptionRefused {
                    to: id,
                    track: sid,
                    refusal,
                });
            } else if exists {
                member.wishes.insert(sid, wanted);
            }
        }
        self.settle(id);
    }

    pub(super) fn track_settings(&mut self, now: Time, id: MemberId, tracks: Vec<TrackSid>, settings: TrackSettings) {
        for sid in tracks.into_iter().take(TRACKS_PER_ROOM_MAX) {
            let Some(member) = self.members.get_mut(&id) else {
                return;
            };
            let named = self.tracks.iter().filter(|(_, track)| track.info.sid == sid);
            let named: SmallVec<[TrackKey; 2]> = named.map(|(key, _)| key).collect();
            if !named.is_empty() {
                member.settings.insert(sid, settings);
            }
            for key in named {
                self.show(now, id, key, settings);
            }
        }
        self.allocate(now, id);
    }

    fn show(&mut self, now: Time, id: MemberId, key: TrackKey, settings: TrackSettings) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        let target = target(settings, &track.info);
        if let Some(down) = track.down_mut(id) {
            down.set_target(target);
            track.aim(id);
            self.ask_key_frame_for(now, id, key);
        }
        let gets_it = self
            .members
            .get(&id)
            .is_some_and(|member| member.attached.contains(&key));
        if gets_it {
            self.raise_demand(id, key);
        }
    }

    /// Notes which tracks a subscriber puts first; 0 takes that back.
    pub(super) fn prioritize(&mut self, now: Time, id: MemberId, tracks: Vec<TrackSid>, priority: u32) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        for sid in tracks.into_iter().take(TRACKS_PER_ROOM_MAX) {
            let is_published = self.tracks.iter().any(|(_, track)| track.info.sid == sid);
            if priority == 0 {
                member.priorities.remove(&sid);
            } else if is_published {
                member.priorities.insert(sid, priority);
            }
        }
        self.allocate(now, id);
    }

    /// The client takes no stream of this codec: the publisher is asked for the backup if there may be one, and the client
    /// told otherwise, rather than leaving the track silent.
    pub(super) fn sender_refused(&mut self, id: MemberId, key: TrackKey) {
        let (Some(member), Some(track)) = (self.members.get_mut(&id), self.tracks.get(key)) else {
            return;
        };
        if !member.attached.contains(&key) {
            return;
        }
        let (sid, publisher, backup) = (track.info.sid.clone(), track.publisher, track.info.backup);
        let backup = backup.filter(|of| member.decodes(&sid, of.codec) && of.codec != track.codec);
        member.undecodable.insert((sid.clone(), track.codec));
        match backup {
            Some(_) => self.ask_backup(publisher, sid),
            None => self.push(Output::SubscriptionRefused {
                to: id,
                track: sid,
                refusal: Refusal::CodecUnsupported,
            }),
        }
        self.settle(id);
    }

    /// Says once more which tracks a member wants and cannot have.
    pub(super) fn tell_refusals(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id) else { return };
        let has_backup = |sid: &TrackSid| {
            let mut named = self.tracks.iter().filter(|(_, track)| track.info.sid == *sid);
            named.any(|(_, track)| track.info.backup.is_some_and(|of| member.decodes(sid, of.codec)))
        };
        let refused = member.undecodable.iter().filter(|(sid, _)| !has_backup(sid));
        self.outputs.extend(refused.map(|(sid, _)| Output::SubscriptionRefused {
            to: id,
            track: sid.clone(),
            refusal: Refusal::CodecUnsupported,
        }));
        for key in member.denied.clone() {
            self.tell_permission(id, key, false);
        }
    }

    /// Makes what a member gets what they should get.
    pub(super) fn settle(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id) else { return };
        let wanted = self
            .tracks
            .iter()
            .filter(|(_, track)| track.publisher != id && member.wants(track))
            .map(|(key, _)| key);
        let (desired, denied): (BTreeSet<_>, BTreeSet<_>) = wanted.partition(|key| self.is_allowed(*key, id));
        let deltas = reconcile(&desired, &member.attached);
        if !(denied.is_empty() && member.denied.is_empty()) {
            self.tell_denials(id, denied, &desired);
        }
        for key in deltas.remove {
            self.detach(id, key);
        }
        for key in deltas.add {
            self.attach(id, key);
        }
    }

    pub(super) fn detach_all(&mut self, id: MemberId) {
        let attached = self
            .members
            .get(&id)
            .map(|member| member.attached.clone())
            .unwrap_or_default();
        for key in attached {
            self.detach(id, key);
        }
    }

    fn attach(&mut self, id: MemberId, key: TrackKey) {
        let Some(track) = self.tracks.get(key) else { return };
        let Some(publisher) = self
            .members
            .get(&track.publisher)
            .map(|member| member.join().sid.clone())
        else {
            return;
        };
        let spec = SenderSpec {
            codec: track.codec,
            track: track.info.sid.clone(),
            publisher,
            stream: track.info.stream.clone(),
        };
        if let Some(member) = self.members.get_mut(&id) {
            member.attached.insert(key);
            self.push(Output::Attach {
                member: id,
                track: key,
                spec,
            });
            self.raise_demand(id, key);
        }
    }

    fn detach(&mut self, id: MemberId, key: TrackKey) {
        if let Some(track) = self.tracks.get_mut(key) {
            track.remove_down(id);
        }
        if self.members.get_mut(&id).is_some_and(|member| {
            member.bandwidth.forget(key);
            member.attached.remove(&key)
        }) {
            self.push(Output::Detach { member: id, track: key });
        }
    }
}

/// What a subscriber's settings mean for a track; `None` when it wants nothing of it.
pub(super) fn target(settings: TrackSettings, info: &TrackInfo) -> Option<Target> {
    let (quality, fps) = match settings {
        TrackSettings::Disabled => return None,
        TrackSettings::Quality { quality, fps } => (quality, fps),
        TrackSettings::Size { width, height, fps } => (info.quality_for(width, height), fps),
    };
    let layer = u8::try_from(quality.rank()).unwrap_or_default();
    Some(Target {
        layer,
        temporal: temporal_for(fps),
    })
}

/// The highest temporal layer that a frame rate needs. Cameras run at 30 frames a second in three layers of 7.5, 15 and
/// 30 (L1T3).
const fn temporal_for(fps: u32) -> u8 {
    match fps {
        1..=8 => 0,
        9..=16 => 1,
        _ => u8::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reconciling_twice_adds_nothing() {
        let desired = BTreeSet::from([1, 2, 3]);
        let mut actual = BTreeSet::from([3, 4]);
        let deltas = reconcile(&desired, &actual);
        assert_eq!(
            deltas,
            Deltas {
                add: vec![1, 2],
                remove: vec![4]
            }
        );
        actual.extend(deltas.add);
        deltas.remove.iter().for_each(|key| {
            actual.remove(key);
        });
        assert_eq!(
            reconcile(&desired, &actual),
            Deltas {
                add: vec![],
                remove: vec![]
            }
        );
    }
}
