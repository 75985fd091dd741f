//! Streams, retransmissions and feedback of a publisher's media, without transport.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::demux::PeerKey;
use crate::entropy::Entropy;
use crate::ice::Agent;
use crate::identity::Fingerprint;
use crate::sdp::{self, Local};

const OFFER: &str = include_str!("../sdp/chromium_offer.sdp");
/// Ids and payload types of the offer.
const MID: u8 = 4;
const RID: u8 = 10;
const REPAIRED_RID: u8 = 11;
const TRANSPORT_SEQUENCE: u8 = 3;
const VP8: u8 = 96;
const VP8_RTX: u8 = 97;
const OPUS: u8 = 111;
const AUDIO_SSRC: u32 = 3_570_614_608;

struct Scene {
    now: Instant,
    receiver: Receiver,
}

impl Scene {
    #[expect(
        clippy::disallowed_methods,
        reason = "an instant to start from; the receiver is told the time"
    )]
    fn new() -> Self {
        let now = Instant::now();
        let mut scene = Self {
            now,
            receiver: Receiver::new(1, now),
        };
        scene.offer(OFFER);
        scene
    }

    fn offer(&mut self, text: &str) {
        let offer = Description::parse(text).expect("an offer");
        let agent = Agent::new(PeerKey(1), &mut Entropy::new([1; 32]));
        let local = Local {
            session_id: 1,
            version: 1,
            credentials: agent.credentials(),
            fingerprint: Fingerprint([0; 32]),
            candidates: &[],
            setup: "passive",
        };
        let answered = sdp::answer(&offer, &local);
        self.receiver.configure(&offer, &answered);
    }

    /// Takes a packet; answers stream, sequence number, payload and whether it was repaired.
    fn take(&mut self, packet: &[u8]) -> Option<(StreamId, u16, Vec<u8>, bool)> {
        let layout = rtp::layout(packet)?;
        let received = self.receiver.receive(self.now, packet, &layout)?;
        Some((
            received.stream,
            received.header.sequence_number,
            received.payload.to_vec(),
            received.repaired,
        ))
    }

    fn feedback(&mut self) -> Vec<u8> {
        let mut buffer = Vec::new();
        self.receiver.handle_timeout(self.now, &mut buffer);
        buffer
    }
}

fn packet(payload_type: u8, sequence: u16, ssrc: u32, extensions: &[(u8, &[u8])], payload: &[u8]) -> Vec<u8> {
    let mut elements = Vec::new();
    for (id, value) in extensions {
        elements.push(id << 4 | u8::try_from(value.len() - 1).expect("short"));
        elements.extend_from_slice(value);
    }
    elements.resize(elements.len().next_multiple_of(4), 0);
    let mut packet = vec![0x90, payload_type];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 3000).to_be_bytes());
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0xbe, 0xde]);
    packet.extend(u16::try_from(elements.len() / 4).expect("short").to_be_bytes());
    packet.extend(elements);
    packet.extend_from_slice(payload);
    packet
}

fn layer(sequence: u16, ssrc: u32, rid: &str) -> Vec<u8> {
    packet(VP8, sequence, ssrc, &[(MID, b"0"), (RID, rid.as_bytes())], b"picture")
}

#[test]
fn a_layer_is_learned_once_and_known_by_ssrc_from_then_on() {
    let mut scene = Scene::new();
    let (low, ..) = scene.take(&layer(1, 500, "q")).expect("media");
    let (high, ..) = scene.take(&layer(1, 501, "f")).expect("media");
    assert_ne!(low, high);
    let (bare, ..) = scene.take(&packet(VP8, 2, 500, &[], b"picture")).expect("media");
    assert_eq!(bare, low);
    assert_eq!(scene.take(&layer(1, 502, "x")), None, "a layer that was not announced");
    assert_eq!(
        scene.take(&packet(VP8, 1, 503, &[(MID, b"0")], b"picture")),
        None,
        "simulcast without rid"
    );
    let (audio, ..) = scene
        .take(&packet(OPUS, 1, AUDIO_SSRC, &[], b"sound"))
        .expect("announced by SSRC");
    assert_eq!(
        scene.receiver.stream(audio).expect("known").kind,
        crate::MediaKind::Audio
    );
}

#[test]
fn a_retransmission_is_unwrapped_if_it_was_missing() {
    let mut scene = Scene::new();
    let (stream, ..) = scene.take(&layer(1, 500, "q")).expect("media");
    scene.take(&layer(4, 500, "q")).expect("media");
    let rtx = |sequence: u16, original: u16, text: &[u8]| {
        let payload = [&original.to_be_bytes()[..], text].concat();
        packet(VP8_RTX, sequence, 900, &[(MID, b"0"), (REPAIRED_RID, b"q")], &payload)
    };
    assert_eq!(scene.take(&rtx(1, 2, b"two")), Some((stream, 2, b"two".to_vec(), true)));
    assert_eq!(scene.take(&rtx(2, 2, b"two")), None, "once is enough");
    assert_eq!(
        scene.take(&rtx(3, 4, b"four")),
        None,
        "a probe with what has come already"
    );
    assert_eq!(scene.take(&layer(2, 500, "q")), None, "the original after its repair");
    assert_eq!(
        scene.take(&layer(3, 500, "q")).map(|(_, sequence, ..)| sequence),
        Some(3),
        "late by itself"
    );
}

