//! A room: who is in it, what they publish, who gets what.
//!
//! All state changes go through [`Room::handle`], except the packet path ([`Room::forward`] and [`Room::repeat`]), which
//! runs for each packet and so goes straight to the track and straight out through an [`Egress`].

mod allowance;
mod backup;
mod bandwidth;
mod connection;
mod data;
mod demand;
mod listing;
mod media;
mod member;
mod membership;
mod parts;
mod profile;
mod publication;
mod replay;
mod resume;
mod seeing;
mod speakers;
mod subscription;
mod track;
mod transfer;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::ids::{Identity, MemberId, PartId};
use crate::input::{Input, Join};
use crate::limits::TICK;
use crate::output::{Output, Participant};
use crate::slots::{Key, Slots};
use crate::time::Time;

pub use listing::Listing;
pub use media::Packet;
pub use parts::Image;
pub use track::Track;
pub use transfer::{Traveller, likeness};

use bandwidth::Turns;
use listing::Later;
use member::Member;
use replay::Replay;
use speakers::Speakers;

/// Names a published track for as long as it is published.
pub type TrackKey = Key<Track>;

/// Names a layer of a published track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// The track.
    pub track: TrackKey,
    /// Rank of the layer.
    pub layer: u8,
}

/// One room.
#[derive(Debug, Default)]
pub struct Room {
    members: BTreeMap<MemberId, Member>,
    tracks: Slots<Track>,
    speakers: Speakers,
    outputs: VecDeque<Output>,
    next_tick: Option<Time>,
    metadata: String,
    replay: Replay,
    listing: Listing,
    later: Later,
    next_allocation: Option<Time>,
    turns: Turns,
    next_quality: Time,
    /// The other parts of the room, on other workers.
    parts: BTreeSet<PartId>,
    /// What we call the tracks of other parts, by what they call them.
    images: BTreeMap<(PartId, TrackKey), TrackKey>,
}

impl Room {
    /// A room nobody is in, of any LiveKit client.
    pub fn new() -> Self {
        Self::default()
    }

    /// A room nobody is in.
    pub fn with_listing(listing: Listing) -> Self {
        Self {
            listing,
            ..Self::default()
        }
    }

