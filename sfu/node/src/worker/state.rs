//! All that a worker has, and the order in which things settle.

use std::collections::HashMap;
use std::net::SocketAddr;
#[cfg(test)]
use std::sync::Arc;
use std::time::{Duration, Instant};

use kit_core::Clock;
use sfu_core::input::LeaveReason;
use sfu_core::slots::{Key, Slots};
use sfu_core::{Input, MemberId, PartId, Time};
use tokio::sync::mpsc;

use super::WorkerConfig;
use super::calls::Calls;
use super::handed::Buffers;
use super::links::Link;
use super::member::{Member, MemberKey};
use super::messages::{Event, NodeEvent};
use super::notes::{Note, RoomTag, part_id};
use super::peers::{PeerEntry, PeerKey};
use super::rooms::RoomEntry;
use super::seeing::Seeing;
use super::timers::{Owner, Timers};
use super::tokens::Revocations;
use crate::cache::fetch;
use crate::metrics::WorkerMetrics;
use crate::socket::Outbox;

/// Names a room of a worker for as long as it is open.
pub(crate) type RoomKey = Key<RoomEntry>;

/// A worker without its thread.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) number: usize,
    /// This worker as a part of rooms.
    pub(super) part: PartId,
    /// The ways to all workers, this one's included.
    pub(super) links: Vec<Link>,
    /// What is to be said to other workers.
    pub(super) notes: Vec<(PartId, Note)>,
    /// Rooms that were ever at home here.
    pub(super) room_serial: u64,
    /// Rooms by the names that workers have for them.
    pub(super) tags: HashMap<RoomTag, RoomKey>,
    pub(super) buffers: Buffers,
    pub(super) config: WorkerConfig,
    pub(super) candidate: SocketAddr,
    /// The instant that this turn of the loop began.
    pub(super) now: Instant,
    /// An instant, and the room time that it is.
    pub(super) epoch: (Instant, Time),
    pub(super) rooms: Slots<RoomEntry>,
    pub(super) room_names: HashMap<String, RoomKey>,
    pub(super) members: Slots<Member>,
    /// From outside, to members.
    pub(super) calls: Calls,
    pub(super) revocations: Revocations,
    pub(super) peers: Slots<PeerEntry>,
    pub(super) addresses: HashMap<SocketAddr, PeerKey>,
    pub(super) timers: Timers,
    pub(super) outbox: Outbox,
    pub(super) metrics: WorkerMetrics,
    pub(super) node_events: mpsc::Sender<NodeEvent>,
    pub(super) dirty_peers: Vec<PeerKey>,
    dirty_rooms: Vec<RoomKey>,
    /// Members who are to be offered what changed.
    pub(super) offers_due: Vec<MemberKey>,
    /// Peers for whose path packets have begun to wait.
    pub(super) waiting: Vec<PeerKey>,
    /// Scratch space for compounds.
    pub(super) rtcp: Vec<u8>,
    /// Copies of each packet of the media forwarded last.
    pub(super) copies: u64,
    pub(super) seeing: Seeing,
    /// Copies that another worker makes of each packet handed to it last.
    pub(super) copies_elsewhere: u64,
}

/// Whom a worker can reach.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) links: Vec<Link>,
    pub(super) node_events: mpsc::Sender<NodeEvent>,
}

/// How long a worker sleeps when nothing is due.
const IDLE: Duration = Duration::from_secs(1);

/// Reads the clock as a room's time, within a turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopwatch<'c>(pub(super) &'c Clock, pub(super) (Instant, Time));

impl Stopwatch<'_> {
    pub(super) fn time(self) -> Time {
        time_at(self.1, self.0.instant())
    }
}

fn time_at(epoch: (Instant, Time), now: Instant) -> Time {
    epoch.1 + now.saturating_duration_since(epoch.0)
}

