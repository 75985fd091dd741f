//! ListMessages.

use kit_rpc::Fault as _;
use plenary_proto::engagement::v1::ListMessagesRequest;

use crate::world::World;

#[tokio::test]
async fn history_is_read_either_way_and_says_whether_there_is_more() {
    let world = World::new().await;
    for number in 1..=5 {
        world.said(&world.holder(), &format!("message {number}")).await;
    }
    let mut chat = world.chat(&world.holder());
    let mut read = async |before_sequence, after_sequence, page_size| {
        let room_id = world.room.to_string();
        let request = ListMessagesRequest {
            room_id,
            before_sequence,
            after_sequence,
            page_size,
        };
        let page = chat.list_messages(request).await.expect("may read").into_inner();
        let numbers: Vec<i64> = page.messages.iter().map(|message| message.sequence).collect();
        (numbers, page.has_more, page.last_sequence)
    };
    assert_eq!(read(0, 0, 0).await, (vec![1, 2, 3, 4, 5], false, 5));
    assert_eq!(read(0, 0, 2).await, (vec![4, 5], true, 5));
    assert_eq!(read(4, 0, 2).await, (vec![2, 3], true, 5));
    assert_eq!(read(2, 0, 2).await, (vec![1], false, 5));
    assert_eq!(read(0, 2, 2).await, (vec![3, 4], true, 5));
    assert_eq!(read(0, 4, 2).await, (vec![5], false, 5));
    assert_eq!(read(0, 5, 2).await, (vec![], false, 5));
}

#[tokio::test]
async fn a_room_is_hidden_from_those_who_may_not_enter() {
    let world = World::new().await;
    let request = ListMessagesRequest {
        room_id: world.room.to_string(),
        ..Default::default()
    };
    let refused = world
        .chat(&world.stranger())
        .list_messages(request)
        .await
        .expect_err("hidden");
    assert_eq!(refused.reason().as_deref(), Some("ROOM_NOT_FOUND"));
}
