//! Forged datagrams: each looks like the beginning or the middle of something that a node takes, and nothing is behind it.

mod hello;

use clap::ValueEnum;
use rtc::stun::attributes::{
    ATTR_ICE_CONTROLLING, ATTR_MESSAGE_INTEGRITY, ATTR_PRIORITY, ATTR_USE_CANDIDATE, ATTR_USERNAME,
};
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::message::{BINDING_REQUEST, Message, Setter as _, TransactionId};

use anyhow::Result;

/// Bytes of the media that is forged: as long as that which is really sent.
const MEDIA_BYTES: usize = 1200;
/// As a viewer's, ten times a second.
const FEEDBACK_BYTES: usize = 60 + 4 + 16;
/// Of VP8, as the publisher's.
const PAYLOAD_TYPE: u8 = 96;
/// The letters that a node's ufrags are made of.
const UFRAG_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const UFRAG_LETTERS_IN_ALL: usize = 19;
/// The last of these are random, the others say whose the connection is.
const UFRAG_RANDOM_LETTERS: usize = 6;

/// What is forged, and from where it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Bytes that begin like nothing.
    Garbage,
    /// Connectivity checks of another server's connections.
    StunStranger,
    /// Checks that name a connection as this node does, which it does not have.
    StunShaped,
    /// Checks that name a connection of the node, with random letters that are not its.
    StunNamed,
    /// Checks of a connection of the node with its whole ufrag, and with a wrong password.
    StunKnown,
    /// A ClientHello from an address that nobody has validated.
    Hello,
    /// A ClientHello from the publisher's own address, as who forges source addresses can send it.
    HelloSpoofed,
    /// Media of an SSRC that nobody sends.
    Srtp,
    /// Media of the publisher's SSRC.
    SrtpKnown,
    /// Media of the publisher's SSRC from the publisher's own address.
    SrtpSpoofed,
    /// Feedback in the publisher's name.
    Srtcp,
    /// The same from the publisher's own address.
    SrtcpSpoofed,
}

impl Kind {
    /// For names of figures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::StunStranger => "stun_stranger",
            Self::StunShaped => "stun_shaped",
            Self::StunNamed => "stun_named",
            Self::StunKnown => "stun_known",
            Self::Hello => "hello",
            Self::HelloSpoofed => "hello_spoofed",
            Self::Srtp => "srtp",
            Self::SrtpKnown => "srtp_known",
            Self::SrtpSpoofed => "srtp_spoofed",
            Self::Srtcp => "srtcp",
            Self::SrtcpSpoofed => "srtcp_spoofed",
        }
    }

    /// Whether it comes from the publisher's own address.
    pub(crate) const fn is_spoofed(self) -> bool {
        matches!(self, Self::HelloSpoofed | Self::SrtpSpoofed | Self::SrtcpSpoofed)
    }

    /// Whether the node counts each as refused. A ClientHello within an established connection may be a late repetition.
    pub(crate) const fn is_refused(self) -> bool {
        !matches!(self, Self::HelloSpoofed)
    }
}

/// What a forger knows.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The node's ufrag of the publisher's connection.
    pub(crate) ufrag: String,
    /// The publisher's SSRC.
    pub(crate) ssrc: u32,
}

/// So many different datagrams of a kind, the same each time.
pub(crate) fn datagrams(kind: Kind, known: &Known, count: usize) -> Result<Vec<Vec<u8>>> {
    let mut noise = Noise(0x0f10_0d00 + kind as u64);
    (0..count)
        .map(|number| datagram(kind, known, number, &mut noise))
        .collect()
}

fn datagram(kind: Kind, known: &Known, number: usize, noise: &mut Noise) -> Result<Vec<u8>> {
    match kind {
        Kind::Garbage => Ok(garbage(noise)),
        Kind::StunStranger => check(&letters(noise, 4), noise),
        Kind::StunShaped => check(&letters(noise, UFRAG_LETTERS_IN_ALL), noise),
        Kind::StunNamed => {
            let whose = known.ufrag.len().saturating_sub(UFRAG_RANDOM_LETTERS);
            check(
                &format!("{}{}", &known.ufrag[..whose], letters(noise, UFRAG_RANDOM_LETTERS)),
                noise,
            )
        }
        Kind::StunKnown => check(&known.ufrag, noise),
        Kind::Hello | Kind::HelloSpoofed => Ok(hello::client_hello(noise)),
        Kind::Srtp => Ok(media(!known.ssrc ^ u32::from(noise.byte()), number, noise)),
        Kind::SrtpKnown | Kind::SrtpSpoofed => Ok(media(known.ssrc, number, noise)),
        Kind::Srtcp | Kind::SrtcpSpoofed => Ok(feedback(known.ssrc, noise)),
    }
}

/// RFC 7983 §7 has nothing that begins with these.
fn garbage(noise: &mut Noise) -> Vec<u8> {
    let length = 1 + noise.below(MEDIA_BYTES);
    let mut bytes = noise.bytes(length);
    bytes[0] = match noise.below(3) {
        0 => 4 + bytes[0] % 12,
        1 => 64 + bytes[0] % 64,
        _ => 192 | bytes[0],
    };
    bytes
}

