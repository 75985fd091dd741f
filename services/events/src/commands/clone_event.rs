//! Copies an event into a new draft.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::lock_managed;
use crate::domain::{Event, Mint, Title, User};
use crate::error::Error;
use crate::store;

/// What to copy, and how the copy differs.
#[derive(Clone, Debug)]
pub(crate) struct CloneEvent {
    pub(crate) event: EventId,
    /// `None` for "Copy of …".
    pub(crate) title: Option<Title>,
    pub(crate) shift_days: i32,
}

/// Returns the copy. The original is locked, so that its pictures stay until the copy has them.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: CloneEvent,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let original = lock_managed(connection, user, input.event).await?;
    let copied = original.copy(input.title, input.shift_days, mint)?;
    store::event::insert_copy(connection, &copied).await?;
    Ok(copied.event)
}
