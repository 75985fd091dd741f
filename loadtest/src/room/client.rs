//! One WebRTC connection of a bot: the stack's peer connection and a socket of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bytes::{Bytes, BytesMut};
use rtc::crypto::providers::AwsLcRsProvider;
use rtc::data_channel::RTCDataChannelId;
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp::packet::Packet;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use crate::clock;
use crate::socket::{Socket, Taking};

/// RFC 6464.
const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
/// Without a deadline of its own, a connection looks at the clock so often.
const IDLE: Duration = Duration::from_secs(10);

/// A connection.
pub(crate) struct Client {
    pc: RTCPeerConnection,
    socket: Socket,
    address: SocketAddr,
    /// Where it sends to.
    remote: Option<SocketAddr>,
    connected: bool,
    /// The first channel that is open.
    channel: Option<RTCDataChannelId>,
    arrived: Vec<Arrived>,
}

/// What somebody on a connection's path has overheard of it.
#[derive(Debug)]
pub(crate) struct Overheard {
    /// The node's media address.
    pub(crate) node: SocketAddr,
    /// The node's ICE ufrag for this connection.
    pub(crate) ufrag: String,
    /// The connection's own socket: what it sends comes from an address that the node has validated.
    pub(crate) socket: std::net::UdpSocket,
}

/// Something that came, and when its last datagram reached the socket, since 1970: however long this process took to
/// look.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) at: Duration,
    pub(crate) content: Content,
}

/// What came.
#[derive(Debug)]
pub(crate) enum Content {
    Media(Packet),
    Message(Bytes),
}

impl Client {
    /// On the heap, since it is large and moves into tasks.
    pub(crate) async fn new(taking: Taking) -> Result<Box<Self>> {
        let socket = Socket::bind(taking).await?;
        let address = socket.address()?;
        let mut media = MediaEngine::default();
        media.register_default_codecs()?;
        let level = RTCRtpHeaderExtensionCapability {
            uri: AUDIO_LEVEL.to_owned(),
        };
        media.register_header_extension(level, RtpCodecKind::Audio, None)?;
        let registry = register_default_interceptors(Registry::new(), &mut media)?;
        let settings = SettingEngineBuilder::new()
            .with_crypto_provider(Arc::new(AwsLcRsProvider::new()))
            .with_answering_dtls_role(RTCDtlsRole::Client)
            .build();
        let mut pc = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(clock::now())?;
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host()?);
        pc.add_local_candidate(candidate.to_json()?)?;
        Ok(Box::new(Self {
            pc,
            socket,
            address,
            remote: None,
            connected: false,
            channel: None,
            arrived: Vec::new(),
        }))
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether a data channel is open.
    pub(crate) const fn is_open(&self) -> bool {
        self.channel.is_some()
    }

