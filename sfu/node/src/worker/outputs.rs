//! What rooms want done.

use std::sync::Arc;

use bytes::Bytes;
use sfu_core::forward::{SenderNumbers, SenderStart};
use sfu_core::input::{DataKind as CoreDataKind, LeaveReason};
use sfu_core::output::{Participant, RoomState, SenderSpec};
use sfu_core::{Input, MemberId, Output, Telling, TrackKey};
use sfu_peer::rtcp::{SenderInfo, Writer};
use sfu_peer::{Codec, DataKind, H264Profile, Reception, SendData, StreamId, TrackSpec};
use tokio::sync::mpsc::error::TrySendError;

use super::member::{Binding, Line, MemberKey, Sender, Wire, member_id, random_sequence};
use super::messages::{Event, Joined, NodeEvent, RoomSummary, StreamState};
use super::notes::Note;
use super::rooms::RoomEntry;
use super::state::{RoomKey, State};
use crate::cache::fetch;
use crate::signal::Naming;

impl State {
    #[expect(
        clippy::too_many_lines,
        reason = "the closed list of all that a room wants done, each entry with the one call that does it"
    )]
    pub(super) fn output(&mut self, room: RoomKey, output: Output) {
        match output {
            Output::Joined {
                to,
                participant,
                others,
                state,
            } => self.joined(room, to, (participant, others), state),
            Output::Participants { to, participants } => {
                let participants: Arc<[_]> = participants.into();
                self.send_all(&to, || Event::Participants(Arc::clone(&participants)));
            }
            Output::Room { to, state } => self.tell_of_room(room, &to, &state),
            Output::Outcome { to, request, outcome } => self.send_to(to, Event::Outcome { request, outcome }),
            Output::Resumed {
                to,
                participant,
                state,
                speakers,
            } => {
                self.send_to(to, Event::Participants(Arc::new([participant])));
                self.tell_of_room(room, &[to], &state);
                self.send_to(to, Event::Speakers(speakers.into()));
                // The offer was made before the credentials changed, or never arrived.
                if let Some(key) = self.key_of(to) {
                    self.send_offer(key);
                }
            }
            Output::TrackPublished { to, cid, track } => {
                self.send_to(
                    to,
                    Event::TrackPublished {
                        cid,
                        track: Box::new(track),
                    },
                );
            }
            Output::TrackRefused { to, cid, refusal } => self.send_to(to, Event::TrackRefused { cid, refusal }),
            Output::TrackUnpublished { to, track } => self.send_to(to, Event::TrackUnpublished(track)),
            Output::Mute { to, track, muted } => self.send_to(to, Event::Mute { track, muted }),
            Output::SubscriptionRefused { to, track, refusal } => {
                self.send_to(to, Event::SubscriptionRefused { track, refusal });
            }
            Output::SubscriptionPermission {
                to,
                publisher,
                track,
                allowed,
            } => self.send_to(
                to,
                Event::SubscriptionPermission {
                    publisher,
                    track,
                    allowed,
                },
            ),
            Output::Subscribed { to, track } => self.send_to(to, Event::Subscribed(track)),
            Output::Demand { to, track, wanted } => self.tell_demand(to, track, wanted),
            Output::Connections { to, connections } => {
                let connections: Arc<[_]> = connections.into();
                self.send_all(&to, || Event::Connections(Arc::clone(&connections)));
            }
            Output::Speakers { to, speakers } => {
                let speakers: Arc<[_]> = speakers.into();
                self.send_all(&to, || Event::Speakers(Arc::clone(&speakers)));
            }
            Output::Data { to, kind, payload } => self.deliver(&to, kind, &payload),
            Output::Departed(traveller) => self.departed(traveller),
            Output::Arrived {
                to,
                participant,
                others,
            } => self.arrived(room, to, participant, others),
            Output::Left { member, reason } => self.left(member, reason),
            Output::StreamBound { member, stream, key } => {
                if let Some(member) = self.member_mut(member) {
                    member.stream_mut(StreamId(stream)).binding = Binding::Bound(key);
                }
            }
            Output::Attach { member, track, spec } => self.attach(member, track, &spec),
            Output::Detach { member, track } => self.detach(member, track),
            Output::StreamState {
                to,
                publisher,
                sid,
                track,
                paused,
            } => {
                if paused {
                    self.drop_waiting(to, track);
                }
                self.send_to(
                    to,
                    Event::StreamState(StreamState {
                        publisher,
                        track: sid,
                        paused,
                    }),
                );
            }
            Output::Need { member, need } => self.need(member, need),
            Output::KeyFrame { member, stream } => self.key_frame(self.original(member), stream),
            Output::SenderReport {
                member,
                sender,
                numbers,
            } => self.sender_report(member, sender, numbers),
            Output::Tell(telling) => self.tell_parts(room, &telling),
            Output::Closed => self.room_emptied(room),
        }
    }

    fn tell_parts(&mut self, room: RoomKey, telling: &Telling) {
        let Some(room) = self.rooms.get(room).map(|entry| entry.tag) else {
            return;
        };
        for part in &telling.to {
            let word = Arc::clone(&telling.word);
            self.say(*part, Note::Word { room, word });
        }
    }

    fn tell_of_room(&mut self, room: RoomKey, to: &[MemberId], state: &RoomState) {
        let Some(entry) = self.rooms.get(room) else { return };
        let summary = Arc::new(summary(entry, state.clone()));
        self.send_all(to, || Event::Room(Arc::clone(&summary)));
    }

    pub(super) fn send_event(&mut self, key: MemberKey, event: Event) {
        let Some(member) = self.members.get(key) else { return };
        let connection = member.signal.connection;
        // What a client misses while it is away it is told again when it is back.
        let Line::Open(events) = &member.signal.line else {
            return;
        };
        match events.try_send(event) {
            Ok(()) => {}
            Err(TrySendError::Closed(_)) => self.broken(key, connection),
            // The client does not read its signalling.
            Err(TrySendError::Full(_)) => {
                let (member, reason) = (member_id(key), LeaveReason::SignalLost);
                self.tell_room(key, Input::Leave { member, reason });
            }
        }
    }

    fn send_to(&mut self, to: MemberId, event: Event) {
        if let Some(key) = self.key_of(to) {
            self.send_event(key, event);
        }
    }

    fn send_all(&mut self, to: &[MemberId], event: impl Fn() -> Event) {
        for to in to {
            self.send_to(*to, event());
        }
    }

    fn joined(
        &mut self,
        room: RoomKey,
        to: MemberId,
        (participant, others): (Arc<Participant>, Vec<Arc<Participant>>),
        state: RoomState,
    ) {
        let Some(key) = self.key_of(to) else { return };
        let Some(entry) = self.rooms.get(room) else { return };
        let joined = Joined {
            worker: self.number,
            member: key,
            connection: self.members.get(key).map_or(0, |member| member.signal.connection),
            room: Arc::new(summary(entry, state)),
            participant,
            others,
        };
        self.send_event(key, Event::Joined(Box::new(joined)));
        if let Some(member) = self.members.get(key) {
            self.tell_node(NodeEvent::Joined {
                place: member.place.clone(),
            });
        }
        // The first offer connects the transport and opens the data channels, whatever there is to see.
        self.send_offer(key);
    }

    fn left(&mut self, id: MemberId, reason: LeaveReason) {
        let Some(key) = self.key_of(id) else { return };
        let Some(member) = self.members.remove(key) else { return };
        if let Some(origin) = member.origin {
            return self.forget_likeness(origin, key);
        }
        self.end_likenesses(&member.likenesses);
        self.calls.forget(key);
        member.say_last(Event::Left(reason));
        self.keep_last(&member);
        self.drop_peer(member.subscriber);
        if let Some(publisher) = member.publisher {
            self.drop_peer(publisher);
        }
        self.tell_node(NodeEvent::Left { place: member.place });
    }

    pub(super) fn deliver(&mut self, to: &[MemberId], kind: CoreDataKind, payload: &Bytes) {
        let now = self.now;
        for (at, id) in to.iter().enumerate() {
            self.approach_listener(&to[at..]);
            let Some(member) = self.member_mut(*id).filter(|member| member.origin.is_none()) else {
                continue;
            };
            let peer = member.subscriber;
            let Some(channel) = member.channel(kind) else {
                // Others see somebody as soon as they are in, and may well greet them at once.
                if kind == CoreDataKind::Reliable && !member.keep_early(payload) {
                    self.metrics.data_shed();
                }
                continue;
            };
            let Some(entry) = self.peers.get_mut(peer) else {
                continue;
            };
            // An overflow has closed the peer, whose event follows; the rest is as the channel promises.
            match entry.peer.send_data(now, channel, DataKind::Binary, payload) {
                SendData::Queued | SendData::Overflow => self.touch(peer),
                SendData::Dropped | SendData::Refused => {}
            }
        }
    }

    /// Lets the processor fetch what the next ones need, a step each time, as in [`super::egress`].
    fn approach_listener(&self, to: &[MemberId]) {
        if let Some(MemberId(index)) = to.get(3) {
            fetch(self.members.place(*index as usize));
        }
        let peer = |id: &MemberId| Some(self.members.get(self.key_of(*id)?)?.subscriber);
        if let Some(peer) = to.get(2).and_then(peer) {
            fetch(self.peers.place(peer.index()));
        }
        if let Some(entry) = to.get(1).and_then(peer).and_then(|peer| self.peers.get(peer)) {
            fetch(entry.peer.association());
        }
    }

    pub(super) fn attach(&mut self, id: MemberId, track: TrackKey, spec: &SenderSpec) {
        let Some(key) = self.key_of(id) else { return };
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(entry) = self.peers.get_mut(member.subscriber) else {
            return;
        };
        let wanted = TrackSpec {
            codec: peer_codec(spec.codec),
            // LiveKit's clients read the participant from the stream id: `PA_…|stream`.
            stream_id: match member.naming {
                Naming::Track => format!("{}|{}", spec.publisher, spec.stream),
                Naming::Stream => format!("{}|{}", spec.publisher, spec.track.as_str()),
            },
            track_id: spec.track.as_str().to_owned(),
        };
        match entry.peer.add_track(wanted) {
            Ok(handle) => {
                member.add_sender(Sender {
                    track,
                    handle,
                    wire: None,
                });
                self.offers_due.push(key);
            }
            Err(error) => tracing::debug!(member = ?key, %error, "a track cannot be sent"),
        }
    }

    pub(super) fn detach(&mut self, id: MemberId, track: TrackKey) {
        // What of it waits would leave under the numbers of whatever has its place next, and then nothing of that could.
        self.drop_waiting(id, track);
        let Some(key) = self.key_of(id) else { return };
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(handle) = member.remove_sender(track) else {
            return;
        };
        if let Some(entry) = self.peers.get_mut(member.subscriber) {
            entry.peer.remove_track(handle);
            self.offers_due.push(key);
        }
    }

    /// Offers what has changed, unless an offer is in the air already.
    pub(super) fn offer(&mut self, key: MemberKey) {
        let Some(subscriber) = self.members.get(key).map(|member| member.subscriber) else {
            return;
        };
        if self.peers.get(subscriber).is_some_and(|entry| entry.peer.needs_offer()) {
            self.send_offer(key);
        }
    }

    fn send_offer(&mut self, key: MemberKey) {
        let now = self.now;
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(entry) = self.peers.get_mut(member.subscriber) else {
            return;
        };
        match entry.peer.create_offer(now) {
            Ok(sdp) => {
                member.offer_id += 1;
                let (id, subscriber) = (member.offer_id, member.subscriber);
                self.touch(subscriber);
                self.send_event(key, Event::Offer { sdp, id });
            }
            Err(error) => tracing::error!(member = ?key, %error, "no offer could be made"),
        }
    }

    /// Starts the outgoing streams that the client has accepted.
    pub(super) fn start_accepted(&mut self, key: MemberKey) {
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        let Some(entry) = self.peers.get(member.subscriber) else {
            return;
        };
        let (mut ready, mut refused) = (Vec::new(), Vec::new());
        for (number, slot) in (0u32..).zip(&mut member.senders) {
            let Some(sender) = slot.as_mut().filter(|sender| sender.wire.is_none()) else {
                continue;
            };
            let Some(track) = entry.peer.track(sender.handle) else {
                continue;
            };
            match track.reception {
                Reception::Pending => continue,
                Reception::Accepted => {}
                Reception::Refused => {
                    refused.push(sender.track);
                    continue;
                }
            }
            let repair = track.rtx_ssrc.zip(track.rtx_payload_type);
            sender.wire = Some(Wire {
                ssrc: track.ssrc,
                payload_type: track.payload_type,
                red: track.red_payload_type,
                repair,
            });
            ready.push((number, sender.track, repair.is_some(), track.red_payload_type.is_some()));
        }
        let member = member_id(key);
        for track in refused {
            self.tell_room(key, Input::SenderRefused { member, track });
        }
        for (sender, track, has_repair, redundancy) in ready {
            let rng = &self.config.rng;
            let repair_sequence = has_repair.then(|| random_sequence(rng));
            let start = SenderStart {
                sequence: random_sequence(rng),
                repair_sequence,
                redundancy,
            };
            self.tell_room(
                key,
                Input::SenderReady {
                    member,
                    track,
                    sender,
                    start,
                },
            );
        }
    }

    fn key_frame(&mut self, id: MemberId, stream: u16) {
        let now = self.now;
        let Some(publisher) = self.member_mut(id).and_then(|member| member.publisher) else {
            return;
        };
        if let Some(entry) = self.peers.get_mut(publisher) {
            entry.peer.request_keyframe(now, StreamId(stream));
            self.touch(publisher);
        }
    }

    fn sender_report(&mut self, id: MemberId, sender: u32, numbers: SenderNumbers) {
        let now = self.now;
        let Some(key) = self.key_of(id) else { return };
        let Some(member) = self.members.get(key) else { return };
        let Some(wire) = member.sender(sender).and_then(|sender| sender.wire) else {
            return;
        };
        let subscriber = member.subscriber;
        let Some(entry) = self.peers.get_mut(subscriber) else {
            return;
        };
        let info = SenderInfo {
            ntp_time: numbers.ntp,
            rtp_time: numbers.rtp,
            packets: numbers.packets,
            octets: numbers.octets,
        };
        // RFC 3550 §6.1: a compound begins with a report and holds the source's canonical name.
        Writer::new(&mut self.rtcp)
            .sender_report(wire.ssrc, &info, &[])
            .canonical_name(wire.ssrc, "plenary");
        entry.peer.send_rtcp(now, &self.rtcp);
        self.touch(subscriber);
    }
}

pub(super) fn summary(entry: &RoomEntry, state: RoomState) -> RoomSummary {
    RoomSummary {
        sid: entry.sid.clone(),
        name: entry.name.clone(),
        created_ms: i64::try_from(entry.created.as_micros() / 1_000).unwrap_or_default(),
        state,
        settings: entry.settings,
    }
}

/// The transport's name of a codec. H.264 is offered in the profile that every browser can decode.
const fn peer_codec(codec: sfu_core::codec::Codec) -> Codec {
    match codec {
        sfu_core::codec::Codec::Opus => Codec::Opus,
        sfu_core::codec::Codec::Red => Codec::Red,
        sfu_core::codec::Codec::Vp8 => Codec::Vp8,
        sfu_core::codec::Codec::Vp9 => Codec::Vp9,
        sfu_core::codec::Codec::Av1 => Codec::Av1,
        sfu_core::codec::Codec::H264 => Codec::H264(H264Profile::ConstrainedBaseline),
    }
}
