//! Taking a message away: an entry of its own, in whose transaction the text is erased.

use kit_core::RequestId;
use kit_core::ids::MessageId;
use kit_rpc::Context;

use crate::Engagement;
use crate::domain::{Author, Content, Entry, NewEntry};
use crate::error::EngagementError;
use crate::peers::room_access;
use crate::store;

pub(crate) async fn delete(
    engagement: &Engagement,
    context: &Context,
    message: MessageId,
    request: RequestId,
) -> Result<Entry, EngagementError> {
    let user = context.caller().require_user().map_err(EngagementError::Caller)?;
    let mut connection = engagement.pool.acquire().await?;
    let found = store::get(&mut connection, message)
        .await?
        .ok_or(EngagementError::MessageNotFound)?;
    drop(connection);
    let is_host = match room_access(&engagement.live, context, found.room).await {
        Ok(access) => access.can_host,
        Err(EngagementError::RoomNotFound) => false,
        Err(error) => return Err(error),
    };
    let mut tx = engagement.pool.begin().await?;
    if let Some(made) = store::by_request(&mut tx, found.room, user.user_id, request).await? {
        return Ok(made);
    }
    // The room first, then the message: in the order of every other writer.
    let sequence = store::next_sequence(&mut tx, found.room).await?;
    let found = store::lock(&mut tx, message)
        .await?
        .ok_or(EngagementError::MessageNotFound)?;
    if !found.may_be_deleted_by(user.user_id, is_host) {
        return Err(EngagementError::MessageNotFound);
    }
    let entry = NewEntry {
        id: MessageId::new(&engagement.clock, &engagement.rng),
        room: found.room,
        author: Author {
            id: user.user_id,
            name: crate::commands::post::name(&user.name),
            is_host,
        },
        content: Content::Deletion(message),
        request,
        create_time: engagement.clock.now(),
    };
    store::erase(&mut tx, message).await?;
    let entry = store::insert(&mut tx, entry, sequence).await?;
    tx.commit().await?;
    engagement.announce(&entry);
    Ok(entry)
}
