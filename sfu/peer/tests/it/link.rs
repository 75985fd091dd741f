//! A server's peer and a client's peer connection, joined by an in-memory network with a virtual clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::crypto::providers::AwsLcRsProvider;
use rtc::data_channel::RTCDataChannelId;
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
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
use sfu_peer::rtp::Header;
use sfu_peer::{
    DataKind, Event, NodeIdentity, Output, Peer, PeerConfig, PeerKey, Received, Role, StreamId, TrackHandle, TrackSpec,
};

/// The profiles of a client, in its order.
pub(crate) const CHROMIUM_ORDER: [SrtpProtectionProfile; 2] = [
    SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
    SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
];
pub(crate) const WITHOUT_GCM: [SrtpProtectionProfile; 1] = [SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80];

/// Longest virtual time a test may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Content type of a DTLS record (RFC 6347 §4.1).
const DTLS_APPLICATION_DATA: u8 = 23;
const SERVER: &str = "192.0.2.1:7882";
const CLIENT: &str = "198.51.100.7:40000";

/// A packet that reached the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ReceivedPacket {
    pub(crate) stream: StreamId,
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) repaired: bool,
}

/// The client's end.
pub(crate) struct Client {
    pub(crate) pc: RTCPeerConnection,
    /// Where its datagrams seem to come from.
    pub(crate) address: SocketAddr,
    pub(crate) connected: bool,
    pub(crate) open_channels: Vec<RTCDataChannelId>,
    /// (label, is text, payload)
    pub(crate) messages: Vec<(String, bool, Vec<u8>)>,
    /// (SSRC, sequence number, payload)
    pub(crate) packets: Vec<(u32, u16, Vec<u8>)>,
    /// Payload-specific feedback, of which the server sends nothing but PLI.
    pub(crate) keyframe_requests: usize,
}

/// Both ends and the network between them.
pub(crate) struct Link {
    pub(crate) now: Instant,
    pub(crate) peer: Peer,
    pub(crate) client: Client,
    pub(crate) events: Vec<Event>,
    pub(crate) received: Vec<ReceivedPacket>,
    /// RTCP of the client, for people and for searching.
    pub(crate) compounds: Vec<String>,
    /// The last transport-wide sequence number.
    sent: u16,
    /// Whether datagrams pass.
    pub(crate) up: bool,
    /// Answers whether a datagram of the client is lost.
    pub(crate) loses: fn(&[u8]) -> bool,
    /// Answers whether a datagram of the server is lost.
    pub(crate) loses_of_server: fn(&[u8]) -> bool,
    pub(crate) weather: Option<Weather>,
}

/// Loses what both ends send over DTLS, once it stands, at random.
pub(crate) struct Weather {
    state: u64,
    percent: u64,
}

impl Weather {
    pub(crate) const fn new(seed: u64, percent: u64) -> Self {
        let state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self { state, percent }
    }

    /// Whether a datagram is lost.
    fn strikes(&mut self, datagram: &[u8]) -> bool {
        if datagram.first() != Some(&DTLS_APPLICATION_DATA) {
            return false;
        }
        // xorshift64 (Marsaglia)
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % 100 < self.percent
    }
}

/// A description with another certificate's fingerprint.
pub(crate) fn with_other_fingerprint(description: String) -> String {
    let at = description.find("sha-256 ").expect("a fingerprint") + 8;
    let digit = if &description[at..=at] == "0" { "1" } else { "0" };
    // Every occurrence: session and media level.
    let original = &description[at..at + 95];
    let altered = format!("{digit}{}", &original[1..]);
    description.replace(original, &altered)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// The instant at which tests begin.
#[expect(
    clippy::disallowed_methods,
    reason = "an instant to start from; both ends are told the time"
)]
fn start() -> Instant {
    Instant::now()
}

impl Link {
    pub(crate) fn new(role: Role, profiles: &[SrtpProtectionProfile]) -> Self {
        Self::assemble(role, profiles, RTCDtlsRole::Client)
    }

