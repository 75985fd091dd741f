//! FollowMessages.

use kit_rpc::Fault as _;
use plenary_proto::engagement::v1::FollowMessagesRequest;
use plenary_proto::engagement::v1::follow_messages_response::Kind;

use crate::world::World;

fn from(world: &World, after_sequence: i64) -> FollowMessagesRequest {
    FollowMessagesRequest {
        room_id: world.room.to_string(),
        after_sequence,
    }
}

#[tokio::test]
async fn a_follower_gets_what_was_and_what_comes_each_once() {
    let world = World::new().await;
    for number in 1..=3 {
        world.said(&world.holder(), &format!("{number}")).await;
    }
    let mut stream = world
        .node()
        .follow_messages(from(&world, 1))
        .await
        .expect("begins")
        .into_inner();
    let hello = stream.message().await.expect("goes on").expect("does not end").kind;
    assert!(matches!(hello, Some(Kind::Hello(hello)) if hello.last_sequence == 3));
    world.said(&world.holder(), "4").await;
    world.said(&world.holder(), "5").await;
    let mut texts = Vec::new();
    for _ in 0..4 {
        texts.push(World::next(&mut stream).await.text);
    }
    assert_eq!(texts, ["2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_follower_from_now_on_gets_only_what_is_new() {
    let world = World::new().await;
    world.said(&world.holder(), "old").await;
    let mut stream = world
        .chat(&world.holder())
        .follow_messages(from(&world, -1))
        .await
        .expect("begins")
        .into_inner();
    world.said(&world.holder(), "new").await;
    assert_eq!(World::next(&mut stream).await.text, "new");
}

#[tokio::test]
async fn people_follow_only_rooms_that_they_may_enter() {
    let world = World::new().await;
    let refused = world
        .chat(&world.stranger())
        .follow_messages(from(&world, 0))
        .await
        .expect_err("hidden");
    assert_eq!(refused.reason().as_deref(), Some("ROOM_NOT_FOUND"));
}
