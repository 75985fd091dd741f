//! The paths to subscribers: what they carry, what waits for them, and when the next probe is due. The thinking is
//! `sfu-core`'s (`bwe`, `pace`, `allocate`); here it meets the clock, the packets and the feedback.

use std::time::{Duration, Instant};

use sfu_core::bwe::{self, Controller, Due, Need, Trust};
use sfu_core::forward::{Destination, Outgoing};
use sfu_core::limits::SENT_HISTORY_MAX;
use sfu_core::pace::{Held, Pacer};
use sfu_core::{Input, MemberId, Time, TrackKey};
use sfu_peer::rtcp::TransportFeedback;

use super::egress::Forwarder;
use super::member::{MemberKey, member_id};
use super::peers::PeerKey;
use super::state::{State, Stopwatch};
use super::timers::Owner;
use crate::cache::fetch;

/// The path to one subscriber.
#[derive(Debug, Default)]
pub(crate) struct Path {
    controller: Controller,
    pacer: Pacer,
    /// The deadline that is entered in the timers.
    timer: Option<Instant>,
    /// Bits a second that the client wants it to seem to carry at most.
    limit: Option<u64>,
}

impl Path {
    /// Whether a packet may leave now; if not, it is kept.
    #[inline]
    pub(super) fn admit(&mut self, now: Time, to: Destination, packet: &Outgoing<'_>) -> bool {
        self.pace().is_none_or(|rate| self.pacer.admit(now, rate, to, packet))
    }

    /// The transport-wide sequence number of a packet that is being sent.
    #[inline]
    pub(super) fn sent(&mut self, now: Time, bytes: usize) -> u16 {
        self.controller.sent(now, u16::try_from(bytes).unwrap_or(u16::MAX))
    }

    /// Lets the processor fetch what sending a packet reads: a fifth of it all.
    #[inline]
    pub(super) fn approach(&self) {
        let (history, prober, pace) = self.controller.sending();
        fetch(Some(history));
        fetch(Some(prober));
        fetch(Some(pace));
        fetch(Some(&self.pacer));
    }

    /// Where the next packet is entered, for [`fetch`].
    #[inline]
    pub(super) fn next_entry(&self) -> Option<&impl Sized> {
        self.controller.next_entry()
    }

    /// What feedback is read against, for [`fetch`].
    #[inline]
    pub(super) fn recent_entries(&self) -> Option<&[impl Sized + use<>]> {
        self.controller.recent_entries()
    }

    /// The next packet that has waited long enough.
    pub(super) fn release(&mut self, now: Time) -> Option<Held> {
        // A path that has become wide lets everything go.
        let rate = self.pace().unwrap_or(sfu_core::limits::ESTIMATE_MAX);
        self.pacer.release(now, rate)
    }

    /// Whether a packet has begun to wait. A deadline that is entered already may be that of a probe, seconds away.
    pub(super) fn begins_to_wait(&self) -> bool {
        self.pacer.waiting() == 1
    }

    /// What the room is told of it.
    fn told(&self, path: bwe::Path) -> bwe::Path {
        self.limit.map_or(path, |limit| bwe::Path {
            estimate: path.estimate.min(limit),
            trust: if limit < path.estimate {
                Trust::Choked
            } else {
                path.trust
            },
            ..path
        })
    }

    fn pace(&self) -> Option<u64> {
        // What waits goes first, however wide the path has become meanwhile.
        let rate = self.controller.pace();
        rate.or_else(|| (self.pacer.waiting() > 0).then_some(sfu_core::limits::ESTIMATE_MAX))
    }

    fn deadline(&self, now: Time) -> Option<Time> {
        let rate = self.pace().unwrap_or(sfu_core::limits::ESTIMATE_MAX);
        let deadlines = [self.controller.poll_timeout(now), self.pacer.poll_timeout(rate)];
        deadlines.into_iter().flatten().min()
    }
}

impl State {
    /// Begins to estimate, once a client has agreed to report on packets. The room is told at once, so that its first
    /// packets are already those of a path of which nothing is known.
    pub(super) fn open_path(&mut self, peer: PeerKey, member: MemberKey) {
        let entry = self.peers.get_mut(peer).filter(|entry| entry.path.is_none());
        let Some(entry) = entry.filter(|entry| entry.peer.takes_transport_feedback()) else {
            return;
        };
        let path = entry.path.insert(Box::default()).controller.path();
        self.tell_path(member, Some(path));
    }

    /// Takes in feedback that has `waited` to be read.
    pub(super) fn transport_feedback(
        &mut self,
        peer: PeerKey,
        member: MemberKey,
        feedback: &TransportFeedback<'_>,
        waited: Duration,
    ) {
        let now = self.time();
        let Some(path) = self.peers.get_mut(peer).and_then(|entry| entry.path.as_mut()) else {
            return;
        };
        // A few bytes can claim to speak of 65,535 packets; no more are remembered than this.
        let arrivals = feedback.arrivals().take(SENT_HISTORY_MAX);
        let arrivals = arrivals.map(|arrival| (arrival.sequence, arrival.time_us));
        let news = path.controller.feedback(now, waited, arrivals);
        let news = news.map(|news| path.told(news));
        self.tell_path(member, news);
        self.arm_path(peer);
    }

    fn tell_path(&mut self, key: MemberKey, news: Option<bwe::Path>) {
        let member = member_id(key);
        if let Some(path) = news {
            self.tell_room(key, Input::Path { member, path });
        }
    }

