//! Taking somebody, or what they publish, to another room.

use std::sync::Arc;

use livekit_protocol as lk;

use super::{TwirpCode, TwirpError, access, ask};
use crate::node::Node;
use crate::sid;
use crate::token::AdminGrant;
use crate::worker::{Ask, Whom};

/// Who, and the room that they are to be in.
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

pub(super) async fn forward_participant(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::ForwardParticipantRequest,
) -> Result<lk::ForwardParticipantResponse, TwirpError> {
    let (whom, destination) = journey(&caller, request.room, request.identity, request.destination_room)?;
    if !node.shares_worker(&whom.room, &destination) {
        return Err(TwirpError::new(
            TwirpCode::FailedPrecondition,
            "the rooms are not together: names that are equal up to a `#` are",
        ));
    }
    let worker = node.worker_of(&whom.room);
    let (room_sid, sid) = (sid::room(node.rng()), sid::participant(node.rng()));
    ask(worker, |reply| Ask::Forward {
        whom,
        destination,
        room_sid,
        sid,
        reply,
    })
    .await?;
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
    if node.shares_worker(&whom.room, &destination) {
        let room_sid = sid::room(node.rng());
        ask(worker, |reply| Ask::Move {
            whom,
            destination,
            room_sid,
            token,
            reply,
        })
        .await?;
    } else {
        ask(worker, |reply| Ask::SendAway { whom, token, reply }).await?;
    }
    Ok(lk::MoveParticipantResponse {})
}
