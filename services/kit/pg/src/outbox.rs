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
    append_all(connection, std::slice::from_ref(fact)).await
}

/// Adds facts, which are published in this order.
///
/// # Errors
/// Failures of the database.
pub async fn append_all(connection: &mut PgConnection, facts: &[Fact]) -> Result<()> {
    sqlx::query(
        "insert into outbox (id, kind, payload, occur_time, trace_parent)
         select * from unnest($1::uuid[], $2::text[], $3::bytea[], $4::timestamptz[], $5::text[])",
    )
    .bind(facts.iter().map(|fact| fact.id.uuid()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.kind.as_str()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.payload.as_slice()).collect::<Vec<_>>())
    .bind(facts.iter().map(|fact| fact.occur_time).collect::<Vec<_>>())
    .bind(
        facts
            .iter()
            .map(|fact| fact.trace_parent.as_deref())
            .collect::<Vec<_>>(),
    )
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
