//! Reads a ClientHello ahead of the handshake, to see which SRTP profiles the client has.
//!
//! Chromium's is some 1,400 bytes in two datagrams, with its extensions in random order.

use bytes::BytesMut;

/// `AEAD_AES_128_GCM` in `use_srtp` (RFC 7714 §14.2).
pub(super) const SRTP_AEAD_AES_128_GCM: u16 = 0x0007;

const RECORD_HEADER_BYTES: usize = 13;
const CONTENT_HANDSHAKE: u8 = 22;
const HANDSHAKE_CLIENT_HELLO: u8 = 1;
const EXTENSION_USE_SRTP: u16 = 14;
/// A ClientHello with post-quantum key shares has about 1,400 bytes.
const HELLO_BYTES_MAX: usize = 8192;
/// Datagrams held until the hello is complete and the fingerprint known, among them repetitions.
const HELD_DATAGRAMS_MAX: usize = 16;

/// The first datagrams of a client, and the message they carry in fragments.
#[derive(Default)]
pub(crate) struct Hello {
    held: Vec<BytesMut>,
    body: Vec<u8>,
    /// Which bytes of `body` have come.
    present: Vec<bool>,
}

impl Hello {
    /// Keeps a datagram and reads its fragments; `false` if there is no room.
    pub(crate) fn hold(&mut self, datagram: &[u8]) -> bool {
        if self.held.len() >= HELD_DATAGRAMS_MAX {
            return false;
        }
        self.held.push(BytesMut::from(datagram));
        let mut rest = datagram;
        while let Some((fragment, after)) = next_record(rest) {
            self.read_fragment(fragment);
            rest = after;
        }
        true
    }

    /// Gives the held datagrams to the handshake.
    pub(crate) fn take(&mut self) -> Vec<BytesMut> {
        std::mem::take(&mut self.held)
    }

    /// Whether the hello offers an SRTP profile; `None` while it is incomplete.
    pub(crate) fn offers(&self, profile: u16) -> Option<bool> {
        if self.body.is_empty() || !self.present.iter().all(|present| *present) {
            return None;
        }
        let profiles = use_srtp(&self.body).unwrap_or_default();
        Some(profiles.chunks_exact(2).any(|pair| pair == profile.to_be_bytes()))
    }

    /// RFC 6347 §4.2.2: type, length, sequence, fragment offset and length, fragment.
    fn read_fragment(&mut self, message: &[u8]) -> Option<()> {
        let mut reader = Reader(message);
        let kind = reader.number(1)?;
        let length = reader.number(3)?;
        let _sequence = reader.number(2)?;
        let offset = reader.number(3)?;
        let fragment = reader.vector(3)?;
        if kind != usize::from(HANDSHAKE_CLIENT_HELLO) || length > HELLO_BYTES_MAX {
            return None;
        }
        if self.body.len() != length {
            self.body = vec![0; length];
            self.present = vec![false; length];
        }
        let range = offset..offset + fragment.len();
        self.body.get_mut(range.clone())?.copy_from_slice(fragment);
        self.present.get_mut(range)?.fill(true);
        Some(())
    }
}

/// The fragment in the first record, if it is a plain handshake record, and what follows the record.
fn next_record(datagram: &[u8]) -> Option<(&[u8], &[u8])> {
    let (header, body) = datagram.split_at_checked(RECORD_HEADER_BYTES)?;
    let length = usize::from(u16::from_be_bytes([header[11], header[12]]));
    let (fragment, rest) = body.split_at_checked(length)?;
    (header[0] == CONTENT_HANDSHAKE).then_some((fragment, rest))
}

/// The profile list of `use_srtp` (RFC 5764 §4.1.1) in a ClientHello (RFC 6347 §4.2.1).
fn use_srtp(hello: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader(hello);
    let _version_and_random = reader.bytes(2 + 32)?;
    let _session_id = reader.vector(1)?;
    let _cookie = reader.vector(1)?;
    let _cipher_suites = reader.vector(2)?;
    let _compression_methods = reader.vector(1)?;
    let mut extensions = Reader(reader.vector(2)?);
    loop {
        let kind = extensions.number(2)?;
        let body = extensions.vector(2)?;
        if kind == usize::from(EXTENSION_USE_SRTP) {
            return Reader(body).vector(2);
        }
    }
}

