//! A room on two workers: whoever publishes is on one, whoever watches on the other, and nobody can tell.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use serde_json::json;

use crate::administer::{administer, state_of};
use crate::client::{Client, drive, payload, user_data};
use crate::node::{TestNode, token};
use crate::seeing::list;
use crate::show::{Camera, Show, is_showing, pictures, settings};

#[tokio::test]
async fn media_layers_and_mutes_cross_workers() {
    let node = TestNode::start_spread().await;
    let mut show = Show::on(&node).await;
    show.wait("one on each worker", |_| node.placed() == [1, 1]).await;
    show.film("the highest layer", is_showing(2)).await;
    show.bob.ask(settings(&show.sid, 320, 180)).await;
    show.film("the lowest layer", is_showing(0)).await;
    show.bob.ask(settings(&show.sid, 1280, 720)).await;
    show.film("the highest layer again", is_showing(2)).await;
    show.mute_and_unmute().await;
}

#[tokio::test]
async fn data_and_returns_cross_workers() {
    let node = TestNode::start_spread().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let mut eve = Client::join(node.livekit, &token("eve", "room"), "").await;
    eve.connected().await;
    eve.open_channels().await;
    eve.send_data("_reliable", &user_data(b"to all", "t", &[]));
    eve.send_data("_reliable", &user_data(b"to bob", "t", &["bob"]));
    eve.send_data("_lossy", &user_data(b"perhaps", "t", &[]));
    drive(&mut [&mut show.ada, &mut show.bob, &mut eve], "the data", |clients| {
        clients[0].data().len() == 2 && clients[1].data().len() == 3
    })
    .await;
    let texts = |client: &Client, label: &str| -> Vec<Vec<u8>> {
        let data = client.data();
        let of_label = data.iter().filter(|(from, _)| from == label);
        of_label.map(|(_, packet)| payload(packet).to_vec()).collect()
    };
    assert_eq!(texts(&show.bob, "_reliable"), [b"to all".to_vec(), b"to bob".to_vec()]);
    assert_eq!(texts(&show.ada, "_reliable"), [b"to all".to_vec()]);
    assert_eq!(texts(&show.ada, "_lossy"), [b"perhaps".to_vec()]);

    show.bob.cut().await;
    show.bob.resume(node.livekit, &token("bob", "room")).await;
    assert!(
        matches!(&show.bob.said[0], Response::Reconnect(_)),
        "{:?}",
        show.bob.said[0]
    );
    show.film_more(10, "pictures over the new path").await;
    show.ada.resume(node.livekit, &token("ada", "room")).await;
    show.ada.restart_publisher().await;
    show.film_more(10, "pictures of the publisher that is back").await;
}

#[tokio::test]
async fn an_identity_is_in_a_room_once_wherever_it_comes() {
    let node = TestNode::start_spread().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    let mut again = Client::join(node.livekit, &token("ada", "room"), "").await;
    drive(
        &mut [&mut ada, &mut bob, &mut again],
        "the end of the former",
        |clients| clients[0].closed.is_some(),
    )
    .await;
    let is_duplicate = |said: &Response| matches!(said, Response::Leave(leave) if leave.reason() == lk::DisconnectReason::DuplicateIdentity);
    assert!(ada.said.iter().any(is_duplicate));
    let sid = again.sid();
    drive(&mut [&mut bob, &mut again], "the news", |clients| {
        clients[0].last_update("ada").is_some_and(|info| info.sid == sid)
    })
    .await;
    assert!(again.closed.is_none());
    drive(&mut [&mut bob, &mut again], "two in all", |_| {
        node.placed().iter().sum::<u32>() == 2
    })
    .await;

    again.ask(Request::Leave(lk::LeaveRequest::default())).await;
    drive(&mut [&mut bob, &mut again], "the departure", |clients| {
        state_of(clients[0], "ada") == Some(lk::participant_info::State::Disconnected)
    })
    .await;
    bob.ask(Request::Leave(lk::LeaveRequest::default())).await;
    drive(&mut [&mut bob], "the end", |clients| clients[0].closed.is_some()).await;
    let rooms = administer(&node, "ListRooms", json!({})).await;
    assert_eq!(rooms["rooms"].as_array().map_or(0, Vec::len), 0, "{rooms}");
}

