//! Data channels: SCTP over DTLS with DCEP (RFC 8831, RFC 8832).

mod guard;
#[cfg(any(test, feature = "fuzz"))]
pub(crate) mod hostile;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use bytes::Bytes;
use rtc_datachannel::message::Message;
use rtc_datachannel::message::message_channel_ack::DataChannelAck;
use rtc_datachannel::message::message_channel_open::{CHANNEL_PRIORITY_NORMAL, ChannelType, DataChannelOpen};
use rtc_sctp::{
    Association, AssociationError, AssociationHandle, DatagramEvent, Endpoint, EndpointConfig, Event, Payload,
    PayloadProtocolIdentifier as Ppid, ReliabilityType, ServerConfig, StreamEvent, TransportConfig,
};
use rtc_shared::TransportProtocol;
use rtc_shared::marshal::{Marshal, Unmarshal};
use smallvec::SmallVec;

use crate::dtls::DtlsRole;
use crate::limits::{CHANNELS_MAX, LOSSY_BUFFER_BYTES_MAX, MESSAGE_BYTES_MAX, RELIABLE_BUFFER_BYTES_MAX};

/// A data channel of a peer: its SCTP stream id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u16);

/// Whether a message is text or bytes; kept from sender to receiver by its PPID, or text would arrive as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataKind {
    /// UTF-8 text.
    Text,
    /// Bytes.
    Binary,
}

/// What became of a message given to [`crate::Peer::send_data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendData {
    /// It waits for, or is on, its way.
    Queued,
    /// The lossy channel's buffer is full; the message was dropped, as such channels allow.
    Dropped,
    /// No such channel is open (yet), or the message exceeds its bound.
    Refused,
    /// The reliable channel's buffer is full: the peer has been closed ([`crate::CloseReason::DataOverflow`]).
    Overflow,
}

/// The label of the ordered, reliable channel that the server opens to a subscriber.
pub const RELIABLE: &str = "_reliable";
/// The label of the unordered channel without retransmission that the server opens to a subscriber.
pub const LOSSY: &str = "_lossy";

/// Streams each way in one association; clients of ours use three.
const STREAMS_MAX: u16 = 1024;
/// The port in the SCTP header, as in `a=sctp-port`.
pub(crate) const SCTP_PORT: u16 = 5000;
/// SCTP's addresses mean nothing inside DTLS.
const NOWHERE: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), SCTP_PORT));

/// What happened on the channels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DataEvent {
    Opened {
        channel: ChannelId,
        label: String,
        reliable: bool,
    },
    Message {
        channel: ChannelId,
        kind: DataKind,
        payload: Bytes,
    },
    Closed(ChannelId),
    Failed,
}

#[derive(Debug)]
struct Channel {
    id: u16,
    label: String,
    reliable: bool,
    /// The client has acknowledged, or opened, the channel.
    open: bool,
}

/// The SCTP association of one peer and its channels. Passive: the client initiates, as browsers do.
pub(crate) struct DataTransport {
    endpoint: Endpoint,
    association: Option<(AssociationHandle, Box<Association>)>,
    /// Our INIT ACK, until the association stands.
    greeting: Vec<u8>,
    /// The client repeats its INIT: it has not got our answer.
    greets_again: bool,
    channels: SmallVec<[Channel; 3]>,
    /// Whether we open `_reliable` and `_lossy`.
    opens_channels: bool,
    role: DtlsRole,
}

impl std::fmt::Debug for DataTransport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("DataTransport")
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// Configuration shared by all peers of the process.
static CONFIGS: LazyLock<(Arc<EndpointConfig>, Arc<ServerConfig>)> = LazyLock::new(|| {
    let message_bytes = u32::try_from(MESSAGE_BYTES_MAX).unwrap_or(u32::MAX);
    let transport = TransportConfig::default()
        .with_sctp_port(SCTP_PORT)
        .with_max_message_size(message_bytes)
        .with_max_num_inbound_streams(STREAMS_MAX)
        .with_max_num_outbound_streams(STREAMS_MAX);
    (Arc::new(EndpointConfig::new()), Arc::new(ServerConfig::new(transport)))
});