/// Takes big-endian numbers and length-prefixed vectors off a slice.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn bytes(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self, length: usize) -> Option<usize> {
        Some(
            self.bytes(length)?
                .iter()
                .fold(0, |number, byte| number << 8 | usize::from(*byte)),
        )
    }

    fn vector(&mut self, length_bytes: usize) -> Option<&'b [u8]> {
        let length = self.number(length_bytes)?;
        self.bytes(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).expect("short");
        [&kind.to_be_bytes()[..], &length.to_be_bytes(), body].concat()
    }

    /// A ClientHello whose extensions are `extensions`, as one handshake message without header.
    fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
        let extensions = extensions.concat();
        let mut body = vec![0xfe, 0xfd];
        body.extend([9; 32]);
        body.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
        body.extend(u16::try_from(extensions.len()).expect("short").to_be_bytes());
        body.extend(extensions);
        body
    }

    /// Records of one fragment each, cut at `cuts`.
    fn datagrams(body: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
        let length = u32::try_from(body.len()).expect("short").to_be_bytes();
        let bounds: Vec<usize> = [0]
            .into_iter()
            .chain(cuts.iter().copied())
            .chain([body.len()])
            .collect();
        let fragment = |range: &[usize]| {
            let offset = u32::try_from(range[0]).expect("short").to_be_bytes();
            let part = &body[range[0]..range[1]];
            let part_bytes = u32::try_from(part.len()).expect("short").to_be_bytes();
            let mut message = vec![HANDSHAKE_CLIENT_HELLO];
            message.extend_from_slice(&length[1..]);
            message.extend_from_slice(&[0, 0]);
            message.extend_from_slice(&offset[1..]);
            message.extend_from_slice(&part_bytes[1..]);
            message.extend_from_slice(part);
            let mut record = vec![CONTENT_HANDSHAKE, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
            record.extend(u16::try_from(message.len()).expect("short").to_be_bytes());
            record.extend(message);
            record
        };
        bounds.windows(2).map(fragment).collect()
    }

    #[test]
    fn the_profile_is_found_in_two_datagrams_in_either_order() {
        let sha1_first = extension(EXTENSION_USE_SRTP, &[0, 4, 0, 1, 0, 7, 0]);
        let body = hello(&[extension(10, &[0; 700]), sha1_first, extension(51, &[0; 500])]);
        let parts = datagrams(&body, &[1100]);
        for order in [[0, 1], [1, 0]] {
            let mut hello = Hello::default();
            assert!(hello.hold(&parts[order[0]]));
            assert_eq!(hello.offers(SRTP_AEAD_AES_128_GCM), None, "one half is not enough");
            assert!(hello.hold(&parts[order[1]]));
            assert_eq!(hello.offers(SRTP_AEAD_AES_128_GCM), Some(true));
            assert_eq!(hello.take().len(), 2);
        }
    }

    #[test]
    fn a_client_without_gcm_or_without_the_extension_is_seen_as_such() {
        for extensions in [
            vec![extension(EXTENSION_USE_SRTP, &[0, 2, 0, 1, 0])],
            vec![extension(23, &[])],
        ] {
            let mut read = Hello::default();
            read.hold(&datagrams(&hello(&extensions), &[])[0]);
            assert_eq!(read.offers(SRTP_AEAD_AES_128_GCM), Some(false));
        }
    }

    #[test]
    fn what_is_held_is_bounded() {
        let mut hello = Hello::default();
        assert_eq!((0..100).filter(|_| hello.hold(&[22; 20])).count(), HELD_DATAGRAMS_MAX);
    }

    proptest! {
        #[test]
        fn arbitrary_and_damaged_hellos_never_panic(noise: Vec<u8>, at: prop::sample::Index, byte: u8) {
            let mut read = Hello::default();
            read.hold(&noise);
            read.offers(SRTP_AEAD_AES_128_GCM);
            let body = hello(&[extension(EXTENSION_USE_SRTP, &[0, 2, 0, 7, 0])]);
            let mut datagram = datagrams(&body, &[]).remove(0);
            let at = at.index(datagram.len());
            datagram[at] = byte;
            let mut read = Hello::default();
            read.hold(&datagram);
            read.offers(SRTP_AEAD_AES_128_GCM);
        }
    }
}
