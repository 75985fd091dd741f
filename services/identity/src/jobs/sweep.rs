//! Removes what is over.

use kit_pg::PgConnection;

use crate::domain::Picture;
use crate::error::Result;
use crate::limits::{LOGIN_RETENTION, SWEEP_BATCH, SWEEP_BATCHES_MAX, SWEEP_PICTURES, UNVERIFIED_LIFETIME};
use crate::service::Service;
use crate::store::{links, logins, pictures, throttles, users};

/// Removes old links, sessions, buckets, unverified accounts and pictures; returns how many.
pub(crate) async fn sweep(service: Service) -> Result<u64> {
    let mut connection = service.read().await?;
    let mut swept = sweep_pictures(&service).await?;
    for _ in 0..SWEEP_BATCHES_MAX {
        let batch = sweep_batch(&mut connection, &service).await?;
        swept += batch;
        if batch == 0 {
            break;
        }
    }
    Ok(swept)
}

async fn sweep_batch(connection: &mut PgConnection, service: &Service) -> Result<u64> {
    let now = service.clock.now();
    Ok(links::sweep(&mut *connection, now, SWEEP_BATCH).await?
        + logins::sweep(&mut *connection, now - LOGIN_RETENTION, SWEEP_BATCH).await?
        + throttles::sweep(&mut *connection, now, SWEEP_BATCH).await?
        + users::delete_unverified(connection, now - UNVERIFIED_LIFETIME, SWEEP_BATCH).await?)
}

/// The file goes first and the row after it: a row without a file is swept again, a file without a row never is.
async fn sweep_pictures(service: &Service) -> Result<u64> {
    let mut tx = service.pool.begin().await?;
    let discarded = pictures::lock_discarded(&mut tx, service.clock.now(), SWEEP_PICTURES).await?;
    for picture in &discarded {
        service.pictures.delete(&Picture::key(*picture)).await?;
    }
    pictures::delete(&mut tx, &discarded).await?;
    tx.commit().await?;
    Ok(discarded.len() as u64)
}
