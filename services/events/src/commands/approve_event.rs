//! Lets a submitted event be published.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::{lock_reviewed, store_change};
use crate::domain::{Event, Mint, User};
use crate::error::Error;
use crate::store;

/// Returns the event as it is then. Who decided is kept in the list of reviews.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let before = lock_reviewed(connection, user, id).await?;
    let changed = before.clone().approve(mint.clock.now())?;
    let event = store_change(connection, &before, changed, mint).await?;
    store::review::insert(connection, &event, user.id).await?;
    Ok(event)
}
