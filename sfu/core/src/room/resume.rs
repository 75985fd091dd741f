//! Members whose client is back after its signalling connection broke. What it was told meanwhile is lost, so all that
//! matters is told again: clients know by versions what is news.

use crate::ids::MemberId;
use crate::input::{DataKind, SyncState, TrackSettings};
use crate::limits::TRACKS_PER_ROOM_MAX;
use crate::output::{Output, Speaker};
use crate::room::Room;
use crate::time::Time;

impl Room {
    pub(super) fn resume(&mut self, now: Time, id: MemberId) {
        self.away(id, false);
        let Some(member) = self.members.get(&id) else { return };
        let (standing, participant) = (member.standing, member.participant(&self.tracks));
        // Somebody who left and came again is not gone: clients go by identity.
        let gone = self
            .replay
            .departures(now, standing)
            .filter(|gone| self.find(&gone.identity).is_none())
            .cloned();
        let here = self.seen_by(standing).into_iter();
        let others: Vec<_> = gone.chain(here.filter(|other| other.sid != participant.sid)).collect();
        let speakers = self.everybodys_loudness();
        let state = self.state();
        self.tell_list(id, others);
        self.push(Output::Resumed {
            to: id,
            participant,
            state,
            speakers,
        });
    }

    pub(super) fn sync(&mut self, now: Time, id: MemberId, state: SyncState) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let joined_at = member.joined_at();
        let known = |sid: &_| self.tracks.iter().any(|(_, track)| track.info.sid == *sid);
        let chosen = state.chosen.into_iter().take(TRACKS_PER_ROOM_MAX).filter(known);
        member.wishes = chosen.map(|sid| (sid, state.wanted)).collect();
        self.settle(id);
        self.track_settings(now, id, state.disabled, TrackSettings::Disabled);
        for (sid, is_silent) in state.published.into_iter().take(TRACKS_PER_ROOM_MAX) {
            self.sync_published(id, sid, is_silent);
        }
        self.tell_demands(id);
        self.tell_grants(id);
        self.tell_refusals(id);
        self.tell_connections(id);
        for payload in self.replay.missed(now, id, joined_at, &state.received) {
            self.push(Output::Data {
                to: vec![id],
                kind: DataKind::Reliable,
                payload,
            });
        }
    }

    /// A mute or an end that the organizer wanted while the client was away is told again.
    fn sync_published(&mut self, id: MemberId, sid: crate::ids::TrackSid, is_silent: bool) {
        let Some(member) = self.members.get(&id) else { return };
        let announced = member.announced.iter().find(|track| track.sid == sid);
        let published = member.published.iter().filter_map(|key| self.tracks.get(*key));
        let muted = announced.map(|track| track.muted).or_else(|| {
            published
                .map(|track| &track.info)
                .find(|info| info.sid == sid)
                .map(|info| info.muted)
        });
        match muted {
            None => self.push(Output::TrackUnpublished { to: id, track: sid }),
            Some(true) if !is_silent => self.push(Output::Mute {
                to: id,
                track: sid,
                muted: true,
            }),
            Some(_) => {}
        }
    }

    /// Who speaks, and that the others who publish sound do not.
    fn everybodys_loudness(&self) -> Vec<Speaker> {
        let audible = self.tracks.iter().filter(|(_, track)| !track.codec.is_video());
        let mut publishers: Vec<_> = audible.map(|(_, track)| track.publisher).collect();
        publishers.sort_unstable();
        publishers.dedup();
        let members = publishers
            .into_iter()
            .filter_map(|id| Some((id, self.members.get(&id)?)));
        members
            .map(|(id, member)| self.speakers.state_of(id, &member.join().sid))
            .collect()
    }
}
