//! Sends a submitted event back with a reason.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::{lock_reviewed, store_change};
use crate::domain::{Event, Mint, RejectionReason, User};
use crate::error::Error;
use crate::store;

/// Which event, and what its organizer has to change.
#[derive(Clone, Debug)]
pub(crate) struct RejectEvent {
    pub(crate) event: EventId,
    pub(crate) reason: RejectionReason,
}

/// Returns the event as it is then. Who decided and why is kept in the list of reviews.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: RejectEvent,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let before = lock_reviewed(connection, user, input.event).await?;
    let changed = before.clone().reject(input.reason, mint.clock.now())?;
    let event = store_change(connection, &before, changed, mint).await?;
    store::review::insert(connection, &event, user.id).await?;
    Ok(event)
}
