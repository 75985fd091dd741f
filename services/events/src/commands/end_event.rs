//! Ends a published or live event: for its team, or because its time is long over.

use kit_core::ids::EventId;
use kit_pg::PgConnection;
use time::OffsetDateTime;

use super::{change, store_change};
use crate::domain::{Event, Mint, User};
use crate::error::Error;
use crate::store;

/// Returns the event as it is then.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let now = mint.clock.now();
    change(connection, user, id, mint, |event| event.end(now)).await
}

/// Ends the event if it was to end before `before` and nobody did. Returns whether it did.
pub(crate) async fn overdue(
    connection: &mut PgConnection,
    id: EventId,
    before: OffsetDateTime,
    mint: Mint<'_>,
) -> Result<bool, Error> {
    let Some(event) = store::event::lock(connection, id).await? else {
        return Ok(false);
    };
    // It may have been ended or moved since it was found.
    let is_over = event.content.period.is_some_and(|period| period.end() < before);
    match event.clone().end(mint.clock.now()) {
        Ok(changed) if is_over => store_change(connection, &event, changed, mint).await.map(|_| true),
        _ => Ok(false),
    }
}
