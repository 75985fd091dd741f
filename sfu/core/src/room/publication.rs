//! From an announced track to a published one, and back.

use crate::codec::Codec;
use crate::ids::{MemberId, TrackSid};
use crate::input::{AddTrack, By, TrackChange};
use crate::limits::{NAME_BYTES_MAX, TRACKS_PER_MEMBER_MAX, TRACKS_PER_ROOM_MAX};
use crate::output::{Output, Refusal};
use crate::publish::{AudioFeature, TrackInfo, TrackKind, VideoLayer, VideoQuality};
use crate::room::{Member, Room, StreamKey, Track, TrackKey};

/// A stream whose first packet came.
#[derive(Debug)]
pub(super) struct NewStream {
    pub(super) stream: u16,
    pub(super) cid: String,
    pub(super) rid: Option<String>,
    pub(super) codec: Codec,
}

impl Room {
    pub(super) fn add_track(&mut self, id: MemberId, request: AddTrack) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if let Some(announced) = member.announced.iter().find(|track| track.cid == request.cid) {
            let track = info(announced);
            return self.push(Output::TrackPublished {
                to: id,
                cid: request.cid,
                track,
            });
        }
        let published = member.published.iter().filter_map(|key| self.tracks.get(*key));
        let mut named = published.filter(|track| track.info.sid == request.sid);
        let is_misnamed = request.is_backup
            && named.next().is_none_or(|track| track.info.kind != request.kind) | named.next().is_some();
        let refusal = is_misnamed.then_some(Refusal::NotFound);
        if let Some(refusal) = refusal.or_else(|| refuse(member, &request)) {
            return self.push(Output::TrackRefused {
                to: id,
                cid: request.cid,
                refusal,
            });
        }
        let track = info(&request);
        let cid = request.cid.clone();
        member.announced.push(request);
        self.push(Output::TrackPublished { to: id, cid, track });
    }

    /// Unpublishes what the client no longer sends.
    pub(super) fn offered(&mut self, id: MemberId, sending: &[(String, TrackKind)]) {
        let Some(member) = self.members.get(&id) else { return };
        let ended = |key: &TrackKey| {
            self.tracks
                .get(*key)
                .is_some_and(|track| !sending.iter().any(|(cid, _)| *cid == track.cid))
        };
        let gone: Vec<_> = member.published.iter().copied().filter(ended).collect();
        let changed = !gone.is_empty();
        let named: Vec<_> = gone
            .iter()
            .filter_map(|key| Some(self.tracks.get(*key)?.info.sid.clone()))
            .collect();
        let without = |key: &TrackKey| {
            let backup = self.tracks.get(*key).filter(|track| track.pairing.stands_for.is_some());
            !gone.contains(key) && backup.is_some_and(|track| named.contains(&track.info.sid))
        };
        let backups: Vec<_> = member.published.iter().copied().filter(without).collect();
        for key in gone.into_iter().chain(backups) {
            self.unpublish(id, key);
        }
        if changed {
            let is_restored = self.restore(id, &named);
            self.tell_everybody(id);
            if is_restored {
                self.settle_ours();
            }
        }
    }

    pub(super) fn bind_stream(&mut self, id: MemberId, new: NewStream) {
        let Some(quality) = VideoQuality::of_rid(new.rid.as_deref()) else {
            return;
        };
        let published = self.find_published(id, &new.cid);
        let Some(key) = published.or_else(|| self.publish(id, &new)) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(key) else { return };
        if !track.codec.admits(new.codec) {
            return;
        }
        track.bind(quality.rank(), new.stream);
        let layer = u8::try_from(quality.rank()).unwrap_or_default();
        let bound = StreamKey { track: key, layer };
        self.push(Output::StreamBound {
            member: id,
            stream: new.stream,
            key: bound,
        });
        if published.is_none() {
            self.place_backup(id, key);
            self.later.recount();
            self.step_on_stage(id);
            self.tell_everybody(id);
            self.settle_ours();
        } else {
            self.tell_image(id);
        }
    }

    /// Makes the announced track that a stream belongs to a published one.
    fn publish(&mut self, id: MemberId, new: &NewStream) -> Option<TrackKey> {
        if self.tracks.len() >= TRACKS_PER_ROOM_MAX {
            return None;
        }
        let member = self.members.get_mut(&id)?;
        let kind = if new.codec.is_video() {
            TrackKind::Video
        } else {
            TrackKind::Audio
        };
        // Some clients rewrite track ids in their descriptions: then the oldest announced track of the kind is meant.
        let by_name = member.announced.iter().position(|track| track.cid == new.cid);
        let position = by_name.or_else(|| {
            member
                .announced
                .iter()
                .position(|track| track.kind == kind && !track.is_backup)
        })?;
        if member.announced.get(position)?.kind != kind {
            return None;
        }
        let request = member.announced.remove(position);
        let info = TrackInfo {
            mime_type: new.codec.mime_type(),
            ..info(&request)
        };
        let mut track = Track::new(info, new.cid.clone(), id, new.codec);
        if request.is_backup {
            let mut published = member.published.iter().filter_map(|key| self.tracks.get(*key));
            track.pairing.stands_for = Some(published.find(|track| track.info.sid == request.sid)?.codec);
        }
        let key = self.tracks.insert(track);
        member.published.push(key);
        member.touch();
        Some(key)
    }

    /// Takes a publisher's track back; answers its name.
    pub(super) fn unpublish(&mut self, id: MemberId, key: TrackKey) -> Option<TrackSid> {
        let member = self.members.get_mut(&id)?;
        member.published.retain(|published| *published != key);
        member.touch();
        self.later.recount();
        self.drop_track(key)
    }

    /// Takes a track out of the room and away from its subscribers.
    pub(super) fn drop_track(&mut self, key: TrackKey) -> Option<TrackSid> {
        let track = self.tracks.remove(key)?;
        if let Some((part, origin)) = track.publisher.part().zip(track.origin) {
            self.images.remove(&(part, origin));
        }
        // What was wished of a track holds in whatever codec it goes on.
        let is_last = !self.tracks.iter().any(|(_, other)| other.info.sid == track.info.sid);
        for (id, member) in self.members.range_mut(..MemberId::FIRST_ELSEWHERE) {
            if is_last {
                member.wishes.remove(&track.info.sid);
                member.settings.remove(&track.info.sid);
                member.priorities.remove(&track.info.sid);
            }
            member.denied.remove(&key);
            member.undecodable.remove(&(track.info.sid.clone(), track.codec));
            member.bandwidth.forget(key);
            if member.attached.remove(&key) {
                self.outputs.push_back(Output::Detach {
                    member: *id,
                    track: key,
                });
            }
        }
        Some(track.info.sid)
    }

    pub(super) fn mute(&mut self, id: MemberId, sid: &TrackSid, muted: bool, by: By) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if let Some(announced) = member.announced.iter_mut().find(|track| track.sid == *sid) {
            announced.muted = muted;
            return;
        }
        let of_name = |key: &TrackKey| self.tracks.get(*key).is_some_and(|track| track.info.sid == *sid);
        let named: Vec<_> = member.published.iter().copied().filter(of_name).collect();
        let mut is_news = false;
        for key in named {
            if let Some(track) = self.tracks.get_mut(key).filter(|track| track.info.muted != muted) {
                track.set_muted(muted);
                is_news = true;
            }
        }
        if !is_news {
            return;
        }
        member.touch();
        if by == By::Organizer {
            self.push(Output::Mute {
                to: id,
                track: sid.clone(),
                muted,
            });
        }
        self.tell_everybody(id);
    }

    /// The publisher has changed how a track is made.
    pub(super) fn update_track(&mut self, id: MemberId, sid: &TrackSid, change: TrackChange) {
        let Some(member) = self.members.get(&id) else { return };
        let of_name = |key: &TrackKey| self.tracks.get(*key).is_some_and(|track| track.info.sid == *sid);
        let Some(key) = member.published.iter().copied().find(of_name) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(key) else { return };
        let info = &mut track.info;
        let before = info.clone();
        match (change, info.kind) {
            (TrackChange::Audio { mut features }, TrackKind::Audio) => {
                features.sort_unstable();
                features.dedup();
                info.stereo = features.contains(&AudioFeature::Stereo);
                info.disable_dtx = features.contains(&AudioFeature::NoDtx);
                info.features = features;
            }
            (TrackChange::Video { width, height }, TrackKind::Video) => info.resize(width, height),
            (TrackChange::Audio { .. } | TrackChange::Video { .. }, _) => return,
        }
        if *info == before {
            return;
        }
        if let Some(member) = self.members.get_mut(&id) {
            member.touch();
        }
        self.tell_everybody(id);
    }

    fn find_published(&self, id: MemberId, cid: &str) -> Option<TrackKey> {
        let is_it = |key: &TrackKey| self.tracks.get(*key).is_some_and(|track| track.cid == cid);
        self.members.get(&id)?.published.iter().copied().find(is_it)
    }
}

