//! Takes a guest away.

use kit_core::Email;
use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::{lock_managed, store_change};
use crate::domain::{Mint, User};
use crate::error::Error;
use crate::store;

/// Whom to take away where.
#[derive(Clone, Debug)]
pub(crate) struct RemoveGuest {
    pub(crate) event: EventId,
    pub(crate) email: Email,
}

/// Succeeds for somebody who is none.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: RemoveGuest,
    mint: Mint<'_>,
) -> Result<(), Error> {
    let event = lock_managed(connection, user, input.event).await?;
    let changed = event.clone().change_guests(mint.clock.now())?;
    if store::guest::remove(connection, event.id, &input.email).await? {
        store_change(connection, &event, changed, mint).await?;
    }
    Ok(())
}
