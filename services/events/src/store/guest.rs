//! Guest lists.

use kit_core::Email;
use kit_core::ids::EventId;
use kit_pg::{PgConnection, Result};
use sqlx::Row;

use super::row;

/// Whether the address is on the event's list.
pub(crate) async fn contains(connection: &mut PgConnection, event: EventId, email: &Email) -> Result<bool> {
    let query = sqlx::query("select 1 from guests where event_id = $1 and email = $2");
    Ok(query
        .bind(event.uuid())
        .bind(email.as_str())
        .fetch_optional(connection)
        .await?
        .is_some())
}

/// How many are on the list.
pub(crate) async fn count(connection: &mut PgConnection, event: EventId) -> Result<i64> {
    let query = sqlx::query("select count(*) from guests where event_id = $1").bind(event.uuid());
    Ok(query.fetch_one(connection).await?.try_get(0)?)
}

/// Adds addresses; returns how many were not there before.
pub(crate) async fn add(connection: &mut PgConnection, event: EventId, emails: &[Email]) -> Result<u64> {
    let emails: Vec<&str> = emails.iter().map(Email::as_str).collect();
    let query =
        sqlx::query("insert into guests (event_id, email) select $1, unnest($2::text[]) on conflict do nothing");
    Ok(query
        .bind(event.uuid())
        .bind(emails)
        .execute(connection)
        .await?
        .rows_affected())
}

/// Takes an address off; returns whether it was there.
pub(crate) async fn remove(connection: &mut PgConnection, event: EventId, email: &Email) -> Result<bool> {
    let query = sqlx::query("delete from guests where event_id = $1 and email = $2");
    Ok(query
        .bind(event.uuid())
        .bind(email.as_str())
        .execute(connection)
        .await?
        .rows_affected()
        == 1)
}

/// At most `limit` addresses behind `after`, in byte order.
pub(crate) async fn page(connection: &mut PgConnection, event: EventId, after: &str, limit: i64) -> Result<Vec<Email>> {
    let query = sqlx::query(
        "select email from guests where event_id = $1 and email > $2
         order by email limit $3",
    );
    let rows = query
        .bind(event.uuid())
        .bind(after)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row::text(row, "email")).collect()
}
