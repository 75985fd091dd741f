//! Changes a session.

use kit_core::ids::SessionId;
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Event, Mint, Refusal, Session, SessionChange, User};
use crate::error::Error;
use crate::store;

/// What to change of which session.
#[derive(Clone, Debug)]
pub(crate) struct UpdateSession {
    pub(crate) session: SessionId,
    pub(crate) change: SessionChange,
}

/// Returns the session and its event.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: UpdateSession,
    mint: Mint<'_>,
) -> Result<(Session, Event), Error> {
    let (now, id) = (mint.clock.now(), input.session);
    let found = store::agenda::session_of(connection, id).await?;
    let (event, _) = found.ok_or(Refusal::SessionNotFound)?;
    let changed = change(connection, user, event, mint, |event| {
        event.change_session(id, input.change, now)
    })
    .await;
    let event = changed.map_err(hide)?;
    let session = event.agenda.session(id).cloned().ok_or(Refusal::SessionNotFound)?;
    Ok((session, event))
}

/// Somebody else's session does not exist, just as one that never did.
pub(super) fn hide(error: Error) -> Error {
    match error {
        Error::EventNotFound => Refusal::SessionNotFound.into(),
        other => other,
    }
}