    /// A subscriber whose client answers as pion does: it wants to be the DTLS server.
    pub(crate) fn to_dtls_server(profiles: &[SrtpProtectionProfile]) -> Self {
        Self::assemble(Role::Subscriber, profiles, RTCDtlsRole::Server)
    }

    fn assemble(role: Role, profiles: &[SrtpProtectionProfile], answers_as: RTCDtlsRole) -> Self {
        let now = start();
        let config = PeerConfig {
            key: PeerKey(0x1234),
            role,
            identity: NodeIdentity::generate().expect("a certificate"),
            candidates: vec![address(SERVER)],
            seed: [9; 32],
        };
        Self {
            now,
            peer: Peer::new(config, now),
            client: Client::new(now, profiles, answers_as),
            events: Vec::new(),
            received: Vec::new(),
            compounds: Vec::new(),
            sent: 0,
            up: true,
            loses: |_| false,
            loses_of_server: |_| false,
            weather: None,
        }
    }

    /// The client offers, the server answers.
    pub(crate) fn client_offers(&mut self) {
        let answer = self.client_offers_altered(|offer| offer);
        self.client.take_answer(self.now, answer);
    }

    /// As `client_offers`, with the offer altered on its way; gives the answer back unused.
    pub(crate) fn client_offers_altered(&mut self, alter: impl FnOnce(String) -> String) -> String {
        let offer = self.client.offer(self.now);
        self.peer.accept_offer(self.now, &alter(offer)).expect("an answer")
    }

    /// The server offers, the client answers.
    pub(crate) fn server_offers(&mut self) {
        let offer = self.peer.create_offer(self.now).expect("an offer");
        let answer = self.client.answer(self.now, offer);
        self.peer.accept_answer(self.now, &answer).expect("accepted");
    }

    /// Runs until `done`, moving the clock on whenever both ends are idle.
    pub(crate) fn run_until(&mut self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let deadline = self.now + PATIENCE;
        while !done(self) {
            assert!(self.now < deadline, "in vain: {what}; events: {:?}", self.events);
            let server = self.drain_server();
            let moved = self.drain_client();
            if moved {
                continue;
            }
            let client = self.client.pc.poll_timeout().unwrap_or(deadline);
            self.now = server.min(client).max(self.now + Duration::from_millis(1));
            self.peer.handle_timeout(self.now);
            self.client.pc.handle_timeout(self.now).expect("the client's clock");
        }
    }

    pub(crate) fn run_for(&mut self, duration: Duration) {
        let end = self.now + duration;
        self.run_until("time", |link| link.now >= end);
    }

    pub(crate) fn connect(&mut self) {
        self.run_until("a connection", |link| {
            link.events.contains(&Event::Connected) && link.client.connected
        });
    }

    fn drain_server(&mut self) -> Instant {
        loop {
            match self.peer.poll_output(self.now) {
                Output::Timeout(at) => return at,
                Output::Event(event) => self.events.push(event),
                Output::Transmit(transmit) => {
                    let lost = self.weather_strikes(&transmit.payload) || (self.loses_of_server)(&transmit.payload);
                    if self.up && !lost && transmit.to == self.client.address {
                        self.client.read(self.now, &transmit.payload);
                    }
                }
            }
        }
    }

    fn drain_client(&mut self) -> bool {
        self.client.drain_events();
        let mut moved = false;
        while let Some(message) = self.client.pc.poll_write() {
            moved = true;
            let mut datagram = message.message.to_vec();
            let lost = self.weather_strikes(&datagram);
            if !self.up || lost || (self.loses)(&datagram) {
                continue;
            }
            match self.peer.handle_datagram(self.now, self.client.address, &mut datagram) {
                Received::Nothing => {}
                Received::Rtp(packet) => self.received.push(ReceivedPacket {
                    stream: packet.stream,
                    header: packet.header,
                    payload: packet.payload.to_vec(),
                    repaired: packet.repaired,
                }),
                Received::Rtcp(compound) => {
                    self.compounds.push(format!("{:?}", compound.collect::<Vec<_>>()));
                }
            }
            self.drain_server();
        }
        moved
    }

