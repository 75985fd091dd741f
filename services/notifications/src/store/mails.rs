//! The `mails` table.

use kit_core::ids::{DeliveryId, FactId};
use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::domain::mail::{Mail, Picture, Recipient};

/// A mail that is to be handed over.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) id: DeliveryId,
    pub(crate) recipient: Recipient,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) calendar: Option<String>,
    pub(crate) pictures: Vec<Picture>,
    /// This one included.
    pub(crate) attempts: i32,
    pub(crate) create_time: OffsetDateTime,
}

/// How mail is going.
#[derive(Clone, Debug, Default)]
pub(crate) struct Status {
    pub(crate) waiting: i64,
    pub(crate) oldest: Option<OffsetDateTime>,
    pub(crate) failed: i64,
    pub(crate) last_error: String,
}

/// Writes a mail, unless the same cause has made it before.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: DeliveryId,
    cause: FactId,
    mail: &Mail,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO mails (id, cause_id, template, recipient, recipient_name, subject, text_body, html_body, calendar,
             picture_names, pictures, due_time, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
         ON CONFLICT ON CONSTRAINT mails_once_key DO NOTHING",
    )
    .bind(id.uuid())
    .bind(cause.uuid())
    .bind(mail.template.name())
    .bind(&mail.recipient.email)
    .bind(&mail.recipient.name)
    .bind(&mail.subject)
    .bind(&mail.text)
    .bind(&mail.html)
    .bind(&mail.calendar)
    .bind(
        mail.pictures
            .iter()
            .map(|picture| picture.name.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(
        mail.pictures
            .iter()
            .map(|picture| picture.png.as_slice())
            .collect::<Vec<_>>(),
    )
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes mails that are due, oldest first, and puts them off until `again`: should this process die over them, they come
/// again then.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    again: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Outgoing>> {
    let rows = sqlx::query(
        "UPDATE mails SET attempts = attempts + 1, due_time = $2
         WHERE id IN (SELECT id FROM mails WHERE state = 'waiting' AND due_time <= $1 ORDER BY due_time LIMIT $3
             FOR UPDATE SKIP LOCKED)
         RETURNING id, recipient, recipient_name, subject, text_body, html_body, calendar, picture_names, pictures,
             attempts, create_time",
    );
    rows.bind(now)
        .bind(again)
        .bind(limit)
        .fetch_all(conn)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Erases what was in it too: it may hold the secret of a link.
pub(crate) async fn sent(conn: &mut PgConnection, id: DeliveryId, now: OffsetDateTime) -> Result<()> {
    end(conn, id, "sent", "", now).await
}

pub(crate) async fn failed(conn: &mut PgConnection, id: DeliveryId, error: &str, now: OffsetDateTime) -> Result<()> {
    end(conn, id, "failed", error, now).await
}

async fn end(conn: &mut PgConnection, id: DeliveryId, state: &str, error: &str, now: OffsetDateTime) -> Result<()> {
    let updated = sqlx::query(
        "UPDATE mails SET state = $2, last_error = $3, end_time = $4, text_body = '', html_body = '', calendar = NULL,
             picture_names = '{}', pictures = '{}'
         WHERE id = $1",
    );
    updated
        .bind(id.uuid())
        .bind(state)
        .bind(error)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn put_off(conn: &mut PgConnection, id: DeliveryId, due: OffsetDateTime, error: &str) -> Result<()> {
    let updated = sqlx::query("UPDATE mails SET due_time = $2, last_error = $3 WHERE id = $1");
    updated.bind(id.uuid()).bind(due).bind(error).execute(conn).await?;
    Ok(())
}

/// How mail is going; failures since a moment.
pub(crate) async fn status(conn: &mut PgConnection, failed_since: OffsetDateTime) -> Result<Status> {
    let row = sqlx::query(
        "SELECT
             (SELECT count(*) FROM mails WHERE state = 'waiting') AS waiting,
             (SELECT min(create_time) FROM mails WHERE state = 'waiting') AS oldest,
             (SELECT count(*) FROM mails WHERE state = 'failed' AND end_time > $1) AS failed,
             (SELECT last_error FROM mails WHERE state = 'waiting' AND last_error <> ''
                 ORDER BY due_time DESC LIMIT 1) AS last_error",
    );
    let row = row.bind(failed_since).fetch_one(conn).await?;
    Ok(Status {
        waiting: row.try_get("waiting")?,
        oldest: row.try_get("oldest")?,
        failed: row.try_get("failed")?,
        last_error: row.try_get::<Option<String>, _>("last_error")?.unwrap_or_default(),
    })
}

/// Forgets mails that ended long ago.
pub(crate) async fn sweep(conn: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let swept = sqlx::query(
        "DELETE FROM mails WHERE id IN
             (SELECT id FROM mails WHERE state <> 'waiting' AND end_time < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
    );
    Ok(swept.bind(before).bind(limit).execute(conn).await?.rows_affected())
}

fn read(row: &PgRow) -> Result<Outgoing> {
    let names: Vec<String> = row.try_get("picture_names")?;
    let pictures: Vec<Vec<u8>> = row.try_get("pictures")?;
    Ok(Outgoing {
        id: DeliveryId::from_uuid(row.try_get("id")?),
        recipient: Recipient {
            email: row.try_get("recipient")?,
            name: row.try_get("recipient_name")?,
        },
        subject: row.try_get("subject")?,
        text: row.try_get("text_body")?,
        html: row.try_get("html_body")?,
        calendar: row.try_get("calendar")?,
        pictures: names
            .into_iter()
            .zip(pictures)
            .map(|(name, png)| Picture { name, png })
            .collect(),
        attempts: row.try_get("attempts")?,
        create_time: row.try_get("create_time")?,
    })
}
