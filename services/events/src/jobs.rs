//! What happens by itself, from time to time, in every replica: idempotent, in bounded batches, and told the time.

mod end_overdue;
mod sweep_images;

use std::time::Duration;

use kit_core::{Clock, Rng};
use kit_pg::Pool;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::EventsConfig;
use crate::domain::Mint;
use crate::error::Error;
use crate::pictures::Pictures;

/// How often the jobs look. Both tidy up after hours, so minutes are soon enough.
const EVERY: Duration = Duration::from_secs(5 * 60);

/// The jobs of this service, and what they work on.
#[derive(Clone, Debug)]
pub struct Jobs {
    pool: Pool,
    pictures: Pictures,
    clock: Clock,
    rng: Rng,
    config: EventsConfig,
}

/// What one look found to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Events that were ended because their time was long over.
    pub events_ended: u64,
    /// Pictures that nothing showed any more.
    pub images_swept: u64,
    /// Their bytes, of those that no other picture shares.
    pub blobs_deleted: u64,
}

impl Jobs {
    pub(crate) fn new(pool: &Pool, pictures: &Pictures, clock: &Clock, rng: &Rng, config: EventsConfig) -> Self {
        Self {
            pool: pool.clone(),
            pictures: pictures.clone(),
            clock: clock.clone(),
            rng: rng.clone(),
            config,
        }
    }

    /// Looks from time to time until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut due = tokio::time::interval(EVERY);
        due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(due.tick()).await.is_some() {
            self.look().await;
        }
    }

    /// Does what is due. One job's failure is logged and leaves the others alone; it is tried again with the next look.
    pub async fn look(&self) -> Done {
        let (events_ended, swept) = (self.end_overdue().await, self.sweep_images().await);
        let (images_swept, blobs_deleted) = report("unused pictures", swept);
        Done {
            events_ended: report("overdue events", events_ended),
            images_swept,
            blobs_deleted,
        }
    }

    async fn end_overdue(&self) -> Result<u64, Error> {
        let before = self.clock.now() - self.config.end_grace;
        end_overdue::run(
            &self.pool,
            before,
            Mint {
                clock: &self.clock,
                rng: &self.rng,
            },
        )
        .await
    }

    async fn sweep_images(&self) -> Result<(u64, u64), Error> {
        let now = self.clock.now();
        sweep_images::run(
            &self.pool,
            &self.pictures,
            now - self.config.unused_image_retention,
            now,
        )
        .await
    }
}

fn report<T: Default>(what: &str, result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| {
        warn!(error = &error as &dyn std::error::Error, "{what} stay for now");
        T::default()
    })
}
