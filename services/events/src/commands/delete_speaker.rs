//! Removes a speaker, from sessions too.

use kit_core::ids::SpeakerId;
use kit_pg::PgConnection;

use super::{change, update_speaker::hide};
use crate::domain::{Mint, Refusal, User};
use crate::error::Error;
use crate::store;

/// The speaker is gone then.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: SpeakerId,
    mint: Mint<'_>,
) -> Result<(), Error> {
    let now = mint.clock.now();
    let found = store::agenda::event_of_speaker(connection, id).await?;
    let event = found.ok_or(Refusal::SpeakerNotFound)?;
    let removed = change(connection, user, event, mint, |event| event.remove_speaker(id, now)).await;
    removed.map(drop).map_err(hide)
}
