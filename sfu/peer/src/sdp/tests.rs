//! Descriptions as browsers write them, and text that no one should write.

use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::demux::PeerKey;
use crate::entropy::Entropy;
use crate::error::NegotiationError;
use crate::ice::Agent;
use crate::identity::Fingerprint;
use crate::media::H264Profile;

/// A publisher's offer as Chromium writes it, shortened to one codec of each kind: simulcast video, audio, data.
const CHROMIUM_OFFER: &str = include_str!("chromium_offer.sdp");

fn answer_to(offer: &str) -> Answered {
    let description = Description::parse(offer).expect("an offer");
    let agent = Agent::new(PeerKey(1), &mut Entropy::new([1; 32]));
    let local = Local {
        session_id: 42,
        version: 1,
        credentials: agent.credentials(),
        fingerprint: Fingerprint([0xab; 32]),
        candidates: &[
            "192.0.2.1:7882".parse().expect("an address"),
            "[2001:db8::1]:7882".parse().expect("an address"),
        ],
        setup: "passive",
    };
    answer(&description, &local)
}

fn lines<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    text.lines().filter_map(|line| line.strip_prefix(prefix)).collect()
}

#[test]
fn chromium_s_offer_is_understood() {
    let description = Description::parse(CHROMIUM_OFFER).expect("an offer");
    assert_eq!(
        (description.ufrag.as_str(), description.setup),
        ("vR8m", Setup::ActPass)
    );
    let [video, audio, data] = description.sections.as_slice() else {
        panic!("three sections")
    };
    assert_eq!(video.kind, SectionKind::Media(MediaKind::Video));
    assert_eq!(
        (video.stream_id.as_str(), video.track_id.as_str()),
        ("-", "54e8c73a-1111")
    );
    assert_eq!(video.layers, ["q", "h", "f"].map(|rid| Rid::new(rid).expect("a rid")));
    let codecs: Vec<_> = video.payloads.iter().map(|payload| payload.kind).collect();
    assert_eq!(
        codecs,
        [
            PayloadKind::Media(Codec::Vp8),
            PayloadKind::Rtx { apt: 96 },
            PayloadKind::Media(Codec::H264(H264Profile::ConstrainedBaseline)),
            PayloadKind::Rtx { apt: 103 },
        ],
        "H.264 of packetization mode 0 and its RTX are left out, as are RED and ULPFEC"
    );
    assert_eq!(audio.sources, [(3_570_614_608, None)]);
    assert_eq!(data.kind, SectionKind::Data);
}

#[test]
fn its_answer_has_everything_a_browser_checks() {
    let Answered {
        text,
        sections,
        extensions,
    } = answer_to(CHROMIUM_OFFER);
    assert_eq!(
        lines(&text, "m="),
        [
            "video 9 UDP/TLS/RTP/SAVPF 96 97 103 104",
            "audio 9 UDP/TLS/RTP/SAVPF 111 63",
            "application 9 UDP/DTLS/SCTP webrtc-datachannel",
        ]
    );
    assert_eq!(lines(&text, "a=group:"), ["BUNDLE 0 1 2"]);
    assert_eq!(lines(&text, "a=setup:"), ["passive"; 3]);
    assert_eq!(
        lines(&text, "a=candidate:"),
        [
            "1 1 udp 2130706431 192.0.2.1 7882 typ host",
            "2 1 udp 2130706175 2001:db8::1 7882 typ host",
        ]
    );
    assert_eq!(lines(&text, "a=simulcast:"), ["recv q;h;f"]);
    assert_eq!(lines(&text, "a=rid:"), ["q recv", "h recv", "f recv"]);
    assert_eq!(
        lines(&text, "a=rtcp-fb:96 "),
        ["transport-cc", "ccm fir", "nack", "nack pli"]
    );
    assert_eq!(lines(&text, "a=fmtp:97 "), ["apt=96"]);
    for flag in ["a=ice-lite", "a=end-of-candidates"] {
        assert_eq!(lines(&text, flag), [""], "{flag}");
    }
    assert_eq!(lines(&text, "a=recvonly").len(), 2);
    assert_eq!(
        (extensions.mid, extensions.rid, extensions.repaired_rid),
        (Some(4), Some(10), Some(11))
    );
    assert_eq!(
        (extensions.transport_sequence, extensions.audio_level),
        (Some(3), Some(1))
    );
    assert!(sections.iter().all(|section| section.active));
    // What we write, we can read.
    assert!(Description::parse(&text).is_ok());
}

