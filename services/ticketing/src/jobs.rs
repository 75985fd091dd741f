//! What runs by itself: idempotent, bounded, and harmless in every replica.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::Ticketing;
use crate::commands::expire_order::expire_order;
use crate::error::TicketingError;
use crate::store::orders;

/// Between two sweeps: seats come back at most this long after their hold has run out.
const EXPIRY_INTERVAL: Duration = Duration::from_secs(1);
/// Orders that one sweep takes on.
const EXPIRY_BATCH: i64 = 200;

/// Expires holds until `stop`.
pub(crate) async fn expire_holds(ticketing: Ticketing, stop: CancellationToken) {
    let mut due = tokio::time::interval(EXPIRY_INTERVAL);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        if let Err(error) = expire_due(&ticketing).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "holds that have run out stay for now"
            );
        }
    }
}

/// Expires the holds that are due, at most a batch.
pub(crate) async fn expire_due(ticketing: &Ticketing) -> Result<(), TicketingError> {
    let now = ticketing.clock.now();
    let due = orders::due(&mut *ticketing.pool.acquire().await?, now, EXPIRY_BATCH).await?;
    for order in due {
        expire_order(ticketing, order).await?;
    }
    Ok(())
}
