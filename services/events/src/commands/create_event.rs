//! Creates a draft.

use kit_core::ids::{EventId, OrganizationId};
use kit_pg::PgConnection;

use crate::domain::{Event, EventChange, Mint, Organization, Title};
use crate::error::Error;
use crate::store;

/// Whose event it is, and what is known of it.
#[derive(Clone, Debug)]
pub(crate) struct CreateEvent {
    pub(crate) organization: OrganizationId,
    pub(crate) title: Title,
    pub(crate) change: EventChange,
}

/// Returns the draft. That the caller is a member of `organization` and what it is called was found out before the
/// transaction began, see [`queries::organization`](crate::queries::organization).
pub(crate) async fn run(
    connection: &mut PgConnection,
    organization: Organization,
    title: Title,
    change: EventChange,
    mint: Mint<'_>,
) -> Result<Event, Error> {
    let id = EventId::new(mint.clock, mint.rng);
    let event = Event::draft(id, organization, title, change, mint.clock.now())?;
    store::event::insert(connection, &event).await?;
    Ok(event)
}
