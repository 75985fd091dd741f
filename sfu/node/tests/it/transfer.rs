//! From a room to another that is at home on the other worker: moved there, or seen there as well.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use serde_json::{Value, json};

use crate::administer::{administer, state_of};
use crate::client::{Client, drive};
use crate::node::{TestNode, token, token_with};
use crate::show::{Show, assert_one_stream, pictures, settings};

/// At home on the second of two workers; `room` is on the first.
const STAGE: &str = "stage";

fn journey(identity: &str) -> Value {
    json!({ "room": "room", "identity": identity, "destination_room": STAGE })
}

fn of(room: &str, identity: &str) -> Value {
    json!({ "room": room, "identity": identity })
}

fn assert_done(answer: &Value) {
    assert!(answer.get("code").is_none(), "{answer}");
}

async fn identities(node: &TestNode, room: &str) -> Vec<String> {
    let answer = administer(node, "ListParticipants", json!({ "room": room })).await;
    let all = answer["participants"].as_array().cloned().unwrap_or_default();
    let mut all: Vec<_> = all
        .iter()
        .map(|one| one["identity"].as_str().expect("one").to_owned())
        .collect();
    all.sort_unstable();
    all
}

/// Ada publishes in a room, where Bob is; Carol is in the other, on the other worker.
struct Rooms {
    node: TestNode,
    show: Show,
    carol: Client,
}

impl Rooms {
    async fn open(node: TestNode) -> Self {
        let show = Show::on(&node).await;
        let carol = Client::join(node.livekit, &token("carol", STAGE), "").await;
        let mut this = Self { node, show, carol };
        this.show.film_more(2, "pictures in the room").await;
        this.carol.connected().await;
        this
    }

    /// The camera runs until `done` with Ada, Bob and Carol.
    async fn film(&mut self, what: &str, done: impl FnMut(&[&mut Client]) -> bool) {
        let Show { ada, bob, camera, .. } = &mut self.show;
        camera.run(&mut [ada, bob, &mut self.carol], what, done).await;
    }

    async fn wait(&mut self, what: &str, done: impl FnMut(&[&mut Client]) -> bool + Send) {
        let Show { ada, bob, .. } = &mut self.show;
        drive(&mut [ada, bob, &mut self.carol], what, done).await;
    }

    async fn carol_sees_more(&mut self, what: &str) {
        let enough = pictures(&self.carol).len() + 5;
        self.film(what, |clients| pictures(clients[2]).len() > enough).await;
    }

    async fn forward(&mut self) {
        assert_done(&administer(&self.node, "ForwardParticipant", journey("ada")).await);
    }

    async fn ada_is_gone_for_carol(&mut self) {
        self.wait("word of the end", |clients| {
            state_of(clients[2], "ada") == Some(lk::participant_info::State::Disconnected)
        })
        .await;
    }
}

fn layer_of(client: &Client) -> Option<u8> {
    pictures(client).last().map(|picture| picture.layer)
}

/// The highest quality that a publisher was told that somebody wants, of low, medium and high.
fn wanted(client: &Client) -> Option<usize> {
    client.said.iter().rev().find_map(|said| match said {
        Response::SubscribedQualityUpdate(update) => {
            let qualities = &update.subscribed_codecs[0].qualities;
            Some(qualities.iter().filter(|quality| quality.enabled).count())
        }
        _ => None,
    })
}

