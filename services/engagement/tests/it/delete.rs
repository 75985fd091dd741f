//! DeleteMessage.

use kit_rpc::{Fault as _, UserCaller};
use plenary_proto::engagement::v1::{ChatMessage, DeleteMessageRequest, ListMessagesRequest};
use tonic::Status;

use crate::world::World;

async fn delete(world: &World, who: &UserCaller, message: &ChatMessage) -> Result<ChatMessage, Status> {
    let request = DeleteMessageRequest {
        request_id: world.request_id(),
        message_id: message.id.clone(),
    };
    let answer = world.chat(who).delete_message(request).await?;
    Ok(answer.into_inner().message.expect("the entry"))
}

#[tokio::test]
async fn authors_and_hosts_take_messages_away_and_the_text_is_gone() {
    let world = World::new().await;
    let author = world.holder();
    let (first, second) = (world.said(&author, "first").await, world.said(&author, "second").await);
    let refused = delete(&world, &world.holder(), &first)
        .await
        .expect_err("somebody else's");
    assert_eq!(refused.reason().as_deref(), Some("MESSAGE_NOT_FOUND"));

    let deletion = delete(&world, &author, &first).await.expect("their own");
    assert_eq!((deletion.sequence, deletion.deletes_message_id), (3, first.id.clone()));
    delete(&world, &world.host(), &second).await.expect("hosts may");
    let refused = delete(&world, &world.host(), &second).await.expect_err("it is gone");
    assert_eq!(refused.reason().as_deref(), Some("MESSAGE_NOT_FOUND"));

    let request = ListMessagesRequest {
        room_id: world.room.to_string(),
        ..Default::default()
    };
    let page = world
        .chat(&author)
        .list_messages(request)
        .await
        .expect("may read")
        .into_inner();
    let shown: Vec<_> = page
        .messages
        .iter()
        .map(|message| (message.text.as_str(), message.deleted))
        .collect();
    assert_eq!(shown, [("", true), ("", true), ("", false), ("", false)]);
}
