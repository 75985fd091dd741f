//! A room that spans workers: what its parts know of each other. See [`crate::word`].

use std::collections::BTreeSet;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::codec::Codec;
use crate::forward::Egress;
use crate::ids::{Identity, MemberId, PartId};
use crate::input::{Allowance, Join, LeaveReason};
use crate::limits::LAYERS;
use crate::output::{Output, ParticipantState};
use crate::publish::{TrackInfo, Wanted};
use crate::room::backup::Pairing;
use crate::room::listing::Standing;
use crate::room::{Member, Packet, Room, StreamKey, Track, TrackKey, data};
use crate::time::Time;
use crate::word::{Telling, Word};

/// A member as the other parts know them.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub(super) join: Join,
    pub(super) state: ParticipantState,
    pub(super) version: u32,
    pub(super) joined_at: Time,
    pub(super) forwarded: bool,
    pub(super) standing: Standing,
    pub(super) allowance: Allowance,
    pub(super) tracks: Vec<TrackImage>,
}

/// A track as the other parts know it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TrackImage {
    /// As its publisher's part names it.
    key: TrackKey,
    info: TrackInfo,
    codec: Codec,
    pairing: Pairing,
    /// The shell's number for the stream of each layer that has been received.
    streams: [Option<u16>; LAYERS],
}

impl Room {
    /// The parts whose members get a track of this part's, or hear who speaks in it: its packets are to be handed to them.
    pub fn takers(&self, key: TrackKey) -> SmallVec<[PartId; 4]> {
        match self.tracks.get(key) {
            Some(track) if track.origin.is_some() => SmallVec::new(),
            Some(track) if track.codec.is_video() => track.takers().collect(),
            Some(_) => self.parts.iter().copied().collect(),
            None => SmallVec::new(),
        }
    }