impl DataTransport {
    pub(crate) fn association(&self) -> Option<&impl Sized> {
        self.association.as_ref().map(|(_, association)| &**association)
    }

    pub(crate) fn new(opens_channels: bool) -> Self {
        let (endpoint, server) = &*CONFIGS;
        let endpoint = Endpoint::new(NOWHERE, TransportProtocol::UDP, endpoint.clone(), Some(server.clone()));
        Self {
            endpoint,
            association: None,
            greeting: Vec::new(),
            greets_again: false,
            channels: SmallVec::new(),
            opens_channels,
            role: DtlsRole::Server,
        }
    }

    /// Learns which end of DTLS is ours: channels are numbered by it.
    pub(crate) const fn note_role(&mut self, role: DtlsRole) {
        self.role = role;
    }

    /// Takes an SCTP packet out of DTLS.
    pub(crate) fn handle_packet(&mut self, now: Instant, packet: Bytes, events: &mut Vec<DataEvent>) {
        if !guard::is_readable(&packet) {
            return;
        }
        if self.association.is_some() && guard::is_init(&packet) {
            // `rtc-sctp` would begin a second association, and never answer for the first. A repeated INIT is the same
            // (RFC 9260 §5.1, A), and so is its answer. A different one would be a restart; no client of ours does that.
            self.greets_again = !self.greeting.is_empty();
            return;
        }
        match self.endpoint.handle(now, NOWHERE, None, packet) {
            Some((handle, DatagramEvent::NewAssociation(association))) => {
                self.association = Some((handle, Box::new(association)));
            }
            Some((handle, DatagramEvent::AssociationEvent(event))) => {
                if let Some((_, association)) = self.association.as_mut().filter(|(known, _)| *known == handle) {
                    association.handle_event(event);
                }
            }
            _ => {}
        }
        self.drain(now, events);
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, events: &mut Vec<DataEvent>) {
        if let Some((_, association)) = &mut self.association {
            association.handle_timeout(now);
        }
        self.drain(now, events);
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.association
            .as_ref()
            .and_then(|(_, association)| association.poll_timeout())
    }

    /// Hands the packets that are to be sent to `send`.
    pub(crate) fn transmit(&mut self, now: Instant, mut send: impl FnMut(&[u8])) {
        let Some((_, association)) = &mut self.association else {
            return;
        };
        if std::mem::take(&mut self.greets_again) {
            send(&self.greeting);
        }
        // Once: it answers with all that may leave now.
        let transmit = association.poll_transmit(now).map(|transmit| transmit.message);
        let Some(Payload::RawEncode(packets)) = transmit else {
            return;
        };
        for packet in packets {
            if guard::is_init_ack(&packet) {
                self.greeting = packet.to_vec();
            }
            send(&packet);
        }
    }

    /// Queues a message; what is sent to many is shared by them, not copied.
    pub(crate) fn send(&mut self, now: Instant, channel: ChannelId, kind: DataKind, payload: &Bytes) -> SendData {
        let known = self.channels.iter().find(|known| known.id == channel.0 && known.open);
        let Some(reliable) = known.map(|known| known.reliable) else {
            return SendData::Refused;
        };
        if payload.len() > MESSAGE_BYTES_MAX {
            return SendData::Refused;
        }
        let association = self.association.as_mut().map(|(_, association)| association);
        let Some(mut stream) = association.and_then(|association| association.stream(channel.0).ok()) else {
            return SendData::Refused;
        };
        let waiting = stream.buffered_amount().unwrap_or_default() + payload.len();
        if !reliable && waiting > LOSSY_BUFFER_BYTES_MAX {
            return SendData::Dropped;
        }
        if reliable && waiting > RELIABLE_BUFFER_BYTES_MAX {
            return SendData::Overflow;
        }
        // RFC 8831 §6.6: SCTP has no empty messages, so their kind says it and one byte is sent.
        let empty = Bytes::from_static(&[0]);
        let (ppid, payload) = match (kind, payload.is_empty()) {
            (DataKind::Text, true) => (Ppid::StringEmpty, &empty),
            (DataKind::Text, false) => (Ppid::String, payload),
            (DataKind::Binary, true) => (Ppid::BinaryEmpty, &empty),
            (DataKind::Binary, false) => (Ppid::Binary, payload),
        };
        match stream.write_chunk_with_ppi(now, payload, ppid) {
            Ok(_) => SendData::Queued,
            Err(_) => SendData::Refused,
        }
    }

