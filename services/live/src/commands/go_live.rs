//! Opening a room to its audience.

use kit_core::ids::RoomId;
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::events::v1::EventState;
use plenary_proto::live::v1::{GoLiveResponse, RoomWentLive};

use crate::Live;
use crate::error::LiveError;
use crate::store::rooms;

pub(crate) async fn go_live(
    live: &Live,
    context: &Context,
    room: RoomId,
    request_id: String,
    key: &RequestKey,
) -> Result<GoLiveResponse, LiveError> {
    let view = live.hosted(context, room).await?;
    if !view.is_open() {
        return Err(LiveError::EventNotOpen);
    }
    if view.event_state == EventState::Published {
        // Its own request id makes a repeat harmless there too.
        live.clients.start_event(context, view.event, request_id).await?;
    }
    let now = live.clock.now();
    let response = kit_pg::idempotency::once(&live.pool, key, now, async |tx| {
        let room = rooms::lock(tx, room)
            .await?
            .ok_or(LiveError::RoomNotFound)?
            .go_live(now)?;
        rooms::update(tx, &room).await?;
        let fact = RoomWentLive {
            room_id: room.id.to_string(),
            session_id: room.session.to_string(),
            event_id: room.event.to_string(),
        };
        live.tell(tx, &fact).await?;
        let count = live.present(tx, room.id).await?;
        Ok::<_, LiveError>(GoLiveResponse {
            room: Some(live.room_message(&room, count)),
        })
    })
    .await?;
    live.announce(room);
    Ok(response)
}
