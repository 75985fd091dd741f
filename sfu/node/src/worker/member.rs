//! What a worker keeps of one member beside what the room knows.

use std::time::Instant;

use bytes::Bytes;
use kit_core::Rng;
use sfu_core::input::DataKind;
use sfu_core::slots::Key;
use sfu_core::{MemberId, StreamKey, TrackKey};
use sfu_peer::{ChannelId, Mid, StreamId, TrackHandle};
use tokio::sync::mpsc;

use super::messages::{Event, Place};
use super::peers::PeerKey;
use super::seeing::Watch;
use super::simulate::Cut;
use super::state::RoomKey;
use crate::limits::{DATA_BURST, DATA_PER_SECOND, EARLY_BYTES_MAX, EARLY_MESSAGES_MAX, PREFERENCES_MAX};
use crate::rate::Bucket;
use crate::signal::Naming;
use crate::signal::preference::Preference;

/// Names a member of a worker for as long as they are there.
pub(crate) type MemberKey = Key<Member>;

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) room: RoomKey,
    pub(crate) place: Place,
    /// The room that they are on the way to, and the token for it.
    pub(crate) destination: Option<(RoomKey, String)>,
    pub(crate) signal: Signal,
    /// The number of the last reliable message that came; 0 before the first.
    pub(crate) last_message: u32,
    pub(crate) subscriber: PeerKey,
    /// Made with the first offer: most viewers never send.
    pub(crate) publisher: Option<PeerKey>,
    pub(crate) streams: Vec<Stream>,
    pub(crate) senders: Vec<Option<Sender>>,
    pub(crate) reliable: Option<ChannelId>,
    pub(crate) lossy: Option<ChannelId>,
    /// Whose likeness this is, if it is one: it has no client.
    pub(crate) origin: Option<MemberKey>,
    /// Their likenesses in other rooms.
    pub(crate) likenesses: Vec<MemberKey>,
    /// Their client missed a new token while it was away.
    pub(crate) needs_token: bool,
    /// Reliable messages that came before the client's channel was open, oldest first.
    pub(crate) early: Vec<Bytes>,
    pub(crate) incoming: Vec<(ChannelId, DataKind)>,
    pub(crate) data_rate: Bucket,
    pub(crate) offer_id: u32,
    pub(crate) naming: Naming,
    /// What the client wants to send its newest tracks as, by its names for them.
    pub(crate) preferences: Vec<(String, Preference)>,
    /// How their connection is. Apart: sending reads the rest for each picture, and fetches what it is read with.
    pub(crate) watch: Box<Watch>,
}

/// A member's signalling.
#[derive(Debug)]
pub(crate) struct Signal {
    /// The newest connection's number. What an earlier one says of its end is no news.
    pub(crate) connection: u32,
    pub(crate) line: Line,
    /// What the client wants done to its next connection.
    pub(crate) cut: Option<Cut>,
}

/// Where a member's events go.
#[derive(Debug)]
pub(crate) enum Line {
    /// To the client.
    Open(mpsc::Sender<Event>),
    /// Nowhere; the member is put out at this time unless the client comes back.
    Broken { until: Instant },
}

/// What a received stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) binding: Binding,
    pub(crate) ssrc: u32,
    pub(crate) mid: Option<Mid>,
}

/// How far a stream is on its way to a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Not asked yet.
    Unknown,
    /// The room knows no track for it; asked again after the next offer or announcement.
    Refused,
    /// A layer of a track.
    Bound(StreamKey),
}

/// An outgoing stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender {
    pub(crate) track: TrackKey,
    pub(crate) handle: TrackHandle,
    /// What it is on the wire, once the client has accepted it.
    pub(crate) wire: Option<Wire>,
}

/// The numbers of an outgoing stream on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) ssrc: u32,
    pub(crate) payload_type: u8,
    /// Payload type of redundant audio.
    pub(crate) red: Option<u8>,
    /// SSRC and payload type of retransmissions.
    pub(crate) repair: Option<(u32, u8)>,
}

impl Member {
    /// Somebody who has nothing yet, in a room.
    pub(crate) fn new(room: RoomKey, place: Place, line: Line, now: Instant) -> Self {
        Self {
            room,
            place,
            signal: Signal {
                connection: 0,
                line,
                cut: None,
            },
            last_message: 0,
            destination: None,
            subscriber: Key::from_bits(u64::MAX),
            publisher: None,
            streams: Vec::new(),
            senders: Vec::new(),
            reliable: None,
            lossy: None,
            origin: None,
            likenesses: Vec::new(),
            early: Vec::new(),
            needs_token: false,
            incoming: Vec::new(),
            data_rate: Bucket::new(DATA_BURST, DATA_PER_SECOND, now),
            offer_id: 0,
            naming: Naming::Track,
            preferences: Vec::new(),
            watch: Box::default(),
        }
    }

