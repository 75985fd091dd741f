//! Adds a session to an agenda.

use kit_core::ids::{EventId, SessionId, SpeakerId};
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Event, Mint, Period, Session, SessionSummary, Title, User};
use crate::error::Error;

/// The new session.
#[derive(Clone, Debug)]
pub(crate) struct CreateSession {
    pub(crate) event: EventId,
    pub(crate) title: Title,
    pub(crate) summary: SessionSummary,
    pub(crate) period: Period,
    pub(crate) has_live_room: bool,
    pub(crate) speakers: Vec<SpeakerId>,
}

/// Returns the session and its event.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: CreateSession,
    mint: Mint<'_>,
) -> Result<(Session, Event), Error> {
    let session = Session {
        id: SessionId::new(mint.clock, mint.rng),
        title: input.title,
        summary: input.summary,
        period: input.period,
        has_live_room: input.has_live_room,
        speakers: input.speakers,
    };
    let (now, added) = (mint.clock.now(), session.clone());
    let event = change(connection, user, input.event, mint, |event| {
        event.add_session(added, now)
    })
    .await?;
    Ok((session, event))
}
