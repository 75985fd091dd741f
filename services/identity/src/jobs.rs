//! Work beside the requests. Each job can run in every replica at once, can stop anywhere, and does a bounded piece at a
//! time.

mod keys;
mod mail;
mod sweep;

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub(crate) use keys::refresh_keys;
pub(crate) use mail::{answer_mail_requests, watch_mail_requests};
pub(crate) use sweep::sweep;

use crate::error::Result;
use crate::service::Service;

/// Runs a job from time to time until `stop`. What goes wrong is logged here, once, and tried again the next time.
pub(crate) async fn every<T, F>(
    name: &'static str,
    pause: Duration,
    service: Service,
    job: impl Fn(Service) -> F,
    stop: CancellationToken,
) where
    F: Future<Output = Result<T>>,
{
    let mut due = tokio::time::interval(pause);
    // A round that took long is not made up for by several at once.
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        if let Err(error) = job(service.clone()).await {
            tracing::warn!(
                job = name,
                error = &error as &dyn std::error::Error,
                "a job failed and will be tried again"
            );
        }
    }
}
