//! From what a subscriber's path carries to what of each track it gets.

use std::collections::BTreeMap;
use std::time::Duration;

use smallvec::SmallVec;

use crate::allocate::{Allocation, Demand, Importance, allocate};
use crate::bwe::{Need, Path};
use crate::forward::{Egress, Grant, Target};
use crate::ids::MemberId;
use crate::input::TrackSettings;
use crate::limits::{ALLOCATE_INTERVAL, LAYERS, PROBE_TURN, PROBE_TURNS_MAX, SPOKE_FOR, WIRE_OVERHEAD_BYTES};
use crate::output::Output;
use crate::publish::Source;
use crate::room::{Member, Room, Track, TrackKey};
use crate::time::Time;

/// Padding of one packet: as much as its length byte can say.
const PADDING_BYTES: u8 = 255;
/// A need that differs by less than this share is the same.
const NEED_PERCENT: u64 = 5;

/// Share of the last round trip, in percent, for which nothing is repeated: feedback takes longer than a request does.
const REPEAT_PERCENT: u32 = 75;

/// A subscriber's share of its path.
#[derive(Debug, Default)]
pub(super) struct Bandwidth {
    /// What the path is like; `None` without transport-wide feedback.
    path: Option<Path>,
    /// What each of its copies was granted.
    grants: BTreeMap<TrackKey, Grant>,
    need: Need,
}

/// Whose probe comes when.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// When the last one of them has had its turn.
    free: Time,
}

/// A track that a subscriber wants, and what it may be granted of it.
struct Wanted {
    key: TrackKey,
    ranks: SmallVec<[u8; LAYERS]>,
}

impl Room {
    /// What the path to a subscriber is like, for judging its connection; `None` while no transport-wide feedback came.
    pub fn path(&self, member: MemberId) -> Option<Path> {
        self.members.get(&member)?.bandwidth.path
    }

    /// What was sent again to a subscriber has not had time to arrive within this.
    pub(super) fn repeat_gap(&self, member: MemberId) -> Duration {
        let path = self.members.get(&member).and_then(|member| member.bandwidth.path);
        let latest = path.and_then(|path| path.latest_round_trip).unwrap_or_default();
        latest * REPEAT_PERCENT / 100
    }

    /// The packet path for probes: sends a subscriber about so many bytes of padding.
    pub fn pad(&mut self, member: MemberId, bytes: u64, egress: &mut impl Egress) {
        let Some(attached) = self.members.get(&member).map(|member| &member.attached) else {
            return;
        };
        let each = u64::from(PADDING_BYTES) + WIRE_OVERHEAD_BYTES as u64;
        for key in attached {
            let Some(down) = self.tracks.get_mut(*key).and_then(|track| track.down_mut(member)) else {
                continue;
            };
            let to = down.to();
            let mut left = bytes.div_ceil(each);
            while left > 0
                && let Some(padding) = down.pad(PADDING_BYTES)
            {
                egress.send(to, &padding);
                left -= 1;
            }
            if left == 0 {
                return;
            }
        }
    }

    pub(super) fn take_path(&mut self, now: Time, id: MemberId, path: Path) {
        if let Some(member) = self.members.get_mut(&id) {
            member.bandwidth.path = Some(path);
            self.allocate(now, id);
        }
    }

