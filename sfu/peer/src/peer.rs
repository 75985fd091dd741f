//! The facade: one peer's transport and session, driven by datagrams, deadlines and commands.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use crate::data::{ChannelId, DataKind, SendData};
use crate::demux::PeerKey;
use crate::error::{CloseReason, NegotiationError};
use crate::identity::NodeIdentity;
use crate::media::{ExtensionIds, StreamId, StreamInfo};
use crate::rtp::{Extensions, Header, RtpPacket};
use crate::sdp::{OutboundTrack, ReceiveSection, TrackHandle, TrackSpec};
use crate::{rtcp, srtp};

/// Which side of a LiveKit v0 participant a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The client offers and sends media; data channels are the client's.
    Publisher,
    /// The server offers and sends media; it opens the channels `_reliable` and `_lossy`.
    Subscriber,
}

/// What a peer is made from.
#[derive(Clone, Debug)]
pub struct PeerConfig {
    /// The node's name for this peer; comes back from [`crate::demux::peer_key`].
    pub key: PeerKey,
    /// Direction of the session.
    pub role: Role,
    /// Certificate and crypto provider of the node.
    pub identity: NodeIdentity,
    /// Addresses of the node's UDP socket as clients reach it; each becomes a host candidate, the first preferred.
    pub candidates: Vec<SocketAddr>,
    /// 32 secret random bytes, used once: ICE credentials, SSRCs and session ids are derived from them.
    pub seed: [u8; 32],
}

/// A datagram to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub to: SocketAddr,
    /// What.
    pub payload: Bytes,
}

/// What a peer has to say when polled.
#[derive(Debug)]
pub enum Output {
    /// Send this datagram.
    Transmit(Transmit),
    /// This happened.
    Event(Event),
    /// Nothing more now; call [`Peer::handle_timeout`] at this instant, unless something else comes first.
    Timeout(Instant),
}

/// Something that happened to a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// DTLS is done and the client's certificate verified: media and data may flow.
    Connected,
    /// Datagrams from this address belong to this peer from now on.
    AddressValidated(SocketAddr),
    /// Datagrams from this address are no longer this peer's.
    AddressRetired(SocketAddr),
    /// Media and data now go to this address: the client nominated another path.
    AddressSelected(SocketAddr),
    /// The client began to use the credentials of the last ICE restart.
    IceRestarted,
    /// A data channel is open, whoever opened it.
    ChannelOpened {
        /// Its id.
        channel: ChannelId,
        /// Its label: `_reliable`, `_lossy`, ….
        label: String,
        /// Whether messages arrive in order and always.
        reliable: bool,
    },
    /// A message came.
    Data {
        /// The channel.
        channel: ChannelId,
        /// Text or bytes.
        kind: DataKind,
        /// The message.
        payload: Bytes,
    },
    /// A channel was closed by the client.
    ChannelClosed(ChannelId),
    /// The peer has ended; drop it once its remaining output is drained.
    Closed(CloseReason),
}

