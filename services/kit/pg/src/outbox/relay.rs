//! Moves facts from the outbox to the service's stream.
//!
//! A batch is published inside the transaction that marks it as published, under a lock that one relay of all replicas
//! has at a time. Killed at any point, it has either marked what it published, or will publish it again.

use kit_bus::{Bus, EntryId, Fact, Published, Stream};
use kit_core::Clock;
use kit_core::ids::FactId;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::limits::{RELAY_BACKOFF_MAX, RELAY_BACKOFF_MIN, RELAY_BATCH_MAX, RELAY_CHECK, RELAY_POLL};
use crate::{Error, Pool, Result, Transaction};

/// The background task that publishes a service's facts. Every replica runs one.
#[derive(Clone, Debug)]
pub struct Relay {
    pool: Pool,
    stream: Stream,
    clock: Clock,
}

/// Why a batch was not published. It stays in the outbox.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The outbox could not be read or marked.
    #[error("the outbox failed")]
    Outbox(#[from] Error),
    /// The stream did not take it.
    #[error("the stream failed")]
    Stream(#[from] kit_bus::Error),
}

impl Relay {
    /// The relay from the outbox of `pool`'s service to that service's stream. `pool` is a clone of the one that commands
    /// use: its commits wake the relay.
    pub fn new(pool: &Pool, bus: &Bus) -> Self {
        Self {
            pool: pool.clone(),
            stream: bus.facts(pool.schema()),
            clock: bus.clock().clone(),
        }
    }

    /// Publishes facts until `stop`: at once when this process commits, else within a second.
    pub async fn run(self, stop: CancellationToken) {
        stop.run_until_cancelled(Box::pin(self.relay())).await;
    }

    async fn relay(&self) {
        let mut check = tokio::time::interval(RELAY_CHECK);
        let mut poll = tokio::time::interval(RELAY_POLL);
        poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut pause = RELAY_BACKOFF_MIN;
        loop {
            let done = tokio::select! {
                _ = check.tick() => self.check().await,
                _ = poll.tick() => self.drain().await.map(drop),
                () = self.pool.committed() => self.drain().await.map(drop),
            };
            if let Err(error) = done {
                if pause == RELAY_BACKOFF_MIN {
                    warn!(
                        service = self.pool.schema(),
                        error = &error as &dyn std::error::Error,
                        "facts wait"
                    );
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RELAY_BACKOFF_MAX);
            } else {
                pause = RELAY_BACKOFF_MIN;
            }
        }
    }

    /// Publishes all that waits; returns how many facts.
    ///
    /// # Errors
    /// What was not published stays.
    pub async fn drain(&self) -> Result<u64, RelayError> {
        let mut published = 0;
        while let Some(batch) = self.publish_batch().await? {
            published += batch;
        }
        Ok(published)
    }

    /// One batch in one transaction; returns how many facts it published, `None` when nothing waits.
    async fn publish_batch(&self) -> Result<Option<u64>, RelayError> {
        let mut tx = self.pool.begin().await?;
        take_turn(&mut tx).await?;
        let facts = waiting(&mut tx).await?;
        if facts.is_empty() {
            return Ok(None);
        }
        let published = match self.stream.publish(last_entry(&mut tx).await?, &facts).await? {
            Published::Done(entries) => {
                mark(&mut tx, &facts, &entries, &self.clock).await?;
                entries.len() as u64
            }
            Published::Lost(last) => {
                self.restore(&mut tx, last).await?;
                0
            }
        };
        tx.commit().await?;
        Ok(Some(published))
    }

    /// Counts what waits, and finds out whether the stream has lost facts when nothing is published that would show it.
    async fn check(&self) -> Result<(), RelayError> {
        let mut tx = self.pool.begin().await?;
        self.stream.report_waiting(count_waiting(&mut tx).await?);
        take_turn(&mut tx).await?;
        if let Published::Lost(last) = self.stream.publish(last_entry(&mut tx).await?, &[]).await? {
            self.restore(&mut tx, last).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The stream ends at `last`: what was published after it is to be published again.
    async fn restore(&self, tx: &mut Transaction, last: EntryId) -> Result<()> {
        let restored = sqlx::query(
            "update outbox set publish_time = null, entry_ms = null, entry_seq = null
             where publish_time is not null and (entry_ms, entry_seq) > ($1, $2)",
        )
        .bind(signed(last.ms))
        .bind(signed(last.seq))
        .execute(&mut **tx)
        .await?
        .rows_affected();
        info!(
            service = self.pool.schema(),
            facts = restored,
            "the stream lost facts; they are published again"
        );
        Ok(())
    }
}

/// Waits until no other relay of this service is at work; the turn ends with the transaction.
async fn take_turn(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('relay of ' || current_schema(), 0))")
        .execute(connection)
        .await?;
    Ok(())
}

async fn waiting(connection: &mut PgConnection) -> Result<Vec<Fact>> {
    let rows = sqlx::query(
        "select id, kind, payload, occur_time, trace_parent from outbox
         where publish_time is null order by position limit $1",
    )
    .bind(RELAY_BATCH_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(fact).collect()
}

async fn count_waiting(connection: &mut PgConnection) -> Result<i64> {
    let count = sqlx::query("select count(*) from outbox where publish_time is null")
        .fetch_one(connection)
        .await?;
    Ok(count.try_get(0)?)
}

fn fact(row: &PgRow) -> Result<Fact> {
    Ok(Fact {
        id: FactId::from_uuid(row.try_get("id")?),
        kind: row.try_get("kind")?,
        occur_time: row.try_get("occur_time")?,
        payload: row.try_get("payload")?,
        trace_parent: row.try_get("trace_parent")?,
    })
}

/// The last entry that is known to have been in the stream.
async fn last_entry(connection: &mut PgConnection) -> Result<EntryId> {
    let row = sqlx::query(
        "select entry_ms, entry_seq from outbox where publish_time is not null
         order by entry_ms desc, entry_seq desc limit 1",
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(EntryId::default()) };
    Ok(EntryId {
        ms: unsigned(row.try_get("entry_ms")?),
        seq: unsigned(row.try_get("entry_seq")?),
    })
}

async fn mark(connection: &mut PgConnection, facts: &[Fact], entries: &[EntryId], clock: &Clock) -> Result<()> {
    let ids: Vec<_> = facts.iter().map(|fact| fact.id.uuid()).collect();
    let (ms, seq): (Vec<_>, Vec<_>) = entries
        .iter()
        .map(|entry| (signed(entry.ms), signed(entry.seq)))
        .unzip();
    sqlx::query(
        "update outbox set publish_time = $1, entry_ms = entry.ms, entry_seq = entry.seq
         from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as entry (id, ms, seq) where outbox.id = entry.id",
    )
    .bind(clock.now())
    .bind(ids)
    .bind(ms)
    .bind(seq)
    .execute(connection)
    .await?;
    Ok(())
}

/// PostgreSQL has no unsigned numbers; both parts of an entry id stay far below the sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