    /// The open channel with a label.
    pub(crate) fn channel(&self, label: &str) -> Option<ChannelId> {
        let known = self
            .channels
            .iter()
            .find(|channel| channel.open && channel.label == label);
        known.map(|channel| ChannelId(channel.id))
    }

    pub(crate) fn buffered(&mut self, channel: ChannelId) -> usize {
        let association = self.association.as_mut().map(|(_, association)| association);
        association
            .and_then(|association| association.stream(channel.0).ok())
            .and_then(|stream| stream.buffered_amount().ok())
            .unwrap_or_default()
    }

    fn drain(&mut self, now: Instant, events: &mut Vec<DataEvent>) {
        while let Some((handle, association)) = &mut self.association {
            if let Some(event) = association.poll_endpoint_event() {
                self.endpoint.handle_event(*handle, event);
                continue;
            }
            let Some(event) = association.poll() else { break };
            match event {
                Event::Connected => {
                    self.greeting = Vec::new();
                    if self.opens_channels {
                        self.open_channels(now);
                    }
                }
                Event::Stream(StreamEvent::Readable { id }) => self.read(now, id, events),
                Event::AssociationLost {
                    reason: AssociationError::Reset,
                    id,
                } => self.remove(id, events),
                Event::AssociationLost { .. } | Event::HandshakeFailed { .. } => {
                    self.association = None;
                    self.channels.clear();
                    events.push(DataEvent::Failed);
                }
                _ => {}
            }
        }
    }

    /// Opens the two channels a subscriber of LiveKit's protocol expects. RFC 8832 §6: the DTLS client uses even
    /// ids, the server odd ones.
    fn open_channels(&mut self, now: Instant) {
        let first = match self.role {
            DtlsRole::Client => 0,
            DtlsRole::Server => 1,
        };
        for (id, label, channel_type) in [
            (first, RELIABLE, ChannelType::Reliable),
            (first + 2, LOSSY, ChannelType::PartialReliableRexmitUnordered),
        ] {
            let open = DataChannelOpen {
                channel_type,
                priority: CHANNEL_PRIORITY_NORMAL,
                reliability_parameter: 0,
                label: label.as_bytes().to_vec(),
                protocol: Vec::new(),
            };
            let Some((_, association)) = &mut self.association else {
                return;
            };
            let Ok(mut stream) = association.open_stream(id, Ppid::Binary) else {
                continue;
            };
            let (unordered, reliability) = delivery(channel_type);
            let Ok(message) = Message::DataChannelOpen(open).marshal() else {
                continue;
            };
            // The open message itself is sent reliably (RFC 8832 §6); parameters follow for what comes after.
            let sent = stream.write_with_ppi(now, &message, Ppid::Dcep);
            if sent.is_ok() && stream.set_reliability_params(unordered, reliability, 0).is_ok() {
                let reliable = reliability == ReliabilityType::Reliable;
                self.channels.push(Channel {
                    id,
                    label: label.to_owned(),
                    reliable,
                    open: false,
                });
            }
        }
    }