#[tokio::test]
async fn a_forwarded_camera_is_seen_in_a_room_on_another_worker() {
    let mut rooms = Box::pin(Rooms::open(TestNode::start().await)).await;
    assert_eq!(
        rooms.node.placed(),
        [2, 1],
        "the rooms are at home on different workers"
    );
    rooms.forward().await;
    assert_eq!(identities(&rooms.node, STAGE).await, ["ada", "carol"], "at once");
    rooms.carol_sees_more("pictures on the stage").await;
    let ada = rooms.carol.last_update("ada").expect("told of").clone();
    let kinds: Vec<_> = ada.kind_details().collect();
    assert_eq!(kinds, [lk::participant_info::KindDetail::Forwarded]);
    assert_ne!(ada.sid, rooms.show.ada.sid());
    assert_eq!(ada.tracks[0].sid, rooms.show.sid);
    let again = administer(&rooms.node, "ForwardParticipant", journey("ada")).await;
    assert_eq!(again["code"], "already_exists");

    // Each room has the layer that it wants, and the publisher is asked for the highest of them.
    let (low, high) = (
        settings(&rooms.show.sid, 320, 180),
        settings(&rooms.show.sid, 1280, 720),
    );
    rooms.carol.ask(low.clone()).await;
    rooms
        .film("layers of their own", |clients| {
            layer_of(clients[1]) == Some(2) && layer_of(clients[2]) == Some(0)
        })
        .await;
    rooms.show.bob.ask(low).await;
    rooms
        .film("less in both rooms", |clients| wanted(clients[0]) == Some(1))
        .await;
    rooms.carol.ask(high).await;
    rooms
        .film("more in the other room", |clients| wanted(clients[0]) == Some(3))
        .await;
    rooms
        .film("more for Carol alone", |clients| {
            layer_of(clients[1]) == Some(0) && layer_of(clients[2]) == Some(2)
        })
        .await;
    assert_one_stream(&rooms.carol);
    assert_done(&administer(&rooms.node, "RemoveParticipant", of(STAGE, "ada")).await);
    rooms
        .film("less when the other room is left", |clients| {
            wanted(clients[0]) == Some(1)
        })
        .await;
}

#[tokio::test]
async fn what_happens_to_somebody_happens_to_their_likeness() {
    // Rooms of more than one are on both workers here: Carol is not where her room is at home.
    let node = TestNode::start_spread().await;
    let _dan = Client::join(node.livekit, &token("dan", STAGE), "").await;
    let mut rooms = Box::pin(Rooms::open(node)).await;
    rooms.forward().await;
    rooms.carol_sees_more("pictures on the stage").await;

    let sid = rooms.show.sid.clone();
    let mute = |muted| {
        let sid = sid.clone();
        Request::Mute(lk::MuteTrackRequest { sid, muted })
    };
    let is_muted = |client: &Client| client.last_update("ada").is_some_and(|ada| ada.tracks[0].muted);
    rooms.show.ada.ask(mute(true)).await;
    rooms.wait("the mute", |clients| is_muted(clients[2])).await;
    let seen = pictures(&rooms.carol).len();
    rooms.show.film_in_vain();
    rooms.show.ada.ask(mute(false)).await;
    rooms.wait("the end of the mute", |clients| !is_muted(clients[2])).await;
    assert_eq!(pictures(&rooms.carol).len(), seen, "nothing came while it was muted");
    rooms.carol_sees_more("pictures again").await;
    assert!(pictures(&rooms.carol)[seen].key, "it goes on with a key frame");

    let mut change = of("room", "ada");
    change["metadata"] = "new".into();
    administer(&rooms.node, "UpdateParticipant", change).await;
    rooms
        .wait("the new metadata", |clients| {
            clients[2].last_update("ada").is_some_and(|ada| ada.metadata == "new")
        })
        .await;
    let mut change = of("room", "ada");
    change["permission"] = json!({ "can_publish": false, "can_subscribe": true });
    administer(&rooms.node, "UpdateParticipant", change).await;
    rooms
        .wait("the end of the publication", |clients| {
            clients[2].last_update("ada").is_some_and(|ada| ada.tracks.is_empty())
        })
        .await;
    rooms.show.ada.ask(Request::Leave(lk::LeaveRequest::default())).await;
    rooms.ada_is_gone_for_carol().await;
}

#[tokio::test]
async fn a_likeness_ends_without_its_original_and_may_come_again() {
    let mut rooms = Box::pin(Rooms::open(TestNode::start().await)).await;
    rooms.forward().await;
    rooms.carol_sees_more("pictures on the stage").await;
    assert_done(&administer(&rooms.node, "RemoveParticipant", of(STAGE, "ada")).await);
    rooms.ada_is_gone_for_carol().await;
    rooms.show.film_more(5, "pictures in the room").await;

    rooms.forward().await;
    rooms.carol_sees_more("pictures once more").await;
    assert_done(&administer(&rooms.node, "DeleteRoom", json!({ "room": STAGE })).await);
    rooms
        .wait("the end of the stage", |clients| clients[2].closed.is_some())
        .await;
    rooms.show.film_more(5, "pictures in the room").await;
    assert_eq!(identities(&rooms.node, "room").await, ["ada", "bob"]);

    // Into a room that opens for it; it ends with its original's room.
    rooms.forward().await;
    assert_eq!(identities(&rooms.node, STAGE).await, ["ada"]);
    rooms.carol = Client::join(rooms.node.livekit, &token("carol", STAGE), "").await;
    rooms.carol_sees_more("pictures for who comes later").await;
    assert_done(&administer(&rooms.node, "DeleteRoom", json!({ "room": "room" })).await);
    rooms.ada_is_gone_for_carol().await;
}

