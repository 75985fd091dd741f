//! The only place that spawns tasks: every one is counted, named in the logs, and asked to stop at a drain.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

/// The tasks of one process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a future in the background until it ends. One that can wait long watches [`stopping`](Self::stopping).
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that spawns, so that a drain knows every task"
    )]
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let span = tracing::info_span!("task", task = name);
        tokio::spawn(self.tracker.track_future(future.instrument(span)))
    }

    /// Cancelled when the process begins to end.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Asks every task to stop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Asks every task to stop and waits for them, for `grace` at most. Whether all have ended.
    pub async fn drain(&self, grace: Duration) -> bool {
        self.stop();
        self.tracker.close();
        tokio::time::timeout(grace, self.tracker.wait()).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_drain_waits_for_tasks_that_stop_and_not_for_those_that_do_not() {
        let tasks = Tasks::new();
        let stopping = tasks.stopping();
        let polite = tasks.spawn("polite", async move {
            stopping.cancelled().await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            "done"
        });
        assert!(tasks.drain(Duration::from_secs(2)).await);
        assert_eq!(polite.await.expect("no panic"), "done");

        let tasks = Tasks::new();
        tasks.spawn("stuck", std::future::pending::<()>());
        assert!(!tasks.drain(Duration::from_secs(2)).await);
    }
}
