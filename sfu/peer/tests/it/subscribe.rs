//! Media from the server to the client, and sections that come and go.

use std::time::Duration;

use sfu_peer::{Event, Reception, Role};

use crate::link::{CHROMIUM_ORDER, Link, WITHOUT_GCM};

#[test]
fn a_track_is_offered_accepted_and_heard() {
    for (profiles, overhead) in [(&CHROMIUM_ORDER[..], 16), (&WITHOUT_GCM[..], 10)] {
        let mut link = Link::new(Role::Subscriber, profiles);
        let track = link.add_video("one");
        assert!(link.peer.needs_offer());
        link.server_offers();
        assert!(!link.peer.needs_offer());
        assert_eq!(link.peer.track(track).expect("a track").reception, Reception::Accepted);
        link.connect();
        let length = link.send_packet(track, 1, b"frame");
        assert!(length > b"frame".len() + 12 + overhead);
        link.run_until("media", |link| !link.client.packets.is_empty());
        let ssrc = link.peer.track(track).expect("a track").ssrc;
        assert_eq!(link.client.packets, [(ssrc, 1, b"frame".to_vec())]);
        assert_eq!(link.peer.track_by_ssrc(ssrc), Some((track, false)));
    }
}

#[test]
fn tracks_come_and_go_while_others_play_on() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let stays = link.add_video("stays");
    link.server_offers();
    link.connect();
    let mut sequence = 0;
    let mut mids = Vec::new();
    for round in 0..5 {
        let comes = link.add_video(&format!("comes{round}"));
        link.server_offers();
        let track = link.peer.track(comes).expect("a track").clone();
        assert_eq!(track.reception, Reception::Accepted);
        mids.push(track.mid);
        sequence += 1;
        link.send_packet(stays, sequence, b"stays");
        link.send_packet(comes, 1, format!("comes{round}").as_bytes());
        link.run_for(Duration::from_millis(50));

        link.peer.remove_track(comes);
        assert!(link.peer.needs_offer());
        link.server_offers();
        assert!(link.peer.track(comes).is_none());
        sequence += 1;
        link.send_packet(stays, sequence, b"stays");
        link.run_for(Duration::from_millis(50));
    }
    mids.dedup();
    assert_eq!(mids.len(), 5, "each track has a mid of its own");
    let offer = link.peer.create_offer(link.now).expect("an offer");
    assert_eq!(
        offer.matches("m=video").count(),
        2,
        "but one place is taken again and again"
    );
    let heard = |text: &[u8]| {
        link.client
            .packets
            .iter()
            .filter(|(_, _, payload)| payload == text)
            .count()
    };
    assert_eq!(heard(b"stays"), 10);
    for round in 0..5 {
        assert_eq!(heard(format!("comes{round}").as_bytes()), 1, "round {round}");
    }
}

#[test]
fn a_track_removed_before_its_answer_frees_its_section_only_after_the_next() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let first = link.add_video("first");
    let offer = link.peer.create_offer(link.now).expect("an offer");
    let mid = link.peer.track(first).expect("a track").mid;
    link.peer.remove_track(first);
    let second = link.add_video("second");
    assert_ne!(
        link.peer.track(second).expect("a track").mid,
        mid,
        "the client has yet to learn that it is free"
    );
    let answer = link.client.answer(link.now, offer);
    link.peer.accept_answer(link.now, &answer).expect("accepted");
    assert!(
        link.peer.track(second).expect("a track").reception == Reception::Pending,
        "it was not in that offer"
    );
    assert!(link.peer.needs_offer());
    link.server_offers();
    assert_eq!(link.peer.track(second).expect("a track").reception, Reception::Accepted);
    let third = link.add_video("third");
    assert_ne!(link.peer.track(third).expect("a track").mid, mid);
    let offer = link.peer.create_offer(link.now).expect("an offer");
    assert_eq!(
        offer.matches("m=video").count(),
        2,
        "the third has the place of the first"
    );
}

#[test]
fn what_the_client_lacks_it_asks_for_and_gets_by_retransmission() {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    let track = link.add_video("one");
    link.server_offers();
    link.connect();
    for sequence in [1, 2, 3, 5, 6, 7] {
        link.send_packet(track, sequence, b"frame");
        link.run_for(Duration::from_millis(20));
    }
    link.run_until("a NACK", |link| link.said("Nack"));
    link.repeat_packet(track, 4, b"repaired");
    link.run_until("the repair", |link| link.client.packets.len() == 7);
    let ssrc = link.peer.track(track).expect("a track").ssrc;
    assert_eq!(link.client.packets[6], (ssrc, 4, b"repaired".to_vec()));

    link.run_for(Duration::from_secs(2));
    assert!(link.said("ReceiverReport"));
    assert!(
        link.said("TransportFeedback"),
        "the transport-wide sequence numbers are answered"
    );
    assert!(!link.events.iter().any(|event| matches!(event, Event::Closed(_))));
}

/// A gap in what a subscriber hears while it restarts is not ours: every packet is sealed and sent to an address at which
/// the client has proven to be. The client's own agent is deaf for a while, which a browser's is not.
#[test]
fn no_packet_is_left_out_while_a_client_restarts() {
    for step in 0..20u64 {
        let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
        let track = link.add_video("one");
        link.server_offers();
        link.connect();
        for sequence in 1..=60 {
            if sequence == 10 {
                link.peer.restart_ice();
                link.server_offers();
            }
            // Fails when there is no one to send to, or somebody else.
            link.send_packet(track, sequence, b"frame");
            link.run_for(Duration::from_millis(1 + step * 7));
        }
        link.run_until("the restart", |link| link.events.contains(&Event::IceRestarted));
        link.send_packet(track, 61, b"frame");
        link.run_for(Duration::from_millis(50));
        let heard: Vec<u16> = link.client.packets.iter().map(|(_, sequence, _)| *sequence).collect();
        assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");
        assert_eq!(heard.last(), Some(&61), "the way leads on: {heard:?}");
    }
}
