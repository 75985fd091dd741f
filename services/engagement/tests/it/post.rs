//! PostMessage.

use futures::future::join_all;
use kit_rpc::Fault as _;
use plenary_proto::engagement::v1::PostMessageRequest;
use tonic::Code;

use crate::world::World;

#[tokio::test]
async fn messages_of_a_room_are_numbered_without_a_gap_however_many_write_at_once() {
    let world = World::new().await;
    let posts = (0..40).map(|number| {
        let author = world.holder();
        let request = world.post_for(&author, &format!("message {number}"));
        let mut node = world.node();
        async move {
            node.post_message(request)
                .await
                .expect("accepted")
                .into_inner()
                .message
                .expect("made")
                .sequence
        }
    });
    let mut sequences = join_all(posts).await;
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_repeat_makes_no_second_message() {
    let world = World::new().await;
    let request = world.post_for(&world.holder(), "once");
    let same = || {
        let (mut node, request) = (world.node(), request.clone());
        async move {
            node.post_message(request)
                .await
                .expect("accepted")
                .into_inner()
                .message
                .expect("made")
        }
    };
    let made = join_all((0..4).map(|_| same())).await;
    assert!(made.iter().all(|message| message == &made[0]), "{made:?}");
    // The rate is used up by now, and what was accepted is still answered.
    assert_eq!(same().await, made[0]);
    assert_eq!(made[0].sequence, 1);
}

#[tokio::test]
async fn one_person_writes_so_much_and_then_waits() {
    let world = World::new().await;
    let (author, other) = (world.holder(), world.holder());
    for number in 0..4 {
        world.said(&author, &format!("{number}")).await;
    }
    let refused = world
        .node()
        .post_message(world.post_for(&author, "too much"))
        .await
        .expect_err("too much");
    assert_eq!(
        (refused.code(), refused.reason().as_deref()),
        (Code::ResourceExhausted, Some("TOO_MANY_MESSAGES"))
    );
    assert!(refused.retry_after().is_some());
    world.said(&other, "others are not hindered").await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_with_every_fault() {
    let world = World::new().await;
    let request = PostMessageRequest {
        request_id: "no".to_owned(),
        room_id: "rm_no".to_owned(),
        text: " \u{7} ".to_owned(),
        author_id: "usr_no".to_owned(),
        ..Default::default()
    };
    let refused = world.node().post_message(request).await.expect_err("nothing is right");
    let fields: Vec<_> = refused.violations().into_iter().map(|found| found.field).collect();
    assert_eq!(fields, ["author_id", "author_name", "request_id", "room_id", "text"]);
    let long = world.post_for(&world.holder(), &"x".repeat(1_001));
    assert_eq!(
        world
            .node()
            .post_message(long)
            .await
            .expect_err("too long")
            .violations()[0]
            .field,
        "text"
    );
}

#[tokio::test]
async fn from_outside_only_hosts_write_and_nobody_for_others() {
    let world = World::new().await;
    let own = |text: &str| PostMessageRequest {
        author_id: String::new(),
        author_name: String::new(),
        ..world.post_for(&world.holder(), text)
    };
    let host = world.host();
    let made = world
        .chat(&host)
        .post_message(own("from outside"))
        .await
        .expect("hosts may")
        .into_inner();
    let made = made.message.expect("made");
    assert_eq!((made.author_id, made.author_is_host), (host.user_id.to_string(), true));
    let refused = world
        .chat(&world.holder())
        .post_message(own("me too"))
        .await
        .expect_err("not in the room");
    assert_eq!(refused.reason().as_deref(), Some("NOT_IN_ROOM"));
    let refused = world
        .chat(&world.stranger())
        .post_message(own("hello?"))
        .await
        .expect_err("no such room");
    assert_eq!(refused.reason().as_deref(), Some("ROOM_NOT_FOUND"));
    let forged = world.post_for(&world.holder(), "as somebody else");
    let refused = world
        .chat(&world.host())
        .post_message(forged)
        .await
        .expect_err("not for others");
    assert_eq!(refused.code(), Code::InvalidArgument);
}
