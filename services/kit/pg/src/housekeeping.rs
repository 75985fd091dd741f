//! Removes what this crate's tables no longer need.

use kit_core::Clock;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::limits::SWEEP_EVERY;
use crate::{Pool, Result, idempotency, inbox, outbox};

/// Sweeps from time to time until `stop`. Harmless to run in every replica.
pub async fn run(pool: Pool, clock: Clock, stop: CancellationToken) {
    let mut due = tokio::time::interval(SWEEP_EVERY);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        if let Err(error) = sweep(&pool, &clock).await {
            warn!(
                service = pool.schema(),
                error = &error as &dyn std::error::Error,
                "old rows stay for now"
            );
        }
    }
}

/// Removes expired request claims, old facts and old inbox entries, batch by batch; returns how many rows.
///
/// # Errors
/// Failures of the database; what was removed stays removed.
pub async fn sweep(pool: &Pool, clock: &Clock) -> Result<u64> {
    let now = clock.now();
    let mut connection = pool.acquire().await?;
    let mut swept = 0;
    loop {
        let batch = idempotency::sweep(&mut connection, now).await?
            + outbox::sweep(&mut connection, now).await?
            + inbox::sweep(&mut connection, now).await?;
        swept += batch;
        if batch == 0 {
            return Ok(swept);
        }
    }
}
