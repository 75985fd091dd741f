//! Hostile DTLS. Handshakes with a real client are tested end to end.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

static IDENTITY: LazyLock<NodeIdentity> = LazyLock::new(|| NodeIdentity::generate().expect("a certificate"));

const SOMEBODY: Remote = Remote {
    fingerprint: Fingerprint([0; 32]),
    role: DtlsRole::Server,
};

/// A record of the first epoch.
fn record(kind: u8, sequence: u8, body: &[u8]) -> Vec<u8> {
    let mut record = vec![kind, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, sequence];
    record.extend(u16::try_from(body.len()).expect("short").to_be_bytes());
    record.extend_from_slice(body);
    record
}

/// A handshake message in one fragment.
fn message(kind: u8, sequence: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    let mut message = vec![kind];
    message.extend_from_slice(&length[1..]);
    message.extend_from_slice(&[0, sequence, 0, 0, 0]);
    message.extend_from_slice(&length[1..]);
    message.extend_from_slice(body);
    message
}

/// A ClientHello that a server answers: one suite, P-256, ECDSA with SHA-256, and both SRTP profiles.
fn client_hello() -> Vec<u8> {
    let extensions: [&[u8]; 5] = [
        &[0, 10, 0, 4, 0, 2, 0, 23],
        &[0, 11, 0, 2, 1, 0],
        &[0, 13, 0, 4, 0, 2, 4, 3],
        &[0, 14, 0, 7, 0, 4, 0, 1, 0, 7, 0],
        &[0, 23, 0, 0],
    ];
    let extensions = extensions.concat();
    let mut body = vec![0xfe, 0xfd];
    body.extend([9; 32]);
    body.extend([0, 0, 0, 2, 0xc0, 0x2b, 1, 0]);
    body.extend(u16::try_from(extensions.len()).expect("short").to_be_bytes());
    body.extend(extensions);
    body
}

#[expect(
    clippy::disallowed_methods,
    reason = "an instant to start from; the connection is told the time"
)]
fn start() -> Instant {
    Instant::now()
}

fn answers(dtls: &mut Dtls) -> usize {
    std::iter::from_fn(|| dtls.poll_transmit()).count()
}

#[test]
fn a_hello_is_answered_once_the_fingerprint_is_known() {
    let now = start();
    let mut dtls = Dtls::new();
    let mut hello = record(22, 0, &message(1, 0, &client_hello()));
    let mut steps = Vec::new();
    assert!(dtls.handle_datagram(now, &mut hello, &IDENTITY, &mut steps));
    assert_eq!(answers(&mut dtls), 0, "held back");
    dtls.expect(now, SOMEBODY, &IDENTITY, &mut steps);
    assert!(answers(&mut dtls) > 0);
    assert!(dtls.deadline().is_some());
    dtls.handle_timeout(now + HANDSHAKE_DURATION, &mut steps);
    assert!(matches!(steps.as_slice(), [Step::Closed(CloseReason::HandshakeFailed)]));
}

proptest! {
    #[test]
    fn arbitrary_records_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        records in prop::collection::vec(
            (prop::sample::select(vec![20u8, 21, 22, 23, 25]), prop::sample::select(vec![1u8, 2, 11, 12, 14, 15, 16, 20]),
             prop::collection::vec(any::<u8>(), 0..80)),
            0..6,
        ),
    ) {
        let now = start();
        let mut dtls = Dtls::new();
        let mut steps = Vec::new();
        dtls.expect(now, SOMEBODY, &IDENTITY, &mut steps);
        let mut hello = record(22, 0, &message(1, 0, &client_hello()));
        for (at, byte) in edits {
            let at = at.index(hello.len());
            hello[at] = byte;
        }
        dtls.handle_datagram(now, &mut hello, &IDENTITY, &mut steps);
        answers(&mut dtls);
        for (sequence, (content, kind, body)) in (1u8..).zip(records) {
            let body = if content == 22 { message(kind, sequence, &body) } else { body };
            dtls.handle_datagram(now, &mut record(content, sequence, &body), &IDENTITY, &mut steps);
            answers(&mut dtls);
        }
        dtls.handle_timeout(now + FLIGHT_INTERVAL, &mut steps);
        prop_assert!(!steps.iter().any(|step| matches!(step, Step::Connected(_) | Step::Data(_))));
    }
}
