//! The record layer of an established connection: AES-128-GCM in place (RFC 5288, RFC 6347 §4.1).
//!
//! The explicit nonce is the epoch and the sequence number, as RFC 5288 §3 proposes and RFC 9325 §7.2.1 wants it: a
//! counter, so none comes twice. This is the one owner of the sequence numbers from [`FIRST_SEQUENCE`]; those before are
//! for `rtc-dtls`' Finished, and [`super::keeper`] lets it seal nothing else. When the client repeats its last flight, ours was
//! lost and is sent again (RFC 6347 §4.2.4) as it was: whoever has it drops the second as a replay.

use std::sync::Arc;

use aws_lc_rs::aead::{Aad, Nonce};
use bytes::Bytes;

use super::keeper::RecordKey;
use crate::srtp::Window;

pub(super) const SALT_BYTES: usize = 4;
pub(super) const NONCE_BYTES: usize = 12;
pub(super) const TAG_BYTES: usize = 16;
/// `rtc-dtls` seals its Finished as record 0 and, as the client, repeats it at most seven times.
pub(super) const FIRST_SEQUENCE: u64 = 16;
/// RFC 6347 §4.1: 48 bits, which may not wrap.
const SEQUENCES: u64 = 1 << 48;
/// The epoch of the first and only handshake's keys.
const EPOCH: u64 = 1 << 48;
const HEADER_BYTES: usize = 13;
const EXPLICIT_BYTES: usize = NONCE_BYTES - SALT_BYTES;
const DTLS_1_2: [u8; 2] = [0xfe, 0xfd];
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
/// RFC 5246 §7.4.
const FINISHED: u8 = 20;
/// Level warning, description close_notify (RFC 5246 §7.2.1).
const CLOSE_NOTIFY: [u8; 2] = [1, 0];
const FATAL: u8 = 2;

type Salt = [u8; SALT_BYTES];

/// Both directions of a connection.
pub(super) struct Records {
    write: (Arc<RecordKey>, Salt),
    read: (Arc<RecordKey>, Salt),
    next: u64,
    opened: Window,
    /// The end of the handshake, as one datagram; of the server alone.
    last_flight: Option<Bytes>,
}

/// What was in a record of the client's.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opened<'r> {
    Data(&'r [u8]),
    /// The client ends the connection.
    Close,
    /// The other end repeats its last flight.
    Finished,
    /// A warning.
    Nothing,
}

impl Records {
    /// `opened`: the client's records that the handshake has opened.
    pub(super) const fn new(
        write: (Arc<RecordKey>, Salt),
        read: (Arc<RecordKey>, Salt),
        opened: Window,
        last_flight: Option<Bytes>,
    ) -> Self {
        Self {
            write,
            read,
            next: FIRST_SEQUENCE,
            opened,
            last_flight,
        }
    }

    /// What ended the handshake, to be sent again.
    pub(super) fn last_flight(&self) -> Option<Bytes> {
        self.last_flight.clone()
    }

    /// A datagram with `data` in it; `None` when the sequence numbers have run out.
    pub(super) fn seal(&mut self, data: &[u8]) -> Option<Bytes> {
        self.seal_as(APPLICATION_DATA, data)
    }

    /// A datagram that says goodbye.
    pub(super) fn close_notify(&mut self) -> Option<Bytes> {
        self.seal_as(ALERT, &CLOSE_NOTIFY)
    }

    pub(super) fn seal_as(&mut self, kind: u8, plain: &[u8]) -> Option<Bytes> {
        let sequence = Some(self.next).filter(|next| *next < SEQUENCES)?;
        self.next += 1;
        let counter = (EPOCH | sequence).to_be_bytes();
        let sealed_bytes = EXPLICIT_BYTES + plain.len() + TAG_BYTES;
        let mut record = Vec::with_capacity(HEADER_BYTES + sealed_bytes);
        record.push(kind);
        record.extend(DTLS_1_2);
        record.extend(counter);
        record.extend(u16::try_from(sealed_bytes).ok()?.to_be_bytes());
        record.extend(counter);
        record.extend(plain);
        let (key, salt) = &self.write;
        let aad = Aad::from(additional_data(kind, counter, plain.len())?);
        let body = &mut record[HEADER_BYTES + EXPLICIT_BYTES..];
        let tag = key.key.seal_in_place_separate_tag(nonce(*salt, counter), aad, body);
        record.extend(tag.ok()?.as_ref());
        Some(record.into())
    }

    /// Opens a record in place; `None` if it is not one of this connection's, or a replay.
    pub(super) fn open<'r>(&mut self, record: &'r mut [u8]) -> Option<Opened<'r>> {
        let (header, body) = record.split_first_chunk_mut::<HEADER_BYTES>()?;
        let [
            kind @ (ALERT | HANDSHAKE | APPLICATION_DATA),
            0xfe,
            0xfd,
            counter @ ..,
            _,
            _,
        ] = *header
        else {
            return None;
        };
        let sequence = u64::from_be_bytes(counter).checked_sub(EPOCH)?;
        if sequence >= SEQUENCES || !self.opened.is_fresh(sequence) {
            return None;
        }
        let (explicit, sealed) = body.split_first_chunk_mut::<EXPLICIT_BYTES>()?;
        let (key, salt) = &self.read;
        let aad = Aad::from(additional_data(kind, counter, sealed.len().checked_sub(TAG_BYTES)?)?);
        let plain = key.key.open_in_place(nonce(*salt, *explicit), aad, sealed).ok()?;
        self.opened.mark(sequence);
        Some(match (kind, &*plain) {
            (APPLICATION_DATA, data) => Opened::Data(data),
            (HANDSHAKE, [FINISHED, ..]) => Opened::Finished,
            (ALERT, [FATAL, _] | [_, 0]) => Opened::Close,
            _ => Opened::Nothing,
        })
    }
}

/// The first record of a datagram, and the rest.
pub(super) fn split(datagram: &mut [u8]) -> Option<(&mut [u8], &mut [u8])> {
    let [.., high, low] = *datagram.first_chunk::<HEADER_BYTES>()?;
    datagram.split_at_mut_checked(HEADER_BYTES + usize::from(u16::from_be_bytes([high, low])))
}

fn nonce(salt: Salt, explicit: [u8; EXPLICIT_BYTES]) -> Nonce {
    let mut nonce = [0; NONCE_BYTES];
    nonce[..SALT_BYTES].copy_from_slice(&salt);
    nonce[SALT_BYTES..].copy_from_slice(&explicit);
    Nonce::assume_unique_for_key(nonce)
}

/// RFC 6347 §4.1.2.1: epoch and sequence number, kind, version, length of the plain text.
fn additional_data(kind: u8, counter: [u8; 8], plain_bytes: usize) -> Option<[u8; HEADER_BYTES]> {
    let [a, b, c, d, e, f, g, h] = counter;
    let [high, low] = u16::try_from(plain_bytes).ok()?.to_be_bytes();
    Some([a, b, c, d, e, f, g, h, kind, DTLS_1_2[0], DTLS_1_2[1], high, low])
}

/// The additional data of a Finished.
#[cfg(any(test, feature = "fuzz"))]
pub(super) fn finished(sequence: u64) -> [u8; HEADER_BYTES] {
    additional_data(HANDSHAKE, (EPOCH | sequence).to_be_bytes(), 4).unwrap_or_default()
}

#[cfg(test)]
mod tests;