    fn weather_strikes(&mut self, datagram: &[u8]) -> bool {
        self.weather.as_mut().is_some_and(|weather| weather.strikes(datagram))
    }

    /// Sends one packet of a track to the client; answers its sealed length.
    pub(crate) fn send_packet(&mut self, track: TrackHandle, sequence_number: u16, payload: &[u8]) -> usize {
        let track = self.peer.track(track).expect("a track").clone();
        let header = Header {
            marker: true,
            payload_type: track.payload_type,
            sequence_number,
            timestamp: 3000 * u32::from(sequence_number),
            ssrc: track.ssrc,
        };
        self.write(&header, &[payload])
    }

    /// Sends a packet again, over the track's RTX stream (RFC 4588).
    pub(crate) fn repeat_packet(&mut self, track: TrackHandle, sequence_number: u16, payload: &[u8]) {
        let track = self.peer.track(track).expect("a track").clone();
        let header = Header {
            marker: true,
            payload_type: track.rtx_payload_type.expect("video"),
            sequence_number: 1,
            timestamp: 3000 * u32::from(sequence_number),
            ssrc: track.rtx_ssrc.expect("video"),
        };
        self.write(&header, &[&sequence_number.to_be_bytes(), payload]);
    }

    fn write(&mut self, header: &Header, payload: &[&[u8]]) -> usize {
        assert!(self.peer.takes_transport_feedback(), "negotiated");
        self.sent = self.sent.wrapping_add(1);
        let mut outbound = self.peer.outbound().expect("connected");
        let mut buffer = [0; 1500];
        let extensions = sfu_peer::rtp::Extensions {
            transport_sequence: Some(self.sent),
            ..Default::default()
        };
        let length = outbound
            .write_rtp(&mut buffer, header, &extensions, payload)
            .expect("sealed");
        assert_eq!(outbound.remote(), self.client.address);
        self.client.read(self.now, &buffer[..length]);
        length
    }

    /// Whether the client has sent an RTCP packet of this kind.
    pub(crate) fn said(&self, kind: &str) -> bool {
        self.compounds.iter().any(|compound| compound.contains(kind))
    }

    pub(crate) fn add_video(&mut self, name: &str) -> TrackHandle {
        let spec = TrackSpec {
            codec: sfu_peer::Codec::Vp8,
            stream_id: format!("PA_x|TR_{name}"),
            track_id: format!("TR_{name}"),
        };
        self.peer.add_track(spec).expect("a track")
    }

    pub(crate) fn has_data(&self, label: &str, kind: DataKind, payload: &[u8]) -> bool {
        let channel = self.peer.channel(label);
        let wanted = |event: &Event| {
            matches!(event, Event::Data { channel: from, kind: of, payload: bytes }
                if Some(*from) == channel && *of == kind && bytes == payload)
        };
        self.events.iter().any(wanted)
    }
}

