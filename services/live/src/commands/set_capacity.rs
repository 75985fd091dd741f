//! How many viewers fit. Nobody is put out when it becomes less.

use kit_core::ids::RoomId;
use kit_pg::idempotency::RequestKey;
use kit_rpc::Context;
use plenary_proto::live::v1::SetRoomCapacityResponse;

use crate::Live;
use crate::error::LiveError;
use crate::store::rooms;

pub(crate) async fn set_capacity(
    live: &Live,
    context: &Context,
    room: RoomId,
    capacity: i32,
    key: &RequestKey,
) -> Result<SetRoomCapacityResponse, LiveError> {
    live.hosted(context, room).await?;
    let response = kit_pg::idempotency::once(&live.pool, key, live.clock.now(), async |tx| {
        let mut room = rooms::lock(tx, room).await?.ok_or(LiveError::RoomNotFound)?;
        room.capacity = capacity;
        rooms::update(tx, &room).await?;
        let count = live.present(tx, room.id).await?;
        Ok::<_, LiveError>(SetRoomCapacityResponse {
            room: Some(live.room_message(&room, count)),
        })
    })
    .await?;
    live.announce(room);
    Ok(response)
}
