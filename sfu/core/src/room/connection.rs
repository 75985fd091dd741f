//! How well members are connected, told to them and to those who see them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::ids::{MemberId, PartId};
use crate::limits::QUALITY_INTERVAL;
use crate::output::{Connection, Output};
use crate::quality::{Interval, Quality, Score};
use crate::room::listing::Standing;
use crate::room::{Member, Room};
use crate::time::Time;
use crate::word::Word;

/// What is known of a member's connection.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    score: Score,
    interval: Interval,
    /// The greatest share lost since the last sample of [`crate::seeing`], in 1/256.
    sampled: u8,
    told: Option<Quality>,
    /// Their client is away.
    is_away: bool,
    /// They were told of the others.
    informed: bool,
}

impl Judgement {
    fn quality(&self) -> Quality {
        if self.is_away {
            Quality::Lost
        } else {
            self.score.quality()
        }
    }

    pub(super) fn note_round_trip(&mut self, round_trip: Duration) {
        self.interval.round_trip = self.interval.round_trip.max(round_trip);
    }

    pub(super) fn note_loss(&mut self, fraction_lost: u8) {
        self.interval.fraction_lost = self.interval.fraction_lost.max(fraction_lost);
        self.sampled = self.sampled.max(fraction_lost);
    }

    /// The greatest share lost since this was last asked, from 0 to 1.
    pub(super) fn take_loss(&mut self) -> f32 {
        f32::from(std::mem::take(&mut self.sampled)) / 256.0
    }
}

impl Room {
    pub(super) fn tick_connections(&mut self, now: Time) {
        if now < self.next_quality {
            return;
        }
        self.next_quality = now + QUALITY_INTERVAL;
        for (_, track) in self.tracks.iter() {
            for (to, short) in track.shortfalls() {
                if let Some(member) = self.members.get_mut(&to) {
                    let interval = &mut member.judgement.interval;
                    interval.layers_short = interval.layers_short.max(short);
                }
            }
        }
        let mut changed = BTreeSet::new();
        for (id, member) in self.members.range_mut(..MemberId::FIRST_ELSEWHERE) {
            let path = member.bandwidth.path();
            let judgement = &mut member.judgement;
            if let Some(round_trip) = path.and_then(|path| path.round_trip) {
                judgement.note_round_trip(round_trip);
            }
            judgement.score.take(std::mem::take(&mut judgement.interval));
            let quality = judgement.quality();
            if judgement.told.replace(quality) != Some(quality) {
                changed.insert(*id);
            }
        }
        self.tell_changed(&changed);
        self.tell_judgements(changed, None);
        self.inform_newcomers();
    }

    /// Tells a part, or all, how members of ours are connected: in one word, for in a large room many change at once.
    pub(super) fn tell_judgements(&mut self, ours: impl IntoIterator<Item = MemberId>, part: Option<PartId>) {
        let judgement = |id| {
            let of = &self.members.get(&id)?.judgement;
            Some((id, of.score, of.told?))
        };
        let judged: Vec<_> = ours.into_iter().filter_map(judgement).collect();
        if judged.is_empty() {
            return;
        }
        match part {
            Some(part) => self.tell_part(part, Word::Connections(judged)),
            None => self.tell_parts(Word::Connections(judged)),
        }
    }

    /// Another part judged members of its own.
    pub(super) fn heard_connections(&mut self, from: PartId, judged: &[(MemberId, Score, Quality)]) {
        let mut changed = BTreeSet::new();
        for (id, score, quality) in judged {
            let id = id.seen_from(from);
            if let Some(member) = self.members.get_mut(&id) {
                (member.judgement.score, member.judgement.told) = (*score, Some(*quality));
                changed.insert(id);
            }
        }
        self.tell_changed(&changed);
    }

    /// Tells members and those who hear of them at once, each in one message; those on stage are not told of each listener.
    fn tell_changed(&mut self, changed: &BTreeSet<MemberId>) {
        let standings = changed
            .iter()
            .filter_map(|id| Some((*id, self.members.get(id)?.standing)));
        // Whom others may hear of: in a large room, few.
        let seen: Vec<_> = standings
            .filter(|(_, of)| !of.hidden && (of.on_stage || of.listed))
            .collect();
        let mut alike: BTreeMap<Vec<MemberId>, Vec<MemberId>> = BTreeMap::new();
        for (to, member) in self.ours() {
            let hears = |(id, of): &&(MemberId, Standing)| {
                *id != to && member.judgement.informed && member.standing.hears_at_once(*of)
            };
            let others = seen.iter().filter(hears).map(|(id, _)| *id);
            let heard: Vec<_> = changed.get(&to).copied().into_iter().chain(others).collect();
            if !heard.is_empty() {
                alike.entry(heard).or_default().push(to);
            }
        }
        for (heard, to) in alike {
            let of = |id| self.members.get(id).and_then(connection);
            let connections: Vec<_> = heard.iter().filter_map(of).collect();
            if !connections.is_empty() {
                self.push(Output::Connections { to, connections });
            }
        }
    }

    /// What a publisher's streams lost on their way here.
    pub(super) fn publisher_loss(&mut self, id: MemberId, fraction_lost: u8) {
        if let Some(member) = self.members.get_mut(&id) {
            // Not a sample of the way down, which `note_loss` takes.
            let interval = &mut member.judgement.interval;
            interval.fraction_lost = interval.fraction_lost.max(fraction_lost);
        }
    }

    /// A member's client is away, until it resumes.
    pub(super) fn away(&mut self, id: MemberId, is_away: bool) {
        if let Some(member) = self.members.get_mut(&id) {
            member.judgement.is_away = is_away;
        }
    }

    /// Says once more how well a member and those whom they hear of are connected. What was said of it while its client
    /// was away is no longer so: a client that hears that it is lost begins anew.
    pub(super) fn tell_connections(&mut self, id: MemberId) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let judgement = &mut member.judgement;
        let now = judgement.quality();
        let Some(told) = judgement.told.as_mut() else { return };
        let was_lost = std::mem::replace(told, now) == Quality::Lost;
        judgement.informed = false;
        if was_lost {
            self.tell_changed(&[id].into());
        } else if let Some(connection) = self.members.get(&id).and_then(connection) {
            let (to, connections) = (vec![id], vec![connection]);
            self.push(Output::Connections { to, connections });
        }
        self.inform_newcomers();
    }

    fn inform_newcomers(&mut self) {
        let is_new = |(_, member): &(MemberId, &Member)| !member.judgement.informed;
        let newcomers: Vec<_> = self.ours().filter(is_new).map(|(id, _)| id).collect();
        for id in newcomers {
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            member.judgement.informed = true;
            let standing = member.standing;
            let others = self
                .members
                .iter()
                .filter(|(other, of)| **other != id && standing.hears_at_once(of.standing));
            let connections: Vec<_> = others.filter_map(|(_, of)| connection(of)).collect();
            if !connections.is_empty() {
                let to = vec![id];
                self.push(Output::Connections { to, connections });
            }
        }
    }
}

fn connection(of: &Member) -> Option<Connection> {
    Some(Connection {
        sid: of.join().sid.clone(),
        quality: of.judgement.told?,
        mean_opinion: of.judgement.score.mean_opinion(),
    })
}