#[test]
fn missing_packets_are_asked_for_until_they_come() {
    let mut scene = Scene::new();
    scene.take(&layer(65_534, 500, "q")).expect("media");
    scene.take(&layer(1, 500, "q")).expect("media");
    let asked = |feedback: &[u8]| -> Vec<u16> {
        let nacks = Compound::new(feedback).filter_map(|packet| match packet {
            Packet::Nack { sequences, .. } => Some(sequences),
            _ => None,
        });
        nacks.flatten().collect()
    };
    assert!(
        asked(&scene.feedback()).is_empty(),
        "a moment's patience with reordering"
    );
    scene.now += Duration::from_millis(10);
    assert_eq!(asked(&scene.feedback()), [65_535, 0]);
    assert!(asked(&scene.feedback()).is_empty());
    scene.take(&layer(0, 500, "q")).expect("media");
    let mut times = 1;
    while let Some(deadline) = scene.receiver.next_nack {
        scene.now = deadline;
        let again = asked(&scene.feedback());
        assert!(again.is_empty() || again == [65_535]);
        times += again.len();
    }
    assert_eq!(times, 10, "and not for ever");
}

#[test]
fn reports_count_what_was_lost() {
    let mut scene = Scene::new();
    let (stream, ..) = scene.take(&layer(1, 500, "q")).expect("media");
    for sequence in [2, 3, 5] {
        scene.take(&layer(sequence, 500, "q")).expect("media");
    }
    let ntp_time = 0x1122_3344_5566_7788;
    let mut report = Vec::new();
    let info = crate::rtcp::SenderInfo {
        ntp_time,
        ..Default::default()
    };
    Writer::new(&mut report).sender_report(500, &info, &[]);
    scene.receiver.note_reports(scene.now, Compound::new(&report));
    scene.now += Duration::from_secs(1);
    let feedback = scene.feedback();
    let Some(Packet::ReceiverReport { mut reports, .. }) = Compound::new(&feedback).next() else {
        panic!("RR")
    };
    let block = reports.next().expect("a block");
    assert_eq!(block.ssrc, scene.receiver.stream(stream).expect("known").ssrc);
    assert_eq!(
        (block.fraction_lost, block.cumulative_lost, block.highest_sequence),
        (51, 1, 5)
    );
    assert_eq!(
        (block.last_sender_report, block.delay_since_last),
        (0x3344_5566, 65_536)
    );
}

#[test]
fn arrivals_are_told_with_their_gaps() {
    let mut scene = Scene::new();
    let mut told = Vec::new();
    for (step, sequence) in [65_534u16, 65_535, 1, 2, 5].into_iter().enumerate() {
        let number = sequence.to_be_bytes();
        let extensions: &[(u8, &[u8])] = &[(MID, b"0"), (RID, b"q"), (TRANSPORT_SEQUENCE, &number)];
        scene
            .take(&packet(
                VP8,
                1 + u16::try_from(step).expect("small"),
                500,
                extensions,
                b"p",
            ))
            .expect("media");
        scene.now += Duration::from_millis(40);
        let feedback = scene.feedback();
        for packet in Compound::new(&feedback) {
            if let Packet::TransportFeedback(feedback) = packet {
                told.extend(
                    feedback
                        .arrivals()
                        .map(|arrival| (arrival.sequence, arrival.time_us.is_some())),
                );
            }
        }
    }
    scene.now += Duration::from_millis(100);
    let feedback = scene.feedback();
    for packet in Compound::new(&feedback) {
        if let Packet::TransportFeedback(feedback) = packet {
            told.extend(
                feedback
                    .arrivals()
                    .map(|arrival| (arrival.sequence, arrival.time_us.is_some())),
            );
        }
    }
    let expected = [
        (65_534, true),
        (65_535, true),
        (0, false),
        (1, true),
        (2, true),
        (3, false),
        (4, false),
        (5, true),
    ];
    assert_eq!(told, expected);
}

#[test]
fn another_track_in_a_section_is_another_stream() {
    let mut scene = Scene::new();
    let (first, ..) = scene.take(&layer(1, 500, "q")).expect("media");
    scene.offer(OFFER);
    assert_eq!(
        scene.take(&layer(2, 500, "q")).expect("media").0,
        first,
        "the same offer changes nothing"
    );
    scene.offer(&OFFER.replace("54e8c73a-1111", "another"));
    let (second, ..) = scene.take(&layer(3, 500, "q")).expect("media");
    assert_ne!(second, first);
}

proptest! {
    #[test]
    fn arbitrary_packets_never_panic(
        noise: Vec<u8>,
        payload_type in 90u8..115,
        sequence: u16,
        ssrc in 0u32..4,
        first: u8,
    ) {
        let mut scene = Scene::new();
        scene.take(&noise);
        let mut bytes = packet(payload_type, sequence, ssrc, &[(MID, b"0"), (RID, b"q")], &noise);
        bytes[0] = 0x80 | first & 0x3f;
        scene.take(&layer(1, 0, "q"));
        scene.take(&bytes);
        scene.take(&bytes);
    }
}
