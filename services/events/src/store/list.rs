//! Lists of events: what a list shows, read in one query each, page by page.

use kit_core::Zone;
use kit_core::ids::{EventId, ImageId, OrganizationId};
use kit_pg::{PgConnection, Result};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{image, row};
use crate::domain::{CoverAlt, Facet, Image, Organization, Period, State, Summary, Title, Visibility};

/// What a list shows of an event.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: EventId,
    pub(crate) organization: Organization,
    pub(crate) title: Title,
    pub(crate) summary: Summary,
    pub(crate) period: Option<Period>,
    pub(crate) time_zone: Zone,
    pub(crate) visibility: Visibility,
    pub(crate) state: State,
    pub(crate) cover: Option<Image>,
    pub(crate) cover_alt: CoverAlt,
    /// What an organizer's list is ordered by.
    pub(crate) list_time: OffsetDateTime,
}

/// Where a page begins: behind this time and event.
pub(crate) type Place = (OffsetDateTime, EventId);

/// Before everything that there is. A first page begins behind a place like any other, rather than "nowhere or behind
/// this one": a condition with an `or` in it keeps PostgreSQL from starting at that place in the index.
const FIRST: Place = (datetime!(0001-01-01 00:00 UTC), EventId::from_uuid(Uuid::nil()));
/// Behind everything that there is.
const LAST: Place = (datetime!(9999-12-31 00:00 UTC), EventId::from_uuid(Uuid::max()));

impl Entry {
    /// What decides who may see it.
    pub(crate) fn facet(&self) -> Facet {
        Facet::new(self.organization.id, self.visibility, &self.state)
    }
}

/// `select …` of an [`Entry`], to be followed by the conditions of one list.
macro_rules! entries {
    ($conditions:literal) => {
        concat!(
            "select events.id, organization_id, organization_name, title, summary, start_time, end_time, time_zone,
               visibility, state, submit_time, publish_time, rejection_reason, cover_id, cover_alt, list_time,
               images.width, images.height
             from events left join images on images.id = cover_id where ",
            $conditions
        )
    };
}

/// One event.
pub(crate) async fn entry_of(connection: &mut PgConnection, id: EventId) -> Result<Option<Entry>> {
    let query = sqlx::query(entries!("events.id = $1")).bind(id.uuid());
    query.fetch_optional(connection).await?.as_ref().map(entry).transpose()
}

/// Events of `organizations` whose title contains `title`, latest start first, those without times on top.
pub(crate) async fn mine(
    connection: &mut PgConnection,
    organizations: &[OrganizationId],
    title: &str,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let query = sqlx::query(entries!(
        "organization_id = any ($3) and position(lower($4) in lower(title)) > 0
           and (list_time, events.id) < ($1, $2)
         order by list_time desc, events.id desc limit $5"
    ));
    let organizations: Vec<Uuid> = organizations.iter().map(|id| id.uuid()).collect();
    let query = behind(query, after.unwrap_or(&LAST))
        .bind(organizations)
        .bind(title)
        .bind(limit);
    entries(connection, query).await
}

/// Which of the public events that are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Those that are not over at this time.
    pub(crate) from: OffsetDateTime,
    /// Those that begin before this time; none for any.
    pub(crate) until: Option<OffsetDateTime>,
    /// Those that are live.
    pub(crate) live_only: bool,
}

/// Public events that are open, soonest first.
pub(crate) async fn upcoming(
    connection: &mut PgConnection,
    window: Window,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let query = sqlx::query(entries!(
        "visibility = 'public' and state in ('published', 'live') and end_time > $3 and start_time < $4
           and (state = 'live' or not $5) and (start_time, events.id) > ($1, $2)
         order by start_time, events.id limit $6"
    ));
    let query = within(behind(query, after.unwrap_or(&FIRST)), window).bind(limit);
    entries(connection, query).await
}

/// As [`upcoming`], those that have a word with each of the `prefixes`.
pub(crate) async fn search(
    connection: &mut PgConnection,
    prefixes: &[String],
    window: Window,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let query = sqlx::query(entries!(
        "visibility = 'public' and state in ('published', 'live') and end_time > $3 and start_time < $4
           and (state = 'live' or not $5) and search @@ $6::tsquery and (start_time, events.id) > ($1, $2)
         order by start_time, events.id limit $7"
    ));
    let query = within(behind(query, after.unwrap_or(&FIRST)), window)
        .bind(prefix_query(prefixes))
        .bind(limit);
    entries(connection, query).await
}

/// Events that wait for approval, longest waiting first.
pub(crate) async fn queue(connection: &mut PgConnection, after: Option<&Place>, limit: i64) -> Result<Vec<Entry>> {
    let query = sqlx::query(entries!(
        "state = 'submitted' and (submit_time, events.id) > ($1, $2) order by submit_time, events.id limit $3"
    ));
    entries(connection, behind(query, after.unwrap_or(&FIRST)).bind(limit)).await
}

/// At most `limit` open events whose end was before `before`.
pub(crate) async fn overdue(connection: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<Vec<EventId>> {
    let query = sqlx::query(
        "select id from events where state in ('published', 'live') and end_time < $1 order by end_time, id limit $2",
    );
    let rows = query.bind(before).bind(limit).fetch_all(connection).await?;
    rows.iter().map(|row| row::id(row, "id")).collect()
}

/// Waits until no other transaction is seeding, and keeps others from it until this one ends.
pub(crate) async fn lock_seed(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('events demo', 0))")
        .execute(connection)
        .await?;
    Ok(())
}

/// `$1` and `$2`: where the page begins.
fn behind<'q>(query: Query<'q, Postgres, PgArguments>, place: &Place) -> Query<'q, Postgres, PgArguments> {
    query.bind(place.0).bind(place.1.uuid())
}

/// `$3` to `$5`: the window.
fn within<'q>(query: Query<'q, Postgres, PgArguments>, window: Window) -> Query<'q, Postgres, PgArguments> {
    let until = window.until.unwrap_or(LAST.0);
    query.bind(window.from).bind(until).bind(window.live_only)
}

async fn entries(connection: &mut PgConnection, query: Query<'_, Postgres, PgArguments>) -> Result<Vec<Entry>> {
    query.fetch_all(connection).await?.iter().map(entry).collect()
}

/// Words of letters and digits as a text search query; what they are made of needs no escaping.
fn prefix_query(prefixes: &[String]) -> String {
    let terms: Vec<String> = prefixes.iter().map(|word| format!("'{word}':*")).collect();
    terms.join(" & ")
}

fn entry(row: &PgRow) -> Result<Entry> {
    let cover: Option<ImageId> = row::optional_id(row, "cover_id")?;
    Ok(Entry {
        id: row::id(row, "id")?,
        organization: Organization {
            id: row::id(row, "organization_id")?,
            name: row.try_get("organization_name")?,
        },
        title: row::text(row, "title")?,
        summary: row::text(row, "summary")?,
        period: row::optional_period(row)?,
        time_zone: row::text(row, "time_zone")?,
        visibility: row::visibility(row)?,
        state: row::state(row)?,
        cover: cover.map(|_| image::image(row, "cover_id")).transpose()?,
        cover_alt: row::text(row, "cover_alt")?,
        list_time: row.try_get("list_time")?,
    })
}
