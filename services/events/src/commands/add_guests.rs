//! Lets people open a private event.

use kit_core::Email;
use kit_core::ids::EventId;
use kit_pg::PgConnection;

use super::{lock_managed, store_change};
use crate::domain::{Mint, Refusal, User, limits::GUESTS_MAX};
use crate::error::Error;
use crate::store;

/// Whom to let in where.
#[derive(Clone, Debug)]
pub(crate) struct AddGuests {
    pub(crate) event: EventId,
    pub(crate) emails: Vec<Email>,
}

/// Returns how many were no guests before.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    input: AddGuests,
    mint: Mint<'_>,
) -> Result<u64, Error> {
    let event = lock_managed(connection, user, input.event).await?;
    let changed = event.clone().change_guests(mint.clock.now())?;
    let added = store::guest::add(connection, event.id, &input.emails).await?;
    if store::guest::count(connection, event.id).await? > GUESTS_MAX as i64 {
        return Err(Refusal::TooManyGuests.into());
    }
    if added > 0 {
        store_change(connection, &event, changed, mint).await?;
    }
    Ok(added)
}
