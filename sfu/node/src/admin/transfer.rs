//! Taking somebody, or what they publish, to another room.

use std::sync::Arc;

use livekit_protocol as lk;

use super::{TwirpCode, TwirpError, access, ask};
use crate::node::Node;
use crate::sid;
use crate::token::AdminGrant;
use crate::worker::{Ask, Destination, Journey, Manner, Whom};

/// Who, and the name of the room that they are to be in.
fn journey(
    caller: &AdminGrant,
    room: String,
    identity: String,
    destination: String,
) -> Result<(Whom, String), TwirpError> {
    caller.may_transfer(&room, &destination)?;
    let whom = Whom {
        room: access::name("room", room)?,
        identity: access::name("identity", identity)?.into(),
    };
    let destination = access::name("destination_room", destination)?;
    if destination == whom.room {
        return Err(TwirpError::argument("destination_room", "is where they are"));
    }
    Ok((whom, destination))
}

async fn travel(node: &Node, whom: Whom, room: String, manner: Manner) -> Result<(), TwirpError> {
    let worker = node.worker_of(&whom.room);
    let (home, sid) = (node.worker_number(&room), sid::room(node.rng()));
    ask(worker, |reply| {
        let to = Destination { room, home, sid };
        Ask::Journey(Box::new(Journey {
            whom,
            to,
            manner,
            reply,
        }))
    })
    .await
}

pub(super) async fn forward_participant(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::ForwardParticipantRequest,
) -> Result<lk::ForwardParticipantResponse, TwirpError> {
    let (whom, destination) = journey(&caller, request.room, request.identity, request.destination_room)?;
    let sid = sid::participant(node.rng());
    travel(&node, whom, destination, Manner::Forward { sid }).await?;
    Ok(lk::ForwardParticipantResponse {})
}

pub(super) async fn move_participant(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::MoveParticipantRequest,
) -> Result<lk::MoveParticipantResponse, TwirpError> {
    let (whom, destination) = journey(&caller, request.room, request.identity, request.destination_room)?;
    let worker = node.worker_of(&whom.room);
    let asked = whom.clone();
    let participant = ask(worker, |reply| Ask::GetParticipant { whom: asked, reply }).await?;
    let token = node
        .token_for(&participant, &destination)
        .map_err(|error| TwirpError::new(TwirpCode::Internal, error.to_string()))?;
    travel(&node, whom, destination, Manner::Move { token }).await?;
    Ok(lk::MoveParticipantResponse {})
}
