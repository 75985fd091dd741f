//! Facts of this service on their way out: written with the change that caused them, published afterwards.
//!
//! Facts of transactions that follow one another (because they lock the same row, for instance) are published in that
//! order; nothing is promised about transactions that run side by side. Each is published at least once.
//!
//! There is no `NOTIFY`: PostgreSQL takes a database-wide lock for it in every commit. A commit wakes the relay of its
//! own process, and a slow poll finds what is left.

mod relay;

pub use relay::{Relay, RelayError};

use kit_bus::Fact;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::Result;
use crate::limits::{OUTBOX_RETENTION, SWEEP_BATCH_MAX};

/// Adds `fact` to the caller's transaction: it becomes known if the transaction commits.
///
/// # Errors
/// Failures of the database.
pub async fn append(connection: &mut PgConnection, fact: &Fact) -> Result<()> {
    sqlx::query("insert into outbox (id, kind, payload, occur_time, trace_parent) values ($1, $2, $3, $4, $5)")
        .bind(fact.id.uuid())
        .bind(&fact.kind)
        .bind(&fact.payload)
        .bind(fact.occur_time)
        .bind(&fact.trace_parent)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a batch of facts that were published long ago; returns how many.
///
/// # Errors
/// Failures of the database.
pub async fn sweep(connection: &mut PgConnection, now: OffsetDateTime) -> Result<u64> {
    let swept = sqlx::query(
        "delete from outbox where position = any (array(
           select position from outbox where publish_time <= $1 order by position limit $2 for update skip locked))",
    )
    .bind(now - OUTBOX_RETENTION)
    .bind(SWEEP_BATCH_MAX)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}