    pub(super) fn tick_bandwidth(&mut self, now: Time) {
        for id in self.speakers.speaking() {
            if let Some(member) = self.members.get_mut(&id) {
                member.spoke = Some(now);
            }
        }
        for (_, track) in self.tracks.iter_mut() {
            track.expect_rates(now);
        }
        if self.next_allocation.is_some_and(|due| now < due) {
            return;
        }
        self.next_allocation = Some(now + ALLOCATE_INTERVAL);
        let estimated = self
            .members
            .iter()
            .filter(|(_, member)| member.bandwidth.path.is_some());
        for id in estimated.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.allocate(now, id);
        }
    }

    /// Shares a subscriber's bandwidth out among the tracks it wants.
    pub(super) fn allocate(&mut self, now: Time, id: MemberId) {
        let Some((member, path)) = self
            .members
            .get(&id)
            .and_then(|member| Some((member, member.bandwidth.path?)))
        else {
            return;
        };
        let mut sound = 0;
        let (mut wanted, mut demands) = (SmallVec::<[Wanted; 8]>::new(), SmallVec::<[Demand; 8]>::new());
        for key in &member.attached {
            let Some(track) = self.tracks.get(*key).filter(|track| !track.info.muted) else {
                continue;
            };
            if !track.codec.is_video() {
                sound += track.rates(0).first().map_or(0, |(_, rate)| *rate);
            } else if let Some((of, demand)) = self.demand(now, member, *key, track) {
                wanted.push(of);
                demands.push(demand);
            }
        }
        let allocation = allocate(path.estimate, path.trust, sound, &demands);
        for (of, layers) in wanted.iter().zip(&allocation.layers) {
            let top = layers.checked_sub(1).and_then(|top| of.ranks.get(top));
            self.grant(now, id, of.key, top.map_or(Grant::Nothing, |rank| Grant::UpTo(*rank)));
        }
        self.tell_need(now, id, &allocation);
    }

    /// What a subscriber wants of a picture; `None` when nothing, or when nothing of it is sent.
    fn demand(&self, now: Time, member: &Member, key: TrackKey, track: &Track) -> Option<(Wanted, Demand)> {
        let settings = member.settings.get(&track.info.sid);
        let target = settings.map_or(Some(Target::default()), |settings| {
            super::subscription::target(*settings, &track.info)
        })?;
        let rates = track.rates(target.layer);
        if rates.is_empty() {
            return None;
        }
        let current = match member.bandwidth.grants.get(&key) {
            Some(Grant::UpTo(highest)) => rates.iter().filter(|(rank, _)| rank <= highest).count(),
            Some(Grant::Free | Grant::Nothing) | None => 0,
        };
        let pixels = match settings {
            Some(TrackSettings::Size { width, height, .. }) => u64::from(*width) * u64::from(*height),
            _ => (u64::from(track.info.width) * u64::from(track.info.height)) >> (2 * (2 - target.layer.min(2))),
        };
        let demand = Demand {
            importance: self.importance(now, member, track),
            pixels,
            layers: rates.iter().map(|(_, rate)| *rate).collect(),
            current,
        };
        let ranks = rates.iter().map(|(rank, _)| *rank).collect();
        Some((Wanted { key, ranks }, demand))
    }

    fn importance(&self, now: Time, member: &Member, track: &Track) -> Importance {
        let spoke = self.members.get(&track.publisher).and_then(|publisher| publisher.spoke);
        if track.info.source == Source::ScreenShare || spoke.is_some_and(|at| now.since(at) < SPOKE_FOR) {
            return Importance::Stage;
        }
        let chosen = member.priorities.get(&track.info.sid);
        chosen.map_or(Importance::Grid, |priority| Importance::Pinned(*priority))
    }

    fn grant(&mut self, now: Time, id: MemberId, key: TrackKey, grant: Grant) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let Some(track) = self.tracks.get_mut(key) else { return };
        // A path that cannot be probed with padding would never be found to have recovered.
        let grant = match grant {
            Grant::Nothing if !track.can_pad(id) => Grant::UpTo(0),
            grant => grant,
        };
        let before = member.bandwidth.grants.get(&key).copied();
        if before == Some(grant) || !track.grant(id, grant) {
            return;
        }
        member.bandwidth.grants.insert(key, grant);
        let paused = grant == Grant::Nothing;
        if paused != (before == Some(Grant::Nothing)) {
            let (sid, publisher) = (track.info.sid.clone(), track.publisher);
            if let Some(publisher) = self.members.get(&publisher).map(|member| member.join().sid.clone()) {
                self.push(Output::StreamState {
                    to: id,
                    publisher,
                    sid,
                    track: key,
                    paused,
                });
            }
        }
        self.ask_key_frame_for(now, id, key);
    }

    /// Says once more which tracks are paused for want of bandwidth, and which go on.
    pub(super) fn tell_grants(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id) else { return };
        for (key, grant) in &member.bandwidth.grants {
            let Some(track) = self.tracks.get(*key) else { continue };
            let Some(publisher) = self.members.get(&track.publisher) else {
                continue;
            };
            self.outputs.push_back(Output::StreamState {
                to: id,
                publisher: publisher.join().sid.clone(),
                sid: track.info.sid.clone(),
                track: *key,
                paused: *grant == Grant::Nothing,
            });
        }
    }

    fn tell_need(&mut self, now: Time, id: MemberId, allocation: &Allocation) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let need = Need {
            granted: allocation.granted,
            next: allocation.next,
            wanted: allocation.wanted,
            least: allocation.least,
            floor: allocation.floor,
            turn: 0,
        };
        let told = member.bandwidth.need;
        let differs = |a: u64, b: u64| a.abs_diff(b) * 100 > a.max(b) * NEED_PERCENT || (a == 0) != (b == 0);
        let pairs = [
            (told.granted, need.granted),
            (told.next, need.next),
            (told.wanted, need.wanted),
            (told.least, need.least),
            (told.floor, need.floor),
        ];
        if pairs.into_iter().any(|(a, b)| differs(a, b)) {
            let is_new = told.next == 0 && need.next > 0;
            let turn = if is_new { self.turns.take(now) } else { told.turn };
            let need = Need { turn, ..need };
            member.bandwidth.need = need;
            self.push(Output::Need { member: id, need });
        }
    }
}

impl Turns {
    /// How many have one before, if any still do.
    fn take(&mut self, now: Time) -> u16 {
        let ahead = self.free.since(now).as_micros() / PROBE_TURN.as_micros();
        let turn = u16::try_from(ahead).unwrap_or(u16::MAX) % PROBE_TURNS_MAX;
        self.free = now + PROBE_TURN * (u32::from(turn) + 1);
        turn
    }
}

impl Bandwidth {
    /// What the path is like; `None` without transport-wide feedback.
    pub(super) const fn path(&self) -> Option<Path> {
        self.path
    }

    /// A copy is gone, or begins: what it was granted has to be said again.
    pub(super) fn forget(&mut self, key: TrackKey) {
        self.grants.remove(&key);
    }
}