    /// Adds a track of VP8 or Opus; its id is what AddTrack calls `cid`.
    pub(crate) fn add_track(&mut self, track_id: &str, ssrc: u32, kind: RtpCodecKind) -> Result<RTCRtpSenderId> {
        let (mime_type, clock_rate, channels) = match kind {
            RtpCodecKind::Audio => (MIME_TYPE_OPUS, 48_000, 2),
            _ => (MIME_TYPE_VP8, 90_000, 0),
        };
        let codec = RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate,
            channels,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: vec![],
        };
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec,
            ..Default::default()
        };
        let (stream, label) = ("load".to_owned(), track_id.to_owned());
        let track = MediaStreamTrack::new(stream, track_id.to_owned(), label, kind, vec![coding]);
        Ok(self.pc.add_track(track)?)
    }

    /// The payload type that was negotiated for a track.
    pub(crate) fn payload_type(&mut self, sender: RTCRtpSenderId) -> Option<u8> {
        let mut sender = self.pc.rtp_sender(sender)?;
        sender
            .get_parameters()
            .rtp_parameters
            .codecs
            .first()
            .map(|codec| codec.payload_type)
    }

    /// The id of the header extension for loudness that was negotiated for a track.
    pub(crate) fn level_id(&mut self, sender: RTCRtpSenderId) -> Option<u8> {
        let mut sender = self.pc.rtp_sender(sender)?;
        let extensions = &sender.get_parameters().rtp_parameters.header_extensions;
        let level = extensions.iter().find(|extension| extension.uri == AUDIO_LEVEL)?;
        u8::try_from(level.id).ok()
    }

    /// Makes a reliable data channel, to be offered.
    pub(crate) fn create_channel(&mut self, label: &str) -> Result<()> {
        self.pc.create_data_channel(label, None)?;
        Ok(())
    }

    /// Sends over the open channel.
    pub(crate) fn send_message(&mut self, now: Instant, message: &[u8]) -> Result<()> {
        let channel = self.channel.and_then(|id| self.pc.data_channel(id));
        let mut channel = channel.context("no channel is open")?;
        channel.send(now, BytesMut::from(message))?;
        Ok(())
    }

    pub(crate) fn offer(&mut self) -> Result<String> {
        let offer = self.pc.create_offer(None)?;
        self.pc.set_local_description(clock::now(), offer.clone())?;
        Ok(self
            .pc
            .local_description()
            .map_or(offer.sdp, |description| description.sdp))
    }

    pub(crate) fn take_answer(&mut self, answer: String) -> Result<()> {
        Ok(self
            .pc
            .set_remote_description(clock::now(), RTCSessionDescription::answer(answer)?)?)
    }

    pub(crate) fn answer(&mut self, offer: String) -> Result<String> {
        self.pc
            .set_remote_description(clock::now(), RTCSessionDescription::offer(offer)?)?;
        let answer = self.pc.create_answer(None)?;
        self.pc.set_local_description(clock::now(), answer.clone())?;
        Ok(self
            .pc
            .local_description()
            .map_or(answer.sdp, |description| description.sdp))
    }

    /// A candidate that came by trickle.
    pub(crate) fn add_candidate(&mut self, candidate: &str) -> Result<()> {
        if candidate.is_empty() {
            return Ok(());
        }
        let candidate = RTCIceCandidateInit {
            candidate: candidate.to_owned(),
            ..Default::default()
        };
        Ok(self.pc.add_remote_candidate(candidate)?)
    }

    pub(crate) fn send(&mut self, now: Instant, sender: RTCRtpSenderId, packets: Vec<Packet>) -> Result<()> {
        if let Some(mut sender) = self.pc.rtp_sender(sender) {
            for packet in packets {
                sender.write_rtp(now, packet)?;
            }
        }
        Ok(())
    }

    /// What its packets and its signalling give away; nothing before it is connected.
    pub(crate) fn overheard(&self) -> Result<Overheard> {
        let description = self.pc.remote_description().context("no description has come")?;
        let ufrag = description
            .sdp
            .lines()
            .find_map(|line| line.strip_prefix("a=ice-ufrag:"));
        Ok(Overheard {
            node: self.remote.context("nothing was sent")?,
            ufrag: ufrag.context("a description without ufrag")?.trim().to_owned(),
            socket: self.socket.shared()?,
        })
    }

    /// Sends what there is to send and takes what has come out; answers when to be called again at the latest.
    pub(crate) fn drain(&mut self, arrived: impl FnMut(Arrived)) -> Instant {
        while let Some(message) = self.pc.poll_write() {
            self.remote = Some(message.transport.peer_addr);
            self.socket.send(&message.message, message.transport.peer_addr);
        }
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => {
                    self.connected = state == RTCPeerConnectionState::Connected;
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    self.channel.get_or_insert(id);
                }
                _ => {}
            }
        }
        collect(&mut self.pc, clock::since_1970(), &mut self.arrived);
        self.arrived.drain(..).for_each(arrived);
        self.pc.poll_timeout().unwrap_or_else(|| clock::now() + IDLE)
    }

    /// Waits for a datagram or the deadline, and feeds the connection at most `burst` datagrams. Cancelling loses nothing.
    pub(crate) async fn progress(&mut self, deadline: Instant, burst: usize) {
        let readable = tokio::time::timeout_at(deadline.into(), self.socket.readable()).await;
        let now = clock::now();
        if readable.is_ok() {
            self.read(now, burst);
        }
        if now >= deadline {
            // What the stack cannot do at a deadline shows as a connection that is lost.
            let _ = self.pc.handle_timeout(now);
        }
    }

    fn read(&mut self, now: Instant, burst: usize) {
        let mut taken = 0;
        while taken < burst {
            let Self {
                pc,
                socket,
                address,
                arrived,
                ..
            } = self;
            let Ok(mut train) = socket.take() else { return };
            let (at, peer_addr) = (train.at, train.from);
            // As browsers do, the connection reports when packets came, not when somebody had time to look.
            let waited = clock::since_1970().saturating_sub(at);
            let now = now.checked_sub(waited).unwrap_or(now);
            for packet in train.packets() {
                taken += 1;
                let transport = TransportContext {
                    local_addr: *address,
                    peer_addr,
                    ecn: None,
                    transport_protocol: TransportProtocol::UDP,
                };
                // A datagram that the stack refuses counts as lost.
                let _ = pc.handle_read(TaggedBytesMut {
                    now,
                    transport,
                    message: BytesMut::from(&*packet),
                });
                collect(pc, at, arrived);
            }
        }
    }
}

/// Takes out of the stack what a datagram that came at `at` has brought.
fn collect(pc: &mut RTCPeerConnection, at: Duration, arrived: &mut Vec<Arrived>) {
    while let Some(TaggedRTCMessage { message, .. }) = pc.poll_read() {
        let content = match message {
            RTCMessage::RtpPacket(_, packet) => Content::Media(packet),
            RTCMessage::DataChannelMessage(_, message) => Content::Message(message.data.freeze()),
            _ => continue,
        };
        arrived.push(Arrived { at, content });
    }
}
