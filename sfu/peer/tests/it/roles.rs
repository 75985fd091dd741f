//! Clients that answer as the DTLS server, as those made with pion do when the other side is ICE-lite.

use std::time::Duration;

use sfu_peer::{CloseReason, Event, NegotiationError};

use crate::link::{CHROMIUM_ORDER, Link, WITHOUT_GCM, with_other_fingerprint};

/// Of the first handshake message in a datagram (RFC 6347 §4.2.2).
const CLIENT_HELLO: u8 = 1;
const CERTIFICATE: u8 = 11;

fn begins_with(datagram: &[u8], message: u8) -> bool {
    datagram.first() == Some(&22) && datagram.get(13) == Some(&message)
}

fn connected(mut link: Link) -> Link {
    link.server_offers();
    link.connect();
    link
}

#[test]
fn media_flow_whichever_profile_it_picks() {
    for profiles in [&CHROMIUM_ORDER[..], &WITHOUT_GCM] {
        let mut link = Link::to_dtls_server(profiles);
        let track = link.add_video("one");
        let mut link = connected(link);
        link.send_packet(track, 1, b"media");
        link.run_until("media", |link| link.client.packets.len() == 1);
    }
}

#[test]
fn what_is_negotiated_later_leaves_the_transport_as_it_is() {
    let mut link = connected(Link::to_dtls_server(&CHROMIUM_ORDER));
    let track = link.add_video("later");
    link.server_offers();
    link.send_packet(track, 1, b"media");
    link.run_until("media", |link| link.client.packets.len() == 1);

    link.peer.restart_ice();
    link.server_offers();
    link.run_until("the restart", |link| link.events.contains(&Event::IceRestarted));
    link.run_for(Duration::from_secs(1));
    link.send_packet(track, 2, b"after");
    link.run_until("media", |link| link.client.packets.len() == 2);
    assert_eq!(
        link.events.iter().filter(|event| **event == Event::Connected).count(),
        1
    );

    let offer = link.peer.create_offer(link.now).expect("an offer");
    let answer = link
        .client
        .answer(link.now, offer)
        .replace("setup:passive", "setup:active");
    assert!(matches!(
        link.peer.accept_answer(link.now, &answer),
        Err(NegotiationError::Unsupported(_))
    ));
}

#[test]
fn any_flight_of_ours_may_be_lost() {
    let losses: [fn(&[u8]) -> bool; 2] = [
        |datagram| begins_with(datagram, CLIENT_HELLO),
        |datagram| begins_with(datagram, CERTIFICATE),
    ];
    for loses in losses {
        let mut link = Link::to_dtls_server(&CHROMIUM_ORDER);
        link.loses_of_server = loses;
        link.server_offers();
        link.run_for(Duration::from_millis(300));
        assert!(!link.client.connected);
        link.loses_of_server = |_| false;
        link.connect();
    }
}

#[test]
fn a_handshake_that_nobody_answers_is_given_up() {
    let mut link = Link::to_dtls_server(&CHROMIUM_ORDER);
    link.loses_of_server = |datagram| begins_with(datagram, CLIENT_HELLO);
    link.server_offers();
    let failed = Event::Closed(CloseReason::HandshakeFailed);
    link.run_until("the end", |link| link.events.contains(&failed));
}

#[test]
fn another_certificate_than_signalling_announced_is_refused() {
    let mut link = Link::to_dtls_server(&CHROMIUM_ORDER);
    let offer = link.peer.create_offer(link.now).expect("an offer");
    let answer = with_other_fingerprint(link.client.answer(link.now, offer));
    link.peer.accept_answer(link.now, &answer).expect("accepted");
    let mismatch = Event::Closed(CloseReason::FingerprintMismatch);
    link.run_until("the refusal", |link| link.events.contains(&mismatch));
    assert!(!link.events.contains(&Event::Connected));
    assert!(link.peer.outbound().is_none());
}