    /// As [`Room::forward`], for packets that another part received: `at` is its name for the layer.
    pub fn forward_from<'a>(
        &mut self,
        now: Time,
        from: PartId,
        at: StreamKey,
        packets: impl Iterator<Item = Packet<'a>>,
        egress: &mut impl Egress,
    ) {
        if let Some(track) = self.images.get(&(from, at.track)) {
            let (track, layer) = (*track, at.layer);
            self.forward(now, StreamKey { track, layer }, packets, egress);
        }
    }

    /// Whether a member is of this part.
    pub(super) fn is_ours(&self, id: MemberId) -> bool {
        id.part().is_none() && self.members.contains_key(&id)
    }

    /// The members of this part.
    pub(super) fn ours(&self) -> impl Iterator<Item = (MemberId, &Member)> {
        let ours = self.members.range(..MemberId::FIRST_ELSEWHERE);
        ours.map(|(id, member)| (*id, member))
    }

    /// How many there are.
    pub fn own_count(&self) -> usize {
        self.ours().count()
    }

    /// Their numbers.
    pub(super) fn our_ids(&self) -> Vec<MemberId> {
        self.ours().map(|(id, _)| id).collect()
    }

    pub(super) fn part_opened(&mut self, part: PartId) {
        if !self.parts.insert(part) {
            return;
        }
        let ours = self.our_ids();
        for id in &ours {
            if let Some(image) = self.image(*id) {
                self.tell_part(part, Word::Member(Box::new(image)));
                self.tell_losses(*id, Some(part));
            }
        }
        self.tell_judgements(ours, Some(part));
    }

    /// A part is gone, and all who were in it.
    pub(super) fn part_closed(&mut self, now: Time, part: PartId) {
        if !self.parts.remove(&part) {
            return;
        }
        let theirs: Vec<_> = self
            .members
            .keys()
            .copied()
            .filter(|id| id.part() == Some(part))
            .collect();
        for id in theirs {
            self.remove(now, id, LeaveReason::ServerShutdown);
        }
        for (_, track) in self.tracks.iter_mut() {
            track.want_for_part(part, None);
        }
    }

    pub(super) fn tell_parts(&mut self, word: Word) {
        if !self.parts.is_empty() {
            let (to, word) = (self.parts.iter().copied().collect(), Arc::new(word));
            self.push(Output::Tell(Telling { to, word }));
        }
    }

    pub(super) fn tell_part(&mut self, part: PartId, word: Word) {
        let (to, word) = (SmallVec::from_slice(&[part]), Arc::new(word));
        self.push(Output::Tell(Telling { to, word }));
    }

    /// Tells the other parts how a member of ours is now.
    pub(super) fn tell_image(&mut self, id: MemberId) {
        if self.parts.is_empty() || !self.is_ours(id) {
            return;
        }
        if let Some(image) = self.image(id) {
            self.tell_parts(Word::Member(Box::new(image)));
        }
    }

    /// Tells the parts that have one of those named, or all when nobody is.
    pub(super) fn tell_data(&mut self, from: MemberId, message: &data::Message) {
        let meant = |named: &[Identity]| -> BTreeSet<PartId> {
            let theirs = self.members.range(MemberId::FIRST_ELSEWHERE..);
            theirs
                .filter(|(_, member)| named.contains(&member.join().identity))
                .filter_map(|(id, _)| id.part())
                .collect()
        };
        let to: SmallVec<[PartId; 4]> = match message.to.as_slice() {
            [] => self.parts.iter().copied().collect(),
            named => meant(named).into_iter().collect(),
        };
        if to.is_empty() {
            return;
        }
        let word = Arc::new(Word::Data {
            member: from,
            kind: message.kind,
            to: message.to.clone(),
            sequence: message.sequence,
            payload: message.payload.clone(),
        });
        self.push(Output::Tell(Telling { to, word }));
    }

    fn image(&self, id: MemberId) -> Option<Image> {
        let member = self.members.get(&id)?;
        let published = member
            .published
            .iter()
            .filter_map(|key| Some((*key, self.tracks.get(*key)?)));
        let tracks = published.map(|(key, track)| TrackImage {
            key,
            info: track.info.clone(),
            codec: track.codec,
            pairing: track.pairing,
            streams: track.streams(),
        });
        Some(member.image(tracks.collect()))
    }

    pub(super) fn heard(&mut self, now: Time, from: PartId, word: &Word) {
        // A part that is gone may have had something to say.
        if !self.parts.contains(&from) {
            return;
        }
        match word {
            Word::Member(image) => self.heard_of(now, image.join.member.seen_from(from), image),
            Word::Gone { member, reason } => {
                self.remove(now, member.seen_from(from), *reason);
            }
            Word::Data {
                member,
                kind,
                to,
                sequence,
                payload,
            } => {
                let message = data::Message {
                    kind: *kind,
                    to: to.clone(),
                    sequence: *sequence,
                    payload: payload.clone(),
                };
                self.data(now, member.seen_from(from), message);
            }
            Word::Announce { to, kind, payload } => self.deliver_announcement(*to, *kind, payload.clone()),
            Word::Metadata(metadata) => self.take_metadata(metadata.clone()),
            Word::Close(reason) => self.close_ours(now, *reason),
            Word::Clock { track, layer, ntp, rtp } => {
                if let Some(track) = self.images.get(&(from, *track)) {
                    self.sender_clock(now, *track, *layer, *ntp, *rtp);
                }
            }
            Word::Connections(judged) => self.heard_connections(from, judged),
            Word::Loses { member, loses } => self.heard_losses(member.seen_from(from), *loses),
            Word::Wanted { track, wanted } => self.heard_wanted(*track, from, *wanted),
            Word::KeyFrame { track, stream } => {
                if let Some(of) = self.tracks.get_mut(*track) {
                    of.want_key_frame(*stream);
                    self.ask_key_frames(now, *track);
                }
            }
            Word::Backup { publisher, track } => {
                if self.is_ours(*publisher) {
                    self.ask_backup(*publisher, track.clone());
                }
            }
            Word::Subscribed(track) => self.had_subscriber(*track),
        }
    }

    /// A member of another part is there, or has changed.
    fn heard_of(&mut self, now: Time, id: MemberId, image: &Image) {
        let Some(part) = id.part() else { return };
        if let Some(earlier) = self.find(&image.join.identity).filter(|earlier| *earlier != id) {
            let is_outdated = |member: &Member| member.join().order > image.join.order;
            // Their own part hears of the later connection, too.
            if self.members.get(&earlier).is_some_and(is_outdated) {
                return;
            }
            self.leave(now, earlier, LeaveReason::DuplicateIdentity);
        }
        let mut member = Member::of_image(image, id, self.members.remove(&id));
        let published = image.tracks.iter().map(|track| self.take_track(part, id, track));
        let published: Vec<_> = published.collect();
        let before = std::mem::replace(&mut member.published, published.clone());
        let allowance = std::mem::replace(&mut member.allowance, image.allowance.clone());
        self.members.insert(id, member);
        for key in before.iter().filter(|key| !published.contains(key)) {
            self.drop_track(*key);
        }
        self.later.recount();
        self.tell_others(id);
        if before != published || allowance != image.allowance {
            self.settle_ours();
        }
    }

    /// Makes our image of another part's track what it is there, and answers our name for it.
    fn take_track(&mut self, part: PartId, publisher: MemberId, image: &TrackImage) -> TrackKey {
        let known = self.images.get(&(part, image.key)).copied();
        let key = known.unwrap_or_else(|| {
            let track = Track::image(image.info.clone(), publisher, image.codec, image.key);
            let key = self.tracks.insert(track);
            self.images.insert((part, image.key), key);
            key
        });
        if let Some(track) = self.tracks.get_mut(key) {
            if track.info.muted != image.info.muted {
                track.set_muted(image.info.muted);
            }
            track.info = image.info.clone();
            track.pairing = image.pairing;
            for (rank, stream) in image.streams.iter().enumerate() {
                if let Some(stream) = stream {
                    track.bind(rank, *stream);
                }
            }
        }
        key
    }

    /// Looks at everybody's subscriptions.
    pub(super) fn settle_ours(&mut self) {
        for id in self.our_ids() {
            self.settle(id);
        }
    }

    fn heard_wanted(&mut self, key: TrackKey, part: PartId, wanted: Wanted) {
        let Some(track) = self.tracks.get_mut(key) else { return };
        track.want_for_part(part, wanted);
        if track.demand.raise(wanted) {
            self.tell_demand(key);
        }
    }
}
