//! Changes a speaker.

use kit_core::ids::SpeakerId;
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Event, Mint, Refusal, Speaker, SpeakerChange, User};
use crate::error::Error;
use crate::store;

/// What to change of which speaker.
#[derive(Clone, Debug)]
pub(crate) struct UpdateSpeaker {
    pub(crate) speaker: SpeakerId,
    pub(crate) change: SpeakerChange,
}

/// Returns the speaker and the event.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: UpdateSpeaker,
    mint: Mint<'_>,
) -> Result<(Speaker, Event), Error> {
    let (now, id) = (mint.clock.now(), input.speaker);
    let found = store::agenda::event_of_speaker(connection, id).await?;
    let event = found.ok_or(Refusal::SpeakerNotFound)?;
    let changed = change(connection, user, event, mint, |event| {
        event.change_speaker(id, input.change, now)
    })
    .await;
    let event = changed.map_err(hide)?;
    let speaker = event.agenda.speaker(id).cloned().ok_or(Refusal::SpeakerNotFound)?;
    Ok((speaker, event))
}

/// Somebody else's speaker does not exist, just as one that never did.
pub(super) fn hide(error: Error) -> Error {
    match error {
        Error::EventNotFound => Refusal::SpeakerNotFound.into(),
        other => other,
    }
}
