//! Who is told of whom.

use livekit_protocol::signal_response::Message as Response;
use serde_json::json;

use crate::client::{Client, drive};
use crate::node::{TestNode, token, token_with};

fn count(client: &Client) -> Option<u32> {
    client.said.iter().rev().find_map(|said| match said {
        Response::RoomUpdate(update) => update.room.as_ref().map(|room| room.num_participants),
        _ => None,
    })
}

#[tokio::test]
async fn the_platforms_viewers_hear_of_the_stage_and_a_number() {
    let node = TestNode::start_with(true, Vec::new()).await;
    let viewer = |number: u32| token_with(&format!("viewer {number}"), "room", json!({ "canPublish": false }));
    let mut host = Client::join(node.livekit, &token("host", "room"), "").await;
    let mut first = Client::join(node.livekit, &viewer(1), "").await;
    let mut others = Vec::new();
    for number in 2..=12 {
        others.push(Client::join(node.livekit, &viewer(number), "").await);
    }
    let names = |client: &Client| -> Vec<String> {
        let others = &client.joined().other_participants;
        others.iter().map(|other| other.identity.clone()).collect()
    };
    assert_eq!(names(&others[10]), ["host"]);
    drive(&mut [&mut host, &mut first], "the number", |clients| {
        clients.iter().all(|client| count(client) == Some(13))
    })
    .await;
    drive(&mut [&mut host], "the list", |clients| {
        (1..=12).all(|number| clients[0].last_update(&format!("viewer {number}")).is_some())
    })
    .await;
    assert!((2..=12).all(|number| first.last_update(&format!("viewer {number}")).is_none()));
}
