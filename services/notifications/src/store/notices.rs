//! The `notices` and `readers` tables.

use kit_core::ids::{FactId, NotificationId, UserId};
use kit_pg::{Error, PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use crate::domain::notice::{Kind, NewNotice, Notice};

const COLUMNS: &str = "id, user_id, sequence, kind, event_title, path, detail, create_time";

/// How far a person's notices are numbered and read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reader {
    pub(crate) last: i64,
    pub(crate) read: i64,
}

/// Gives a notice its number and writes it, unless the same cause has made it before.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: NotificationId,
    cause: FactId,
    new: &NewNotice,
    now: OffsetDateTime,
) -> Result<Option<Notice>> {
    let known = sqlx::query_scalar("SELECT true FROM notices WHERE cause_id = $1 AND user_id = $2 AND kind = $3");
    let known: Option<bool> = known
        .bind(cause.uuid())
        .bind(new.user.uuid())
        .bind(new.kind.name())
        .fetch_optional(&mut *conn)
        .await?;
    if known.is_some() {
        return Ok(None);
    }
    // The reader's row stays locked until the commit, so that numbers are committed in order.
    let sequence: i64 = sqlx::query_scalar(
        "INSERT INTO readers (user_id, last_sequence) VALUES ($1, 1)
         ON CONFLICT (user_id) DO UPDATE SET last_sequence = readers.last_sequence + 1
         RETURNING last_sequence",
    )
    .bind(new.user.uuid())
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO notices (id, user_id, sequence, cause_id, kind, event_title, path, detail, create_time)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.uuid())
    .bind(new.user.uuid())
    .bind(sequence)
    .bind(cause.uuid())
    .bind(new.kind.name())
    .bind(&new.event_title)
    .bind(&new.path)
    .bind(&new.detail)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(Some(Notice {
        id,
        sequence,
        new: new.clone(),
        create_time: now,
    }))
}

pub(crate) async fn reader(conn: &mut PgConnection, user: UserId) -> Result<Reader> {
    let row = sqlx::query("SELECT last_sequence, read_sequence FROM readers WHERE user_id = $1");
    match row.bind(user.uuid()).fetch_optional(conn).await? {
        None => Ok(Reader::default()),
        Some(row) => Ok(Reader {
            last: row.try_get("last_sequence")?,
            read: row.try_get("read_sequence")?,
        }),
    }
}

/// Moves on how far a person has read; never back, and not beyond what there is.
pub(crate) async fn mark_read(conn: &mut PgConnection, user: UserId, up_to: i64) -> Result<()> {
    let updated = sqlx::query(
        "UPDATE readers SET read_sequence = greatest(read_sequence, least($2, last_sequence)) WHERE user_id = $1",
    );
    updated.bind(user.uuid()).bind(up_to).execute(conn).await?;
    Ok(())
}

/// The oldest notices after a number, rising.
pub(crate) async fn after(conn: &mut PgConnection, user: UserId, sequence: i64, limit: i64) -> Result<Vec<Notice>> {
    let sql = format!("SELECT {COLUMNS} FROM notices WHERE user_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(user.uuid())
        .bind(sequence)
        .bind(limit);
    rows.fetch_all(conn).await?.iter().map(read).collect()
}

/// The newest notices before a number, falling.
pub(crate) async fn before(conn: &mut PgConnection, user: UserId, sequence: i64, limit: i64) -> Result<Vec<Notice>> {
    let sql =
        format!("SELECT {COLUMNS} FROM notices WHERE user_id = $1 AND sequence < $2 ORDER BY sequence DESC LIMIT $3");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(user.uuid())
        .bind(sequence)
        .bind(limit);
    rows.fetch_all(conn).await?.iter().map(read).collect()
}

fn read(row: &PgRow) -> Result<Notice> {
    let kind = Kind::of_name(row.try_get("kind")?);
    Ok(Notice {
        id: NotificationId::from_uuid(row.try_get("id")?),
        sequence: row.try_get("sequence")?,
        new: NewNotice {
            user: UserId::from_uuid(row.try_get("user_id")?),
            kind: kind.ok_or_else(|| Error::Malformed("a notice is of no known kind".into()))?,
            event_title: row.try_get("event_title")?,
            path: row.try_get("path")?,
            detail: row.try_get("detail")?,
        },
        create_time: row.try_get("create_time")?,
    })
}
