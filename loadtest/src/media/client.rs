//! One WebRTC connection of a bot: the stack's peer connection and a socket of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::BytesMut;
use rtc::crypto::providers::AwsLcRsProvider;
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp::packet::Packet;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use tokio::net::UdpSocket;

use crate::clock;

const DATAGRAM_BYTES_MAX: usize = 2048;
/// Datagrams read in one go before others have their turn.
const BURST: usize = 256;
/// Without a deadline of its own, a connection looks at the clock so often.
const IDLE: Duration = Duration::from_secs(10);

/// A connection.
pub(crate) struct Client {
    pc: RTCPeerConnection,
    socket: UdpSocket,
    address: SocketAddr,
    connected: bool,
    buffer: Vec<u8>,
}

/// A media packet that came.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) at: Instant,
    pub(crate) packet: Packet,
}

impl Client {
    pub(crate) async fn new() -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        let address = socket.local_addr()?;
        let mut media = MediaEngine::default();
        media.register_default_codecs()?;
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
        Ok(Self {
            pc,
            socket,
            address,
            connected: false,
            buffer: vec![0; DATAGRAM_BYTES_MAX],
        })
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected
    }

    /// Adds a VP8 track; its id is what AddTrack calls `cid`.
    pub(crate) fn add_video(&mut self, track_id: &str, ssrc: u32) -> Result<RTCRtpSenderId> {
        let codec = RTCRtpCodec {
            mime_type: MIME_TYPE_VP8.to_owned(),
            clock_rate: 90_000,
            channels: 0,
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
        let track = MediaStreamTrack::new(stream, track_id.to_owned(), label, RtpCodecKind::Video, vec![coding]);
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

    /// Sends what there is to send and takes what has come out; answers when to be called again at the latest.
    pub(crate) fn drain(&mut self, mut arrived: impl FnMut(Arrived)) -> Instant {
        while let Some(message) = self.pc.poll_write() {
            // A full socket buffer loses the datagram, as a network would.
            let _ = self.socket.try_send_to(&message.message, message.transport.peer_addr);
        }
        while let Some(event) = self.pc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) = event {
                self.connected = state == RTCPeerConnectionState::Connected;
            }
        }
        while let Some(TaggedRTCMessage { now, message }) = self.pc.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message {
                arrived(Arrived { at: now, packet });
            }
        }
        self.pc.poll_timeout().unwrap_or_else(|| clock::now() + IDLE)
    }

    /// Waits for a datagram or the deadline, and feeds the connection. Cancelling loses nothing.
    pub(crate) async fn progress(&mut self, deadline: Instant) {
        let readable = tokio::time::timeout_at(deadline.into(), self.socket.readable()).await;
        let now = clock::now();
        if readable.is_ok() {
            self.read(now);
        }
        if now >= deadline {
            // What the stack cannot do at a deadline shows as a connection that is lost.
            let _ = self.pc.handle_timeout(now);
        }
    }

    fn read(&mut self, now: Instant) {
        for _ in 0..BURST {
            let Ok((length, peer_addr)) = self.socket.try_recv_from(&mut self.buffer) else {
                return;
            };
            let transport = TransportContext {
                local_addr: self.address,
                peer_addr,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            let message = BytesMut::from(&self.buffer[..length]);
            // A datagram that the stack refuses counts as lost.
            let _ = self.pc.handle_read(TaggedBytesMut {
                now,
                transport,
                message,
            });
        }
    }
}
