//! Who is told of whom. What a viewer is told must not grow with the viewers, so viewers do not see each other once there
//! are many: two members see each other when one of them is on stage, or both are among the listed few. Everybody is told
//! how many there are.
//!
//! Both are kept until the member leaves. Otherwise whole lists would be told and taken back when somebody ends a share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ids::{MemberId, ParticipantSid};
use crate::input::{LeaveReason, PublishRight};
use crate::limits::{COUNT_INTERVAL, LISTED_MAX, LISTENERS_INTERVAL, PARTICIPANTS_PER_UPDATE_MAX, UPDATE_BYTES_MAX};
use crate::output::{Output, Participant, ParticipantState, RoomState};
use crate::room::{Member, Room};
use crate::time::Time;

/// A room's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listing {
    /// Any LiveKit client's room. Tokens allow publishing unless they say otherwise, so who has published is on stage,
    /// and [`LISTED_MAX`] members are listed to each other.
    #[default]
    Open,
    /// A room with an audience: who may publish is on stage, and nobody else is listed.
    Audience,
}

/// How a member is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Standing {
    /// Sees and is seen by all.
    pub(super) on_stage: bool,
    /// Sees and is seen by the others who are listed.
    pub(super) listed: bool,
    /// Is seen by nobody.
    pub(super) hidden: bool,
}

impl Standing {
    /// Whether somebody of this standing is told of another.
    pub(super) const fn sees(self, other: Self) -> bool {
        !other.hidden && (self.on_stage || self.hears_at_once(other))
    }

    /// Whether at once; those on stage hear of listeners now and then.
    pub(super) const fn hears_at_once(self, other: Self) -> bool {
        !other.hidden && (other.on_stage || (self.listed && other.listed))
    }
}

/// What is to be told later.
#[derive(Debug, Default)]
pub(super) struct Later {
    /// Listeners who came, went or changed, for those on stage.
    listeners: BTreeMap<ParticipantSid, Arc<Participant>>,
    next_listeners: Time,
    /// Somebody came, went, or began or ceased to publish.
    recount: bool,
    told_counts: (u32, u32),
    next_count: Time,
}

impl Later {
    pub(super) fn is_due_some_time(&self) -> bool {
        self.recount || !self.listeners.is_empty()
    }

    pub(super) const fn recount(&mut self) {
        self.recount = true;
    }

    /// Whoever comes is told the counts with the welcome; the first needs no more.
    pub(super) const fn note_newcomer(&mut self, state: &RoomState) {
        if state.participants == 1 {
            self.told_counts = (1, 0);
        }
        self.recount = true;
    }
}

impl Room {
    /// How somebody who comes now is listed.
    pub(super) fn standing_of_newcomer(&self, publish: &PublishRight, hidden: bool) -> Standing {
        let is_open = self.listing == Listing::Open;
        Standing {
            on_stage: !is_open && *publish != PublishRight::Nothing,
            listed: is_open && self.members.values().filter(|member| member.standing.listed).count() < LISTED_MAX,
            hidden,
        }
    }

    /// A member publishes, or may from now on: sees all, and is seen by all as soon as they are told of.
    pub(super) fn step_on_stage(&mut self, id: MemberId) {
        let Some(member) = self.members.get_mut(&id).filter(|member| !member.standing.on_stage) else {
            return;
        };
        let before = member.standing;
        member.standing.on_stage = true;
        let unseen = |(other, member): &(&MemberId, &Member)| {
            **other != id && !member.standing.hidden && !before.sees(member.standing)
        };
        let unseen = self.members.iter().filter(unseen);
        let unseen = unseen.map(|(_, member)| member.participant(&self.tracks)).collect();
        self.tell_list(id, unseen);
    }

    /// All whom somebody of this standing sees.
    pub(super) fn seen_by(&self, standing: Standing) -> Vec<Arc<Participant>> {
        let seen = self.members.values().filter(|member| standing.sees(member.standing));
        seen.map(|member| member.participant(&self.tracks)).collect()
    }

    /// Tells a member of many others.
    pub(super) fn tell_list(&mut self, to: MemberId, participants: Vec<Arc<Participant>>) {
        for participants in batches(participants) {
            let to = vec![to];
            self.push(Output::Participants { to, participants });
        }
    }

