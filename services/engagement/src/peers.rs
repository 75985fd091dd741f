//! What this service asks of others, in its own words.

use kit_core::ids::RoomId;
use kit_rpc::{Context, Found as _, Transport};
use plenary_proto::live::v1::live_service_client::LiveServiceClient;
use plenary_proto::live::v1::{self as wire, GetRoomAccessRequest};

use crate::domain::{RoomAccess, RoomState};
use crate::error::EngagementError;

/// What the caller may do in a room, says live.
pub(crate) async fn room_access(
    live: &Transport,
    context: &Context,
    room: RoomId,
) -> Result<RoomAccess, EngagementError> {
    let request = context.request(GetRoomAccessRequest {
        room_id: room.to_string(),
    });
    let answer = LiveServiceClient::new(live.clone())
        .get_room_access(request)
        .await
        .found()
        .map_err(EngagementError::Peer)?
        .ok_or(EngagementError::RoomNotFound)?;
    let state = match answer.state() {
        wire::RoomState::Ended => RoomState::Ended,
        wire::RoomState::Live => RoomState::Live,
        wire::RoomState::Waiting | wire::RoomState::Unspecified => RoomState::Waiting,
    };
    let access = answer.access.unwrap_or_default();
    Ok(RoomAccess {
        can_host: access.can_host,
        can_join: access.can_join,
        state,
    })
}
