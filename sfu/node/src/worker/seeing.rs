//! Looks at every connection once in [`SAMPLE_INTERVAL`], and tells the platform every minute and at each end how it went.
//! The thinking is `sfu-core`'s ([`sfu_core::seeing`]).

use std::time::{Duration, Instant, SystemTime};

use kit_telemetry::trace;
use plenary_proto::live::v1::PlaybackReport;
use plenary_proto::live::v1::playback_report::SendingLimit as WireLimit;
use sfu_core::input::PublishRight;
use sfu_core::limits::SAMPLE_INTERVAL;
use sfu_core::seeing::{self, Heard, Load, Moment, Playback, SendingLimit, Stay};
use sfu_core::{Input, Time};
use tokio::sync::oneshot;

use super::member::{Member, MemberKey, member_id};
use super::messages::{NodeEvent, Place};
use super::state::{RoomKey, State};
use crate::limits::{KEEP_SAMPLES, SEEN_MAX};

/// When the worker looks next, and what it counted since it looked last.
#[derive(Debug)]
pub(super) struct Seeing {
    last: Instant,
    /// Time that the worker waited for something to do.
    pub(super) idle: Duration,
    /// Packets that could not be sent.
    pub(super) unsent: u64,
    /// Datagrams that the kernel dropped since the port was bound.
    overflowed: u32,
    load: Load,
    looks: u32,
}

/// One member's connection.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    name: String,
    is_host: bool,
    since: Time,
    /// The join's trace, until its last span is recorded.
    trace: Option<String>,
    stay: Stay,
    heard: Heard,
    /// The wire's number for the kind of candidate, as the browser says it.
    candidate: i32,
    reception: (u64, u64),
    loss_up: f32,
}

/// A connection as the platform is told of it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) is_host: bool,
    pub(crate) since: Time,
    /// When it ended, if it has.
    pub(crate) until: Option<Time>,
    pub(crate) is_ipv6: Option<bool>,
    pub(crate) candidate: i32,
    pub(crate) stay: Stay,
}

/// What went through a room: media packets and their bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traffic {
    pub(crate) packets_received: u64,
    pub(crate) bytes_received: u64,
    pub(crate) packets_sent: u64,
    pub(crate) bytes_sent: u64,
}

/// A room's connections, and the worker that they are on.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoomSeen {
    pub(crate) connections: Vec<Seen>,
    pub(crate) traffic: Traffic,
    pub(crate) load: Load,
}

/// Where a room's connections are told.
pub(crate) type SeenReply = oneshot::Sender<RoomSeen>;

impl Seeing {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            last: now,
            idle: Duration::ZERO,
            unsent: 0,
            overflowed: 0,
            load: Load::default(),
            looks: 0,
        }
    }
}

impl Watch {
    pub(super) fn new(name: String, publish: &PublishRight, since: Time) -> Self {
        Self {
            name,
            is_host: *publish != PublishRight::Nothing,
            since,
            ..Self::default()
        }
    }

    /// Its join is a part of this trace.
    pub(super) fn traced(self, trace: Option<String>) -> Self {
        Self { trace, ..self }
    }

    /// Takes what the browser says.
    fn hear(&mut self, report: &PlaybackReport) {
        let round_trip = Duration::from_millis(report.round_trip_ms.into());
        self.heard.hear(Playback {
            frames: report.frames,
            dropped: report.dropped,
            freezes: u16::try_from(report.freezes).unwrap_or(u16::MAX),
            sending_limit: match report.sending_limit() {
                WireLimit::Computer => Some(SendingLimit::Computer),
                WireLimit::Network => Some(SendingLimit::Network),
                WireLimit::Unspecified => None,
            },
            round_trip: (report.round_trip_ms > 0).then_some(round_trip),
        });
        self.candidate = report.candidate().into();
    }

    /// Looks what share of a publisher's packets got lost since the last look.
    fn measure_loss(&mut self, (expected, received): (u64, u64)) {
        let expected_now = expected.saturating_sub(self.reception.0);
        let received_now = received.saturating_sub(self.reception.1);
        self.reception = (expected, received);
        #[expect(clippy::cast_precision_loss, reason = "a share of five seconds' packets")]
        let share = expected_now.saturating_sub(received_now) as f32 / expected_now.max(1) as f32;
        self.loss_up = share;
    }
}