    /// Lets the path to a subscriber seem narrow, or as it is.
    pub(super) fn limit_path(&mut self, key: MemberKey, limit: Option<u64>) {
        let Some(peer) = self.members.get(key).map(|member| member.subscriber) else {
            return;
        };
        let path = self.peers.get_mut(peer).and_then(|entry| entry.path.as_mut());
        let Some(path) = path else { return };
        path.limit = limit;
        let path = path.told(path.controller.path());
        self.tell_path(key, Some(path));
    }

    pub(super) fn need(&mut self, id: MemberId, need: Need) {
        let now = self.time();
        let Some(peer) = self.member_mut(id).map(|member| member.subscriber) else {
            return;
        };
        if let Some(path) = self.peers.get_mut(peer).and_then(|entry| entry.path.as_mut()) {
            path.controller.set_need(now, need);
            self.arm_path(peer);
        }
    }

    /// A copy is paused, or ends: what of it waits is not wanted any more.
    pub(super) fn drop_waiting(&mut self, id: MemberId, track: TrackKey) {
        let Some(member) = self.member_mut(id) else { return };
        let (sender, peer) = (member.sender_of(track), member.subscriber);
        let path = self.peers.get_mut(peer).and_then(|entry| entry.path.as_mut());
        if let (Some(sender), Some(path)) = (sender, path) {
            path.pacer.forget(sender);
        }
    }

    /// Enters the deadlines of paths for which packets have begun to wait.
    pub(super) fn arm_waiting(&mut self) {
        while let Some(peer) = self.waiting.pop() {
            self.arm_path(peer);
        }
    }

    /// Sends what is due on a path: packets that waited, and padding.
    pub(super) fn fire_path(&mut self, peer: PeerKey, at: Instant) {
        let now = self.time();
        let Some(entry) = self.peers.get_mut(peer) else { return };
        let member = entry.member;
        let Some(path) = entry.path.as_mut().filter(|path| path.timer == Some(at)) else {
            return;
        };
        path.timer = None;
        let Due { padding, news } = path.controller.due(now);
        let news = news.map(|news| path.told(news));
        let room = self.members.get(member).map(|member| member.room);
        let before = self.outbox.appended();
        let mut egress = Forwarder::new(
            now,
            Stopwatch(&self.config.clock, self.epoch),
            &self.members,
            &mut self.peers,
            &mut self.outbox,
            &mut self.waiting,
        );
        egress.release(peer);
        if padding > 0
            && let Some(entry) = room.and_then(|room| self.rooms.get_mut(room))
        {
            entry.room.pad(member_id(member), padding, &mut egress);
        }
        self.count_sent(room, before);
        self.tell_path(member, news);
        self.arm_path(peer);
    }

    fn arm_path(&mut self, peer: PeerKey) {
        let now = self.time();
        let path = self.peers.get(peer).and_then(|entry| entry.path.as_ref());
        let Some(at) = path.and_then(|path| path.deadline(now)).map(|time| self.instant(time)) else {
            return;
        };
        let Some(path) = self.peers.get_mut(peer).and_then(|entry| entry.path.as_mut()) else {
            return;
        };
        if path.timer.is_none_or(|entered| at < entered) {
            path.timer = Some(at);
            self.timers.set(at, Owner::Path(peer));
        }
    }
}

#[cfg(test)]
mod tests {
    use sfu_core::codec::Codec;
    use sfu_core::output::SenderSpec;
    use sfu_core::publish::Carried;

    use super::*;
    use crate::worker::messages::{Command, Event};
    use crate::worker::tests::{config, join};

    fn packet() -> Outgoing<'static> {
        Outgoing {
            sequence: 1,
            timestamp: 1,
            marker: false,
            redundant: false,
            carried: Carried::default(),
            dependency: None,
            prefix: sfu_core::forward::Prefix::default(),
            rest: &[0; 1_000],
            padding: 0,
            repair: None,
        }
    }

    #[test]
    fn what_waits_of_a_copy_goes_with_it() {
        let (mut state, _told) = State::for_test(config(kit_core::ManualClock::fixed().clock()));
        let (events, mut received) = tokio::sync::mpsc::channel(16);
        let command: Command = join(events);
        state.command(command);
        let Some(Event::Joined(joined)) = received.blocking_recv() else {
            panic!("not let in")
        };
        let (id, track) = (member_id(joined.member), TrackKey::from_bits(7));
        let spec = SenderSpec {
            codec: Codec::Vp8,
            track: "TR_1".into(),
            publisher: "PA_2".into(),
            stream: "camera".to_owned(),
        };
        state.attach(id, track, &spec);
        let member = state.members.get(joined.member).expect("a member");
        let (peer, sender) = (member.subscriber, member.sender_of(track).expect("a copy"));
        let now = state.time();
        let path = state.peers.get_mut(peer).expect("a peer").path.insert(Box::default());
        let to = Destination { member: id, sender };
        // A path of a bit a second lets one packet go.
        assert!(path.pacer.admit(now, 1, to, &packet()));
        assert!(!path.pacer.admit(now, 1, to, &packet()));
        assert!(path.begins_to_wait());
        state.detach(id, track);
        state.attach(id, TrackKey::from_bits(8), &spec);
        let path = state.peers.get(peer).and_then(|entry| entry.path.as_ref());
        assert_eq!(path.map(|path| path.pacer.waiting()), Some(0), "the next has its place");
    }
}
