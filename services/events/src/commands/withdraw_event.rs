//! Takes a submitted or approved event back.

use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Event, Mint, User};
use crate::error::Error;

/// Returns the event as it is then.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let now = mint.clock.now();
    change(connection, user, id, mint, |event| event.withdraw(now)).await
}
