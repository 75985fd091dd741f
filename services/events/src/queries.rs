//! Reads. Whatever is read of one event passes [`admit`]; lists hold only what everybody who may ask for them may see.

use kit_core::ids::{EventId, ImageId, OrganizationId, SessionId};
use kit_core::{Email, Page, PageRequest};
use kit_pg::PgConnection;
use kit_rpc::Context;

use crate::domain::limits::SEARCH_WORDS_MAX;
use crate::domain::{Access, Event, Facet, Organization, Session, Sight, User, Viewer, words};
use crate::error::Error;
use crate::identity::Identity;
use crate::store;
use crate::store::image::Stored;
use crate::store::list::{Entry, Place, Window};

/// Which event an [`access`] question is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    /// The event itself.
    Event(EventId),
    /// The event of a session; if an event is named too, it must be that one.
    Session(SessionId, Option<EventId>),
}

/// The answer to an [`access`] question.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The event.
    pub(crate) entry: Entry,
    /// What the caller may do with it.
    pub(crate) access: Access,
    /// The session, if one was asked for.
    pub(crate) session: Option<Session>,
}

/// An event with its agenda, and what the caller may do with it.
///
/// The parts are read one after the other. A change in between is seen in the agenda before it is seen in the etag, so
/// that who writes on such a reading is told to read again.
pub(crate) async fn event(
    connection: &mut PgConnection,
    viewer: &Viewer,
    id: EventId,
) -> Result<(Event, Access), Error> {
    let event = store::event::read(connection, id).await?.ok_or(Error::EventNotFound)?;
    let access = admit(connection, viewer, id, &event.facet()).await?;
    Ok((event, access))
}

/// What the caller may do with an event.
pub(crate) async fn access(connection: &mut PgConnection, viewer: &Viewer, subject: Subject) -> Result<Answer, Error> {
    let (id, session) = match subject {
        Subject::Event(id) => (id, None),
        Subject::Session(session, named) => {
            let found = store::agenda::session_of(connection, session).await?;
            let found = found.filter(|(event, _)| named.is_none_or(|named| named == *event));
            let (event, session) = found.ok_or(Error::EventNotFound)?;
            (event, Some(session))
        }
    };
    let entry = store::list::entry_of(connection, id)
        .await?
        .ok_or(Error::EventNotFound)?;
    let access = admit(connection, viewer, id, &entry.facet()).await?;
    Ok(Answer { entry, access, session })
}

/// The events of the caller's organizations, or of one of them, whose title contains `title`.
pub(crate) async fn mine(
    connection: &mut PgConnection,
    user: &User,
    organization: Option<OrganizationId>,
    title: &str,
    page: &PageRequest<Place>,
) -> Result<Page<Entry>, Error> {
    let organizations: Vec<OrganizationId> = match organization {
        Some(id) if user.organizations.contains(&id) => vec![id],
        Some(_) => return Err(Error::OrganizationNotFound),
        None => user.organizations.iter().copied().collect(),
    };
    let rows = store::list::mine(connection, &organizations, title, page.cursor(), page.fetch()).await?;
    Ok(page.page(rows, |entry| (entry.list_time, entry.id)))
}

/// Open public events of a time; with a query those that have words which begin as its words do.
pub(crate) async fn upcoming(
    connection: &mut PgConnection,
    query: &str,
    window: Window,
    page: &PageRequest<Place>,
) -> Result<Page<Entry>, Error> {
    let (after, limit) = (page.cursor(), page.fetch());
    let prefixes: Vec<String> = words(query).take(SEARCH_WORDS_MAX).collect();
    let rows = if !prefixes.is_empty() {
        store::list::search(connection, &prefixes, window, after, limit).await?
    } else if query.is_empty() {
        store::list::upcoming(connection, window, after, limit).await?
    } else {
        // Nothing is found by punctuation.
        Vec::new()
    };
    Ok(page.page(rows, |entry| (entry.list_time, entry.id)))
}

/// What waits for approval.
pub(crate) async fn queue(connection: &mut PgConnection, page: &PageRequest<Place>) -> Result<Page<Entry>, Error> {
    let rows = store::list::queue(connection, page.cursor(), page.fetch()).await?;
    Ok(page.page(rows, |entry| {
        (entry.state.submit_time().unwrap_or(entry.list_time), entry.id)
    }))
}

/// An event's guests, for its team.
pub(crate) async fn guests(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    page: &PageRequest<String>,
) -> Result<Page<Email>, Error> {
    let entry = store::list::entry_of(connection, id)
        .await?
        .ok_or(Error::EventNotFound)?;
    if !user.organizations.contains(&entry.organization.id) {
        return Err(Error::EventNotFound);
    }
    let after = page.cursor().map(String::as_str).unwrap_or_default();
    let rows = store::guest::page(connection, id, after, page.fetch()).await?;
    Ok(page.page(rows, |email| email.as_str().to_owned()))
}

/// Where a picture is. Whoever knows its unguessable id was shown it.
pub(crate) async fn image(connection: &mut PgConnection, id: ImageId) -> Result<Stored, Error> {
    store::image::stored(connection, id).await?.ok_or(Error::ImageNotFound)
}

/// An organization in which the user may create events.
pub(crate) async fn organization(
    identity: &Identity,
    context: &Context,
    user: &User,
    id: OrganizationId,
) -> Result<Organization, Error> {
    if !user.organizations.contains(&id) {
        return Err(Error::OrganizationNotFound);
    }
    identity.organization(context, id).await
}

/// What the caller may do with an event; EVENT_NOT_FOUND if that is nothing.
async fn admit(connection: &mut PgConnection, viewer: &Viewer, id: EventId, facet: &Facet) -> Result<Access, Error> {
    match viewer.sight(facet) {
        Sight::Granted(access) => Ok(access),
        Sight::IfGuest(email) if store::guest::contains(connection, id, &email).await? => Ok(Access::View),
        Sight::IfGuest(_) | Sight::Hidden => Err(Error::EventNotFound),
    }
}
