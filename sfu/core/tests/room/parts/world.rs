//! The parts of one room, driven by hand.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sfu_core::forward::SenderStart;
use sfu_core::output::Participant;
use sfu_core::publish::{Source, TrackKind};
use sfu_core::{Input, Listing, MemberId, Output, PartId, Room, StreamKey, Time, TrackKey, TrackSid, Word};

use crate::world::{ADA, World, announce, everything};

/// Draws; the same for the same seed.
pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap_or_default()
    }
}

/// What a part's worker keeps.
#[derive(Default)]
pub(super) struct Shell {
    pub(super) present: BTreeSet<MemberId>,
    pub(super) attached: BTreeMap<MemberId, BTreeSet<TrackKey>>,
    pub(super) bound: BTreeMap<MemberId, StreamKey>,
    pub(super) delivered: Vec<(MemberId, Bytes)>,
    pub(super) said: Vec<Output>,
    /// What it told other parts, each once however many there are.
    told: Vec<Arc<Word>>,
}

/// The parts of one room.
pub(super) struct Parts {
    pub(super) rooms: Vec<Room>,
    pub(super) shells: Vec<Shell>,
    ways: BTreeMap<(usize, usize), VecDeque<Arc<Word>>>,
    pub(super) now: Time,
    joined: u64,
}

pub(super) fn part(number: usize) -> PartId {
    PartId(u8::try_from(number).expect("few"))
}

impl Parts {
    pub(super) fn new(count: usize) -> Self {
        let mut this = Self {
            rooms: (0..count).map(|_| Room::with_listing(Listing::Open)).collect(),
            shells: (0..count).map(|_| Shell::default()).collect(),
            ways: BTreeMap::new(),
            now: Time::from_micros(1_000_000),
            joined: 0,
        };
        for at in 0..count {
            for other in (0..count).filter(|other| *other != at) {
                this.tell(at, Input::PartOpened(part(other)));
            }
        }
        this
    }

    pub(super) fn tell(&mut self, at: usize, input: Input) {
        self.rooms[at].handle(self.now, input);
        while let Some(output) = self.rooms[at].poll() {
            self.take(at, output);
        }
    }

    pub(super) fn take(&mut self, at: usize, output: Output) {
        let shell = &mut self.shells[at];
        match &output {
            Output::Tell(telling) => {
                shell.told.push(Arc::clone(&telling.word));
                for to in &telling.to {
                    let way = self.ways.entry((at, usize::from(to.0))).or_default();
                    way.push_back(Arc::clone(&telling.word));
                }
                return;
            }
            Output::Departed(traveller) => drop(shell.present.remove(&traveller.member())),
            Output::Left { member, .. } => {
                shell.present.remove(member);
                shell.attached.remove(member);
                shell.bound.remove(member);
            }
            Output::Attach { member, track, .. } => {
                assert!(shell.present.contains(member), "only its own members");
                assert!(shell.attached.entry(*member).or_default().insert(*track), "once");
            }
            Output::Detach { member, track } => {
                assert!(shell.attached.entry(*member).or_default().remove(track));
            }
            Output::StreamBound { member, key, .. } => drop(shell.bound.insert(*member, *key)),
            Output::Data { to, payload, .. } => shell.delivered.extend(to.iter().map(|to| (*to, payload.clone()))),
            _ => {}
        }
        shell.said.push(output);
    }

    /// Lets one word arrive, of whatever way.
    pub(super) fn deliver_one(&mut self, draws: &mut Draws) -> bool {
        let waiting: Vec<_> = self
            .ways
            .iter()
            .filter(|(_, way)| !way.is_empty())
            .map(|(way, _)| *way)
            .collect();
        if waiting.is_empty() {
            return false;
        }
        let (from, to) = waiting[draws.below(waiting.len())];
        if let Some(word) = self.ways.get_mut(&(from, to)).and_then(VecDeque::pop_front) {
            let from = part(from);
            self.tell(to, Input::Heard { from, word });
        }
        true
    }

    pub(super) fn deliver_all(&mut self) {
        let mut draws = Draws(1);
        while self.deliver_one(&mut draws) {}
    }