#[test]
fn unusable_sections_are_rejected_and_the_others_live() {
    let offer = CHROMIUM_OFFER.replace("VP8", "VP0").replace("H264", "H000");
    let Answered { text, sections, .. } = answer_to(&offer);
    assert!(lines(&text, "m=")[0].starts_with("video 0 "));
    assert_eq!(lines(&text, "a=group:"), ["BUNDLE 1 2"]);
    assert_eq!(lines(&text, "a=candidate:").len(), 2, "in the first section that lives");
    assert_eq!(
        sections.iter().map(|section| section.active).collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn what_is_missing_is_named() {
    let parse = |text: &str| Description::parse(text).err();
    let without = |what: &str| {
        let kept: Vec<&str> = CHROMIUM_OFFER.lines().filter(|line| !line.starts_with(what)).collect();
        format!("{}\r\n", kept.join("\r\n"))
    };
    assert_eq!(
        parse(&without("a=fingerprint")),
        Some(NegotiationError::Missing("a SHA-256 fingerprint"))
    );
    assert_eq!(
        parse(&without("a=ice-ufrag")),
        Some(NegotiationError::Missing("a=ice-ufrag"))
    );
    assert_eq!(parse(&without("a=setup")), Some(NegotiationError::Missing("a=setup")));
    assert_eq!(parse(&without("a=mid")), Some(NegotiationError::Missing("a=mid")));
    let twice = CHROMIUM_OFFER.replace("a=mid:1", "a=mid:0");
    assert_eq!(
        parse(&twice),
        Some(NegotiationError::Unsupported("one mid in two sections"))
    );
}

/// A client's answer to an offer of one audio track: the payload types it takes, and what they mean.
fn answer_with(port: u16, formats: &str, maps: &str) -> Description {
    let transport = "a=ice-ufrag:abcd\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=setup:active\r\na=rtcp-mux\r\n";
    let fingerprint = Fingerprint([0xab; 32]);
    let text = format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 {fingerprint}\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n{transport}a=mid:0\r\n\
         m=audio {port} UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\n{transport}a=mid:1\r\na=recvonly\r\n{maps}"
    );
    Description::parse(&text).expect("an answer")
}

#[test]
fn a_client_takes_redundant_audio_or_opus_alone_or_nothing() {
    const OPUS: &str = "a=rtpmap:111 opus/48000/2\r\n";
    const RED: &str = "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n";
    let both = format!("{OPUS}{RED}");
    for (port, formats, maps, reception, red) in [
        (9, "63 111", both.as_str(), Reception::Accepted, Some(63)),
        (9, "111", OPUS, Reception::Accepted, None),
        (9, "0", "", Reception::Refused, None),
        (0, "63 111", both.as_str(), Reception::Refused, Some(63)),
    ] {
        let mut offerer = Offerer::new();
        let spec = TrackSpec {
            codec: Codec::Red,
            stream_id: "PA_a|TR_b".to_owned(),
            track_id: "TR_b".to_owned(),
        };
        let track = offerer.add_track(spec, &mut Entropy::new([1; 32])).expect("room");
        let agent = Agent::new(PeerKey(1), &mut Entropy::new([1; 32]));
        let local = Local {
            session_id: 42,
            version: 1,
            credentials: agent.credentials(),
            fingerprint: Fingerprint([0xab; 32]),
            candidates: &[],
            setup: "actpass",
        };
        let offer = offerer.offer(&local);
        assert!(offer.contains("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"));
        assert!(offer.contains("a=fmtp:63 111/111\r\n"));
        assert_eq!(
            offerer.track(track).map(|track| track.reception),
            Some(Reception::Pending)
        );
        offerer.accept(&answer_with(port, formats, maps)).expect("it fits");
        let wire = offerer.track(track).expect("a track");
        assert_eq!((wire.reception, wire.red_payload_type), (reception, red), "{formats}");
        assert_eq!(wire.payload_type, 111);
    }
}

#[test]
fn sections_of_an_offer_are_bounded() {
    let mut offerer = Offerer::new();
    let mut entropy = Entropy::new([1; 32]);
    let spec = TrackSpec {
        codec: Codec::Opus,
        stream_id: "PA_a|TR_b".to_owned(),
        track_id: "TR_b".to_owned(),
    };
    let added = (0..1000)
        .filter(|_| offerer.add_track(spec.clone(), &mut entropy).is_ok())
        .count();
    assert_eq!(added, crate::limits::SECTIONS_MAX - 1);
}

#[expect(clippy::disallowed_methods, reason = "measures that hostile text is refused quickly")]
fn elapsed_ms(work: impl FnOnce()) -> u128 {
    let start = Instant::now();
    work();
    start.elapsed().as_millis()
}

#[test]
fn a_description_full_of_attributes_is_read_in_bounded_time() {
    let mut text = CHROMIUM_OFFER.to_owned();
    while text.len() < crate::limits::DESCRIPTION_BYTES_MAX - 40 {
        text.push_str("a=ssrc-group:FID 1 2\r\na=ssrc:7 x:y\r\n");
    }
    let elapsed = elapsed_ms(|| assert!(Description::parse(&text).is_ok()));
    assert!(elapsed < 1000, "{elapsed} ms");
    text.push_str(&"a=x\r\n".repeat(20));
    assert!(Description::parse(&text).is_err());
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in "\\PC*") {
        let _ = Description::parse(&text);
    }

    #[test]
    fn lines_of_sdp_in_any_order_never_panic(
        lines in prop::collection::vec(
            (prop::sample::select(vec!["v=", "o=", "s=", "t=", "m=", "c=", "a=", "b=", "k=", "r=", "z=", "i="]), "[ -~]{0,40}"),
            0..20,
        ),
    ) {
        let text: String = lines.iter().map(|(kind, rest)| format!("{kind}{rest}\r\n")).collect();
        let _ = Description::parse(&text);
    }

    #[test]
    fn damaged_offers_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::num::u8::ANY), 1..8),
        cut: prop::sample::Index,
        cuts: bool,
    ) {
        let mut bytes = CHROMIUM_OFFER.as_bytes().to_vec();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte & 0x7f;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(description) = Description::parse(&String::from_utf8_lossy(&bytes)) {
            let agent = Agent::new(PeerKey(1), &mut Entropy::new([1; 32]));
            let local = Local {
                session_id: 1,
                version: 1,
                credentials: agent.credentials(),
                fingerprint: Fingerprint([0; 32]),
                candidates: &[],
                setup: "passive",
            };
            let _ = answer(&description, &local);
        }
    }
}
