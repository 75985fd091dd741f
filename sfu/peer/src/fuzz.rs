//! The parsers of remote bytes, each by itself, for `sfu-fuzz`: what they hide behind authentication is reached by
//! signing or checksumming what the fuzzer made up. Nothing here panics, whatever the bytes; that is what is tested.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::AwsLcRsProvider;

use crate::data::DataTransport;
use crate::data::hostile::{self, tag_of};
use crate::demux::{self, PeerKey};
use crate::dtls::hello::Hello;
use crate::entropy::Entropy;
use crate::ice::{Agent, hostile::request};
use crate::identity::Fingerprint;
use crate::media::{Codec, ExtensionIds};
use crate::receive::Receiver;
use crate::rtcp::{Compound, Packet};
use crate::rtp;
use crate::sdp::{self, Description, Local, Offerer, TrackSpec};

const OFFER: &str = include_str!("sdp/chromium_offer.sdp");
const FROM: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

static PROVIDER: LazyLock<AwsLcRsProvider> = LazyLock::new(AwsLcRsProvider::new);

#[expect(
    clippy::disallowed_methods,
    reason = "an instant to start from; parsers are told the time"
)]
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

fn agent() -> Agent {
    Agent::new(PeerKey(1), &mut Entropy::new([1; 32]))
}

fn local<'a>(agent: &'a Agent, setup: &'static str) -> Local<'a> {
    Local {
        session_id: 1,
        version: 1,
        credentials: agent.credentials(),
        fingerprint: Fingerprint([0; 32]),
        candidates: &[],
        setup,
    }
}

/// Pieces of an input: each begins with its length in two bytes.
fn pieces(mut input: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = input.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        input = rest;
        Some(piece)
    })
}

/// A datagram to the demultiplexer and the ICE agent: as it is, and as attributes of an authentic check.
pub fn stun(input: &[u8]) {
    let _ = (demux::classify(input), demux::peer_key(input));
    let mut agent = agent();
    let crypto = PROVIDER.crypto();
    let _ = agent.handle_check(*START, FROM, input, crypto);
    let attributes: Vec<(u16, &[u8])> = pieces(input)
        .take(8)
        .filter_map(|piece| {
            let (kind, value) = piece.split_first_chunk()?;
            Some((u16::from_be_bytes(*kind), value.get(..100).unwrap_or(value)))
        })
        .collect();
    if let Some(signed) = request(agent.credentials(), &attributes, crypto) {
        let _ = demux::local_ufrag(&signed);
        let _ = agent.handle_check(*START, FROM, &signed, crypto);
    }
}

/// Datagrams of a client's first flight, each a piece.
pub fn client_hello(input: &[u8]) {
    let mut hello = Hello::default();
    for datagram in std::iter::once(input).chain(pieces(input)) {
        hello.hold(datagram);
        let _ = hello.offers(7);
    }
    hello.take();
}

/// A datagram of DTLS records to an established connection: as it is, and sealed with the client's keys. A record is a
/// piece: kind, plain text.
pub fn record(input: &[u8]) {
    crate::dtls::hostile::datagram(input, pieces(input).take(16));
}

/// RTP packets, each a piece, to the receiver of Chromium's offer; and their headers written again.
pub fn rtp(input: &[u8]) {
    let offer = Description::parse(OFFER).ok();
    let agent = agent();
    let mut receiver = Receiver::new(1, *START);
    if let Some(offer) = &offer {
        receiver.configure(offer, &sdp::answer(offer, &local(&agent, "passive")));
    }
    let ids = ExtensionIds {
        mid: Some(4),
        rid: Some(10),
        repaired_rid: Some(11),
        transport_sequence: Some(3),
        absolute_send_time: Some(2),
        audio_level: Some(1),
        video_orientation: Some(5),
        dependency_descriptor: Some(6),
        playout_delay: Some(7),
        capture_time: Some(8),
    };
    let mut buffer = [0; 2048];
    for (packet, tick) in std::iter::once(input).chain(pieces(input)).zip(0u32..) {
        let Some(layout) = rtp::layout(packet) else { continue };
        let extensions = rtp::extensions(packet, &layout, &ids);
        let _ = rtp::write_header(&mut buffer, &layout.header, &extensions, &ids);
        let _ = receiver.receive(*START + Duration::from_millis(5) * tick, packet, &layout);
    }
    receiver.handle_timeout(*START + Duration::from_secs(2), &mut Vec::new());
}

/// An RTCP compound, read to its end.
pub fn rtcp(input: &[u8]) {
    for packet in Compound::new(input) {
        match packet {
            Packet::SenderReport { reports, .. } | Packet::ReceiverReport { reports, .. } => drop(reports.count()),
            Packet::Nack { sequences, .. } => drop(sequences.count()),
            Packet::TransportFeedback(feedback) => drop(feedback.arrivals().count()),
            Packet::Goodbye { .. } | Packet::KeyframeRequest { .. } | Packet::Remb { .. } => {}
        }
    }
    Receiver::new(1, *START).note_reports(*START, Compound::new(input));
}

/// A session description as an offer to us, and as the answer to one of ours.
pub fn session_description(input: &[u8]) {
    let Ok(description) = Description::parse(&String::from_utf8_lossy(input)) else {
        return;
    };
    let agent = agent();
    let answered = sdp::answer(&description, &local(&agent, "passive"));
    let mut receiver = Receiver::new(1, *START);
    receiver.configure(&description, &answered);
    let mut offerer = Offerer::new();
    let mut entropy = Entropy::new([2; 32]);
    for codec in [Codec::Red, Codec::Vp8, Codec::Av1] {
        let spec = TrackSpec {
            codec,
            stream_id: "PA_a|s".to_owned(),
            track_id: "TR_b".to_owned(),
        };
        let _ = offerer.add_track(spec, &mut entropy);
    }
    offerer.offer(&local(&agent, "actpass"));
    let _ = offerer.accept(&description);
}

/// SCTP packets: as they are, and as chunks with the right tag and checksum. A chunk is a piece: kind, flags, body.
pub fn sctp(input: &[u8]) {
    let mut transport = DataTransport::new(true);
    let mut events = Vec::new();
    transport.handle_packet(*START, Bytes::copy_from_slice(input), &mut events);
    transport.handle_packet(*START, hostile::init(), &mut events);
    let tag = tag_of(&mut transport, *START);
    for chunk in pieces(input).take(16) {
        if let Some(([kind, flags], body)) = chunk.split_first_chunk() {
            let packet = hostile::packet(tag, &[(*kind, *flags, body.to_vec())]);
            transport.handle_packet(*START, packet, &mut events);
            transport.transmit(*START, |_| {});
        }
    }
    transport.handle_timeout(*START + Duration::from_secs(5), &mut events);
}

/// A message on a data channel's control protocol (RFC 8832).
pub fn data_channel(input: &[u8]) {
    DataTransport::new(false).control(*START, 1, Bytes::copy_from_slice(input), &mut Vec::new());
}
