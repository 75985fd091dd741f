//! Removes a session.

use kit_core::ids::SessionId;
use kit_pg::PgConnection;

use super::{change, update_session::hide};
use crate::domain::{Mint, Refusal, User};
use crate::error::Error;
use crate::store;

/// The session is gone then.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: SessionId,
    mint: Mint<'_>,
) -> Result<(), Error> {
    let now = mint.clock.now();
    let found = store::agenda::session_of(connection, id).await?;
    let (event, _) = found.ok_or(Refusal::SessionNotFound)?;
    let removed = change(connection, user, event, mint, |event| event.remove_session(id, now)).await;
    removed.map(drop).map_err(hide)
}
