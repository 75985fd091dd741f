//! Removes pictures that nothing shows, and their bytes. Killed at any point, the next look goes on: a picture's row and
//! the note about its bytes change in one transaction, and the note goes when the bytes are gone.

use kit_pg::Pool;
use time::OffsetDateTime;

use crate::error::Error;
use crate::pictures::Pictures;
use crate::store;

/// Pictures at a time.
const BATCH_MAX: i64 = 100;
/// Batches of one look; what is left then waits for the next one.
const BATCHES_MAX: usize = 50;

/// Removes unused pictures from before `before`; returns how many, and how many files.
pub(super) async fn run(
    pool: &Pool,
    pictures: &Pictures,
    before: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(u64, u64), Error> {
    let mut swept = 0;
    for _ in 0..BATCHES_MAX {
        let mut tx = pool.begin().await?;
        let batch = store::image::sweep(&mut tx, before, now, BATCH_MAX).await?;
        tx.commit().await?;
        swept += batch;
        if batch == 0 {
            break;
        }
    }
    Ok((swept, delete_blobs(pool, pictures).await?))
}

async fn delete_blobs(pool: &Pool, pictures: &Pictures) -> Result<u64, Error> {
    let mut deleted = 0;
    for _ in 0..BATCHES_MAX {
        let found = store::image::discarded(&mut *pool.acquire().await?, BATCH_MAX).await?;
        if found.is_empty() {
            break;
        }
        for blob in found {
            pictures.delete(blob).await?;
            store::image::forget(&mut *pool.acquire().await?, blob).await?;
            deleted += 1;
        }
    }
    Ok(deleted)
}