    fn read(&mut self, now: Instant, id: u16, events: &mut Vec<DataEvent>) {
        loop {
            let Some((_, association)) = &mut self.association else {
                return;
            };
            let Ok(mut stream) = association.stream(id) else { return };
            let Ok(Some(chunks)) = stream.read_sctp() else { return };
            let Ok(payload) = chunks.to_payload(MESSAGE_BYTES_MAX) else {
                continue;
            };
            let payload = payload.freeze();
            let (kind, payload) = match chunks.ppi {
                Ppid::Dcep => {
                    self.control(now, id, payload, events);
                    continue;
                }
                Ppid::String => (DataKind::Text, payload),
                Ppid::Binary => (DataKind::Binary, payload),
                Ppid::StringEmpty => (DataKind::Text, Bytes::new()),
                Ppid::BinaryEmpty => (DataKind::Binary, Bytes::new()),
                _ => continue,
            };
            if self.channels.iter().any(|channel| channel.id == id && channel.open) {
                events.push(DataEvent::Message {
                    channel: ChannelId(id),
                    kind,
                    payload,
                });
            }
        }
    }

    /// A DCEP message: an acknowledgement of our channel, or a channel of the client's.
    pub(crate) fn control(&mut self, now: Instant, id: u16, mut payload: Bytes, events: &mut Vec<DataEvent>) {
        if !guard::is_dcep(&payload) {
            return;
        }
        match Message::unmarshal(&mut payload) {
            Ok(Message::DataChannelAck(_)) => {
                let waiting = self
                    .channels
                    .iter_mut()
                    .find(|channel| channel.id == id && !channel.open);
                if let Some(channel) = waiting {
                    channel.open = true;
                    events.push(opened(channel));
                }
            }
            Ok(Message::DataChannelOpen(open)) => {
                let known = self.channels.iter().any(|channel| channel.id == id);
                let Some((_, association)) = &mut self.association else {
                    return;
                };
                let Ok(mut stream) = association.stream(id) else { return };
                if known || self.channels.len() >= CHANNELS_MAX {
                    // Resetting the stream is how DCEP closes a channel (RFC 8831 §6.7).
                    let _ = stream.close(now);
                    return;
                }
                let Ok(ack) = Message::DataChannelAck(DataChannelAck {}).marshal() else {
                    return;
                };
                let acknowledged = stream.write_with_ppi(now, &ack, Ppid::Dcep);
                let (unordered, reliability) = delivery(open.channel_type);
                let set = stream.set_reliability_params(unordered, reliability, open.reliability_parameter);
                if acknowledged.is_ok() && set.is_ok() {
                    let label = String::from_utf8_lossy(&open.label).into_owned();
                    let reliable = reliability == ReliabilityType::Reliable;
                    let channel = Channel {
                        id,
                        label,
                        reliable,
                        open: true,
                    };
                    events.push(opened(&channel));
                    self.channels.push(channel);
                }
            }
            _ => {}
        }
    }

    fn remove(&mut self, id: u16, events: &mut Vec<DataEvent>) {
        if let Some(at) = self.channels.iter().position(|channel| channel.id == id) {
            self.channels.remove(at);
            events.push(DataEvent::Closed(ChannelId(id)));
        }
    }
}

fn opened(channel: &Channel) -> DataEvent {
    DataEvent::Opened {
        channel: ChannelId(channel.id),
        label: channel.label.clone(),
        reliable: channel.reliable,
    }
}

/// Whether a channel type is unordered, and what SCTP promises for it.
fn delivery(channel_type: ChannelType) -> (bool, ReliabilityType) {
    match channel_type {
        ChannelType::ReliableUnordered => (true, ReliabilityType::Reliable),
        ChannelType::PartialReliableRexmit => (false, ReliabilityType::Rexmit),
        ChannelType::PartialReliableRexmitUnordered => (true, ReliabilityType::Rexmit),
        ChannelType::PartialReliableTimed => (false, ReliabilityType::Timed),
        ChannelType::PartialReliableTimedUnordered => (true, ReliabilityType::Timed),
        _ => (false, ReliabilityType::Reliable),
    }
}

#[cfg(test)]
mod tests;
