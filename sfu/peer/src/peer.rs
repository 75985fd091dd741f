//! The facade: one peer's transport and session, driven by datagrams, deadlines and commands.

mod negotiate;
mod send;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::data::{ChannelId, DataEvent, DataKind, DataTransport};
use crate::demux::{self, DatagramKind, PeerKey};
use crate::dtls::{Dtls, Step};
use crate::entropy::Entropy;
use crate::error::CloseReason;
use crate::ice::Agent;
use crate::identity::NodeIdentity;
use crate::media::ExtensionIds;
use crate::receive::Receiver;
use crate::rtcp;
use crate::rtp::RtpPacket;
use crate::sdp::{Offerer, ReceiveSection};
use crate::srtp::Session;

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
    /// A report on the client's streams was written.
    Reported {
        /// The greatest share of a stream that was lost since the one before, in 1/256.
        fraction_lost: u8,
    },
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

pub use send::Outbound;

/// How long a peer without any deadline may sleep.
const IDLE: Duration = Duration::from_secs(3600);

/// One peer. See the crate's documentation for the contract.
#[derive(Debug)]
pub struct Peer {
    key: PeerKey,
    identity: NodeIdentity,
    candidates: Vec<SocketAddr>,
    entropy: Entropy,
    session_id: u64,
    /// Descriptions made so far.
    descriptions: u64,
    ice: Agent,
    dtls: Dtls,
    srtp: Option<Box<Session>>,
    data: DataTransport,
    side: Side,
    /// Header extensions that the client takes.
    extensions: ExtensionIds,
    outputs: VecDeque<Output>,
    closed: Option<CloseReason>,
    dropped: u64,
    /// Reused for outgoing RTCP.
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

/// What differs between the roles.
#[derive(Debug)]
enum Side {
    Publisher {
        receiver: Box<Receiver>,
        sections: Vec<ReceiveSection>,
        client_ufrag: Option<String>,
    },
    Subscriber(Box<Offerer>),
}

impl Peer {
    /// Makes a peer that waits for its first offer (publisher) or is ready to make one (subscriber).
    pub fn new(config: PeerConfig, now: Instant) -> Self {
        let mut entropy = Entropy::new(config.seed);
        let side = match config.role {
            Role::Publisher => {
                let receiver = Box::new(Receiver::new(entropy.ssrc(), now));
                Side::Publisher {
                    receiver,
                    sections: Vec::new(),
                    client_ufrag: None,
                }
            }
            Role::Subscriber => Side::Subscriber(Box::new(Offerer::new())),
        };
        Self {
            key: config.key,
            identity: config.identity,
            candidates: config.candidates,
            session_id: entropy.session_id(),
            descriptions: 0,
            ice: Agent::new(config.key, &mut entropy),
            dtls: Dtls::new(),
            srtp: None,
            data: DataTransport::new(config.role == Role::Subscriber),
            side,
            extensions: ExtensionIds::default(),
            outputs: VecDeque::new(),
            closed: None,
            dropped: 0,
            plain: Vec::new(),
            sealed: Vec::new(),
            entropy,
        }
    }

    /// The key it was made with.
    pub fn key(&self) -> PeerKey {
        self.key
    }

    // === datagrams, time, output ===