impl State {
    pub(super) fn new(
        number: usize,
        config: WorkerConfig,
        candidate: SocketAddr,
        outbox: Outbox,
        metrics: WorkerMetrics,
        reach: Reach,
    ) -> Self {
        let now = config.clock.instant();
        let part = part_id(number);
        let micros = config.clock.now().unix_timestamp_nanos() / 1_000;
        let epoch = (now, Time::from_micros(u64::try_from(micros).unwrap_or_default()));
        Self {
            number,
            part,
            links: reach.links,
            notes: Vec::new(),
            room_serial: 0,
            tags: HashMap::new(),
            buffers: Buffers::new(part),
            config,
            candidate,
            now,
            epoch,
            rooms: Slots::default(),
            room_names: HashMap::new(),
            members: Slots::default(),
            calls: Calls::default(),
            revocations: Revocations::default(),
            peers: Slots::default(),
            addresses: HashMap::new(),
            timers: Timers::default(),
            outbox,
            metrics,
            node_events: reach.node_events,
            dirty_peers: Vec::new(),
            dirty_rooms: Vec::new(),
            offers_due: Vec::new(),
            waiting: Vec::new(),
            rtcp: Vec::with_capacity(1_200),
            copies: 0,
            seeing: Seeing::new(now),
            copies_elsewhere: 0,
        }
    }

    /// To how many each packet of the media forwarded last went, on this worker or another.
    pub(super) fn copies(&self) -> u64 {
        self.copies.max(self.copies_elsewhere)
    }

    /// A worker without a thread, and what it tells the platform.
    #[cfg(test)]
    pub(super) fn for_test(config: WorkerConfig) -> (Self, mpsc::Receiver<NodeEvent>) {
        let port = Arc::new(crate::socket::Port::bind(config.bind).expect("a port"));
        let candidate = port.urgent().local_addr().expect("bound");
        let metrics = crate::metrics::NodeMetrics::register(&kit_telemetry::Metrics::new()).worker(0);
        let (node_events, told) = mpsc::channel(64);
        let reach = Reach {
            links: Vec::new(),
            node_events,
        };
        let state = Self::new(0, config, candidate, Outbox::new(port), metrics, reach);
        (state, told)
    }

    /// This turn's time for rooms.
    pub(super) fn time(&self) -> Time {
        time_at(self.epoch, self.now)
    }

    /// A room's time as an instant.
    pub(super) fn instant(&self, time: Time) -> Instant {
        self.epoch.0 + time.since(self.epoch.1)
    }

    /// How long until something is due.
    pub(super) fn time_to_next(&self) -> Duration {
        let now = self.config.clock.instant();
        self.timers
            .next()
            .map_or(IDLE, |at| at.saturating_duration_since(now))
            .min(IDLE)
    }

    /// The present moment, not the turn's.
    pub(super) fn clock_now(&self) -> Instant {
        self.config.clock.instant()
    }

    /// Begins a turn: all that happens in it happens at one time.
    pub(super) fn begin_turn(&mut self) {
        self.now = self.config.clock.instant();
    }

    /// The key of a room's member.
    pub(super) fn key_of(&self, id: MemberId) -> Option<MemberKey> {
        let MemberId(index) = id;
        self.members
            .key_at(usize::try_from(index).ok()?)
            .filter(|_| id.part().is_none())
    }