impl State {
    /// The media's way to somebody is open: the last of the node's spans of their join.
    pub(super) fn record_transport(&mut self, key: MemberKey) {
        let now = self.time();
        let Some(watch) = self.members.get_mut(key).map(|member| &mut member.watch) else {
            return;
        };
        if let Some(parent) = watch.trace.take() {
            let at = |time: Time| SystemTime::UNIX_EPOCH + Duration::from_micros(time.as_micros());
            trace::record(&parent, "sfu: transport", at(watch.since), at(now));
        }
    }

    /// Notes time that the worker waited.
    pub(super) fn note_idle(&mut self, idle: Duration) {
        self.seeing.idle += idle;
    }

    /// Looks at every connection when it is time.
    pub(super) fn look_if_due(&mut self) {
        let passed = self.now.saturating_duration_since(self.seeing.last);
        if passed < SAMPLE_INTERVAL {
            return;
        }
        self.measure_load(passed);
        self.measure_uplinks();
        for room in self.rooms.keys() {
            self.look_at(room);
        }
        self.seeing.looks = self.seeing.looks.wrapping_add(1);
        if self.seeing.looks.is_multiple_of(KEEP_SAMPLES) {
            self.keep_all();
        }
    }

    fn measure_load(&mut self, passed: Duration) {
        let overflowed = self.outbox.port().overflowed().unwrap_or(self.seeing.overflowed);
        let lost = overflowed.wrapping_sub(self.seeing.overflowed);
        self.metrics.overflowed(lost.into());
        let busy = 1.0 - (self.seeing.idle.as_secs_f32() / passed.as_secs_f32()).min(1.0);
        self.seeing.load = Load {
            busy,
            drops: self.seeing.unsent > 0 || lost > 0,
        };
        self.metrics.busy(busy, passed.saturating_sub(self.seeing.idle));
        self.seeing.last = self.now;
        self.seeing.overflowed = overflowed;
        (self.seeing.idle, self.seeing.unsent) = (Duration::ZERO, 0);
    }

    fn measure_uplinks(&mut self) {
        for (_, member) in self.members.iter_mut() {
            let publisher = member.publisher.and_then(|key| self.peers.get(key));
            if let Some(entry) = publisher {
                member.watch.measure_loss(entry.peer.reception());
            }
        }
    }

    fn look_at(&mut self, key: RoomKey) {
        let (now, load) = (self.time(), self.seeing.load);
        let present = self.members.iter().filter(|(_, of)| of.room == key);
        let loss_of = |(key, of): (MemberKey, &Member)| {
            // What a likeness shows arrives as its original's does.
            let sender = of.origin.map_or(Some(of), |origin| self.members.get(origin))?;
            sender.publisher.map(|_| (member_id(key), sender.watch.loss_up))
        };
        let losses: Vec<_> = present.filter_map(loss_of).collect();
        for (member, share) in losses {
            self.tell(key, Input::UplinkLoss { member, share });
        }
        let Some(entry) = self.rooms.get_mut(key) else { return };
        let measured = entry.room.measure(now);
        let said: Vec<_> = measured
            .iter()
            .map(|(id, _)| self.member_mut(*id)?.watch.heard.look())
            .collect();
        let freezes_are_common = seeing::freezes_are_common(said.iter().flatten().copied());
        for ((id, measured), said) in measured.into_iter().zip(said) {
            let Some(member) = self.member_mut(id) else { continue };
            let watch = &mut member.watch;
            let moment = Moment {
                measured,
                loss_up: watch.loss_up,
                said,
                freezes_are_common,
                load,
            };
            watch.stay.take(now, moment);
        }
    }

