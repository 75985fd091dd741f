//! Adds a speaker at the end.

use kit_core::ids::{EventId, ImageId, SpeakerId};
use kit_pg::PgConnection;

use super::change;
use crate::domain::{Biography, Event, Mint, Speaker, SpeakerName, Tagline, User};
use crate::error::Error;

/// The new speaker.
#[derive(Clone, Debug)]
pub(crate) struct CreateSpeaker {
    pub(crate) event: EventId,
    pub(crate) name: SpeakerName,
    pub(crate) tagline: Tagline,
    pub(crate) biography: Biography,
    pub(crate) picture: Option<ImageId>,
}

/// Returns the speaker and the event.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: CreateSpeaker,
    mint: Mint<'_>,
) -> Result<(Speaker, Event), Error> {
    let speaker = Speaker {
        id: SpeakerId::new(mint.clock, mint.rng),
        name: input.name,
        tagline: input.tagline,
        biography: input.biography,
        picture: input.picture,
    };
    let (now, added) = (mint.clock.now(), speaker.clone());
    let event = change(connection, user, input.event, mint, |event| {
        event.add_speaker(added, now)
    })
    .await?;
    Ok((speaker, event))
}
