//! Following a room.

use futures::Stream;
use kit_core::ids::RoomId;
use plenary_proto::engagement::v1::ChatMessage;

use crate::Engagement;
use crate::convert;
use crate::error::EngagementError;
use crate::store;

/// Entries read at a time.
const HISTORY_BATCH: i64 = 200;

/// The room's newest number, and every entry after `after`, old and new; without it, after that number.
pub(crate) async fn follow(
    engagement: &Engagement,
    room: RoomId,
    after: Option<i64>,
) -> Result<
    (
        i64,
        impl Stream<Item = Result<ChatMessage, EngagementError>> + Send + use<>,
    ),
    EngagementError,
> {
    // Before history is looked at, so that nothing falls in between.
    let updates = engagement.bus.fanout().subscribe(&crate::topic(room));
    let last = store::last_sequence(&mut *engagement.pool.acquire().await?, room).await?;
    let pool = engagement.pool.clone();
    let read = move |after| {
        let pool = pool.clone();
        async move {
            let entries = store::after(&mut *pool.acquire().await?, room, after, HISTORY_BATCH).await?;
            Ok(entries.into_iter().map(convert::message).collect())
        }
    };
    Ok((
        last,
        kit_bus::follow(
            updates,
            after.unwrap_or(last),
            |message: &ChatMessage| message.sequence,
            read,
        ),
    ))
}