    /// Changes the room. Afterwards drain [`Room::poll`], then ask [`Room::poll_timeout`].
    pub fn handle(&mut self, now: Time, input: Input) {
        let was_occupied = !self.members.is_empty();
        self.apply(now, input);
        if was_occupied && self.members.is_empty() {
            self.next_tick = None;
            self.push(Output::Closed);
        }
        if self.next_tick.is_none() && self.needs_ticks() {
            self.next_tick = Some(now + TICK);
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "the closed list of all that can happen to a room, each entry with the one call that does it"
    )]
    fn apply(&mut self, now: Time, input: Input) {
        match input {
            Input::Join(join) => self.join(now, *join),
            Input::Connected(member) => self.connected(member),
            Input::Leave { member, reason } => self.leave(now, member, reason),
            Input::AddTrack { member, request } => self.add_track(member, *request),
            Input::Offered { member, sending } => self.offered(member, &sending),
            Input::Stream {
                member,
                stream,
                cid,
                rid,
                codec,
            } => {
                self.bind_stream(
                    member,
                    publication::NewStream {
                        stream,
                        cid,
                        rid,
                        codec,
                    },
                );
            }
            Input::Mute {
                member,
                track,
                muted,
                by,
            } => self.mute(member, &track, muted, by),
            Input::Subscribe { member, tracks, wanted } => self.subscribe(member, tracks, wanted),
            Input::TrackSettings {
                member,
                tracks,
                settings,
            } => self.track_settings(now, member, tracks, settings),
            Input::Prioritize {
                member,
                tracks,
                priority,
            } => self.prioritize(now, member, tracks, priority),
            Input::SenderReady {
                member,
                track,
                sender,
                start,
            } => self.sender_ready(now, member, track, sender, start),
            Input::SenderRefused { member, track } => self.sender_refused(member, track),
            Input::KeyFrameWanted { member, track } => self.key_frame_wanted(now, member, track),
            Input::LossReport {
                member,
                track,
                fraction_lost,
            } => self.loss_report(now, member, track, fraction_lost),
            Input::Path { member, path } => self.take_path(now, member, path),
            Input::SenderClock { track, layer, ntp, rtp } => self.sender_clock(now, track, layer, ntp, rtp),
            Input::Data {
                member,
                kind,
                to,
                sequence,
                payload,
            } => self.data(
                now,
                member,
                data::Message {
                    kind,
                    to,
                    sequence,
                    payload,
                },
            ),
            Input::Announce { to, kind, payload } => self.announce(to, kind, payload),
            Input::Permissions { member, permissions } => self.permit(member, permissions),
            Input::UpdateProfile {
                member,
                update,
                by,
                request,
            } => self.update_profile(member, *update, by, request),
            Input::RoomMetadata(metadata) => self.room_metadata(metadata),
            Input::UpdateTrack { member, track, change } => self.update_track(member, &track, change),
            Input::Allow { member, allowance } => self.allow(member, *allowance),
            Input::Depart(member) => self.depart(now, member),
            Input::Arrive(traveller) => self.arrive(now, *traveller),
            Input::PublisherLoss { member, fraction_lost } => self.publisher_loss(member, fraction_lost),
            Input::UplinkLoss { member, share } => self.uplink_loss(member, share),
            Input::Pretend { member, duration } => self.speakers.pretend(member, now + duration),
            Input::Away(member) => self.away(member, true),
            Input::Resume(member) => self.resume(now, member),
            Input::Sync { member, state } => self.sync(now, member, *state),
            Input::PartOpened(part) => self.part_opened(part),
            Input::PartClosed(part) => self.part_closed(now, part),
            Input::Heard { from, word } => self.heard(now, from, &word),
            Input::Close(reason) => self.close(now, reason),
            Input::Timeout => self.tick(now),
        }
    }

    /// The next thing to do; `None` when all is done.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Timeout`] is due, if nothing else happens before.
    pub const fn poll_timeout(&self) -> Option<Time> {
        self.next_tick
    }

    /// How many members there are, in all parts.
    pub fn member_count(&self) -> usize {
        self.members.len()
    }

    /// Who a member is and what they may do, as it stands now.
    pub fn who(&self, member: MemberId) -> Option<&Join> {
        self.members.get(&member).map(Member::join)
    }

    /// The member of an identity.
    pub fn find(&self, identity: &Identity) -> Option<MemberId> {
        self.members
            .iter()
            .find(|(_, member)| member.join().identity == *identity)
            .map(|(id, _)| *id)
    }

    /// A member as others see them.
    pub fn participant(&self, member: MemberId) -> Option<Arc<Participant>> {
        Some(self.members.get(&member)?.participant(&self.tracks))
    }

    /// All members as others see them, hidden ones included.
    pub fn participants(&self) -> impl Iterator<Item = Arc<Participant>> + '_ {
        self.members.values().map(|member| member.participant(&self.tracks))
    }

    /// How many tracks are published.
    pub const fn track_count(&self) -> usize {
        self.tracks.len()
    }

    /// A published track.
    pub fn track(&self, key: TrackKey) -> Option<&Track> {
        self.tracks.get(key)
    }

    fn tick(&mut self, now: Time) {
        if self.next_tick.is_none_or(|due| now < due) {
            return;
        }
        self.tick_media(now);
        self.tick_demand(now);
        self.tick_speakers(now);
        self.tick_bandwidth(now);
        self.tick_connections(now);
        self.tick_listing(now);
        self.next_tick = self.needs_ticks().then_some(now + TICK);
    }

    fn needs_ticks(&self) -> bool {
        !self.tracks.is_empty()
            || self.speakers.are_pretending()
            || (!self.members.is_empty() && self.later.is_due_some_time())
    }

    fn push(&mut self, output: Output) {
        self.outputs.push_back(output);
    }
}
