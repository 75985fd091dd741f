//! Changes what an organizer writes about an event.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Event, EventChange, Mint, User};
use crate::error::Error;

/// What to change of which version.
#[derive(Clone, Debug)]
pub(crate) struct UpdateEvent {
    pub(crate) event: EventId,
    pub(crate) change: EventChange,
    /// Empty to overwrite.
    pub(crate) etag: String,
}

/// Returns the event as it is then.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: UpdateEvent,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let now = mint.clock.now();
    let UpdateEvent {
        event: id,
        change: wanted,
        etag,
    } = input;
    change(connection, user, id, mint, |event| {
        event.check_etag(&etag)?;
        event.change(wanted, now)
    })
    .await
}
