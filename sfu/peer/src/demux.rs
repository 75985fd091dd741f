//! What a datagram is and which peer it is for, read without allocating.
//!
//! All protocols of a peer share one UDP port; RFC 7983 §7 tells them apart by their first byte.

/// The node's own name for a peer, carried in the local ICE ufrag so that the first packet of an unknown address needs
/// no look-up table. Its bits are the node's business (worker, slot, generation, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerKey(pub u64);

/// The protocol of a datagram, by its first byte (RFC 7983 §7) and, for RTP against RTCP, its second (RFC 5761 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatagramKind {
    /// STUN: ICE connectivity checks.
    Stun,
    /// A DTLS record: handshake or data channels.
    Dtls,
    /// SRTP.
    Rtp,
    /// SRTCP.
    Rtcp,
    /// Nothing a peer understands; to be dropped.
    Unknown,
}

/// Says which protocol `datagram` belongs to.
pub fn classify(datagram: &[u8]) -> DatagramKind {
    match datagram {
        [0..=3, ..] if datagram.len() >= 20 => DatagramKind::Stun,
        [20..=63, ..] if datagram.len() >= 13 => DatagramKind::Dtls,
        [128..=191, second, ..] if datagram.len() >= 8 => {
            if (192..=223).contains(second) {
                DatagramKind::Rtcp
            } else {
                DatagramKind::Rtp
            }
        }
        _ => DatagramKind::Unknown,
    }
}

/// Base-32 alphabet of the key inside a ufrag; a subset of `ice-char` (RFC 8839 §5.4).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters that hold the 64 bits of a [`PeerKey`], five bits each.
const KEY_CHARS: usize = 13;
/// Random characters after the key: RFC 8839 §5.4 asks for at least 24 bits of randomness; these are 30.
const RANDOM_CHARS: usize = 6;
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const ATTRIBUTE_USERNAME: u16 = 0x0006;
/// A USERNAME is at most 513 bytes (RFC 8489 §14.3); a binding request has few attributes before it.
const ATTRIBUTES_MAX: usize = 16;

/// Reads the [`PeerKey`] from the USERNAME (`local:remote`) of a STUN binding request, or `None` if the datagram is not
/// such a request or its local ufrag was not made by [`encode_ufrag`]. Authenticates nothing.
pub fn peer_key(datagram: &[u8]) -> Option<PeerKey> {
    decode_ufrag(local_ufrag(datagram)?)
}

/// The local half of the USERNAME of a STUN binding request, borrowed from the datagram.
pub fn local_ufrag(datagram: &[u8]) -> Option<&[u8]> {
    let body = datagram.get(20..)?;
    if datagram.get(..2)? != BINDING_REQUEST {
        return None;
    }
    let mut rest = body;
    for _ in 0..ATTRIBUTES_MAX {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = tail.get(..length)?;
        if u16::from_be_bytes([head[0], head[1]]) == ATTRIBUTE_USERNAME {
            return value.split(|byte| *byte == b':').next();
        }
        rest = tail.get(length.next_multiple_of(4)..)?;
    }
    None
}

/// Makes a local ufrag that names `key`; `random` makes two of one peer (an ICE restart) distinct. The inverse of
/// [`decode_ufrag`].
pub(crate) fn encode_ufrag(key: PeerKey, random: u32) -> String {
    let mut ufrag = String::with_capacity(KEY_CHARS + RANDOM_CHARS);
    for index in (0..KEY_CHARS).rev() {
        ufrag.push(digit(key.0 >> (5 * index)));
    }
    for index in (0..RANDOM_CHARS).rev() {
        ufrag.push(digit(u64::from(random) >> (5 * index)));
    }
    ufrag
}

fn digit(bits: u64) -> char {
    char::from(ALPHABET[(bits & 31) as usize])
}

/// Reads the key back from a local ufrag; `None` if it is not one of ours.
pub(crate) fn decode_ufrag(ufrag: &[u8]) -> Option<PeerKey> {
    if ufrag.len() != KEY_CHARS + RANDOM_CHARS {
        return None;
    }
    let mut key = 0u64;
    for (index, byte) in ufrag.iter().enumerate() {
        let value = ALPHABET.iter().position(|letter| letter == byte)? as u64;
        if index == 0 && value > 15 {
            return None;
        }
        if index < KEY_CHARS {
            key = key << 5 | value;
        }
    }
    Some(PeerKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binding_request(username: &[u8]) -> Vec<u8> {
        let mut message = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        message.extend([7; 12]);
        message.extend([0x80, 0x22, 0, 3, b'x', b'y', b'z', 0]);
        message.extend([0, 6]);
        message.extend(u16::try_from(username.len()).expect("short").to_be_bytes());
        message.extend(username);
        message.resize(message.len().next_multiple_of(4), 0);
        message
    }

    #[test]
    fn first_bytes_are_told_apart_as_rfc_7983_says() {
        let of = |first: u8, second: u8| {
            let mut datagram = [0; 24];
            datagram[..2].copy_from_slice(&[first, second]);
            classify(&datagram)
        };
        assert_eq!(of(0, 1), DatagramKind::Stun);
        assert_eq!(of(22, 254), DatagramKind::Dtls);
        assert_eq!(of(0x80, 96), DatagramKind::Rtp);
        assert_eq!(of(0x80, 0x80 | 111), DatagramKind::Rtp);
        assert_eq!(of(0x81, 206), DatagramKind::Rtcp);
        assert_eq!(of(64, 0), DatagramKind::Unknown);
        assert_eq!(classify(&[]), DatagramKind::Unknown);
    }

    proptest! {
        #[test]
        fn a_key_survives_the_ufrag(key: u64, random: u32) {
            let ufrag = encode_ufrag(PeerKey(key), random);
            let message = binding_request(format!("{ufrag}:remote").as_bytes());
            prop_assert_eq!(peer_key(&message), Some(PeerKey(key)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>) {
            classify(&bytes);
            peer_key(&bytes);
            if bytes.len() > 2 {
                bytes[..2].copy_from_slice(&BINDING_REQUEST);
                peer_key(&bytes);
            }
        }
    }
}