#[tokio::test]
async fn administrators_reach_everybody_wherever_they_are() {
    let node = TestNode::start_spread().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let here = administer(&node, "ListParticipants", json!({ "room": "room" })).await;
    assert_eq!(here["participants"].as_array().map_or(0, Vec::len), 2, "{here}");
    let rooms = administer(&node, "ListRooms", json!({})).await;
    assert_eq!(
        rooms["rooms"].as_array().map_or(0, Vec::len),
        1,
        "one room, however many workers: {rooms}"
    );

    let change = json!({ "room": "room", "identity": "bob", "name": "Robert" });
    let changed = administer(&node, "UpdateParticipant", change).await;
    assert_eq!(changed["name"], "Robert");
    show.wait("the new name", |clients| {
        clients
            .iter()
            .all(|client| client.last_update("bob").is_some_and(|info| info.name == "Robert"))
    })
    .await;

    let journey = json!({ "room": "room", "identity": "bob", "destination_room": "room#backstage" });
    let moved = administer(&node, "MoveParticipant", journey).await;
    assert!(moved.get("code").is_none(), "{moved}");
    show.bob
        .wait("the move", |said| matches!(said, Response::RoomMoved(_)).then_some(()))
        .await;
    show.wait("the departure", |clients| {
        state_of(clients[0], "bob") == Some(lk::participant_info::State::Disconnected)
    })
    .await;
    let mut eve = Client::join(node.livekit, &token("eve", "room#backstage"), "").await;
    drive(&mut [&mut show.bob, &mut eve], "each other", |clients| {
        clients[0].last_update("eve").is_some()
    })
    .await;
    let backstage = eve.joined().other_participants.iter().map(|of| of.identity.as_str());
    assert_eq!(backstage.collect::<Vec<_>>(), ["bob"]);

    let removal = json!({ "room": "room", "identity": "ada" });
    administer(&node, "RemoveParticipant", removal).await;
    drive(&mut [&mut show.ada], "the removal", |clients| {
        clients[0].closed.is_some()
    })
    .await;
}

#[tokio::test]
async fn many_come_and_each_hears_of_all() {
    let node = TestNode::start_spread().await;
    let mut clients = Vec::new();
    for number in 0..6 {
        clients.push(Client::join(node.livekit, &token(&format!("i{number}"), "room"), "").await);
    }
    let (sid, sender) = clients[0].publish_camera("camera-1").await;
    let mut camera = Camera::new(sender);
    let mut all: Vec<_> = clients.iter_mut().collect();
    camera
        .run(&mut all, "pictures for all", |clients| {
            clients[1..].iter().all(|client| pictures(client).len() > 5)
        })
        .await;
    let placed = node.placed();
    assert!(placed.iter().all(|members| *members >= 2), "{placed:?}");
    for client in &clients[1..] {
        let seen = client.last_update("i0").expect("told of");
        assert_eq!(seen.tracks[0].sid, sid);
    }

    // All are told of once, and what was handed from worker to worker came once.
    let told = list(&node, "room").await;
    let mut people: Vec<_> = told.connections.iter().map(|one| one.user_id.as_str()).collect();
    people.sort_unstable();
    assert_eq!(people, ["i0", "i1", "i2", "i3", "i4", "i5"]);
    let (traffic, sent) = (told.traffic.expect("always"), camera.packets());
    assert!((1..=sent).contains(&traffic.packets_received), "{traffic:?} of {sent}");
    let seen: usize = clients[1..].iter().map(|client| pictures(client).len()).sum();
    assert!(traffic.packets_sent >= seen as i64, "{traffic:?}, {seen} seen");
}
