//! Data channels, opened by either side.

use bytes::{Bytes, BytesMut};
use sfu_peer::data::{LOSSY, RELIABLE};
use sfu_peer::{CloseReason, DataKind, Event, Role, SendData};

use crate::link::{CHROMIUM_ORDER, Link, Weather};

fn connected_subscriber() -> Link {
    let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
    link.server_offers();
    link.connect();
    link.run_until("both channels", |link| {
        link.peer.channel(RELIABLE).is_some()
            && link.peer.channel(LOSSY).is_some()
            && link.client.open_channels.len() == 2
    });
    link
}

#[test]
fn the_server_opens_both_channels_and_kinds_are_kept() {
    let mut link = connected_subscriber();
    let opened: Vec<_> = link
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ChannelOpened { label, reliable, .. } => Some((label.as_str(), *reliable)),
            _ => None,
        })
        .collect();
    assert_eq!(opened, [(RELIABLE, true), (LOSSY, false)]);

    let long = vec![b'x'; 40_000];
    for label in [RELIABLE, LOSSY] {
        let channel = link.peer.channel(label).expect("open");
        for (kind, payload) in [
            (DataKind::Text, &b"hello"[..]),
            (DataKind::Binary, &[1, 2, 3]),
            (DataKind::Text, b""),
            (DataKind::Binary, &Bytes::new()),
            (DataKind::Binary, &long),
        ] {
            let payload = Bytes::copy_from_slice(payload);
            assert_eq!(link.peer.send_data(link.now, channel, kind, &payload), SendData::Queued);
        }
        link.run_until("five messages", |link| {
            link.client.messages.iter().filter(|(from, ..)| from == label).count() == 5
        });
        let mut got: Vec<_> = link
            .client
            .messages
            .iter()
            .filter(|(from, ..)| from == label)
            .cloned()
            .collect();
        let wanted = |text: bool, payload: &[u8]| (label.to_owned(), text, payload.to_vec());
        let mut expected = vec![
            wanted(true, b"hello"),
            wanted(false, &[1, 2, 3]),
            wanted(true, b""),
            wanted(false, b""),
            wanted(false, &long),
        ];
        if label == LOSSY {
            got.sort();
            expected.sort();
        }
        assert_eq!(got, expected);
        link.run_until("all acknowledged", |_| true);
    }
}

#[test]
fn the_client_sends_on_the_server_s_channels_and_on_its_own() {
    let mut link = connected_subscriber();
    let ids = link.client.open_channels.clone();
    for id in ids {
        let now = link.now;
        let mut channel = link.client.pc.data_channel(id).expect("open");
        channel.send_text(now, "text").expect("sent");
        channel.send(now, BytesMut::from(&[7, 8][..])).expect("sent");
    }
    link.run_until("four messages", |link| {
        [RELIABLE, LOSSY].iter().all(|label| {
            link.has_data(label, DataKind::Text, b"text") && link.has_data(label, DataKind::Binary, &[7, 8])
        })
    });

    let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
    let id = link
        .client
        .pc
        .create_data_channel(RELIABLE, None)
        .expect("a channel")
        .id();
    link.client_offers();
    link.connect();
    link.run_until("the channel", |link| link.client.open_channels.contains(&id));
    let now = link.now;
    link.client
        .pc
        .data_channel(id)
        .expect("open")
        .send_text(now, "mine")
        .expect("sent");
    link.run_until("the message", |link| link.has_data(RELIABLE, DataKind::Text, b"mine"));
    let channel = link.peer.channel(RELIABLE).expect("open");
    assert_eq!(
        link.peer
            .send_data(link.now, channel, DataKind::Text, &Bytes::from_static(b"yours")),
        SendData::Queued
    );
    link.run_until("the reply", |link| {
        link.client.messages.iter().any(|(.., payload)| payload == b"yours")
    });
}

#[test]
fn a_client_that_does_not_read_loses_lossy_messages_and_then_its_connection() {
    let mut link = connected_subscriber();
    link.up = false;
    let lossy = link.peer.channel(LOSSY).expect("open");
    let reliable = link.peer.channel(RELIABLE).expect("open");
    let message = Bytes::from_static(&[0; 10_000]);
    let mut send = |channel| {
        let sent = link.peer.send_data(link.now, channel, DataKind::Binary, &message);
        assert!(link.peer.buffered_amount(channel) <= 1024 * 1024);
        sent
    };
    let queued = (0..20).filter(|_| send(lossy) == SendData::Queued).count();
    assert!((1..20).contains(&queued));
    assert_eq!(send(lossy), SendData::Dropped);
    let mut last = SendData::Queued;
    for _ in 0..200 {
        last = send(reliable);
        if last != SendData::Queued {
            break;
        }
    }
    assert_eq!(last, SendData::Overflow);
    link.run_until("the end", |link| {
        link.events.contains(&Event::Closed(CloseReason::DataOverflow))
    });
    assert_eq!(
        link.peer.send_data(link.now, reliable, DataKind::Binary, &Bytes::new()),
        SendData::Refused
    );
}

/// What is sent as soon as a channel opens arrives, whichever packets of the association's handshake, of the channel's, of
/// itself and of the acknowledgements are lost.
#[test]
fn the_first_message_arrives_through_any_weather() {
    for seed in 0..60 {
        let mut link = Link::new(Role::Publisher, &CHROMIUM_ORDER);
        link.weather = Some(Weather::new(seed, 20));
        let id = link
            .client
            .pc
            .create_data_channel(RELIABLE, None)
            .expect("a channel")
            .id();
        link.client_offers();
        link.run_until(&format!("the channel in weather {seed}"), |link| {
            link.client.open_channels.contains(&id)
        });
        let now = link.now;
        link.client
            .pc
            .data_channel(id)
            .expect("open")
            .send_text(now, "first")
            .expect("sent");
        link.run_until(&format!("the message in weather {seed}"), |link| {
            link.has_data(RELIABLE, DataKind::Text, b"first")
        });
    }
}

#[test]
fn the_server_s_channels_open_through_any_weather() {
    for seed in 0..60 {
        let mut link = Link::new(Role::Subscriber, &CHROMIUM_ORDER);
        link.weather = Some(Weather::new(seed, 20));
        link.server_offers();
        link.run_until(&format!("the channel in weather {seed}"), |link| {
            link.peer.channel(RELIABLE).is_some()
        });
        let channel = link.peer.channel(RELIABLE).expect("open");
        for text in [&b"first"[..], b"second"] {
            let sent = link
                .peer
                .send_data(link.now, channel, DataKind::Text, &Bytes::from_static(text));
            assert_eq!(sent, SendData::Queued);
        }
        link.run_until(&format!("the messages in weather {seed}"), |link| {
            let texts = link.client.messages.iter().map(|(.., payload)| payload.as_slice());
            texts.eq([&b"first"[..], b"second"])
        });
    }
}