#[tokio::test]
async fn who_is_moved_to_another_worker_s_room_keeps_their_connection() {
    let mut rooms = Box::pin(Rooms::open(TestNode::start().await)).await;
    let sid = rooms.show.sid.clone();
    assert_done(&administer(&rooms.node, "MoveParticipant", journey("ada")).await);
    assert_eq!(identities(&rooms.node, "room").await, ["bob"]);
    assert_eq!(identities(&rooms.node, STAGE).await, ["ada", "carol"]);
    rooms.carol_sees_more("pictures on the stage").await;
    assert_one_stream(&rooms.carol);
    let is_moved = |said: &Response| match said {
        Response::RoomMoved(moved) => Some(moved.clone()),
        _ => None,
    };
    let moved = rooms.show.ada.wait("word of the move", is_moved).await;
    assert_eq!(moved.room.map(|room| room.name), Some(STAGE.to_owned()));
    assert_eq!(moved.other_participants.len(), 1);
    assert!(rooms.show.ada.closed.is_none());
    assert_eq!(rooms.carol.last_update("ada").expect("told of").tracks[0].sid, sid);

    // Back over the new room's home, which is not her worker, with the token that she got.
    rooms.show.ada.cut().await;
    rooms.show.ada.resume(rooms.node.livekit, &moved.token).await;
    assert!(matches!(rooms.show.ada.said[0], Response::Reconnect(_)));
    rooms.show.ada.restart_publisher().await;
    rooms.carol_sees_more("pictures of who is back").await;

    // Who watches moves as well, and sees what is there.
    let seen = rooms.show.seen();
    assert_done(&administer(&rooms.node, "MoveParticipant", journey("bob")).await);
    rooms
        .film("pictures for Bob", |clients| pictures(clients[1]).len() > seen + 5)
        .await;
    assert_eq!(identities(&rooms.node, STAGE).await, ["ada", "bob", "carol"]);
    let gone = administer(&rooms.node, "MoveParticipant", journey("bob")).await;
    assert_eq!(gone["code"], "not_found", "{gone}");
    let listed = administer(&rooms.node, "ListRooms", json!({})).await;
    assert_eq!(
        listed["rooms"].as_array().map_or(0, Vec::len),
        1,
        "the other is over: {listed}"
    );
}

#[tokio::test]
async fn journeys_that_cannot_be_are_refused_with_the_reason() {
    let mut rooms = Box::pin(Rooms::open(TestNode::start().await)).await;
    let code = async |node: &TestNode, method, body| administer(node, method, body).await["code"].clone();
    let of_nobody = journey("nobody");
    assert_eq!(
        code(&rooms.node, "ForwardParticipant", of_nobody.clone()).await,
        "not_found"
    );
    assert_eq!(code(&rooms.node, "MoveParticipant", of_nobody).await, "not_found");

    let mut onwards = of(STAGE, "ada");
    onwards["destination_room"] = "room2".into();
    rooms.forward().await;
    assert_eq!(
        code(&rooms.node, "ForwardParticipant", onwards.clone()).await,
        "failed_precondition"
    );
    assert_eq!(
        code(&rooms.node, "MoveParticipant", onwards).await,
        "failed_precondition"
    );

    let full = json!({ "name": "full", "max_participants": 1 });
    assert_done(&administer(&rooms.node, "CreateRoom", full).await);
    let _eve = Client::join(rooms.node.livekit, &token_with("eve", "full", json!({})), "").await;
    let mut into_full = journey("bob");
    into_full["destination_room"] = "full".into();
    for method in ["ForwardParticipant", "MoveParticipant"] {
        assert_eq!(code(&rooms.node, method, into_full.clone()).await, "resource_exhausted");
    }
    // Nothing was left open for those who did not come.
    let listed = administer(&rooms.node, "ListRooms", json!({})).await;
    let mut names: Vec<_> = listed["rooms"]
        .as_array()
        .expect("rooms")
        .iter()
        .map(|room| room["name"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, [Some("full"), Some("room"), Some("stage")]);
    rooms.carol_sees_more("pictures on the stage").await;
}