    /// A room's member.
    pub(super) fn member_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        let key = self.key_of(id)?;
        self.members.get_mut(key)
    }

    /// Tells a member's room something.
    pub(super) fn tell_room(&mut self, member: MemberKey, input: Input) {
        if let Some(room) = self.members.get(member).map(|member| member.room) {
            self.tell(room, input);
        }
    }

    /// Tells a room something; what it wants done is done by [`State::settle`].
    pub(super) fn tell(&mut self, key: RoomKey, input: Input) {
        self.reflect(&input);
        let now = self.time();
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.room.handle(now, input);
        if !entry.dirty {
            entry.dirty = true;
            self.dirty_rooms.push(key);
        }
    }

    pub(super) fn tell_node(&self, event: NodeEvent) {
        if self.node_events.try_send(event).is_err() {
            tracing::warn!("the node's queue of events is full; reports and chat fall behind");
        }
    }

    /// Does everything that rooms and peers want done, until none wants anything, then sends.
    pub(super) fn settle(&mut self) {
        self.settle_rooms();
        self.arm_waiting();
        self.outbox.flush();
        self.send_notes();
        let sent = self.outbox.take_sent();
        self.seeing.unsent += sent.dropped;
        self.metrics.sent(sent);
        let at_home = self.rooms.iter().filter(|(_, entry)| entry.tag.home() == self.part);
        self.metrics.census(at_home.count(), self.members.len());
    }

    /// Does everything that rooms and peers want done, without sending it yet.
    pub(super) fn settle_rooms(&mut self) {
        loop {
            if let Some(room) = self.dirty_rooms.pop() {
                self.drain_room(room);
            } else if let Some(peer) = self.dirty_peers.pop() {
                self.approach_dirty();
                self.drain_peer(peer);
            } else if let Some(member) = self.offers_due.pop() {
                self.offer(member);
            } else {
                break;
            }
        }
    }

    /// Lets the processor fetch what the next to be drained need, a step each time, as in [`super::egress`].
    fn approach_dirty(&self) {
        if let [.., second, first] = self.dirty_peers.as_slice() {
            fetch(self.peers.place(second.index()));
            fetch(self.peers.get(*first).and_then(|entry| entry.peer.association()));
        }
    }

    /// Forgets everything, telling clients to come back and the platform that they left. Keys of the past stay invalid:
    /// the slots are emptied, not replaced.
    pub(super) fn start_over(&mut self) {
        for key in self.members.keys() {
            if let Some(member) = self.members.remove(key) {
                member.say_last(Event::Left(LeaveReason::ServerShutdown));
                self.keep_last(&member);
                self.tell_node(NodeEvent::Left { place: member.place });
            }
        }
        for key in self.rooms.keys() {
            self.drop_room(key);
        }
        for key in self.peers.keys() {
            self.peers.remove(key);
        }
        self.calls = Calls::default();
        self.addresses.clear();
        self.timers = Timers::default();
        self.dirty_peers.clear();
        self.dirty_rooms.clear();
        self.offers_due.clear();
        self.waiting.clear();
        self.outbox.discard();
        // The other workers let go of what they had with us.
        self.notes.clear();
        for other in (0..self.links.len()).map(part_id) {
            if other != self.part {
                self.say(other, Note::Reset);
            }
        }
        self.send_notes();
    }

    pub(super) fn fire_timers(&mut self) {
        self.begin_turn();
        while let Some((at, owner)) = self.timers.due(self.now) {
            match owner {
                Owner::Peer(key) => {
                    let now = self.now;
                    let Some(entry) = self.peers.get_mut(key).filter(|entry| entry.timer == Some(at)) else {
                        continue;
                    };
                    entry.timer = None;
                    entry.peer.handle_timeout(now);
                    self.touch(key);
                }
                Owner::Path(key) => self.fire_path(key, at),
                Owner::Room(key) => {
                    let Some(entry) = self.rooms.get_mut(key).filter(|entry| entry.timer == Some(at)) else {
                        continue;
                    };
                    entry.timer = None;
                    self.tell(key, Input::Timeout);
                }
                Owner::Member(key) => self.give_up(key),
                Owner::Token(key) => self.renew_token(key),
                Owner::RoomEnd(key) => self.room_waited(key, at),
            }
        }
    }

    fn drain_room(&mut self, key: RoomKey) {
        while let Some(output) = self.rooms.get_mut(key).and_then(|entry| entry.room.poll()) {
            self.output(key, output);
        }
        let due = self
            .rooms
            .get(key)
            .and_then(|entry| entry.room.poll_timeout())
            .map(|time| self.instant(time));
        let Some(entry) = self.rooms.get_mut(key) else { return };
        entry.dirty = false;
        if let Some(at) = due.filter(|at| entry.timer.is_none_or(|entered| *at < entered)) {
            entry.timer = Some(at);
            self.timers.set(at, Owner::Room(key));
        }
    }
}
