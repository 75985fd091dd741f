//! Who gets in, how a session ends, and what it survives.

use std::time::Duration;

use rtc::sansio::Protocol;
use sfu_peer::{CloseReason, Event, NegotiationError, Received, Role};

use crate::link::{CHROMIUM_ORDER, Link, with_other_fingerprint};

#[test]
fn a_client_with_another_certificate_is_refused() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    link.client
        .pc
        .create_data_channel("_reliable", None)
        .expect("a channel");
    let answer = link.client_offers_altered(with_other_fingerprint);
    link.client.take_answer(link.now, answer);
    let mismatch = Event::Closed(CloseReason::FingerprintMismatch);
    link.run_until("the refusal", |link| link.events.contains(&mismatch));
    assert!(!link.events.contains(&Event::Connected));
    assert!(link.peer.outbound().is_none());
}

#[test]
fn a_last_flight_that_was_lost_is_sent_again() {
    const CHANGE_CIPHER_SPEC: u8 = 20;
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let track = link.add_video("one");
    link.server_offers();
    link.loses_of_server = |datagram| datagram.first() == Some(&CHANGE_CIPHER_SPEC);
    link.run_until("the server's end", |link| link.events.contains(&Event::Connected));
    link.run_for(Duration::from_secs(3));
    assert!(!link.client.connected, "it has no Finished");
    link.loses_of_server = |_| false;
    link.connect();
    link.send_packet(track, 1, b"media");
    link.run_until("media", |link| link.client.packets.len() == 1);
}

#[test]
fn a_later_offer_may_not_bring_another_certificate() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    link.client.add_video("camera", &[("", 77)]);
    link.client_offers();
    link.connect();
    let offer = with_other_fingerprint(link.client.offer(link.now));
    assert_eq!(
        link.peer.accept_offer(link.now, &offer),
        Err(NegotiationError::FingerprintChanged)
    );
}

#[test]
fn nothing_but_checks_is_heard_from_an_unknown_address() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    link.client.add_video("camera", &[("", 77)]);
    link.client_offers();
    let stranger = "203.0.113.5:1".parse().expect("an address");
    let hello = [22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
    assert!(matches!(
        link.peer.handle_datagram(link.now, stranger, &mut hello.clone()),
        Received::Nothing
    ));
    assert_eq!(link.peer.dropped(), 1);
    link.connect();
}

#[test]
fn media_follows_a_client_whose_address_changes() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let track = link.add_video("one");
    link.server_offers();
    link.connect();
    link.send_packet(track, 1, b"before");
    link.run_for(Duration::from_secs(5));
    // A NAT gives the client another port; its checks go on.
    link.client.address = "198.51.100.7:50999".parse().expect("an address");
    let moved = Event::AddressSelected(link.client.address);
    let start = link.now;
    link.run_until("the move", |link| link.events.contains(&moved));
    assert!(link.now - start < Duration::from_secs(15));
    link.send_packet(track, 2, b"after");
    link.run_for(Duration::from_millis(50));
    assert_eq!(link.client.packets.len(), 2);
    assert!(link.peer.is_connected());
}

#[test]
fn a_publisher_restarts_ice() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    let sender = link.client.add_video("camera", &[("", 77)]);
    link.client_offers();
    link.connect();
    link.run_for(Duration::from_secs(1));
    link.client.pc.restart_ice();
    link.client_offers();
    link.run_until("the restart", |link| link.events.contains(&Event::IceRestarted));
    link.run_for(Duration::from_secs(1));
    link.client.send_packet(link.now, sender, 77, 1, "after");
    link.run_until("media", |link| link.received.len() == 1);
}

#[test]
fn a_subscriber_is_restarted() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let track = link.add_video("one");
    link.server_offers();
    link.connect();
    link.peer.restart_ice();
    assert!(link.peer.needs_offer());
    link.server_offers();
    link.run_until("the restart", |link| link.events.contains(&Event::IceRestarted));
    link.run_for(Duration::from_secs(1));
    link.send_packet(track, 1, b"after");
    link.run_until("media", |link| link.client.packets.len() == 1);
}

#[test]
fn a_silent_client_is_given_up_after_thirty_seconds() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    link.server_offers();
    link.connect();
    link.up = false;
    let start = link.now;
    let expired = Event::Closed(CloseReason::ConsentExpired);
    link.run_until("expiry", |link| link.events.contains(&expired));
    let silence = link.now - start;
    assert!(
        (Duration::from_secs(20)..=Duration::from_secs(31)).contains(&silence),
        "{silence:?}"
    );
}

#[test]
fn both_sides_can_end_it() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    link.server_offers();
    link.connect();
    link.run_for(Duration::from_secs(1));
    link.client.pc.close().expect("closed");
    link.run_until("the end", |link| {
        link.events.contains(&Event::Closed(CloseReason::Remote))
    });

    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    link.server_offers();
    link.connect();
    link.peer.close(link.now);
    link.run_until("the end", |link| {
        link.events.contains(&Event::Closed(CloseReason::Local))
    });
    assert!(!link.peer.is_connected());
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    assert_eq!(link.peer.accept_offer(link.now, ""), Err(NegotiationError::Malformed));
    assert!(link.peer.accept_answer(link.now, "v=0").is_err());
    assert!(link.peer.create_offer(link.now).is_err());
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    link.client.add_video("camera", &[("", 77)]);
    let offer = link.client.offer(link.now);
    assert!(matches!(
        link.peer.accept_offer(link.now, &offer),
        Err(NegotiationError::OutOfOrder(_))
    ));
    assert!(matches!(
        link.peer.accept_answer(link.now, &offer),
        Err(NegotiationError::OutOfOrder(_))
    ));
}