/// What a datagram contained for the caller, borrowed from the datagram.
#[derive(Debug)]
pub enum Received<'d> {
    /// Nothing beyond what [`Peer::poll_output`] tells.
    Nothing,
    /// A media packet.
    Rtp(RtpPacket<'d>),
    /// A decrypted RTCP compound: sender reports of a publisher; NACK, PLI, transport feedback of a subscriber.
    Rtcp(rtcp::Compound<'d>),
}

/// One peer. See the crate's documentation for the contract.
#[derive(Debug)]
pub struct Peer {}

impl Peer {
    /// Makes a peer that waits for its first offer (publisher) or is ready to make one (subscriber).
    pub fn new(config: PeerConfig, now: Instant) -> Self {
        unimplemented!("{config:?} {now:?}")
    }

    /// The key it was made with.
    pub fn key(&self) -> PeerKey {
        unimplemented!()
    }

    /// Takes a datagram that came from `from`. SRTP is opened in place, so `datagram` holds plain bytes afterwards.
    /// Malformed, forged and unexpected datagrams are dropped and counted ([`Peer::dropped`]).
    pub fn handle_datagram<'d>(&mut self, now: Instant, from: SocketAddr, datagram: &'d mut [u8]) -> Received<'d> {
        unimplemented!("{now:?} {from} {datagram:?}")
    }

    /// Does what is due at `now`: consent expiry, DTLS and SCTP retransmission, receiver feedback.
    pub fn handle_timeout(&mut self, now: Instant) {
        unimplemented!("{now:?}")
    }

    /// The next thing to do; to be called until it returns [`Output::Timeout`].
    pub fn poll_output(&mut self, now: Instant) -> Output {
        unimplemented!("{now:?}")
    }

    /// Publisher: takes a client's offer and answers it. A new offer with new ICE credentials is an ICE restart; the
    /// old credentials go on working until the new ones are first used.
    ///
    /// # Errors
    ///
    /// Refuses what cannot be answered; the peer stays as it was.
    pub fn accept_offer(&mut self, now: Instant, offer: &str) -> Result<String, NegotiationError> {
        unimplemented!("{now:?} {offer}")
    }

    /// Publisher: the audio and video sections of the last offer; match [`ReceiveSection::track_id`] with AddTrack's cid.
    pub fn receive_sections(&self) -> &[ReceiveSection] {
        unimplemented!()
    }

    /// What a [`StreamId`] stands for; `None` for one this peer never gave out.
    pub fn stream(&self, stream: StreamId) -> Option<&StreamInfo> {
        unimplemented!("{stream:?}")
    }

    /// Asks the publisher for a keyframe of `stream` (PLI). Rate limits are the caller's.
    pub fn request_keyframe(&mut self, now: Instant, stream: StreamId) {
        unimplemented!("{now:?} {stream:?}")
    }

    /// Subscriber: adds a track to send. It can be sent at once for clients that know it; call [`Peer::create_offer`].
    /// A free section of the same kind is used again.
    ///
    /// # Errors
    ///
    /// Refuses beyond [`crate::limits::SECTIONS_MAX`] sections, and on a publisher.
    pub fn add_track(&mut self, spec: TrackSpec) -> Result<TrackHandle, NegotiationError> {
        unimplemented!("{spec:?}")
    }

    /// Subscriber: removes a track; its section becomes inactive with the next offer, and free with its answer.
    pub fn remove_track(&mut self, track: TrackHandle) {
        unimplemented!("{track:?}")
    }

    /// Subscriber: what a track is on the wire: mid, SSRCs, payload types, whether the client has accepted it.
    pub fn track(&self, track: TrackHandle) -> Option<&OutboundTrack> {
        unimplemented!("{track:?}")
    }

    /// Subscriber: which track an SSRC of RTCP feedback means, and whether it is the track's RTX stream.
    pub fn track_by_ssrc(&self, ssrc: u32) -> Option<(TrackHandle, bool)> {
        unimplemented!("{ssrc}")
    }

    /// Subscriber: whether tracks changed since the last offer (and no offer is in the air), so that one is due.
    pub fn needs_offer(&self) -> bool {
        unimplemented!()
    }

    /// Subscriber: makes the next offer. One may be in the air at a time; a second call before the answer replaces it.
    ///
    /// # Errors
    ///
    /// Refuses on a publisher.
    pub fn create_offer(&mut self, now: Instant) -> Result<String, NegotiationError> {
        unimplemented!("{now:?}")
    }

    /// Subscriber: takes the client's answer to the last offer.
    ///
    /// # Errors
    ///
    /// Refuses an answer that does not fit the offer; the peer stays as it was.
    pub fn accept_answer(&mut self, now: Instant, answer: &str) -> Result<(), NegotiationError> {
        unimplemented!("{now:?} {answer}")
    }

    /// Subscriber: the next offer carries new ICE credentials (a resumed session).
    pub fn restart_ice(&mut self) {
        unimplemented!()
    }

    /// Whether media and data may flow.
    pub fn is_connected(&self) -> bool {
        unimplemented!()
    }

    /// Where media goes, once an address was nominated.
    pub fn remote(&self) -> Option<SocketAddr> {
        unimplemented!()
    }

    /// The sending half for the hot path; `None` unless connected.
    pub fn outbound(&mut self) -> Option<Outbound<'_>> {
        unimplemented!()
    }

    /// Seals and queues an RTCP compound made with [`rtcp::Writer`]. Does nothing unless connected.
    pub fn send_rtcp(&mut self, now: Instant, compound: &[u8]) {
        unimplemented!("{now:?} {compound:?}")
    }

    /// Sends a message. See [`SendData`] for what may become of it.
    pub fn send_data(&mut self, now: Instant, channel: ChannelId, kind: DataKind, payload: &[u8]) -> SendData {
        unimplemented!("{now:?} {channel:?} {kind:?} {payload:?}")
    }

    /// The open channel with this label.
    pub fn channel(&self, label: &str) -> Option<ChannelId> {
        unimplemented!("{label}")
    }

    /// Bytes that wait in a channel's send buffer.
    pub fn buffered_amount(&self, channel: ChannelId) -> usize {
        unimplemented!("{channel:?}")
    }

    /// Datagrams dropped so far: forged, replayed, malformed or out of place.
    pub fn dropped(&self) -> u64 {
        unimplemented!()
    }

    /// Ends the peer with DTLS' close_notify; [`Event::Closed`] follows.
    pub fn close(&mut self, now: Instant) {
        unimplemented!("{now:?}")
    }
}

/// The sending half of a connected peer, borrowed for a batch of packets.
#[derive(Debug)]
pub struct Outbound<'p> {
    remote: SocketAddr,
    sealer: &'p mut srtp::Sealer,
    ids: &'p ExtensionIds,
    transport_sequence: &'p mut u16,
}

impl Outbound<'_> {
    /// Where the sealed packets go.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Bytes that sealing appends to an RTP packet: 16 with AES-GCM, 10 with AES-CM.
    pub fn overhead(&self) -> usize {
        self.sealer.rtp_overhead()
    }

    /// The next transport-wide sequence number, for [`Extensions::transport_sequence`]; `None` if the client did not
    /// negotiate it. Take one for each packet that is really sent.
    pub fn next_transport_sequence(&mut self) -> Option<u16> {
        self.ids.transport_sequence?;
        *self.transport_sequence = self.transport_sequence.wrapping_add(1);
        Some(*self.transport_sequence)
    }

    /// Writes header, extensions and the pieces of the payload into `buffer`, seals them in place and answers the
    /// packet's length.
    ///
    /// # Errors
    ///
    /// See [`srtp::SealError`]; `buffer`'s content is then meaningless and nothing may be sent.
    #[inline]
    pub fn write_rtp(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        extensions: &Extensions<'_>,
        payload: &[&[u8]],
    ) -> Result<usize, srtp::SealError> {
        unimplemented!("{buffer:?} {header:?} {extensions:?} {payload:?}")
    }
}
