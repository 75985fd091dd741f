//! Somebody who is seen and heard in other rooms as well: LiveKit's ForwardParticipant. In each of these rooms is a member
//! who has no client, their likeness. What the original publishes is received once and goes to all of these rooms; what
//! changes about the original changes about it; what a room wants of it is asked of the original. It ends with the
//! original, or alone when it is removed.
//!
//! A likeness is always on its original's worker: if the room is at home elsewhere, or has members elsewhere, the part that it
//! has here tells the others, as of any member.

use sfu_core::codec::Codec;
use sfu_core::input::{By, LeaveReason};
use sfu_core::publish::{TrackKind, Wanted};
use sfu_core::{Input, MemberId, TrackSid, likeness};

use super::admin::{AdminRefusal, Whom};
use super::member::{Line, Member, MemberKey, member_id};
use super::messages::{Event, Place};
use super::state::{RoomKey, State};
use crate::limits::LIKENESSES_MAX;

impl State {
    /// Lets somebody be seen in another room of this worker, which may be at home elsewhere.
    pub(super) fn forward_participant(&mut self, whom: &Whom, to: RoomKey, sid: String) -> Result<(), AdminRefusal> {
        let (from, id) = self.find(whom)?;
        let source = self.rooms.get(from).ok_or(AdminRefusal::NoRoom)?;
        let traveller = source.room.traveller(id).ok_or(AdminRefusal::NoParticipant)?;
        let tracks = source.room.participant(id).map_or(0, |of| of.tracks.len());
        let origin = self.key_of(id).ok_or(AdminRefusal::NoParticipant)?;
        let of = self.members.get(origin).ok_or(AdminRefusal::NoParticipant)?;
        if of.origin.is_some() {
            return Err(AdminRefusal::Likeness);
        }
        if of.likenesses.len() >= LIKENESSES_MAX {
            return Err(AdminRefusal::Forwarded);
        }
        let entry = self.rooms.get(to).ok_or(AdminRefusal::NoRoom)?;
        if entry.room.find(&whom.identity).is_some() {
            return Err(AdminRefusal::Present);
        }
        if !entry.room.has_place_for(tracks) {
            return Err(AdminRefusal::Full);
        }
        let place = Place {
            room: entry.name.clone(),
            identity: whom.identity.to_string(),
            sid: sid.clone(),
        };
        // Nobody will ever come back to it: it has no deadline.
        let line = Line::Broken { until: self.now };
        let key = self.members.insert(Member {
            origin: Some(origin),
            ..Member::new(to, place, line, self.now)
        });
        if let Some(of) = self.members.get_mut(origin) {
            of.likenesses.push(key);
        }
        let traveller = traveller.into_likeness(member_id(key), sid.into());
        self.tell(to, Input::Arrive(Box::new(traveller)));
        Ok(())
    }

    /// Who sends what somebody publishes.
    pub(super) fn original(&self, id: MemberId) -> MemberId {
        let member = self.key_of(id).and_then(|key| self.members.get(key));
        member.and_then(|member| member.origin).map_or(id, member_id)
    }

    /// Tells a publisher the most that any of the rooms in which a track is seen wants of it.
    pub(super) fn tell_demand(&mut self, to: MemberId, track: TrackSid, mut wanted: Vec<(Codec, Wanted)>) {
        let Some(key) = self.key_of(self.original(to)) else {
            return;
        };
        let Some(member) = self.members.get(key) else { return };
        for place in std::iter::once(key).chain(member.likenesses.iter().copied()) {
            let room = self.members.get(place).and_then(|of| self.rooms.get(of.room));
            for (codec, also) in room.map_or_else(Vec::new, |of| of.room.wanted(member_id(place), &track)) {
                match wanted.iter_mut().find(|(of, _)| *of == codec) {
                    Some((_, most)) => *most = also.max(*most),
                    None => wanted.push((codec, also)),
                }
            }
        }
        self.send_event(key, Event::Demand { track, wanted });
    }

    /// Lets what happens to somebody happen to their likenesses.
    pub(super) fn reflect(&mut self, input: &Input) {
        let Some(key) = concerns(input).and_then(|id| self.key_of(id)) else {
            return;
        };
        let Some(member) = self.members.get(key).filter(|member| !member.likenesses.is_empty()) else {
            return;
        };
        for likeness in member.likenesses.clone() {
            let Some(input) = reflection(input, member_id(likeness)) else {
                return;
            };
            self.retry_streams(likeness);
            self.tell_room(likeness, input);
        }
    }

    /// The original is gone.
    pub(super) fn end_likenesses(&mut self, likenesses: &[MemberKey]) {
        for key in likenesses {
            let (member, reason) = (member_id(*key), LeaveReason::ClientInitiated);
            self.tell_room(*key, Input::Leave { member, reason });
        }
    }

    /// A likeness is gone.
    pub(super) fn forget_likeness(&mut self, origin: MemberKey, likeness: MemberKey) {
        let Some(of) = self.members.get_mut(origin) else { return };
        of.likenesses.retain(|key| *key != likeness);
        // What was wanted there alone is not wanted any more.
        let (id, room) = (member_id(origin), of.room);
        let published = self.rooms.get(room).and_then(|entry| entry.room.participant(id));
        let published = published.map_or_else(Vec::new, |of| of.tracks.clone());
        for track in published.into_iter().filter(|of| of.kind == TrackKind::Video) {
            self.tell_demand(id, track.sid, Vec::new());
        }
    }
}

/// Whom an input concerns that changes what others see of somebody.
const fn concerns(input: &Input) -> Option<MemberId> {
    match input {
        Input::AddTrack { member, .. }
        | Input::Offered { member, .. }
        | Input::Mute { member, .. }
        | Input::UpdateTrack { member, .. }
        | Input::UpdateProfile { member, .. }
        | Input::Permissions { member, .. }
        | Input::Allow { member, .. }
        | Input::PublisherLoss { member, .. }
        | Input::Connected(member)
        | Input::Away(member)
        | Input::Resume(member) => Some(*member),
        _ => None,
    }
}

/// The same, of a likeness. Nobody answers it, and it may change what its original may not.
fn reflection(input: &Input, member: MemberId) -> Option<Input> {
    Some(match input.clone() {
        Input::AddTrack { request, .. } => Input::AddTrack { member, request },
        Input::Offered { sending, .. } => Input::Offered { member, sending },
        Input::Mute { track, muted, by, .. } => Input::Mute {
            member,
            track,
            muted,
            by,
        },
        Input::UpdateTrack { track, change, .. } => Input::UpdateTrack { member, track, change },
        Input::UpdateProfile { update, .. } => Input::UpdateProfile {
            member,
            update,
            by: By::Organizer,
            request: 0,
        },
        Input::Permissions { permissions, .. } => Input::Permissions {
            member,
            permissions: likeness(permissions),
        },
        Input::Allow { allowance, .. } => Input::Allow { member, allowance },
        Input::PublisherLoss { fraction_lost, .. } => Input::PublisherLoss { member, fraction_lost },
        Input::Connected(_) => Input::Connected(member),
        Input::Away(_) => Input::Away(member),
        Input::Resume(_) => Input::Resume(member),
        _ => return None,
    })
}
