//! Both ends of a connection whose handshake is played, for tests and for what a hostile client may send.

use std::sync::Arc;

use bytes::Bytes;
use rtc_crypto::providers::AwsLcRsProvider;
use rtc_crypto::{AeadAlgorithm, AeadCipher, RTCCrypto as _};

use super::keeper::Keeper;
use super::records::{NONCE_BYTES, Records, TAG_BYTES, finished};

/// A nonce as `rtc-dtls` draws them.
pub(super) const DRAWN: [u8; NONCE_BYTES] = [1, 2, 3, 4, 0x85, 6, 7, 8, 9, 10, 11, 12];

const LAST_FLIGHT: Option<Bytes> = Some(Bytes::from_static(b"the last flight"));

pub(super) fn keeper() -> Keeper {
    Keeper::new(Arc::new(AwsLcRsProvider::new()))
}

pub(super) fn cipher(keeper: &Keeper, key: u8) -> Option<Box<dyn AeadCipher>> {
    keeper.new_aead(AeadAlgorithm::Aes128Gcm, &[key; 16]).ok()
}

/// Server and client after each has protected its Finished.
pub(super) fn ends() -> Option<(Records, Records)> {
    let (server, client) = (keeper(), keeper());
    for ((from, to), key) in [(&server, &client), (&client, &server)].into_iter().zip(1..) {
        let (mut from, mut to) = (cipher(from, key)?, cipher(to, key)?);
        let (mut data, mut tag) = (*b"done", [0; TAG_BYTES]);
        from.seal_in_place(&DRAWN, &finished(0), &mut data, &mut tag).ok()?;
        to.open_in_place(&DRAWN, &finished(0), &mut data, &tag).ok()?;
    }
    Some((server.records(LAST_FLIGHT)?, client.records(LAST_FLIGHT)?))
}

/// A datagram to the server of an established connection: as it is; and with `pieces` as records of a client that has the
/// keys, one after the other, the first byte of each its kind.
#[cfg(feature = "fuzz")]
pub(crate) fn datagram<'i>(input: &[u8], pieces: impl Iterator<Item = &'i [u8]>) {
    use super::records::split;
    let Some((mut server, mut client)) = ends() else { return };
    let mut take = |datagram: &mut [u8]| {
        let mut rest = datagram;
        while let Some((record, after)) = split(rest) {
            let _ = server.open(record);
            rest = after;
        }
    };
    take(&mut input.to_vec());
    let mut sealed = Vec::new();
    for piece in pieces {
        if let Some((kind, plain)) = piece.split_first()
            && let Some(record) = client.seal_as(*kind, plain)
        {
            sealed.extend_from_slice(&record);
        }
    }
    take(&mut sealed);
}
