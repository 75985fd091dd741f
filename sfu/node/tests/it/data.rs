//! Data between participants.

use livekit_protocol as lk;

use crate::client::{Client, drive, payload, user_data};
use crate::node::{TestNode, token, token_with};

#[tokio::test]
async fn data_reaches_everybody_else_or_those_named_and_says_who_sent_it() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    let mut eve = Client::join(node.livekit, &token("eve", "room"), "").await;
    for client in [&mut ada, &mut bob, &mut eve] {
        client.connected().await;
    }
    ada.open_channels().await;
    let forged = lk::DataPacket {
        participant_identity: "bob".to_owned(),
        ..user_data(b"to all", "t", &[])
    };
    ada.send_data("_reliable", &forged);
    ada.send_data("_reliable", &user_data(b"to bob", "t", &["bob"]));
    ada.send_data("_lossy", &user_data(b"perhaps", "t", &[]));
    drive(&mut [&mut ada, &mut bob, &mut eve], "the data", |clients| {
        clients[1].data().len() == 3 && clients[2].data().len() == 2
    })
    .await;
    let of = |client: &Client, label: &str| -> Vec<Vec<u8>> {
        let packets = client.data();
        packets
            .iter()
            .filter(|(from, _)| from == label)
            .map(|(_, packet)| payload(packet).to_vec())
            .collect()
    };
    assert_eq!(of(&bob, "_reliable"), [b"to all".to_vec(), b"to bob".to_vec()]);
    assert_eq!(of(&eve, "_reliable"), [b"to all".to_vec()]);
    assert_eq!(of(&eve, "_lossy"), [b"perhaps".to_vec()]);
    assert!(ada.data().is_empty(), "not to oneself");
    let (_, packet) = &bob.data()[0];
    assert_eq!(
        (packet.participant_identity.as_str(), packet.participant_sid.clone()),
        ("ada", ada.sid())
    );
}

#[tokio::test]
async fn those_who_may_not_send_data_do_not() {
    let node = TestNode::start().await;
    let grants = serde_json::json!({ "canPublishData": false });
    let mut mute = Client::join(node.livekit, &token_with("mute", "room", grants), "").await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    for client in [&mut mute, &mut ada, &mut bob] {
        client.connected().await;
    }
    mute.open_channels().await;
    ada.open_channels().await;
    mute.send_data("_reliable", &user_data(b"forbidden", "t", &[]));
    drive(&mut [&mut mute, &mut ada, &mut bob], "its acknowledgement", |clients| {
        clients[0]
            .publisher
            .as_ref()
            .is_some_and(|publisher| publisher.connected)
    })
    .await;
    ada.send_data("_reliable", &user_data(b"allowed", "t", &[]));
    drive(&mut [&mut mute, &mut ada, &mut bob], "the data", |clients| {
        !clients[2].data().is_empty()
    })
    .await;
    assert!(bob.data().iter().all(|(_, packet)| payload(packet) == b"allowed"));
}

#[tokio::test]
async fn what_is_said_to_somebody_who_is_still_connecting_reaches_them() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut eve = Client::join(node.livekit, &token("eve", "room"), "").await;
    ada.connected().await;
    eve.connected().await;
    ada.open_channels().await;
    // Bob is in, and seen, but his transports have not begun.
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    ada.wait("the news of bob", |said| match said {
        lk::signal_response::Message::Update(update) => {
            update.participants.iter().any(|of| of.identity == "bob").then_some(())
        }
        _ => None,
    })
    .await;
    ada.send_data("_reliable", &user_data(b"take a seat", "t", &["bob"]));
    ada.send_data("_reliable", &user_data(b"welcome", "t", &[]));
    drive(&mut [&mut ada, &mut eve], "what the node has sent on", |clients| {
        clients[1].data().len() == 1
    })
    .await;
    assert!(!bob.subscriber.connected, "it came too early for him");
    drive(&mut [&mut ada, &mut bob], "both greetings", |clients| {
        clients[1].data().len() == 2
    })
    .await;
    let texts: Vec<_> = bob.data().iter().map(|(_, packet)| payload(packet).to_vec()).collect();
    assert_eq!(texts, [b"take a seat".to_vec(), b"welcome".to_vec()]);
}
