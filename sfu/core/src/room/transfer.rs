//! Taking a member from one room to another, with what they publish, while their transports stay as they are. To the
//! others they leave the one and join the other.

use crate::codec::Codec;
use crate::ids::{MemberId, ParticipantSid};
use crate::input::{AddTrack, Allowance, Join, LeaveReason, Permissions};
use crate::limits::{MEMBERS_MAX, TRACKS_PER_ROOM_MAX};
use crate::output::{Output, ParticipantState};
use crate::publish::{Demand, TrackInfo};
use crate::room::backup::Pairing;
use crate::room::listing::batches;
use crate::room::{Member, Room, Track};
use crate::time::Time;

/// Somebody between two rooms.
#[derive(Debug, Clone, PartialEq)]
pub struct Traveller {
    pub(super) join: Join,
    pub(super) state: ParticipantState,
    pub(super) version: u32,
    pub(super) allowance: Allowance,
    pub(super) announced: Vec<AddTrack>,
    pub(super) published: Vec<Publication>,
    /// They stay where they are; what comes is their likeness.
    pub(super) forwarded: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Publication {
    info: TrackInfo,
    cid: String,
    codec: Codec,
    pairing: Pairing,
    /// What the publisher was told last: they are told again when it is otherwise in the other room.
    demand: Demand,
}

impl Traveller {
    /// The shell's number for them.
    pub const fn member(&self) -> MemberId {
        self.join.member
    }

    /// The same person in another room as well: seen and heard there, but neither seeing nor hearing.
    #[must_use]
    pub fn into_likeness(mut self, member: MemberId, sid: ParticipantSid) -> Self {
        self.join = Join {
            member,
            sid,
            auto_subscribe: false,
            permissions: likeness(self.join.permissions),
            ..self.join
        };
        for publication in &mut self.published {
            // Nothing is wanted of it there yet: what is, is news to the publisher, whatever it was told before.
            publication.demand = Demand::NOTHING;
        }
        self.forwarded = true;
        self
    }
}

/// What the likeness of somebody may do.
pub fn likeness(of: Permissions) -> Permissions {
    Permissions {
        subscribe: false,
        publish_data: false,
        update_metadata: false,
        ..of
    }
}

impl Room {
    /// A member as they would go to another room, with what they publish.
    pub fn traveller(&self, id: MemberId) -> Option<Traveller> {
        let member = self.members.get(&id)?;
        let mut published = Vec::new();
        for key in &member.published {
            published.extend(self.tracks.get(*key).map(|track| Publication {
                info: track.info.clone(),
                cid: track.cid.clone(),
                codec: track.codec,
                pairing: track.pairing,
                demand: track.demand,
            }));
        }
        Some(member.traveller(published))
    }

    /// Whether a member who publishes so many tracks could come in.
    pub fn has_place_for(&self, tracks: usize) -> bool {
        self.members.len() < MEMBERS_MAX && self.tracks.len() + tracks <= TRACKS_PER_ROOM_MAX
    }

    pub(super) fn depart(&mut self, now: Time, id: MemberId) {
        let Some(traveller) = self.traveller(id).map(Box::new) else {
            return;
        };
        self.remove(now, id, LeaveReason::Moved);
        self.push(Output::Departed(traveller));
    }

    pub(super) fn arrive(&mut self, now: Time, mut traveller: Traveller) {
        let id = traveller.member();
        if let Some(earlier) = self.find(&traveller.join.identity) {
            let order = self.members.get(&earlier).map_or(0, |earlier| earlier.join().order);
            // Who is brought stays, whoever else came meanwhile.
            traveller.join.order = traveller.join.order.max(order + 1);
            self.leave(now, earlier, LeaveReason::DuplicateIdentity);
        }
        let rights = &traveller.join.permissions;
        let mut standing = self.standing_of_newcomer(&rights.publish, rights.hidden);
        standing.on_stage |= !traveller.published.is_empty();
        let mut others = batches(self.seen_by(standing)).into_iter();
        let published = std::mem::take(&mut traveller.published);
        let mut member = Member::arrived(traveller, standing, now);
        for publication in published {
            let Publication {
                info,
                cid,
                codec,
                pairing,
                demand,
            } = publication;
            let mut track = Track::new(info, cid, id, codec);
            (track.demand, track.pairing) = (demand, pairing);
            member.published.push(self.tracks.insert(track));
        }
        let participant = member.participant(&self.tracks);
        self.members.insert(id, member);
        self.later.recount();
        self.push(Output::Arrived {
            to: id,
            participant,
            others: others.next().unwrap_or_default(),
        });
        for participants in others {
            let to = vec![id];
            self.push(Output::Participants { to, participants });
        }
        self.tell_others(id);
        self.settle_ours();
    }
}