fn refuse(member: &Member, request: &AddTrack) -> Option<Refusal> {
    let names = [&request.cid, &request.name, &request.stream];
    if request.cid.is_empty() || names.iter().any(|name| name.len() > NAME_BYTES_MAX) {
        return Some(Refusal::Invalid);
    }
    if !member.permissions().publish.allows(request.source) {
        return Some(Refusal::NotAllowed);
    }
    let tracks = member.announced.len() + member.published.len();
    (tracks >= TRACKS_PER_MEMBER_MAX).then_some(Refusal::LimitExceeded)
}

fn features(request: &AddTrack) -> Vec<AudioFeature> {
    let said = [
        (request.stereo, AudioFeature::Stereo),
        (request.disable_dtx, AudioFeature::NoDtx),
    ];
    let is_sound = request.kind == TrackKind::Audio;
    said.into_iter()
        .filter_map(|(is_so, feature)| (is_sound && is_so).then_some(feature))
        .collect()
}

/// What everybody is told of an announced track.
fn info(request: &AddTrack) -> TrackInfo {
    let mut layers = request.layers.clone();
    layers.sort_by_key(|layer| layer.quality);
    layers.dedup_by_key(|layer| layer.quality);
    if layers.is_empty() && request.kind == TrackKind::Video {
        let (width, height) = (request.width, request.height);
        layers.push(VideoLayer {
            quality: VideoQuality::High,
            width,
            height,
            bitrate: 0,
        });
    }
    TrackInfo {
        sid: request.sid.clone(),
        kind: request.kind,
        source: request.source,
        name: request.name.clone(),
        stream: request.stream.clone(),
        mime_type: "",
        muted: request.muted,
        width: request.width,
        height: request.height,
        simulcast: layers.len() > 1,
        layers,
        stereo: request.stereo,
        disable_dtx: request.disable_dtx,
        features: features(request),
        disable_red: request.disable_red,
        backup: request.backup.filter(|backup| backup.codec.is_video()),
    }
}
