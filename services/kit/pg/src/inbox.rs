//! The receiving end of other services' facts: each takes effect once, however often it is delivered.

use std::future::Future;

use kit_bus::{Bus, Consumer, Fact, Failure, Handler};
use kit_core::Clock;
use kit_core::ids::FactId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::limits::{INBOX_RETENTION, SWEEP_BATCH_MAX};
use crate::{BoxError, Error, Pool, Result};

/// What a service does about other services' facts.
pub trait FactHandler: Send + Sync {
    /// Applies `fact` within the transaction that also remembers it, so that it takes effect once or not at all. Facts
    /// of no interest are a success.
    ///
    /// An error that was caused by the database or another service being away is tried again for as long as that lasts
    /// ([`Error::is_transient_cause`]); a handler can also say so itself with [`Failure::Unavailable`]. After any other
    /// error there are a few more attempts, then the fact is parked for an operator.
    fn handle(&self, connection: &mut PgConnection, fact: &Fact) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// A consumer of the facts of `source` (a service's name) in the name of the service that owns `pool`. Give its `run`
/// to the task tracker.
pub fn consumer<H: FactHandler>(pool: &Pool, bus: &Bus, source: &str, handler: H) -> Consumer<Once<H>> {
    let once = Once::new(pool, bus.clock(), handler);
    Consumer::new(bus.facts(source), pool.schema(), once)
}

/// Makes deliveries of facts count once. [`consumer`] wraps handlers in it.
#[derive(Debug)]
pub struct Once<H> {
    pool: Pool,
    clock: Clock,
    handler: H,
}

impl<H: FactHandler> Handler for Once<H> {
    async fn handle(&self, fact: &Fact) -> Result<(), Failure> {
        self.apply(fact).await.map_err(|error| {
            if Error::is_transient_cause(&*error) {
                Failure::Unavailable(error)
            } else {
                Failure::Rejected(error)
            }
        })
    }
}

impl<H: FactHandler> Once<H> {
    /// For consumers that are put together in another way.
    pub fn new(pool: &Pool, clock: &Clock, handler: H) -> Self {
        Self {
            pool: pool.clone(),
            clock: clock.clone(),
            handler,
        }
    }

    async fn apply(&self, fact: &Fact) -> Result<(), BoxError> {
        let mut tx = self.pool.begin().await?;
        if accept(&mut tx, fact.id, self.clock.now()).await? {
            self.handler.handle(&mut tx, fact).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Whether this service sees `fact` for the first time; then it is remembered, if the transaction commits. Waits while
/// another transaction is about to accept the same fact.
///
/// # Errors
/// Failures of the database.
pub async fn accept(connection: &mut PgConnection, fact: FactId, now: OffsetDateTime) -> Result<bool> {
    let inserted = sqlx::query("insert into inbox (fact_id, accept_time) values ($1, $2) on conflict do nothing")
        .bind(fact.uuid())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Forgets a batch of facts that can no longer arrive; returns how many.
///
/// # Errors
/// Failures of the database.
pub async fn sweep(connection: &mut PgConnection, now: OffsetDateTime) -> Result<u64> {
    let swept = sqlx::query(
        "delete from inbox where ctid = any (array(
           select ctid from inbox where accept_time <= $1 limit $2 for update skip locked))",
    )
    .bind(now - INBOX_RETENTION)
    .bind(SWEEP_BATCH_MAX)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}