/// A connectivity check as a controlling agent makes it (RFC 8445 §7.2.2), complete but for the knowledge of a password.
fn check(ufrag: &str, noise: &mut Noise) -> Result<Vec<u8>> {
    let mut message = Message::new();
    message.typ = BINDING_REQUEST;
    message.transaction_id = TransactionId(std::array::from_fn(|_| noise.byte()));
    message.write_header();
    message.add(ATTR_USERNAME, format!("{ufrag}:{}", letters(noise, 4)).as_bytes());
    message.add(ATTR_ICE_CONTROLLING, &noise.bytes(8));
    message.add(ATTR_PRIORITY, &[0x6e, 0x7f, 0x1e, 0xff]);
    message.add(ATTR_USE_CANDIDATE, &[]);
    // An HMAC-SHA1 without its key is as good as random.
    message.add(ATTR_MESSAGE_INTEGRITY, &noise.bytes(20));
    FINGERPRINT.add_to(&mut message)?;
    Ok(message.raw)
}

fn letters(noise: &mut Noise, count: usize) -> String {
    // The first of a node's ufrag has four bits.
    let first = char::from(UFRAG_LETTERS[noise.below(16)]);
    std::iter::once(first)
        .chain((1..count).map(|_| char::from(UFRAG_LETTERS[noise.below(UFRAG_LETTERS.len())])))
        .collect()
}

/// RFC 3550 §5.1, sealed as far as anybody without the key can see. One in six has the marker, as with the real ones.
fn media(ssrc: u32, number: usize, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = noise.bytes(MEDIA_BYTES);
    let marker = if number.is_multiple_of(6) { 0x80 } else { 0 };
    let [.., high, low] = number.to_be_bytes();
    bytes[..4].copy_from_slice(&[0x80, marker | PAYLOAD_TYPE, high, low]);
    bytes[8..12].copy_from_slice(&ssrc.to_be_bytes());
    bytes
}

/// Transport-wide feedback (RTPFB, FMT 15) with what looks like the rest of it, an index and a tag.
fn feedback(ssrc: u32, noise: &mut Noise) -> Vec<u8> {
    let mut bytes = noise.bytes(FEEDBACK_BYTES);
    bytes[..4].copy_from_slice(&[0x8f, 205, 0, 14]);
    bytes[4..8].copy_from_slice(&ssrc.to_be_bytes());
    bytes
}

/// SplitMix64: bytes without a pattern, the same for the same seed.
#[derive(Debug)]
struct Noise(u64);

impl Noise {
    const fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.word() >> 1).unwrap_or_default() % bound
    }

    const fn byte(&mut self) -> u8 {
        self.word().to_be_bytes()[0]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let words = std::iter::repeat_with(|| self.word().to_be_bytes());
        words.take(count.div_ceil(8)).flatten().take(count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sfu_peer::{DatagramKind, demux};

    /// The shape of the node's ufrags, without being one of them.
    const UFRAG: &str = "0000000000001zzzzzz";
    const COUNT: usize = 200;

    fn forged(kind: Kind) -> Vec<Vec<u8>> {
        let known = Known {
            ufrag: UFRAG.to_owned(),
            ssrc: 0x5eed_0001,
        };
        let forged = datagrams(kind, &known, COUNT).expect("forged");
        assert_eq!(forged.len(), COUNT);
        assert_eq!(
            forged,
            datagrams(kind, &known, COUNT).expect("again"),
            "the same each time"
        );
        forged
    }

    #[test]
    fn every_kind_is_what_it_says_in_the_nodes_eye() {
        for kind in Kind::value_variants() {
            let expected = match kind {
                Kind::Garbage => DatagramKind::Unknown,
                Kind::StunStranger | Kind::StunShaped | Kind::StunNamed | Kind::StunKnown => DatagramKind::Stun,
                Kind::Hello | Kind::HelloSpoofed => DatagramKind::Dtls,
                Kind::Srtp | Kind::SrtpKnown | Kind::SrtpSpoofed => DatagramKind::Rtp,
                Kind::Srtcp | Kind::SrtcpSpoofed => DatagramKind::Rtcp,
            };
            let all = forged(*kind);
            assert!(
                all.iter().all(|datagram| demux::classify(datagram) == expected),
                "{kind:?}"
            );
            let longest = all.iter().map(Vec::len).max();
            assert!(longest <= Some(1_400), "{kind:?} fits into a packet: {longest:?}");
            let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
            assert!(distinct.len() > COUNT - 3, "{kind:?} differ");
        }
    }

    #[test]
    fn checks_name_whom_they_should() {
        let whose = |kind| {
            let all = forged(kind);
            all.iter().map(|datagram| demux::peer_key(datagram)).collect::<Vec<_>>()
        };
        let ours = Some(demux::PeerKey(1));
        assert!(whose(Kind::StunStranger).iter().all(Option::is_none));
        assert!(whose(Kind::StunShaped).iter().all(|key| key.is_some() && *key != ours));
        assert!(whose(Kind::StunNamed).iter().all(|key| *key == ours));
        let is_whole = |datagram: &Vec<u8>| demux::local_ufrag(datagram) == Some(UFRAG.as_bytes());
        assert!(forged(Kind::StunKnown).iter().all(is_whole));
        assert!(!forged(Kind::StunNamed).iter().any(is_whole));
        for datagram in forged(Kind::StunKnown) {
            let mut message = Message::new();
            message.unmarshal_binary(&datagram).expect("well-formed");
            FINGERPRINT.check(&message).expect("the checksum is right");
        }
    }

    #[test]
    fn media_has_the_publishers_ssrc_or_another() {
        let ssrc = |datagram: &Vec<u8>| datagram[8..12] == 0x5eed_0001_u32.to_be_bytes();
        assert!(forged(Kind::SrtpKnown).iter().all(ssrc));
        assert!(!forged(Kind::Srtp).iter().any(ssrc));
        let marked = |datagram: &&Vec<u8>| datagram[1] & 0x80 != 0;
        assert_eq!(forged(Kind::Srtp).iter().filter(marked).count(), COUNT.div_ceil(6));
    }
}
