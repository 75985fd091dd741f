//! Records between two ends whose handshake is played. With a real client they are tested end to end.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use proptest::prelude::*;
use rtc_crypto::{AeadCipher, PublicKey, PublicKeyEncoding, RTCCrypto as _, RTCCryptoProvider as _, SignatureScheme};

use super::*;
use crate::dtls::hostile::{self, DRAWN, keeper};
use crate::dtls::keeper::Keeper;

fn ends() -> (Records, Records) {
    hostile::ends().expect("a handshake")
}

fn cipher(keeper: &Keeper, key: u8) -> Box<dyn AeadCipher> {
    hostile::cipher(keeper, key).expect("a key")
}

#[test]
fn what_one_end_seals_the_other_opens_once() {
    let (mut server, mut client) = ends();
    for text in [&b"first"[..], b"second", b""] {
        let record = server.seal(text).expect("sealed");
        assert_eq!(client.open(&mut record.to_vec()), Some(Opened::Data(text)));
        assert_eq!(client.open(&mut record.to_vec()), None, "a replay");
        assert_eq!(server.open(&mut record.to_vec()), None, "its own");
    }
    let record = client.close_notify().expect("sealed");
    assert_eq!(server.open(&mut record.to_vec()), Some(Opened::Close));
}

#[test]
fn each_record_counts_on_in_its_number_and_its_nonce() {
    let (mut server, _) = ends();
    for sequence in FIRST_SEQUENCE..FIRST_SEQUENCE + 3 {
        let record = server.seal(b"data").expect("sealed");
        let counter = (EPOCH | sequence).to_be_bytes();
        assert_eq!(record[3..11], counter);
        assert_eq!(record[HEADER_BYTES..HEADER_BYTES + EXPLICIT_BYTES], counter);
    }
    server.next = SEQUENCES - 1;
    assert!(server.seal(b"the last").is_some());
    assert_eq!(server.seal(b"no number is left"), None);
}

#[test]
fn a_repeated_finished_is_told_from_the_rest_of_a_handshake() {
    let (mut server, mut client) = ends();
    let finished = client.seal_as(HANDSHAKE, &[FINISHED, 0, 0, 12]).expect("sealed");
    assert_eq!(server.open(&mut finished.to_vec()), Some(Opened::Finished));
    assert_eq!(server.open(&mut finished.to_vec()), None, "a replay");
    let hello = client.seal_as(HANDSHAKE, &[1, 0, 0, 0]).expect("sealed");
    assert_eq!(
        server.open(&mut hello.to_vec()),
        Some(Opened::Nothing),
        "no renegotiation"
    );
}

#[test]
fn a_good_signature_is_good_for_what_it_signed_alone() {
    let signer = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
    let signature = signer.sign(&SystemRandom::new(), b"message").expect("signed");
    let key = PublicKey {
        encoding: PublicKeyEncoding::EcUncompressedPoint,
        bytes: signer.public_key().as_ref(),
    };
    let keeper = keeper();
    let is_good = |message: &[u8], signature: &[u8]| {
        let scheme = SignatureScheme::EcdsaP256Sha256;
        keeper.verify_signature(scheme, key, message, signature).is_ok()
    };
    assert!(!is_good(b"another", signature.as_ref()));
    for _ in 0..2 {
        assert!(is_good(b"message", signature.as_ref()));
        assert!(!is_good(b"another", signature.as_ref()));
        assert!(!is_good(b"message", b"another"));
    }
}

#[test]
fn what_the_handshake_opened_is_a_replay() {
    let (mut server, mut client) = ends();
    client.next = 0;
    let record = client.seal(b"as number 0").expect("sealed");
    assert_eq!(server.open(&mut record.to_vec()), None);
}

#[test]
fn the_handshake_cannot_seal_with_our_nonces_or_numbers() {
    let keeper = keeper();
    let mut cipher = cipher(&keeper, 1);
    let mut seal = |nonce: [u8; NONCE_BYTES], sequence| {
        cipher.seal_in_place(&nonce, &finished(sequence), &mut [0; 4], &mut [0; TAG_BYTES])
    };
    let mut ours = DRAWN;
    ours[SALT_BYTES..].copy_from_slice(&(EPOCH | FIRST_SEQUENCE).to_be_bytes());
    assert!(seal(ours, 0).is_err());
    assert!(seal(DRAWN, FIRST_SEQUENCE).is_err());
    assert!(seal(DRAWN, FIRST_SEQUENCE - 1).is_ok());
    for _ in 0..64 {
        let mut drawn = DRAWN;
        keeper.random().fill(&mut drawn[SALT_BYTES..]).expect("random");
        assert!(seal(drawn, 0).is_ok(), "what it draws, it may use");
    }
}

#[test]
fn there_are_no_records_before_the_handshake_is_done() {
    let keeper = keeper();
    assert!(keeper.records(None).is_none());
    let _unused = (cipher(&keeper, 1), cipher(&keeper, 2));
    assert!(keeper.records(None).is_none());
}

proptest! {
    #[test]
    fn arbitrary_and_altered_records_open_nothing(
        noise in prop::collection::vec(any::<u8>(), 0..120),
        at: prop::sample::Index,
        flip in 1u8..,
    ) {
        let (mut server, mut client) = ends();
        let mut rest = noise.clone();
        while let Some((record, after)) = split(&mut rest) {
            prop_assert_eq!(server.open(record), None);
            rest = after.to_vec();
        }
        prop_assert!(server.open(&mut noise.clone()).is_none());
        let mut record = client.seal(b"data").expect("sealed").to_vec();
        let at = at.index(record.len());
        // The length in the header delimits the record and is not covered by the tag; the one that counts is.
        if !(HEADER_BYTES - 2..HEADER_BYTES).contains(&at) {
            record[at] ^= flip;
            prop_assert_eq!(server.open(&mut record), None);
        }
    }
}