    fn keep_all(&self) {
        let people = self.members.iter().filter(|(_, member)| member.origin.is_none());
        let keys: Vec<_> = people.map(|(key, _)| key).collect();
        for keys in keys.chunks(SEEN_MAX) {
            let seen: Vec<_> = keys.iter().filter_map(|key| self.seen(*key)).collect();
            self.tell_node(NodeEvent::Seen(seen));
        }
    }

    fn seen(&self, key: MemberKey) -> Option<Seen> {
        Some(self.seen_of(self.members.get(key)?, None))
    }

    fn seen_of(&self, member: &Member, until: Option<Time>) -> Seen {
        let peer = self.peers.get(member.subscriber);
        let remote = peer.and_then(|entry| entry.peer.remote());
        let watch = &member.watch;
        Seen {
            place: member.place.clone(),
            name: watch.name.clone(),
            is_host: watch.is_host,
            since: watch.since,
            until,
            is_ipv6: remote.map(|remote| remote.ip().to_canonical().is_ipv6()),
            candidate: watch.candidate,
            stay: watch.stay.clone(),
        }
    }

    /// Somebody is about to be forgotten: how their connection went is told.
    pub(super) fn keep_last(&self, member: &Member) {
        if member.origin.is_some() {
            return;
        }
        let seen = self.seen_of(member, Some(self.time()));
        self.tell_node(NodeEvent::Seen(vec![seen]));
    }

    /// Says how a room's connections are.
    pub(super) fn tell_seen(&self, room: &str, reply: SeenReply) {
        let Some((key, entry)) = self
            .room_names
            .get(room)
            .and_then(|key| Some((*key, self.rooms.get(*key)?)))
        else {
            drop(reply.send(RoomSeen {
                load: self.seeing.load,
                ..RoomSeen::default()
            }));
            return;
        };
        // A likeness has no connection of its own.
        let is_there = |member: &Member| member.room == key && member.origin.is_none();
        let members = self.members.iter().filter(|(_, member)| is_there(member));
        let connections = members.map(|(_, member)| self.seen_of(member, None));
        let seen = RoomSeen {
            connections: connections.take(crate::limits::LISTED_CONNECTIONS_MAX).collect(),
            traffic: entry.traffic,
            load: self.seeing.load,
        };
        drop(reply.send(seen));
    }

    /// Takes what a browser says of itself.
    pub(super) fn hear_playback(&mut self, key: MemberKey, report: &PlaybackReport) {
        if let Some(member) = self.members.get_mut(key) {
            member.watch.hear(report);
        }
    }

    /// Counts what was appended to the outbox since `before` as sent to a room.
    pub(super) fn count_sent(&mut self, room: Option<RoomKey>, before: (u64, u64)) {
        let (packets, bytes) = self.outbox.appended();
        if let Some(entry) = room.and_then(|room| self.rooms.get_mut(room)) {
            entry.traffic.packets_sent += packets - before.0;
            entry.traffic.bytes_sent += bytes - before.1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_says_is_taken_as_it_says_it() {
        let mut watch = Watch::default();
        watch.hear(&PlaybackReport {
            frames: 300,
            dropped: 3,
            freezes: u32::MAX,
            sending_limit: WireLimit::Computer.into(),
            round_trip_ms: 40,
            candidate: 99,
        });
        let said = watch.heard.look().expect("heard").playback;
        assert_eq!((said.frames, said.dropped, said.freezes), (300, 3, u16::MAX));
        assert_eq!(said.sending_limit, Some(SendingLimit::Computer));
        assert_eq!(said.round_trip, Some(Duration::from_millis(40)));
        assert_eq!(watch.candidate, 0, "no kind that there is");
    }

    #[test]
    fn losses_on_the_way_up_are_those_since_the_last_look() {
        let mut watch = Watch::default();
        watch.measure_loss((100, 90));
        assert!((watch.loss_up - 0.1).abs() < 1e-6);
        watch.measure_loss((200, 190));
        assert_eq!(watch.loss_up, 0.0);
        watch.measure_loss((200, 190));
        assert_eq!(watch.loss_up, 0.0, "silence loses nothing");
        watch.measure_loss((50, 50));
        assert_eq!(watch.loss_up, 0.0, "streams that began anew");
    }
}