impl Client {
    fn new(now: Instant, profiles: &[SrtpProtectionProfile], answers_as: RTCDtlsRole) -> Self {
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
            .with_srtp_protection_profiles(profiles.to_vec())
            .with_answering_dtls_role(answers_as)
            .build();
        let mut pc = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(now)
            .expect("a peer connection");
        let address = address(CLIENT);
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
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().expect("a candidate"));
        pc.add_local_candidate(candidate.to_json().expect("JSON"))
            .expect("accepted");
        Self {
            pc,
            address,
            connected: false,
            open_channels: Vec::new(),
            messages: Vec::new(),
            packets: Vec::new(),
            keyframe_requests: 0,
        }
    }

    pub(crate) fn offer(&mut self, now: Instant) -> String {
        let offer = self.pc.create_offer(None).expect("an offer");
        self.pc.set_local_description(now, offer).expect("set");
        self.pc.local_description().expect("a description").sdp
    }

    pub(crate) fn take_answer(&mut self, now: Instant, answer: String) {
        let answer = RTCSessionDescription::answer(answer).expect("SDP");
        self.pc.set_remote_description(now, answer).expect("set");
    }

    pub(crate) fn answer(&mut self, now: Instant, offer: String) -> String {
        let offer = RTCSessionDescription::offer(offer).expect("SDP");
        self.pc.set_remote_description(now, offer).expect("set");
        let answer = self.pc.create_answer(None).expect("an answer");
        self.pc.set_local_description(now, answer).expect("set");
        self.pc.local_description().expect("a description").sdp
    }

    fn read(&mut self, now: Instant, datagram: &[u8]) {
        let transport = TransportContext {
            local_addr: address(CLIENT),
            peer_addr: address(SERVER),
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        // The kind of RTCP is in the clear; below, the client refuses what it cannot decrypt.
        if matches!(datagram, [0x80..=0xbf, 206, ..]) {
            self.keyframe_requests += 1;
        }
        let message = TaggedBytesMut {
            now,
            transport,
            message: BytesMut::from(datagram),
        };
        self.pc.handle_read(message).expect("a datagram the client understands");
    }

    fn drain_events(&mut self) {
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
                RTCMessage::RtpPacket(_, packet) => {
                    let header = &packet.header;
                    self.packets
                        .push((header.ssrc, header.sequence_number, packet.payload.to_vec()));
                }
                RTCMessage::DataChannelMessage(id, message) => {
                    let label = self
                        .pc
                        .data_channel(id)
                        .map(|channel| channel.label().to_owned())
                        .unwrap_or_default();
                    self.messages.push((label, message.is_string, message.data.to_vec()));
                }
                _ => {}
            }
        }
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
        let track = MediaStreamTrack::new(
            format!("stream-{name}"),
            format!("track-{name}"),
            name.to_owned(),
            RtpCodecKind::Video,
            codings,
        );
        self.pc.add_track(track).expect("a sender")
    }

    /// Sends one packet of a track.
    pub(crate) fn send_packet(&mut self, now: Instant, sender: RTCRtpSenderId, ssrc: u32, sequence: u16, text: &str) {
        self.send_layer_packet(now, sender, ssrc, sequence, text, &[]);
    }

    /// Sends one packet with these SDES header extensions, which tell simulcast layers apart.
    pub(crate) fn send_layer_packet(
        &mut self,
        now: Instant,
        sender: RTCRtpSenderId,
        ssrc: u32,
        sequence: u16,
        text: &str,
        extensions: &[(&str, &str)],
    ) {
        let mut sender = self.pc.rtp_sender(sender).expect("a sender");
        let parameters = sender.get_parameters();
        let payload_type = parameters
            .rtp_parameters
            .codecs
            .first()
            .map_or(96, |codec| codec.payload_type);
        let ids: Vec<(u8, Bytes)> = extensions
            .iter()
            .map(|(name, value)| {
                let uri = format!("urn:ietf:params:rtp-hdrext:sdes:{name}");
                let known = &parameters.rtp_parameters.header_extensions;
                let extension = known.iter().find(|known| known.uri == uri).expect("negotiated");
                (
                    u8::try_from(extension.id).expect("an id"),
                    Bytes::copy_from_slice(value.as_bytes()),
                )
            })
            .collect();
        let mut header = rtc::rtp::header::Header {
            version: 2,
            marker: true,
            payload_type,
            sequence_number: sequence,
            timestamp: 3000 * u32::from(sequence),
            ssrc,
            ..Default::default()
        };
        for (id, value) in ids {
            header.set_extension(id, value).expect("set");
        }
        let packet = rtc::rtp::packet::Packet {
            header,
            payload: Bytes::copy_from_slice(text.as_bytes()),
        };
        sender.write_rtp(now, packet).expect("sent");
    }
}