    /// Notes the number of a reliable message. False for one that came before: after an interruption clients send again
    /// what we may not have.
    pub(crate) const fn is_new_message(&mut self, sequence: u32) -> bool {
        if sequence == 0 {
            return true;
        }
        let ahead = sequence.wrapping_sub(self.last_message);
        if self.last_message != 0 && (ahead == 0 || ahead >= 1 << 31) {
            return false;
        }
        self.last_message = sequence;
        true
    }

    /// Keeps a reliable message until the client's channel is open; false when it is one too many.
    pub(crate) fn keep_early(&mut self, payload: &Bytes) -> bool {
        let bytes: usize = self.early.iter().map(Bytes::len).sum();
        let has_room = self.early.len() < EARLY_MESSAGES_MAX && bytes + payload.len() <= EARLY_BYTES_MAX;
        if has_room {
            self.early.push(payload.clone());
        }
        has_room
    }

    /// Says a last word to the client, if it can be reached.
    pub(crate) fn say_last(&self, event: Event) {
        if let Line::Open(events) = &self.signal.line {
            let _ = events.try_send(event);
        }
    }

    /// The stream's entry, made when it is new.
    pub(crate) fn stream_mut(&mut self, stream: StreamId) -> &mut Stream {
        let index = usize::from(stream.0);
        if self.streams.len() <= index {
            self.streams.resize(
                index + 1,
                Stream {
                    binding: Binding::Unknown,
                    ssrc: 0,
                    mid: None,
                },
            );
        }
        &mut self.streams[index]
    }

    /// Notes what the client wants to send a track as.
    pub(crate) fn prefer(&mut self, cid: &str, preference: Option<Preference>) {
        self.preferences.retain(|(known, _)| known != cid);
        if self.preferences.len() == PREFERENCES_MAX {
            self.preferences.remove(0);
        }
        self.preferences
            .extend(preference.map(|preference| (cid.to_owned(), preference)));
    }

    /// What the client wants to send a track as.
    pub(crate) fn preferred(&self, cid: &str) -> Option<Preference> {
        self.preferences
            .iter()
            .find(|(known, _)| known == cid)
            .map(|(_, preference)| *preference)
    }

    /// Streams that no track was found for, or whose track is gone, are asked about again.
    pub(crate) fn retry_streams(&mut self, is_published: impl Fn(StreamKey) -> bool) {
        for stream in &mut self.streams {
            let is_settled = matches!(stream.binding, Binding::Bound(key) if is_published(key));
            if !is_settled {
                stream.binding = Binding::Unknown;
            }
        }
    }

    /// The stream of this SSRC and its track.
    pub(crate) fn bound_ssrc(&self, ssrc: u32) -> Option<StreamKey> {
        self.streams.iter().find_map(|stream| match stream.binding {
            Binding::Bound(key) if stream.ssrc == ssrc => Some(key),
            _ => None,
        })
    }

    /// Enters an outgoing stream, at the first free number.
    pub(crate) fn add_sender(&mut self, sender: Sender) -> u32 {
        let free = self.senders.iter().position(Option::is_none);
        let index = free.unwrap_or_else(|| {
            self.senders.push(None);
            self.senders.len() - 1
        });
        self.senders[index] = Some(sender);
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The outgoing stream of this number.
    pub(crate) fn sender(&self, number: u32) -> Option<&Sender> {
        self.senders.get(usize::try_from(number).ok()?)?.as_ref()
    }

    /// The number of the outgoing stream of a track.
    pub(crate) fn sender_of(&self, track: TrackKey) -> Option<u32> {
        let is_it = |sender: &Option<Sender>| sender.is_some_and(|sender| sender.track == track);
        u32::try_from(self.senders.iter().position(is_it)?).ok()
    }

    /// The track that the peer knows by this handle.
    pub(crate) fn track_of(&self, handle: TrackHandle) -> Option<TrackKey> {
        self.senders
            .iter()
            .flatten()
            .find(|sender| sender.handle == handle)
            .map(|sender| sender.track)
    }

    /// Takes the outgoing stream of a track away.
    pub(crate) fn remove_sender(&mut self, track: TrackKey) -> Option<TrackHandle> {
        let slot = self
            .senders
            .iter_mut()
            .find(|slot| slot.is_some_and(|sender| sender.track == track))?;
        slot.take().map(|sender| sender.handle)
    }

    /// The channel of the subscriber's peer that carries this kind.
    pub(crate) const fn channel(&self, kind: DataKind) -> Option<ChannelId> {
        match kind {
            DataKind::Reliable => self.reliable,
            DataKind::Lossy => self.lossy,
        }
    }
}

/// The room's number for the member at a key.
pub(crate) fn member_id(key: MemberKey) -> MemberId {
    MemberId(u32::try_from(key.index()).unwrap_or(u32::MAX))
}

/// A random 16-bit number to begin sequence numbers with.
pub(crate) fn random_sequence(rng: &Rng) -> u16 {
    u16::from_le_bytes(rng.bytes())
}
