//! The server API, and what clients hear of what is done by it.

use livekit_protocol as lk;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::node::{TestNode, token_with};

/// How somebody was, as a client was told last.
pub(crate) fn state_of(client: &Client, identity: &str) -> Option<lk::participant_info::State> {
    client.last_update(identity).map(lk::ParticipantInfo::state)
}

/// A call of the server API by somebody who may do everything with the rooms that it names; its answer, or its error.
pub(crate) async fn administer(node: &TestNode, method: &str, body: Value) -> Value {
    let named = |field: &str| body[field].as_str().unwrap_or_default();
    let (room, destination) = (named("room"), named("destination_room"));
    let grants = json!({ "roomAdmin": true, "roomCreate": true, "roomList": true, "destinationRoom": destination });
    let (token, body) = (token_with("admin", room, grants), body.to_string());
    let request = format!(
        "POST /twirp/livekit.RoomService/{method} HTTP/1.1\r\nhost: node\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(node.livekit).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}
