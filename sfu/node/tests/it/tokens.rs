//! Tokens that let clients in again.

use livekit_protocol::signal_response::Message as Response;
use serde_json::json;

use crate::client::Client;
use crate::node::{TestNode, token_for};

#[tokio::test]
async fn a_token_that_ends_soon_is_renewed_and_the_new_one_lets_them_in() {
    let node = TestNode::start().await;
    let short = token_for("ada", "room", json!({}), 60);
    let mut ada = Client::join(node.livekit, &short, "").await;
    let renewed = ada
        .wait("another token", |said| match said {
            Response::RefreshToken(token) => Some(token.clone()),
            _ => None,
        })
        .await;
    assert_ne!(renewed, short);
    let again = Client::join(node.livekit, &renewed, "").await;
    let of = |client: &Client| client.joined().participant.clone().expect("a participant");
    let (before, after) = (of(&ada), of(&again));
    assert_eq!(after.identity, "ada");
    assert_eq!(
        (after.name, after.metadata, after.attributes, after.permission),
        (before.name, before.metadata, before.attributes, before.permission),
    );
}
