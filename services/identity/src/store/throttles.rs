//! Token buckets: [`Quota::take`] in one statement, so that replicas share one count.

use std::time::Duration;

use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use time::OffsetDateTime;

use crate::domain::{Quota, TokenHash};

/// Takes one try from the bucket of `key`; or says how long to wait for the next one.
pub(crate) async fn take(
    connection: &mut PgConnection,
    key: TokenHash,
    quota: Quota,
    now: OffsetDateTime,
) -> Result<Result<(), Duration>> {
    let taken = sqlx::query(
        "insert into throttles as held (key, full_time) values ($1, $2 + $3 * interval '1 microsecond')
         on conflict (key) do update
         set full_time = greatest(held.full_time, $2) + $3 * interval '1 microsecond'
         where greatest(held.full_time, $2) + $3 * interval '1 microsecond' <= $2 + $4 * interval '1 microsecond'",
    )
    .bind(key.as_slice())
    .bind(now)
    .bind(micros(quota.interval))
    .bind(micros(quota.window()))
    .execute(&mut *connection)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let row = sqlx::query("select full_time from throttles where key = $1")
        .bind(key.as_slice())
        .fetch_optional(connection)
        .await?;
    let full_time = row.map(|row| row.try_get("full_time")).transpose()?;
    // A bucket that was emptied of its reason meanwhile has a try at once.
    Ok(Err(quota.take(full_time, now).err().unwrap_or_default()))
}

/// Fills a bucket: whoever tried was in the right.
pub(crate) async fn forget(connection: &mut PgConnection, key: TokenHash) -> Result<()> {
    sqlx::query("delete from throttles where key = $1")
        .bind(key.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets a batch of buckets that are full, which is what an unknown bucket is; returns how many.
pub(crate) async fn sweep(connection: &mut PgConnection, now: OffsetDateTime, limit: i64) -> Result<u64> {
    let swept = sqlx::query(
        "delete from throttles where key = any (array(
           select key from throttles where full_time <= $1 limit $2 for update skip locked))",
    )
    .bind(now)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).expect("quotas are far shorter than centuries")
}