    /// Tells those who see them, but not the member.
    pub(super) fn tell_others(&mut self, about: MemberId) {
        self.tell(about, Vec::new());
    }

    /// Tells the member, and those who see them.
    pub(super) fn tell_everybody(&mut self, about: MemberId) {
        self.tell(about, vec![about]);
    }

    fn tell(&mut self, about: MemberId, to: Vec<MemberId>) {
        if let Some(member) = self.members.get(&about) {
            let participant = member.participant(&self.tracks);
            self.tell_of(participant, about, member.standing, to);
            self.tell_image(about);
        }
    }

    /// Tells those in `to`, and those who see somebody of this standing.
    pub(super) fn tell_of(
        &mut self,
        participant: Arc<Participant>,
        about: MemberId,
        standing: Standing,
        mut to: Vec<MemberId>,
    ) {
        let others = self.ours().filter(|(id, _)| *id != about);
        let at_once = others.filter(|(_, other)| other.standing.hears_at_once(standing));
        to.extend(at_once.map(|(id, _)| id));
        if standing.on_stage || standing.hidden {
            self.later.listeners.remove(&participant.sid);
        } else {
            let sid = participant.sid.clone();
            self.later.listeners.insert(sid, Arc::clone(&participant));
        }
        if !to.is_empty() {
            let participants = vec![participant];
            self.push(Output::Participants { to, participants });
        }
    }

    /// A member is to be hidden from now on: for the others, they are gone. Who is to be shown is told of like any news.
    pub(super) fn hide_or_show(&mut self, id: MemberId, hidden: bool) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let standing = member.standing;
        member.standing.hidden = hidden;
        if !hidden {
            return;
        }
        let gone = Participant {
            state: ParticipantState::Disconnected(LeaveReason::ClientInitiated),
            tracks: Vec::new(),
            ..Participant::clone(&member.participant(&self.tracks))
        };
        self.tell_of(Arc::new(gone), id, standing, Vec::new());
    }

    pub(super) fn tick_listing(&mut self, now: Time) {
        if now >= self.later.next_listeners && !self.later.listeners.is_empty() {
            self.later.next_listeners = now + LISTENERS_INTERVAL;
            let listeners = std::mem::take(&mut self.later.listeners).into_values().collect();
            // Those who are listed have heard of the others who are, and nobody else is in an open room's first hundred.
            let stage: Vec<_> = self.on_stage().collect();
            for participants in batches(listeners) {
                if !stage.is_empty() {
                    let to = stage.clone();
                    self.push(Output::Participants { to, participants });
                }
            }
        }
        if self.later.recount && now >= self.later.next_count {
            self.later.recount = false;
            self.tell_counts(now);
        }
    }

    fn on_stage(&self) -> impl Iterator<Item = MemberId> + '_ {
        let on_stage = self.ours().filter(|(_, member)| member.standing.on_stage);
        on_stage.map(|(id, _)| id)
    }

    fn tell_counts(&mut self, now: Time) {
        let state = self.state();
        let counts = (state.participants, state.publishers);
        if counts != self.later.told_counts {
            self.later.told_counts = counts;
            self.later.next_count = now + COUNT_INTERVAL;
            let to = self.our_ids();
            self.push(Output::Room {
                to,
                state: Arc::new(state),
            });
        }
    }
}

/// Cuts a list to messages of a bounded size.
pub(super) fn batches(participants: Vec<Arc<Participant>>) -> Vec<Vec<Arc<Participant>>> {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let mut bytes = 0;
    for participant in participants {
        let weight = weight(&participant);
        match batches.last_mut() {
            Some(batch) if batch.len() < PARTICIPANTS_PER_UPDATE_MAX && bytes + weight <= UPDATE_BYTES_MAX => {
                batch.push(participant);
                bytes += weight;
            }
            _ => {
                batches.push(vec![participant]);
                bytes = weight;
            }
        }
    }
    batches
}

fn weight(of: &Participant) -> usize {
    let attributes: usize = of.attributes.iter().map(|(key, value)| key.len() + value.len()).sum();
    of.name.len() + of.metadata.len() + attributes
}
