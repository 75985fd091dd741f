//! One file for each way in which something changes. Each takes the transaction that its caller commits, locks the
//! event's row, checks that the caller may, asks the domain for the transition and stores what comes back.

pub(crate) mod add_guests;
pub(crate) mod approve_event;
pub(crate) mod cancel_event;
pub(crate) mod clone_event;
pub(crate) mod create_event;
pub(crate) mod create_session;
pub(crate) mod create_speaker;
pub(crate) mod delete_event;
pub(crate) mod delete_session;
pub(crate) mod delete_speaker;
pub(crate) mod end_event;
pub(crate) mod publish_event;
pub(crate) mod reject_event;
pub(crate) mod remove_guest;
pub(crate) mod start_event;
pub(crate) mod submit_event;
pub(crate) mod update_event;
pub(crate) mod update_session;
pub(crate) mod update_speaker;
pub(crate) mod upload_image;
pub(crate) mod withdraw_event;

use kit_core::ids::EventId;
use kit_pg::{PgConnection, outbox};

use crate::domain::{Changed, Event, Mint, Refusal, Sight, User, Viewer};
use crate::error::Error;
use crate::{facts, store};

/// Makes a transition of an event that the caller is on the team of.
async fn change(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    mint: Mint<'_>,
    transition: impl FnOnce(Event) -> Result<Changed, Refusal>,
) -> Result<Event, Error> {
    let before = lock_managed(connection, user, id).await?;
    let changed = transition(before.clone())?;
    store_change(connection, &before, changed, mint).await
}

/// The event, locked, for a member of its team. For everybody else there is nothing to change: EVENT_NOT_FOUND.
async fn lock_managed(connection: &mut PgConnection, user: &User, id: EventId) -> Result<Event, Error> {
    let event = store::event::lock(connection, id).await?.ok_or(Error::EventNotFound)?;
    if user.organizations.contains(&event.organization.id) {
        Ok(event)
    } else {
        Err(Error::EventNotFound)
    }
}

/// The event, locked, for an administrator, to whom drafts do not exist.
async fn lock_reviewed(connection: &mut PgConnection, user: &User, id: EventId) -> Result<Event, Error> {
    let event = store::event::lock(connection, id).await?.ok_or(Error::EventNotFound)?;
    match Viewer::User(user.clone()).sight(&event.facet()) {
        Sight::Granted(_) if user.administrator => Ok(event),
        _ => Err(Error::EventNotFound),
    }
}

/// Writes the difference, and the fact for others beside it.
async fn store_change(
    connection: &mut PgConnection,
    before: &Event,
    changed: Changed,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let Changed { event, fact } = changed;
    store::event::save(connection, before, &event).await?;
    if let Some(fact) = fact {
        outbox::append(connection, &facts::envelope(&event, fact, mint)).await?;
    }
    Ok(event)
}
