//! Names, metadata and attributes that change while their owner is here.

use livekit_protocol as lk;
use livekit_protocol::request_response::Reason;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use serde_json::json;

use crate::client::{Client, drive};
use crate::node::{TestNode, token, token_with};

fn change(request_id: u32, name: &str, attributes: &[(&str, &str)]) -> Request {
    Request::UpdateMetadata(lk::UpdateParticipantMetadata {
        request_id,
        name: name.to_owned(),
        metadata: String::new(),
        attributes: attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    })
}

async fn outcome(client: &mut Client, request_id: u32) -> Reason {
    client
        .wait("an outcome", |said| match said {
            Response::RequestResponse(response) if response.request_id == request_id => Some(response.reason()),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_client_changes_itself_and_all_are_told() {
    let node = TestNode::start().await;
    let grants = json!({ "canUpdateOwnMetadata": true });
    let mut ada = Client::join(node.livekit, &token_with("ada", "room", grants), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    ada.ask(change(5, "Ada L.", &[("hand", "up"), ("a", "")])).await;
    assert_eq!(outcome(&mut ada, 5).await, Reason::Ok);
    drive(&mut [&mut ada, &mut bob], "the change", |clients| {
        clients
            .iter()
            .all(|client| client.last_update("ada").is_some_and(|info| info.name == "Ada L."))
    })
    .await;
    let info = bob.last_update("ada").expect("told");
    assert_eq!(info.metadata, "m", "what is not said stays");
    let attributes: Vec<_> = info.attributes.iter().collect();
    assert_eq!(attributes, [(&"hand".to_owned(), &"up".to_owned())]);

    bob.ask(change(6, "Robert", &[])).await;
    assert_eq!(outcome(&mut bob, 6).await, Reason::NotAllowed);
    ada.ask(change(7, &"x".repeat(300), &[])).await;
    assert_eq!(outcome(&mut ada, 7).await, Reason::LimitExceeded);
}

#[tokio::test]
async fn changes_that_come_too_often_are_refused_and_nothing_else() {
    let node = TestNode::start().await;
    let grants = json!({ "canUpdateOwnMetadata": true });
    let mut ada = Client::join(node.livekit, &token_with("ada", "room", grants), "").await;
    for number in 1..=60 {
        ada.ask(change(number, &format!("name {number}"), &[])).await;
    }
    assert_eq!(outcome(&mut ada, 1).await, Reason::Ok);
    assert_eq!(outcome(&mut ada, 60).await, Reason::LimitExceeded);
    ada.connected().await;
    assert!(ada.closed.is_none());
}