    pub(super) fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while self.now < end {
            self.now = (self.now + Duration::from_millis(100)).min(end);
            for at in 0..self.rooms.len() {
                self.tell(at, Input::Timeout);
            }
            self.deliver_all();
        }
    }

    fn place(&mut self, at: usize) -> MemberId {
        let taken = &self.shells[at].present;
        let member = (0..).map(MemberId).find(|id| !taken.contains(id)).expect("a number");
        self.shells[at].present.insert(member);
        self.joined += 1;
        member
    }

    /// Somebody who shows their camera in another room is seen in this one as well.
    pub(super) fn forward(&mut self, at: usize, identity: &str) -> MemberId {
        let member = self.place(at);
        let mut elsewhere = World::with(&[]);
        let Input::Join(mut join) = crate::world::join(ADA, identity, everything()) else {
            panic!("a join");
        };
        join.order = self.joined;
        elsewhere.tell(Input::Join(join));
        elsewhere.publish(ADA, &format!("camera{}", self.joined), Source::Camera);
        let original = elsewhere.room.traveller(ADA).expect("there");
        let likeness = original.into_likeness(member, format!("PA_{}", self.joined).into());
        self.tell(at, Input::Arrive(Box::new(likeness)));
        member
    }

    pub(super) fn join(&mut self, at: usize, identity: &str) -> MemberId {
        let member = self.place(at);
        let Input::Join(mut join) = crate::world::join(member, identity, everything()) else {
            panic!("a join");
        };
        join.sid = format!("PA_{}", self.joined).into();
        join.order = self.joined;
        self.tell(at, Input::Join(join));
        member
    }

    pub(super) fn publish(&mut self, at: usize, member: MemberId, cid: &str, source: Source) {
        let (kind, codec) = match source {
            Source::Microphone => (TrackKind::Audio, sfu_core::codec::Codec::Opus),
            _ => (TrackKind::Video, sfu_core::codec::Codec::Vp8),
        };
        let request = Box::new(announce(cid, source, kind));
        self.tell(at, Input::AddTrack { member, request });
        let cid = cid.to_owned();
        self.tell(
            at,
            Input::Stream {
                member,
                stream: 4,
                cid,
                rid: None,
                codec,
            },
        );
    }

    /// The only track of somebody, as a part calls it.
    pub(super) fn track(&self, at: usize, viewer: MemberId) -> TrackKey {
        let attached = &self.shells[at].attached[&viewer];
        *attached.first().expect("a track")
    }

    /// Somebody's client has accepted the only track that they get.
    pub(super) fn take_only_track(&mut self, at: usize, member: MemberId) {
        let track = self.track(at, member);
        let start = SenderStart {
            sequence: 100,
            repair_sequence: Some(1),
            redundancy: false,
        };
        self.tell(
            at,
            Input::SenderReady {
                member,
                track,
                sender: 0,
                start,
            },
        );
        self.deliver_all();
    }

    pub(super) fn said(&mut self, at: usize) -> Vec<Output> {
        std::mem::take(&mut self.shells[at].said)
    }

    /// How many words of a kind a part has told.
    pub(super) fn words_of(&self, at: usize, is_meant: impl Fn(&Word) -> bool) -> usize {
        self.shells[at].told.iter().filter(|word| is_meant(word)).count()
    }

    /// All parts agree, and everybody has what they should.
    pub(super) fn check(&self) {
        let here = |at: usize| -> Vec<Participant> {
            let mut all: Vec<_> = self.rooms[at]
                .participants()
                .map(|of| Participant::clone(&of))
                .collect();
            all.sort_by(|a, b| a.sid.cmp(&b.sid));
            all
        };
        let all = here(0);
        let identities: BTreeSet<_> = all.iter().map(|of| of.identity.clone()).collect();
        assert_eq!(identities.len(), all.len(), "an identity is there once");
        let present: usize = self.shells.iter().map(|shell| shell.present.len()).sum();
        assert_eq!(present, all.len(), "nobody is forgotten");
        for at in 1..self.rooms.len() {
            assert_eq!(here(at), all);
            assert_eq!(self.rooms[at].state(), self.rooms[0].state());
        }
        for (at, shell) in self.shells.iter().enumerate() {
            for member in &shell.present {
                let me = self.rooms[at].participant(*member).expect("present");
                // Who is only seen here has no client that could get anything.
                let others = all.iter().filter(|of| of.sid != me.sid && !me.forwarded);
                let wanted: BTreeSet<_> = others
                    .flat_map(|of| of.tracks.iter().map(|info| info.sid.clone()))
                    .collect();
                let has = shell.attached.get(member).into_iter().flatten();
                let has: BTreeSet<_> = has.map(|key| self.sid_of(at, *key)).collect();
                assert_eq!(has, wanted, "{}", me.identity);
            }
        }
    }

    pub(super) fn sid_of(&self, at: usize, key: TrackKey) -> TrackSid {
        self.rooms[at].track(key).expect("attached").info.sid.clone()
    }
}
