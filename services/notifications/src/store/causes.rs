//! The `causes` table.

use kit_bus::Fact;
use kit_core::ids::FactId;
use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

/// A cause that is to be composed.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) fact: Fact,
    /// This one included.
    pub(crate) attempts: i32,
}

pub(crate) async fn insert(conn: &mut PgConnection, fact: &Fact, now: OffsetDateTime) -> Result<()> {
    sqlx::query("INSERT INTO causes (id, kind, payload, due_time, create_time) VALUES ($1, $2, $3, $4, $5)")
        .bind(fact.id.uuid())
        .bind(&fact.kind)
        .bind(&fact.payload)
        .bind(now)
        .bind(fact.occur_time)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes causes that are due, oldest first, and puts them off until `again`: should this process die over them, they come
/// again then.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    again: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Waiting>> {
    let rows = sqlx::query(
        "UPDATE causes SET attempts = attempts + 1, due_time = $2
         WHERE id IN (SELECT id FROM causes WHERE state = 'waiting' AND due_time <= $1 ORDER BY due_time LIMIT $3
             FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, payload, create_time, attempts",
    );
    let rows = rows.bind(now).bind(again).bind(limit).fetch_all(conn).await?;
    let mut causes = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    causes.sort_by_key(|cause| cause.fact.id);
    Ok(causes)
}

/// Erases the payload as well: it may hold the secret of a link.
pub(crate) async fn done(conn: &mut PgConnection, id: FactId) -> Result<()> {
    let done = sqlx::query("UPDATE causes SET state = 'done', payload = '', last_error = '' WHERE id = $1");
    done.bind(id.uuid()).execute(conn).await?;
    Ok(())
}

pub(crate) async fn put_off(conn: &mut PgConnection, id: FactId, due: OffsetDateTime, error: &str) -> Result<()> {
    let updated = sqlx::query("UPDATE causes SET due_time = $2, last_error = $3 WHERE id = $1");
    updated.bind(id.uuid()).bind(due).bind(error).execute(conn).await?;
    Ok(())
}

pub(crate) async fn fail(conn: &mut PgConnection, id: FactId, error: &str) -> Result<()> {
    let updated = sqlx::query("UPDATE causes SET state = 'failed', payload = '', last_error = $2 WHERE id = $1");
    updated.bind(id.uuid()).bind(error).execute(conn).await?;
    Ok(())
}

/// Forgets causes that were told of long ago.
pub(crate) async fn sweep(conn: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let swept = sqlx::query(
        "DELETE FROM causes WHERE id IN
             (SELECT id FROM causes WHERE state <> 'waiting' AND create_time < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
    );
    Ok(swept.bind(before).bind(limit).execute(conn).await?.rows_affected())
}

fn read(row: &PgRow) -> Result<Waiting> {
    Ok(Waiting {
        fact: Fact {
            id: FactId::from_uuid(row.try_get("id")?),
            kind: row.try_get("kind")?,
            occur_time: row.try_get("create_time")?,
            payload: row.try_get("payload")?,
            trace_parent: None,
        },
        attempts: row.try_get("attempts")?,
    })
}
