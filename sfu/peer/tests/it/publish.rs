//! Media from the client to the server.

use std::time::Duration;

use sfu_peer::{Codec, MediaKind, Rid, Role};

use crate::link::{CHROMIUM_ORDER, Link, WITHOUT_GCM};

#[test]
fn media_arrives_under_the_best_profile_the_client_has() {
    for (profiles, overhead) in [(&CHROMIUM_ORDER[..], 16), (&WITHOUT_GCM[..], 10)] {
        let mut link = Link::new(Role::Publisher, profiles);
        let sender = link.client.add_video("camera", &[("", 77)]);
        link.client_offers();
        let [section] = link.peer.receive_sections() else {
            panic!("one section")
        };
        assert!(section.active && section.codecs.contains(&Codec::Vp8));
        assert_eq!(
            (section.stream_id.as_str(), section.track_id.as_str()),
            ("stream-camera", "track-camera")
        );

        link.connect();
        link.run_for(Duration::from_secs(1));
        assert_eq!(link.peer.outbound().expect("connected").overhead(), overhead);
        for sequence in [10, 11, 12] {
            link.client.send_packet(link.now, sender, 77, sequence, "picture");
        }
        link.run_until("media", |link| link.received.len() == 3);
        let packet = &link.received[0];
        assert_eq!((packet.header.ssrc, packet.header.sequence_number), (77, 10));
        assert_eq!(packet.payload, b"picture");
        let stream = packet.stream;
        let info = link.peer.stream(stream).expect("known");
        assert_eq!((info.ssrc, info.kind, info.rid), (77, MediaKind::Video, None));

        link.peer.request_keyframe(link.now, stream);
        link.run_until("a PLI", |link| link.client.keyframe_requests == 1);
        assert_eq!(link.peer.dropped(), 0);
    }
}

#[test]
fn simulcast_layers_are_streams_of_their_own() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    let layers = [("q", 1001), ("h", 1002), ("f", 1003)];
    let sender = link.client.add_video("camera", &layers);
    link.client_offers();
    let rids: Vec<_> = layers.iter().filter_map(|(rid, _)| Rid::new(rid)).collect();
    assert_eq!(link.peer.receive_sections()[0].layers, rids);
    link.connect();
    link.run_for(Duration::from_secs(1));
    for sequence in 1..=5 {
        for (rid, ssrc) in layers {
            let extensions = [("mid", "0"), ("rtp-stream-id", rid)];
            link.client
                .send_layer_packet(link.now, sender, ssrc, sequence, rid, &extensions);
        }
        link.run_for(Duration::from_millis(20));
    }
    assert_eq!(link.received.len(), 15);
    for packet in &link.received {
        let info = link.peer.stream(packet.stream).expect("known");
        let rid = info.rid.expect("a layer");
        assert_eq!(rid.as_str().as_bytes(), packet.payload);
        assert_eq!(info.ssrc, packet.header.ssrc);
    }
}

#[test]
fn a_lost_packet_is_asked_for_again_and_comes() {
    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    let sender = link.client.add_video("camera", &[("", 77)]);
    link.client_offers();
    link.connect();
    link.run_for(Duration::from_secs(1));
    for sequence in 1..=10 {
        // Sequence numbers are in the clear: 5 is lost the first time.
        let lose_five: fn(&[u8]) -> bool =
            |datagram| datagram[0] == 0x80 | datagram[0] & 0x10 && datagram[2..4] == [0, 5];
        link.loses = if sequence == 5 { lose_five } else { |_| false };
        link.client.send_packet(link.now, sender, 77, sequence, "picture");
        link.run_for(Duration::from_millis(5));
    }
    link.run_until("the repair", |link| link.received.len() == 10);
    let order: Vec<_> = link
        .received
        .iter()
        .map(|packet| packet.header.sequence_number)
        .collect();
    let at = order.iter().position(|sequence| *sequence == 5).expect("it came");
    assert!(at > 4, "it came late: {order:?}");
    let packet = &link.received[at];
    assert_eq!((packet.header.ssrc, packet.payload.as_slice()), (77, &b"picture"[..]));
}
