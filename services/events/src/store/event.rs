//! Whole events: read with everything that is changed together, written as the difference to what was read.

use kit_core::ids::EventId;
use kit_pg::{Error, PgConnection, Result};
use sqlx::Postgres;
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;

use super::{agenda, image, row};
use crate::domain::{Agenda, Content, Copied, Event, Organization};

/// The event, and its row locked until the transaction ends: changes of one event come one after the other.
pub(crate) async fn lock(connection: &mut PgConnection, id: EventId) -> Result<Option<Event>> {
    let query = sqlx::query("select * from events where id = $1 for update").bind(id.uuid());
    fetch(connection, query).await
}

/// The event as it is now.
pub(crate) async fn read(connection: &mut PgConnection, id: EventId) -> Result<Option<Event>> {
    let query = sqlx::query("select * from events where id = $1").bind(id.uuid());
    fetch(connection, query).await
}

async fn fetch(connection: &mut PgConnection, query: Query<'_, Postgres, PgArguments>) -> Result<Option<Event>> {
    let Some(row) = query.fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    let mut event = head(&row)?;
    event.agenda = agenda::read(connection, event.id).await?;
    event.images = image::of_event(connection, event.id).await?;
    Ok(Some(event))
}

/// Adds a new event with its agenda. Images must be there already.
pub(crate) async fn insert(connection: &mut PgConnection, event: &Event) -> Result<()> {
    let query = sqlx::query(
        "insert into events (id, version, organization_id, organization_name, create_time, title, summary, description,
           start_time, end_time, time_zone, visibility, cover_id, cover_alt, state, submit_time, publish_time,
           rejection_reason, update_time, search)
         values ($1, $2, $18, $19, $20, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
           array_to_tsvector($17))",
    );
    let query = bind(query, event)
        .bind(event.organization.id.uuid())
        .bind(&event.organization.name)
        .bind(event.create_time);
    query.execute(&mut *connection).await?;
    agenda::insert(connection, event).await
}

/// Adds a copy, with images of its own that show what the original's show.
pub(crate) async fn insert_copy(connection: &mut PgConnection, copied: &Copied) -> Result<()> {
    let Copied { event, images } = copied;
    // The cover refers to an image and the image to its event: the event comes first, without its cover.
    let mut bare = event.clone();
    bare.content.cover = None;
    bare.agenda = Agenda::default();
    insert(connection, &bare).await?;
    image::copy(connection, event.id, images, event.create_time).await?;
    save(connection, &bare, event).await
}

/// Writes what differs between `before`, which the caller has locked, and `after`.
pub(crate) async fn save(connection: &mut PgConnection, before: &Event, after: &Event) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let query = sqlx::query(
        "update events set version = $2, title = $3, summary = $4, description = $5, start_time = $6, end_time = $7,
           time_zone = $8, visibility = $9, cover_id = $10, cover_alt = $11, state = $12, submit_time = $13,
           publish_time = $14, rejection_reason = $15, update_time = $16, search = array_to_tsvector($17)
         where id = $1 and version = $18",
    );
    let written = bind(query, after)
        .bind(before.version)
        .execute(&mut *connection)
        .await?;
    if written.rows_affected() != 1 {
        return Err(Error::Conflict(sqlx::Error::RowNotFound));
    }
    agenda::save(connection, before, after).await
}

/// Removes an event and all that belongs to it; its images stay behind for the sweep.
pub(crate) async fn delete(connection: &mut PgConnection, id: EventId) -> Result<()> {
    sqlx::query("delete from events where id = $1")
        .bind(id.uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// `$1` to `$17`: what is written with each change.
fn bind<'q>(query: Query<'q, Postgres, PgArguments>, event: &'q Event) -> Query<'q, Postgres, PgArguments> {
    let content = &event.content;
    query
        .bind(event.id.uuid())
        .bind(event.version)
        .bind(content.title.as_str())
        .bind(content.summary.as_str())
        .bind(content.description.as_str())
        .bind(content.period.map(|period| period.start()))
        .bind(content.period.map(|period| period.end()))
        .bind(content.time_zone.name())
        .bind(content.visibility.name())
        .bind(content.cover.map(|cover| cover.uuid()))
        .bind(content.cover_alt.as_str())
        .bind(event.state.step().name())
        .bind(event.state.submit_time())
        .bind(event.state.publish_time())
        .bind(event.state.rejection_reason().map(|reason| reason.as_str()))
        .bind(event.update_time)
        .bind(event.search_words())
}

/// The event without agenda and images.
fn head(row: &PgRow) -> Result<Event> {
    Ok(Event {
        id: row::id(row, "id")?,
        organization: Organization {
            id: row::id(row, "organization_id")?,
            name: row.try_get("organization_name")?,
        },
        content: Content {
            title: row::text(row, "title")?,
            summary: row::text(row, "summary")?,
            description: row::text(row, "description")?,
            period: row::optional_period(row)?,
            time_zone: row::text(row, "time_zone")?,
            visibility: row::visibility(row)?,
            cover: row::optional_id(row, "cover_id")?,
            cover_alt: row::text(row, "cover_alt")?,
        },
        agenda: Agenda::default(),
        images: Vec::new(),
        state: row::state(row)?,
        version: row.try_get("version")?,
        create_time: row.try_get("create_time")?,
        update_time: row.try_get("update_time")?,
    })
}
