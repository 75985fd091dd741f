//! Methods on rooms.

use std::sync::Arc;

use livekit_protocol as lk;

use super::{TwirpError, access, ask};
use crate::limits::LISTED_NAMES_MAX;
use crate::node::Node;
use crate::sid;
use crate::signal::convert;
use crate::token::AdminGrant;
use crate::worker::{Ask, RoomSettings};

pub(super) async fn create(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::CreateRoomRequest,
) -> Result<lk::Room, TwirpError> {
    caller.may_create_rooms()?;
    let room = access::name("name", request.name)?;
    let settings = RoomSettings::wanted(
        request.empty_timeout,
        request.departure_timeout,
        request.max_participants,
    );
    let (worker, sid) = (node.worker_of(&room), sid::room(node.rng()));
    let metadata = request.metadata;
    let summary = ask(worker, |reply| Ask::CreateRoom {
        room,
        sid,
        settings,
        metadata,
        reply,
    });
    Ok(convert::room(&summary.await?))
}

pub(super) async fn list(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::ListRoomsRequest,
) -> Result<lk::ListRoomsResponse, TwirpError> {
    caller.may_list_rooms()?;
    if request.names.len() > LISTED_NAMES_MAX {
        return Err(TwirpError::argument("names", "are too many"));
    }
    let mut rooms = Vec::new();
    for worker in node.workers() {
        let names = request.names.clone();
        let here = ask(worker, |reply| Ask::ListRooms { names, reply }).await?;
        rooms.extend(here.iter().map(convert::room));
    }
    rooms.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(lk::ListRoomsResponse { rooms })
}

pub(super) async fn delete(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::DeleteRoomRequest,
) -> Result<lk::DeleteRoomResponse, TwirpError> {
    caller.may_create_rooms()?;
    let room = access::name("room", request.room)?;
    let worker = node.worker_of(&room);
    ask(worker, |reply| Ask::DeleteRoom { room, reply }).await?;
    Ok(lk::DeleteRoomResponse {})
}

pub(super) async fn update_metadata(
    node: Arc<Node>,
    caller: AdminGrant,
    request: lk::UpdateRoomMetadataRequest,
) -> Result<lk::Room, TwirpError> {
    caller.may_administer(&request.room)?;
    let room = access::name("room", request.room)?;
    let (worker, metadata) = (node.worker_of(&room), request.metadata);
    let summary = ask(worker, |reply| Ask::RoomMetadata { room, metadata, reply });
    Ok(convert::room(&summary.await?))
}
