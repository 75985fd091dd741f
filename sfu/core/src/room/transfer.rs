//! Taking a member from one room to another, with what they publish, while their transports stay as they are. To the
//! others they leave the one and join the other.

use crate::codec::Codec;
use crate::ids::MemberId;
use crate::input::{AddTrack, Allowance, Join, LeaveReason};
use crate::limits::{MEMBERS_MAX, TRACKS_PER_ROOM_MAX};
use crate::output::{Output, ParticipantState};
use crate::publish::{Demand, TrackInfo};
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
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Publication {
    info: TrackInfo,
    cid: String,
    codec: Codec,
    /// What the publisher was told last: they are told again when it is otherwise in the other room.
    demand: Demand,
}

impl Traveller {
    /// The shell's number for them.
    pub const fn member(&self) -> MemberId {
        self.join.member
    }
}

impl Room {
    /// Whether a member who publishes so many tracks could come in.
    pub fn has_place_for(&self, tracks: usize) -> bool {
        self.members.len() < MEMBERS_MAX && self.tracks.len() + tracks <= TRACKS_PER_ROOM_MAX
    }

    pub(super) fn depart(&mut self, now: Time, id: MemberId) {
        let Some(member) = self.members.get(&id) else { return };
        let mut published = Vec::new();
        for key in &member.published {
            published.extend(self.tracks.get(*key).map(|track| Publication {
                info: track.info.clone(),
                cid: track.cid.clone(),
                codec: track.codec,
                demand: track.demand,
            }));
        }
        let traveller = Box::new(member.traveller(published));
        self.remove(now, id, LeaveReason::Moved);
        self.push(Output::Departed(traveller));
    }

    pub(super) fn arrive(&mut self, now: Time, mut traveller: Traveller) {
        let id = traveller.member();
        if let Some(earlier) = self.find(&traveller.join.identity) {
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
                demand,
            } = publication;
            let mut track = Track::new(info, cid, id, codec, now);
            track.demand = demand;
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
        for member in self.members.keys().copied().collect::<Vec<_>>() {
            self.settle(member);
        }
    }
}
