//! Ending a show: the room is closed to everybody, first here and then on its node.

use kit_core::ids::RoomId;
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::live::v1::{EndLiveResponse, RoomEnded};

use crate::Live;
use crate::error::LiveError;
use crate::store::{leases, rooms};

pub(crate) async fn end(
    live: &Live,
    context: &Context,
    room: RoomId,
    key: &RequestKey,
) -> Result<EndLiveResponse, LiveError> {
    live.hosted(context, room).await?;
    let now = live.clock.now();
    let response = kit_pg::idempotency::once(&live.pool, key, now, async |tx| {
        let room = rooms::lock(tx, room).await?.ok_or(LiveError::RoomNotFound)?.end(now)?;
        rooms::update(tx, &room).await?;
        leases::clear(tx, room.id).await?;
        let fact = RoomEnded {
            room_id: room.id.to_string(),
            session_id: room.session.to_string(),
            event_id: room.event.to_string(),
        };
        live.tell(tx, &fact).await?;
        Ok::<_, LiveError>(EndLiveResponse {
            room: Some(live.room_message(&room, 0)),
        })
    })
    .await?;
    live.announce(room);
    // The sweep does the same for rooms whose node could not be reached now.
    crate::jobs::close_ended(live).await;
    Ok(response)
}