    /// Takes a datagram that came from `from`. SRTP is opened in place, so `datagram` holds plain bytes afterwards.
    /// Malformed, forged and unexpected datagrams are dropped and counted ([`Peer::dropped`]).
    pub fn handle_datagram<'d>(&mut self, now: Instant, from: SocketAddr, datagram: &'d mut [u8]) -> Received<'d> {
        if self.closed.is_some() {
            return Received::Nothing;
        }
        let kind = demux::classify(datagram);
        if kind != DatagramKind::Stun && !self.ice.is_valid(from) {
            self.dropped += 1;
            return Received::Nothing;
        }
        match kind {
            DatagramKind::Rtp => self.receive_rtp(now, datagram),
            DatagramKind::Rtcp => self.receive_rtcp(now, datagram),
            DatagramKind::Stun => self.receive_check(now, from, datagram),
            DatagramKind::Dtls => {
                let mut steps = Vec::new();
                let taken = self.dtls.handle_datagram(now, datagram, &self.identity, &mut steps);
                self.dropped += u64::from(!taken);
                self.follow(now, steps);
                self.pump(now);
                Received::Nothing
            }
            DatagramKind::Unknown => {
                self.dropped += 1;
                Received::Nothing
            }
        }
    }

    fn receive_rtp<'d>(&mut self, now: Instant, datagram: &'d mut [u8]) -> Received<'d> {
        let (Some(srtp), Side::Publisher { receiver, .. }) = (&mut self.srtp, &mut self.side) else {
            self.dropped += 1;
            return Received::Nothing;
        };
        let Some((layout, plain)) = srtp.opener.open_rtp(datagram) else {
            self.dropped += 1;
            return Received::Nothing;
        };
        match receiver.receive(now, &datagram[..plain], &layout) {
            Some(packet) => Received::Rtp(packet),
            None => Received::Nothing,
        }
    }

    fn receive_rtcp<'d>(&mut self, now: Instant, datagram: &'d mut [u8]) -> Received<'d> {
        let Some(plain) = self.srtp.as_mut().and_then(|srtp| srtp.opener.open_rtcp(datagram)) else {
            self.dropped += 1;
            return Received::Nothing;
        };
        let compound = rtcp::Compound::new(plain);
        if let Side::Publisher { receiver, .. } = &mut self.side {
            receiver.note_reports(now, compound);
        }
        Received::Rtcp(compound)
    }

    fn receive_check<'d>(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Received<'d> {
        let Some(checked) = self
            .ice
            .handle_check(now, from, datagram, self.identity.provider.crypto())
        else {
            self.dropped += 1;
            return Received::Nothing;
        };
        self.outputs.push_back(Output::Transmit(Transmit {
            to: from,
            payload: checked.response.into(),
        }));
        let events = [
            checked.restarted.then_some(Event::IceRestarted),
            checked.retired.map(Event::AddressRetired),
            checked.validated.then_some(Event::AddressValidated(from)),
            checked.selected.then_some(Event::AddressSelected(from)),
        ];
        self.outputs.extend(events.into_iter().flatten().map(Output::Event));
        if checked.selected {
            self.dtls.call(now, &self.identity);
            self.pump(now);
        }
        Received::Nothing
    }

    /// Does what is due at `now`: consent expiry, DTLS and SCTP retransmission, receiver feedback.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.closed.is_some() {
            return;
        }
        let outputs = &mut self.outputs;
        let retired = |address| outputs.push_back(Output::Event(Event::AddressRetired(address)));
        if self.ice.handle_timeout(now, retired) {
            self.end(now, CloseReason::ConsentExpired);
            return;
        }
        let mut steps = Vec::new();
        self.dtls.handle_timeout(now, &mut steps);
        self.follow(now, steps);
        let mut events = Vec::new();
        self.data.handle_timeout(now, &mut events);
        self.report(now, events);
        self.pump(now);
        if let Side::Publisher { receiver, .. } = &mut self.side {
            let mut compound = std::mem::take(&mut self.plain);
            receiver.handle_timeout(now, &mut compound);
            let loss = receiver.take_reported_loss();
            self.outputs
                .extend(loss.map(|fraction_lost| Output::Event(Event::Reported { fraction_lost })));
            if !compound.is_empty() {
                self.send_rtcp(now, &compound);
            }
            self.plain = compound;
        }
    }

    /// The next thing to do; to be called until it returns [`Output::Timeout`].
    pub fn poll_output(&mut self, now: Instant) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        if self.closed.is_some() {
            return Output::Timeout(now + IDLE);
        }
        let receiver = match &self.side {
            Side::Publisher { receiver, .. } => receiver.deadline(),
            Side::Subscriber(_) => None,
        };
        let deadlines = [
            self.ice.deadline(),
            self.dtls.deadline(),
            self.data.deadline(),
            receiver,
        ];
        Output::Timeout(deadlines.into_iter().flatten().min().unwrap_or(now + IDLE))
    }

    /// Carries out what DTLS has come to; to be followed by [`Peer::pump`].
    fn follow(&mut self, now: Instant, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Connected(session) => {
                    self.srtp = Some(session);
                    self.outputs.push_back(Output::Event(Event::Connected));
                }
                Step::Data(packet) => {
                    let mut events = Vec::new();
                    self.data.handle_packet(now, packet, &mut events);
                    self.report(now, events);
                }
                Step::Closed(reason) => self.end(now, reason),
            }
        }
    }

    /// Tells of what happened on the data channels; to be followed by [`Peer::pump`].
    fn report(&mut self, now: Instant, events: Vec<DataEvent>) {
        for event in events {
            let event = match event {
                DataEvent::Opened {
                    channel,
                    label,
                    reliable,
                } => Event::ChannelOpened {
                    channel,
                    label,
                    reliable,
                },
                DataEvent::Message { channel, kind, payload } => Event::Data { channel, kind, payload },
                DataEvent::Closed(channel) => Event::ChannelClosed(channel),
                DataEvent::Failed => {
                    self.end(now, CloseReason::DataTransportFailed);
                    return;
                }
            };
            self.outputs.push_back(Output::Event(event));
        }
    }

    /// Moves packets from SCTP to DTLS and from DTLS to the output.
    fn pump(&mut self, now: Instant) {
        let Self {
            data,
            dtls,
            ice,
            outputs,
            ..
        } = self;
        // Without a valid address there is no one to send to; DTLS and SCTP repeat what matters.
        let remote = ice.remote();
        let mut send = |payload| {
            let transmit = remote.map(|to| Transmit { to, payload });
            outputs.extend(transmit.map(Output::Transmit));
        };
        while let Some(payload) = dtls.poll_transmit() {
            send(payload);
        }
        data.transmit(now, |packet| {
            if let Some(payload) = dtls.seal(packet) {
                send(payload);
            }
        });
    }

    fn end(&mut self, now: Instant, reason: CloseReason) {
        if self.closed.is_none() {
            self.dtls.close(now);
            self.pump(now);
            self.closed = Some(reason);
            self.srtp = None;
            self.outputs.push_back(Output::Event(Event::Closed(reason)));
        }
    }

    /// Ends the peer with DTLS' close_notify; [`Event::Closed`] follows.
    pub fn close(&mut self, now: Instant) {
        self.end(now, CloseReason::Local);
    }

    /// Datagrams dropped so far: forged, replayed, malformed or out of place.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Media packets of the client that there should be so far, and those that came; for a publisher's peer.
    pub fn reception(&self) -> (u64, u64) {
        match &self.side {
            Side::Publisher { receiver, .. } => receiver.sums(),
            Side::Subscriber(_) => (0, 0),
        }
    }

    /// Whether media and data may flow.
    pub fn is_connected(&self) -> bool {
        self.srtp.is_some()
    }

    /// Where media goes, once an address was nominated.
    pub fn remote(&self) -> Option<SocketAddr> {
        self.ice.remote()
    }
}
