//! Addresses that asked for a link, whether they have an account or not.

use kit_core::Email;
use kit_pg::{PgConnection, Result};
use time::OffsetDateTime;

use super::row;
use crate::domain::LinkPurpose;

/// Notes that an address wants a link. One that is noted already is not noted twice.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    email: &Email,
    purpose: LinkPurpose,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query("insert into mail_requests (email, purpose, create_time) values ($1, $2, $3) on conflict do nothing")
        .bind(email.as_str())
        .bind(purpose.as_str())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes the oldest one out; other replicas pass it over while this transaction lasts.
pub(crate) async fn take(connection: &mut PgConnection) -> Result<Option<(Email, LinkPurpose)>> {
    let row = sqlx::query(
        "delete from mail_requests where ctid = any (array(
           select ctid from mail_requests order by create_time limit 1 for update skip locked))
         returning email, purpose",
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((
        row::text(&row, "email")?,
        row::known(&row, "purpose", LinkPurpose::from_text)?,
    )))
}
