//! Deletes a draft.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::lock_managed;
use crate::domain::User;
use crate::error::Error;
use crate::store;

/// Removes the event with its agenda and guests. Its pictures go with the next sweep.
pub(crate) async fn run(connection: &mut PgConnection, user: &User, id: EventId) -> Result<(), Error> {
    let event = lock_managed(connection, user, id).await?;
    event.check_deletable()?;
    store::event::delete(connection, id).await?;
    Ok(())
}
