//! One peer connection of a client, of the webrtc-rs stack, on a UDP socket of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use kit_core::Clock;
use rtc::crypto::providers::AwsLcRsProvider;
use rtc::data_channel::{RTCDataChannelId, RTCDataChannelInit};
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::MediaEngine;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use tokio::net::UdpSocket;

/// A media packet that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Packet {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) payload: Vec<u8>,
}

/// A peer connection and what came over it.
pub(crate) struct Pc {
    pc: Box<RTCPeerConnection>,
    socket: UdpSocket,
    clock: Clock,
    local: SocketAddr,
    pub(crate) connected: bool,
    pub(crate) open_channels: Vec<RTCDataChannelId>,
    /// (label, message)
    pub(crate) messages: Vec<(String, Bytes)>,
    pub(crate) packets: Vec<Packet>,
    /// Key frame requests that came.
    pub(crate) key_frames_wanted: usize,
}

impl Pc {
    pub(crate) async fn new(clock: Clock) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        let local = socket.local_addr().expect("bound");
        let mut media = MediaEngine::default();
        media.register_default_codecs().expect("codecs");
        for name in ["mid", "rtp-stream-id", "repaired-rtp-stream-id"] {
            let uri = format!("urn:ietf:params:rtp-hdrext:sdes:{name}");
            let capability = RTCRtpHeaderExtensionCapability { uri };
            media
                .register_header_extension(capability, RtpCodecKind::Video, None)
                .expect("an extension");
        }
        let registry = register_default_interceptors(Registry::new(), &mut media).expect("interceptors");
        let settings = SettingEngineBuilder::new()
            .with_crypto_provider(Arc::new(AwsLcRsProvider::new()))
            .with_answering_dtls_role(RTCDtlsRole::Client)
            .build();
        let pc = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(clock.instant())
            .expect("a peer connection");
        let mut pc = Box::new(pc);
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: local.ip().to_string(),
                port: local.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().expect("a candidate"));
        pc.add_local_candidate(candidate.to_json().expect("JSON"))
            .expect("accepted");
        Self {
            pc,
            socket,
            clock,
            local,
            connected: false,
            open_channels: Vec::new(),
            messages: Vec::new(),
            packets: Vec::new(),
            key_frames_wanted: 0,
        }
    }

    fn now(&self) -> Instant {
        self.clock.instant()
    }

    /// Waits for one thing to happen, and handles it.
    pub(crate) async fn step(&mut self) {
        self.drain().await;
        let mut buffer = [0; 2048];
        let now = self.now();
        let timeout = self
            .pc
            .poll_timeout()
            .unwrap_or(now + std::time::Duration::from_secs(1));
        tokio::select! {
            received = self.socket.recv_from(&mut buffer) => {
                if let Ok((len, from)) = received {
                    self.read(&buffer[..len], from);
                }
            }
            () = tokio::time::sleep_until(timeout.into()) => {
                let now = self.now();
                self.pc.handle_timeout(now).expect("the client's clock");
            }
        }
        self.drain().await;
    }

    fn read(&mut self, datagram: &[u8], from: SocketAddr) {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        // The stack keeps feedback to itself. Its kind is in the clear (RFC 3711 §3.4): payload-specific is PLI here.
        if matches!(datagram, [0x80..=0xbf, 206, ..]) {
            self.key_frames_wanted += 1;
        }
        let message = TaggedBytesMut {
            now: self.now(),
            transport,
            message: BytesMut::from(datagram),
        };
        // What the connection refuses shows in what the test waits for.
        let _ = self.pc.handle_read(message);
    }

    async fn drain(&mut self) {
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => self.open_channels.push(id),
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => {
                    self.connected = state == RTCPeerConnectionState::Connected;
                }
                _ => {}
            }
        }
        while let Some(TaggedRTCMessage { message, .. }) = self.pc.poll_read() {
            match message {
                RTCMessage::RtpPacket(_, packet) => self.packets.push(Packet {
                    ssrc: packet.header.ssrc,
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    payload: packet.payload.to_vec(),
                }),
                RTCMessage::DataChannelMessage(id, message) => {
                    let label = self.pc.data_channel(id).map(|channel| channel.label().to_owned());
                    self.messages.push((label.unwrap_or_default(), message.data.freeze()));
                }
                _ => {}
            }
        }
        while let Some(message) = self.pc.poll_write() {
            let _ = self.socket.send_to(&message.message, message.transport.peer_addr).await;
        }
    }

    pub(crate) fn answer(&mut self, offer: String) -> String {
        let now = self.now();
        let offer = RTCSessionDescription::offer(offer).expect("SDP");
        self.pc.set_remote_description(now, offer).expect("set");
        let answer = self.pc.create_answer(None).expect("an answer");
        self.pc.set_local_description(now, answer).expect("set");
        self.pc.local_description().expect("a description").sdp
    }

    pub(crate) fn offer(&mut self) -> String {
        let now = self.now();
        let offer = self.pc.create_offer(None).expect("an offer");
        self.pc.set_local_description(now, offer).expect("set");
        self.pc.local_description().expect("a description").sdp
    }

    /// An offer with new ICE credentials.
    pub(crate) fn offer_restart(&mut self) -> String {
        self.pc.restart_ice();
        self.offer()
    }

    pub(crate) fn take_answer(&mut self, answer: String) {
        let now = self.now();
        let answer = RTCSessionDescription::answer(answer).expect("SDP");
        self.pc.set_remote_description(now, answer).expect("set");
    }

    pub(crate) fn create_channels(&mut self) {
        let lossy = RTCDataChannelInit {
            ordered: false,
            max_retransmits: Some(0),
            ..Default::default()
        };
        for (label, init) in [("_reliable", None), ("_lossy", Some(lossy))] {
            self.pc.create_data_channel(label, init).expect("a channel");
        }
    }

    pub(crate) fn send_data(&mut self, label: &str, payload: &[u8]) {
        let now = self.now();
        let ids = self.open_channels.clone();
        let is_it =
            |pc: &mut RTCPeerConnection, id| pc.data_channel(id).is_some_and(|channel| channel.label() == label);
        let id = ids
            .into_iter()
            .find(|id| is_it(&mut self.pc, *id))
            .expect("an open channel");
        self.pc
            .data_channel(id)
            .expect("open")
            .send(now, BytesMut::from(payload))
            .expect("sent");
    }

    /// Adds a VP8 track with these layers (rid, SSRC).
    pub(crate) fn add_video(&mut self, name: &str, layers: &[(&str, u32)]) -> RTCRtpSenderId {
        let codec = RTCRtpCodec {
            mime_type: "video/VP8".to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: vec![],
        };
        let coding = |(rid, ssrc): &(&str, u32)| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: (*rid).to_owned(),
                ssrc: Some(*ssrc),
                ..Default::default()
            },
            codec: codec.clone(),
            ..Default::default()
        };
        let codings = layers.iter().map(coding).collect();
        let (stream, kind) = (format!("stream-{name}"), RtpCodecKind::Video);
        let track = MediaStreamTrack::new(stream, name.to_owned(), name.to_owned(), kind, codings);
        self.pc.add_track(track).expect("a sender")
    }

    /// Sends one packet of a layer, with the SDES header extensions that tell layers apart.
    pub(crate) fn send_packet(
        &mut self,
        sender: RTCRtpSenderId,
        (rid, ssrc): (&str, u32),
        (sequence, timestamp): (u16, u32),
        payload: Vec<u8>,
    ) {
        let now = self.now();
        let mut sender = self.pc.rtp_sender(sender).expect("a sender");
        let parameters = sender.get_parameters();
        let known = &parameters.rtp_parameters;
        let payload_type = known
            .codecs
            .iter()
            .find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case("video/VP8"))
            .map_or(96, |codec| codec.payload_type);
        let mut header = rtc::rtp::header::Header {
            version: 2,
            marker: true,
            payload_type,
            sequence_number: sequence,
            timestamp,
            ssrc,
            ..Default::default()
        };
        for (name, value) in [("mid", "0"), ("rtp-stream-id", rid)] {
            let uri = format!("urn:ietf:params:rtp-hdrext:sdes:{name}");
            let extension = known
                .header_extensions
                .iter()
                .find(|known| known.uri == uri)
                .expect("negotiated");
            let id = u8::try_from(extension.id).expect("an id");
            header
                .set_extension(id, Bytes::copy_from_slice(value.as_bytes()))
                .expect("set");
        }
        let packet = rtc::rtp::packet::Packet {
            header,
            payload: payload.into(),
        };
        sender.write_rtp(now, packet).expect("sent");
    }
}
