//! Ends events whose time is long over and that nobody ended, so that nothing stays open for ever.

use kit_pg::Pool;
use time::OffsetDateTime;

use crate::commands::end_event;
use crate::domain::Mint;
use crate::error::Error;
use crate::store;

/// Events found at a time.
const BATCH_MAX: i64 = 100;
/// Batches of one look; what is left then waits for the next one.
const BATCHES_MAX: usize = 50;

/// Ends the events that were to end before `before`, each in a transaction of its own; returns how many.
pub(super) async fn run(pool: &Pool, before: OffsetDateTime, mint: Mint<'_>) -> Result<u64, Error> {
    let mut ended = 0;
    for _ in 0..BATCHES_MAX {
        let found = store::list::overdue(&mut *pool.acquire().await?, before, BATCH_MAX).await?;
        if found.is_empty() {
            break;
        }
        for id in found {
            let mut tx = pool.begin().await?;
            ended += u64::from(end_event::overdue(&mut tx, id, before, mint).await?);
            tx.commit().await?;
        }
    }
    Ok(ended)
}
